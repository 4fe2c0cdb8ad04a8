// What the bot itself says on a subject, and when that was last checked.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { useOnce } from "./looking.js";

export function Look({ desk, use, close }) {
  const [asked, setAsked] = useState("");
  const { found, trouble } = useOnce(desk.api, asked && `look?q=${encodeURIComponent(asked)}`);
  const ask = (event) => {
    event.preventDefault();
    setAsked(new FormData(event.target).get("q").trim());
  };
  return html`<${Dialog} name="look" title="What the bot says" close=${close}>
    <form onSubmit=${ask}>
      <label for="look-q">About, as customers call it</label>
      <input id="look-q" name="q" maxlength="200" required autocomplete="off" />
    </form>
    ${trouble && html`<p class="refused" role="alert">${trouble.message}</p>`}
    <ul class="choices found" aria-live="polite">
      ${found?.found.map(
        ({ subject, says, ...checked }) => html`<li key=${subject + says}>
          <button type="button" onClick=${() => (use({ text: says }), close())}>
            <b>${subject}</b>
            <span>${says} <small>${lastChecked(checked)}</small></span>
          </button>
        </li>`,
      )}
    </ul>
    ${found && !found.found.length && html`<p class="none">The bot says nothing about this.</p>`}
    <form method="dialog"><button class="quiet">Close</button></form>
  <//>`;
}

function lastChecked({ checked_on: on, checked_with: by }) {
  return on ? `checked on ${on}${by ? `, with ${by}` : ""}` : "nobody has said when it was checked";
}
