// Who is at the desk. On a machine of one's own the demo's staff are chosen from; their names are the tokens.
import { html, useEffect, useState } from "./preact.js";
import { title } from "./words.js";

const KEPT = "desk.demo";

/** A demo name outlives a reload of its tab, no more: two tabs can be two people. */
export function signedInBefore() {
  const name = sessionStorage.getItem(KEPT);
  return name ? { token: name } : null;
}

export function forget() {
  sessionStorage.removeItem(KEPT);
}

export function SignIn({ signedIn, again }) {
  const [ways, setWays] = useState(null);
  useEffect(() => {
    fetch("/desk/sign-in.json", { cache: "no-store" })
      .then((response) => response.json())
      .then(setWays, () => setWays({}));
  }, []);
  const choose = (name) => {
    sessionStorage.setItem(KEPT, name);
    signedIn({ token: name });
  };
  return html`<main class="door">
    <section>
      <h1>Desk</h1>
      ${again && html`<p class="bar" role="status">Signed out. Your drafts are kept in this browser.</p>`}
      ${ways?.demo && html`<${Chooser} staff=${ways.demo} choose=${choose} />`}
      ${ways && !ways.demo && html`<${Elsewhere} issuer=${ways.issuer} />`}
    </section>
  </main>`;
}

function Chooser({ staff, choose }) {
  return html`<p>Who are you today?</p>
    <ul class="people">
      ${staff.map(
        ({ name, role, teams }) => html`<li key=${name}>
          <button type="button" onClick=${() => choose(name)}>
            <b>${name}</b> <span>${role === "supervisor" ? "Supervisor, every team" : teams.map(title).join(", ")}</span>
          </button>
        </li>`,
      )}
    </ul>`;
}

function Elsewhere({ issuer }) {
  return html`<p>${issuer ? `Staff sign in at ${new URL(issuer).host}.` : "This desk does not say where staff sign in."}</p>
    <p>From a terminal: <code>tweetserve desk login</code></p>`;
}
