// Cases one below the other, in the order in which they are to be taken.
import { html } from "./preact.js";
import { ago, long, time, title } from "./words.js";

export const Rows = ({ cases, desk }) => html`<ol class="rows card">
  ${cases.map((one) => html`<li key=${one.id}><${Row} one=${one} me=${desk.me} /></li>`)}
</ol>`;

function Row({ one, me }) {
  const back = one.owner === me && one.answered_at && one.wrote_at > one.answered_at;
  return html`<a class=${`row-of-line ${one.unseen || back ? "new" : ""}`} href=${`#/case/${one.id}`}>
    <b class="number">${one.number}</b>
    <span class="who"><bdi>${one.handle ? `@${one.handle}` : one.customer}</bdi></span>
    <span class=${`team ${one.team}`}>${title(one.team)} <small>${title(one.kind)}</small></span>
    <span class="first-words"><bdi>${one.first_words ?? ""}</bdi></span>
    <${Due} one=${one} me=${me} back=${back} />
    <span class=${`owner ${one.owner && one.owner !== me ? "other" : ""}`}>${whose(one, me)}</span>
  </a>`;
}

function whose({ owner, state }, me) {
  if (state === "RESOLVED") return "resolved";
  if (!owner) return "nobody";
  return owner === me ? "you" : owner;
}

/** How long they have waited, against the time that was said: as a figure, a bar, and in a word where it is late. */
function Due({ one, me, back }) {
  const [opened, due, now] = [new Date(one.opened_at), new Date(one.due_at), Date.now()];
  if (one.state === "RESOLVED") return html`<span class="due">${one.wrap_up?.replaceAll("_", " ")} ${time(one.resolved_at)}</span>`;
  if (one.state === "WAITING_CUSTOMER" || (one.owner === me && one.answered_at && !back))
    return html`<span class="due">answered ${time(one.answered_at)}</span>`;
  const late = now > due;
  return html`<span class=${`due ${late ? "late" : ""}`}>
    ${back ? `wrote back ${ago(one.wrote_at)}` : `${long(now - opened)}`}
    <progress aria-hidden="true" max="100" value=${Math.min(100, (100 * (now - opened)) / Math.max(1, due - opened))}></progress>
    ${late ? html`<b>late by ${long(now - due)}</b>` : `due ${time(one.due_at)}`}
  </span>`;
}
