// Replies to begin with. What cannot be filled in says why, and cannot be put into an answer.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { useOnce } from "./looking.js";

export function Canned({ desk, one, use, close }) {
  const { found, trouble } = useOnce(desk.api, `canned?case=${one.id}`);
  const [typed, setTyped] = useState("");
  const wanted = typed.toLowerCase();
  const fits = ({ shortcut, text }) => shortcut.includes(wanted) || text.toLowerCase().includes(wanted);
  const replies = found?.replies.filter(fits) ?? [];
  const choose = (reply) => {
    if (!reply || reply.missing.length) return;
    use(reply);
    close();
  };
  const first = (event) => {
    event.preventDefault();
    choose(replies.find(({ missing }) => !missing.length));
  };
  return html`<${Dialog} name="canned" title="Begin with" close=${close}>
    <form onSubmit=${first}>
      <label for="canned-find">Part of its name or words; Enter takes the first</label>
      <input id="canned-find" autocomplete="off" value=${typed} onInput=${(event) => setTyped(event.target.value)} />
    </form>
    ${trouble && html`<p class="refused" role="alert">${trouble.message}</p>`}
    <ul class="choices found">
      ${replies.map((reply) => html`<li key=${reply.shortcut}><${Reply} reply=${reply} choose=${choose} /></li>`)}
    </ul>
    ${found && !replies.length && html`<p class="none">There is none with these words.</p>`}
    <form method="dialog"><button class="quiet">Close</button></form>
  <//>`;
}

const Reply = ({ reply, choose }) => html`<button type="button" disabled=${reply.missing.length > 0} onClick=${() => choose(reply)}>
  <b>${reply.shortcut}</b>
  <span>${reply.text} ${reply.missing.map(({ why }) => html`<em>${why}</em>`)}</span>
</button>`;
