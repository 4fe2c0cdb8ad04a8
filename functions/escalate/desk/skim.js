// Ten new cases at a time that nobody has read: a minute of reading covers what no rule can.
import { html, useRef } from "./preact.js";
import { Key, useKeys } from "./keys.js";
import { useLook } from "./looking.js";
import { plural, time, title, useTitle } from "./words.js";

export function Skim({ desk }) {
  const { found, absent, trouble, again } = useLook(desk.api, "unseen");
  const rows = useRef(null);
  const cases = found?.cases ?? [];
  useTitle("Skim");
  const at = () => [...(rows.current?.querySelectorAll(".skimmed") ?? [])];
  const chosen = () => cases[at().indexOf(document.activeElement)];
  const step = (by) => at()[Math.max(0, Math.min(cases.length - 1, at().indexOf(document.activeElement) + by))]?.focus();

  const act = async (one, verb, said) => {
    if (!one) return;
    try {
      await desk.api.act(one, verb, verb === "seen" ? { seen: one.wrote_at } : {});
      await said?.(one);
    } catch (why) {
      if (verb !== "seen" || ![409, 412].includes(why.status)) desk.say(why.message); // else it is simply shown again
    }
  };
  const take = (one) => act(one, "claim", ({ id }) => desk.goTo(id));
  const raise = (one) => act(one, "urgent", async ({ number }) => {
      await again();
      desk.say(`${number} is urgent now.`);
    });
  const allSeen = async () => {
    await Promise.all(cases.map((one) => act(one, "seen")));
    again();
  };
  useKeys({
    digit: ({ key }) => at()[(Number(key) + 9) % 10]?.focus(),
    down: () => step(1),
    up: () => step(-1),
    open: () => take(chosen()),
    urgent: () => raise(chosen()),
    seen: allSeen,
  });

  return html`<main class="line skim" aria-busy=${!found && !trouble && !absent}>
    <header><h1>Skim</h1><p class="none">${found && `${plural(cases.length, "case")} that nobody has read`}</p></header>
    ${absent && html`<p class="none card">The service does not have this: it is older than this page.</p>`}
    ${trouble && html`<p class="bar" role="alert">${trouble.message}</p>`}
    ${found && !cases.length && html`<p class="none card">Everything has been read.</p>`}
    ${cases.length > 0 &&
    html`<ol ref=${rows}>
        ${cases.map((one, n) => html`<li key=${one.id}><${New} one=${one} n=${n} take=${take} raise=${raise} /></li>`)}
      </ol>
      <p><button type="button" class="main" onClick=${allSeen}>Seen, next ten <${Key} of="seen" /></button></p>`}
  </main>`;
}

const New = ({ one, n, take, raise }) => html`<article class="skimmed card" tabindex="0" aria-label=${`${one.number}, ${one.team}`}>
  <p class="who"><kbd aria-hidden="true">${(n + 1) % 10}</kbd> <b>${one.number}</b> <bdi>${one.handle ? `@${one.handle}` : one.customer}</bdi>
    <span class=${`team ${one.team}`}>${title(one.team)}</span> <span>due ${time(one.due_at)}</span></p>
  <p class="words" dir="auto">${one.first_words}</p>
  <p class="row">
    <button type="button" class="quiet" onClick=${() => take(one)}>Take</button>
    ${one.team !== "urgent" && html`<button type="button" class="quiet" onClick=${() => raise(one)}>Urgent</button>`}
  </p>
</article>`;
