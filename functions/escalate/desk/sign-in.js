// Who is at the desk. On a machine of one's own the demo's staff are chosen from; their names are the tokens.
import { html, useEffect, useState } from "./preact.js";
import { title } from "./words.js";

const KEPT = "desk.demo";

const demo = (name) => ({ id: name, token: name, end: () => {} });

/** A demo name outlives a reload of its tab, no more: two tabs can be two people. */
export function signedInBefore() {
  const name = sessionStorage.getItem(KEPT);
  return name && demo(name);
}

export function forget() {
  sessionStorage.removeItem(KEPT);
}

export function SignIn({ signedIn, again }) {
  const [ways, setWays] = useState(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    fetch("/desk/sign-in.json", { cache: "no-store" })
      .then((response) => response.json())
      .then(async (said) => {
        if (said.issuer) await cameBack(said, signedIn, setTrouble);
        setWays(said);
      })
      .catch(() => setTrouble("This desk does not answer: try again in a moment."));
  }, []);
  const choose = (name) => {
    sessionStorage.setItem(KEPT, name);
    signedIn(demo(name));
  };
  return html`<main class="door">
    <section>
      <h1>Desk</h1>
      ${again && html`<p class="bar" role="status">Signed out. Your drafts are kept in this browser.</p>`}
      ${trouble && html`<p class="bar" role="alert">${trouble}</p>`}
      ${ways?.demo && html`<${Chooser} staff=${ways.demo} choose=${choose} />`}
      ${ways?.issuer && html`<${Elsewhere} ways=${ways} failed=${setTrouble} />`}
      ${ways && !ways.demo && !ways.issuer && html`<p>This desk does not say where staff sign in.</p>`}
    </section>
  </main>`;
}

/** Take up who comes back from where they have signed in. */
async function cameBack(said, signedIn, failed) {
  if (!new URLSearchParams(location.search).has("state")) return;
  try {
    const { finish } = await import("./oidc.js");
    const session = await finish(said);
    if (session) signedIn(session);
  } catch {
    failed("Signing in did not work: try again.");
  }
}

function Elsewhere({ ways, failed }) {
  const go = async () => {
    try {
      const { begin } = await import("./oidc.js");
      await begin(ways);
    } catch {
      failed(`${new URL(ways.issuer).host} does not answer: try again in a moment.`);
    }
  };
  return html`<p>You sign in at ${new URL(ways.issuer).host} and come back here.</p>
    <p><button type="button" class="main" onClick=${go}>Sign in</button></p>`;
}

const Chooser = ({ staff, choose }) => html`<p>Who are you today?</p>
  <ul class="people">
    ${staff.map(
      ({ name, role, teams }) => html`<li key=${name}>
        <button type="button" onClick=${() => choose(name)}>
          <b>${name}</b> <span>${role === "supervisor" ? "Supervisor, every team" : teams.map(title).join(", ")}</span>
        </button>
      </li>`,
    )}
  </ul>`;
