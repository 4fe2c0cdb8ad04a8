// The case in a glance, above what was said: what is asked, what was promised and why then, what was before.
import { html } from "./preact.js";
import { time } from "./words.js";

const MANY = 4; // exchanges after which a call may be better

export function Brief({ brief }) {
  if (!brief) return null;
  const { asks, promised_at: promised, due, exchange, earlier } = brief;
  return html`<dl class="brief" aria-label="In a glance">
    ${asks && html`<div><dt>Asks</dt><dd><bdi>${asks}</bdi></dd></div>`}
    ${(promised || due) && html`<div><dt>Promised</dt><dd>${promised ? time(promised) : "no time"}${due && html` <small>${due}</small>`}</dd></div>`}
    ${earlier.length > 0 && html`<div><dt>Earlier</dt><dd>${earlier.map(before).join("; ")}</dd></div>`}
    ${exchange >= MANY && html`<div><dt>Exchange</dt><dd>${exchange} of 5. Would a call do it?</dd></div>`}
  </dl>`;
}

const before = ({ number, team, wrap_up: end, resolved_at: at }) =>
  `${number}, ${team}${at ? `, ${time(at)}` : ""}${end ? `: ${end.replaceAll("_", " ")}` : ""}`;
