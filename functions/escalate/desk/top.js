// The top of every room: who one is, what X lets through, and whether something urgent waits.
import { html } from "./preact.js";
import { Key } from "./keys.js";
import { plural, time, title } from "./words.js";

export function Top({ desk: { me, whoami, next }, open, signOut }) {
  const teams = (whoami?.staff?.teams ?? []).filter((team) => team !== "urgent");
  // One element, whatever is in it: a dialog further down would lose its place on top if what it lies in were moved.
  return html`<div><header class="top">
      <p class="name">
        <a href="#/">Desk</a> <bdi>${me}</bdi>
        ${teams.length > 0 && html` <span class="roomy">· ${teams.map(title).join(", ")}</span>`}
      </p>
      ${whoami?.budget && html`<p class="budget">${budget(whoami.budget)}</p>`}
      <div class="tools">
        <button type="button" class="main" onClick=${next}>Next <${Key} of="next" /></button>
        <a class="quiet" href="#/skim">Skim <${Key} of="skim" /></a>
        <button type="button" class="quiet" onClick=${() => open("settings")}>Settings</button>
        <button type="button" class="quiet" onClick=${() => open("help")}>Keys <${Key} of="help" /></button>
        <button type="button" class="quiet" onClick=${signOut}>Sign out</button>
      </div>
    </header>
    <${Urgent} line=${whoami?.line?.urgent} next=${next} /></div>`;
}

function Urgent({ line, next }) {
  if (!line?.waiting) return null;
  return html`<p class="urgent-bar" role="status">
    <b>Urgent: ${line.waiting} waiting</b>
    ${line.earliest_due_at && html`<span>due ${time(line.earliest_due_at)}</span>`}
    <button type="button" class="quiet" onClick=${next}>Take it <${Key} of="next" /></button>
  </p>`;
}

function budget({ limit, left, resets_at, waiting, paused }) {
  const wait = waiting ? `${plural(waiting, "answer")} ${waiting === 1 ? "waits" : "wait"}` : "";
  if (!left) return `X's limit is used up${resets_at ? ` until ${time(resets_at)}` : ""}.${wait ? ` ${wait}; urgent ones go first.` : ""}`;
  const held = paused ? `; the bot is held back: ${paused}` : "";
  return `X: ${left} of ${limit} left${wait ? `, ${wait}` : ""}${held}`;
}
