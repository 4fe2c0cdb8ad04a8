// How a case ends: a digit says it. A locked case asks how it was made sure who it is.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { WRAP_UPS } from "./words.js";

export const CHECKS = [
  "I called the contact number on file and spoke to them",
  "A code to that number, SIM unchanged for 7 days",
  "A shop checked photo ID",
];

export function Resolve({ act, close, answers }) {
  const [locked, setLocked] = useState(null);
  const resolve = (wrap_up, check) => act({ wrap_up, ...check }, { asksHow: () => setLocked(wrap_up) });
  const byDigit = (event) => {
    const way = !locked && !event.ctrlKey && !event.altKey && !event.metaKey && WRAP_UPS[Number(event.key) - 1];
    if (way) resolve(way[0]);
  };
  return html`<${Dialog} name="resolve" title="How did it end?" close=${close} onKeyDown=${byDigit}>
    ${answers && html`<p>Sends your answer and closes. They can reopen it by writing.</p>`}
    ${locked ? html`<${Checked} done=${(check) => resolve(locked, check)} />` : html`<${Ways} done=${resolve} />`}
    <form method="dialog"><button class="quiet">Not yet</button></form>
  <//>`;
}

const Ways = ({ done }) => html`<ol class="choices">
  ${WRAP_UPS.map(
    ([code, words], n) => html`<li key=${code}>
      <button type="button" onClick=${() => done(code)}><kbd aria-hidden="true">${n + 1}</kbd> ${words}</button>
    </li>`,
  )}
</ol>`;

const Checked = ({ done }) => html`<p>How did you make sure? What somebody writes in this chat is not enough.</p>
  <ul class="choices">
    ${CHECKS.map((words) => html`<li key=${words}><button type="button" onClick=${() => done({ checked: words })}>${words}</button></li>`)}
    <li><button type="button" onClick=${() => done({ lock_stays: true })}>I could not: account details stay off</button></li>
  </ul>`;
