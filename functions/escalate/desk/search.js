// Search for a case number, a handle or an X id. Each search is kept in the audit, so none is made while one types.
import { html, useRef } from "./preact.js";
import { Key, useKeys } from "./keys.js";

export function Search({ asked, ask }) {
  const field = useRef(null);
  useKeys({ search: () => field.current.focus() });
  const submit = (event) => {
    event.preventDefault();
    ask(field.current.value.trim());
  };
  return html`<form role="search" onSubmit=${submit}>
    <label class="heard" for="search">Case number, handle or X id</label>
    <input id="search" ref=${field} type="search" maxlength="60" placeholder="Case number, handle or X id" defaultValue=${asked} />
    <button class="quiet">Search <${Key} of="search" /></button>
  </form>`;
}
