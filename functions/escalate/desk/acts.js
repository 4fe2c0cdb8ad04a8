// What can be done with a case besides answering it: each a key, a dialog of its fields, and the API's verb.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { WRAP_UPS } from "./words.js";

const CHECKS = [
  "I called the contact number on file and spoke to them",
  "A code to that number, SIM unchanged for 7 days",
  "A shop checked photo ID",
];

export function Note({ act, close }) {
  return html`<${Dialog} name="note" title="A note for colleagues" close=${close}>
    <${Fields} act=${(fields) => act("note", fields)} does="Keep it">
      <label for="note">The customer never sees it.</label>
      <textarea id="note" name="text" rows="4" dir="auto" required maxlength="10000" autofocus></textarea>
    <//>
  <//>`;
}

/** Resolve by a digit; a locked case asks how it was made sure who it is. */
export function Resolve({ act, close }) {
  const [locked, setLocked] = useState(null);
  const resolve = (wrap_up, check) => act("resolve", { wrap_up, ...check }, { asksHow: () => setLocked(wrap_up) });
  const byDigit = (event) => {
    const way = !locked && !event.ctrlKey && !event.altKey && !event.metaKey && WRAP_UPS[Number(event.key) - 1];
    if (way) resolve(way[0]);
  };
  return html`<${Dialog} name="resolve" title="How did it end?" close=${close} onKeyDown=${byDigit}>
    ${locked
      ? html`<${Checked} done=${(check) => resolve(locked, check)} />`
      : html`<ol class="choices">
          ${WRAP_UPS.map(
            ([code, words], n) => html`<li key=${code}>
              <button type="button" onClick=${() => resolve(code)}><kbd aria-hidden="true">${n + 1}</kbd> ${words}</button>
            </li>`,
          )}
        </ol>`}
    <form method="dialog"><button class="quiet">Not yet</button></form>
  <//>`;
}

function Checked({ done }) {
  return html`<p>How did you make sure? What somebody writes in this chat is not enough.</p>
    <ul class="choices">
      ${CHECKS.map((words) => html`<li key=${words}><button type="button" onClick=${() => done({ checked: words })}>${words}</button></li>`)}
      <li><button type="button" onClick=${() => done({ lock_stays: true })}>I could not: account details stay off</button></li>
    </ul>`;
}

/** A form whose fields go to the API as they are named. What is refused stands in it. */
export function Fields({ act, does, children }) {
  const [refused, setRefused] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    setRefused((await act(Object.fromEntries(new FormData(event.target)))) ?? "");
  };
  return html`<form onSubmit=${submit}>
    ${children}
    <p class="refused" role="alert">${refused}</p>
    <p class="row">
      <button type="submit" class="main">${does}</button>
      <button type="button" class="quiet" onClick=${(event) => event.target.closest("dialog").close()}>Close</button>
    </p>
  </form>`;
}
