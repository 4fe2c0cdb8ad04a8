// The case in a glance: what is asked, what the bot said, what was promised and how that was reckoned, what was before.
import { html } from "./preact.js";
import { time, title } from "./words.js";

const MANY = 4;

export function Brief({ brief, card }) {
  if (!brief && !card.length) return null;
  return html`<div class="brief" tabindex="0" role="group" aria-label="The case in a glance">
    ${card.length > 0 && html`<ul class="first" aria-label="What to do first">${card.map((step) => html`<li>${step}</li>`)}</ul>`}
    ${brief &&
    html`<dl>
      <${Point} name="Asks" says=${brief.asks} />
      <${Point} name="Bot said" says=${brief.bot_said} />
      <${Point} name="Promised" says=${time(brief.promised_at)} />
      <${Point} name="Due" says=${brief.due} />
      <${Point} name="Earlier" says=${brief.earlier.map(before).join(" · ")} />
    </dl>`}
  </div>`;
}

const Point = ({ name, says }) => says && html`<div class=${name === "Bot said" ? "roomy" : ""}><dt>${name}</dt><dd><bdi>${says}</bdi></dd></div>`;

const before = ({ number, team, wrap_up, resolved_at }) =>
  `${number}, ${title(team)}${wrap_up ? `, ${wrap_up.replaceAll("_", " ")} ${time(resolved_at)}` : ""}`;

/** After so many exchanges writing is not what helps. */
export function ManyExchanges({ exchange, call, write }) {
  if (!(exchange >= MANY)) return null;
  return html`<p class="bar many" role="status">
    <span>${exchange === MANY ? "Four exchanges." : `${exchange} exchanges.`} Would a call do it?</span>
    ${call && html`<button type="button" class="quiet" onClick=${call}>Offer a call</button>`}
    <button type="button" class="quiet" onClick=${write}>Say when you'll write</button>
  </p>`;
}
