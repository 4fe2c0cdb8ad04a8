// What was said in a case, in order, and what became of each DM. All of it is text of strangers: it is only ever set as text.
import { html, useLayoutEffect, useState } from "./preact.js";
import { Picture } from "./picture.js";
import { time } from "./words.js";

const LINES = 12;
const SIGNS = 1200;
const MARKS = { SENT: "✓", REFUSED: "✗", SUPPRESSED: "✗", PENDING: "…", SENDING: "…" };

export function Thread({ entries, desk, one, older, showOlder, area, children }) {
  const newest = entries.at(-1)?.id;
  useLayoutEffect(() => area.current.scrollTo(0, area.current.scrollHeight), [newest, Boolean(children)]);
  return html`<div class="thread" ref=${area} tabindex="0" role="region" aria-label="What was said">
    ${older && html`<p class="older"><button type="button" class="quiet" onClick=${showOlder}>What was said before</button></p>`}
    <ol aria-live="polite">
      ${entries.map((entry) => html`<${Said} key=${`${entry.who}-${entry.id}`} entry=${entry} desk=${desk} one=${one} />`)}
      ${children}
    </ol>
  </div>`;
}

function nameOf({ who, by }, me, handle) {
  if (who === "customer") return handle ? `@${handle}` : "customer";
  if (who === "bot") return "bot";
  return by === me ? "you" : by;
}

function Said({ entry, desk, one }) {
  const { who, at, text, delivery } = entry;
  return html`<li class=${`said ${who}`}>
    <p class="who"><bdi>${nameOf(entry, desk.me, one.handle)}</bdi>${who === "note" && " · note"} <time datetime=${at}>${time(at)}</time></p>
    ${text && html`<${Words} text=${text} />`}
    ${entry.picture && html`<${Picture} api=${desk.api} id=${one.id} entry=${entry.id} />`}
    ${delivery && html`<${Became} delivery=${delivery} />`}
  </li>`;
}

export function Became({ delivery: { state, words } }) {
  const went = { SENT: "well", REFUSED: "badly", SUPPRESSED: "badly" }[state] ?? "open";
  return html`<p class=${`became ${went}`}><span aria-hidden="true">${MARKS[state] ?? "?"}</span> ${words}</p>`;
}

/** A long text begins with its first lines. */
export function Words({ text }) {
  const [all, setAll] = useState(false);
  const lines = text.split("\n");
  const long = lines.length > LINES || text.length > SIGNS;
  const shown = all || !long ? text : `${[...lines.slice(0, LINES).join("\n")].slice(0, SIGNS).join("")}…`;
  return html`<p class="words" dir="auto">${shown}</p>
    ${long &&
    html`<button type="button" class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>
      ${all ? "Show less" : `Show all ${text.length.toLocaleString("en-GB")} signs`}
    </button>`}`;
}
