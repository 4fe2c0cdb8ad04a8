// How somebody likes to work, kept in this browser.
import { html } from "./preact.js";
import { Dialog } from "./dialog.js";

const KEY = "desk.settings";
const HOLDS = [8, 15, 30, 80, 0];

export const USUAL = { hold: 8, letters: true };

export function settings() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return USUAL;
  }
}

function keep(changed) {
  try {
    localStorage.setItem(KEY, JSON.stringify(changed));
  } catch {
    // They hold until the page is closed.
  }
}

export function Settings({ now, change, close }) {
  const set = (part) => {
    keep({ ...now, ...part });
    change({ ...now, ...part });
  };
  return html`<${Dialog} name="settings" title="Settings" close=${close}>
    <label for="hold">An answer is held before it leaves</label>
    <select id="hold" value=${now.hold} onChange=${(event) => set({ hold: Number(event.target.value) })}>
      ${HOLDS.map((seconds) => html`<option value=${seconds}>${seconds ? `${seconds} seconds` : "not at all"}</option>`)}
    </select>
    <label class="check">
      <input type="checkbox" checked=${now.letters} onChange=${(event) => set({ letters: event.target.checked })} />
      Single letters are keys
    </label>
    <form method="dialog"><button class="quiet">Close</button></form>
  <//>`;
}
