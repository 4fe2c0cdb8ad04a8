// The line: what is mine, what waits, what is next.
import { html } from "./preact.js";
import { Key } from "./keys.js";

export function Line({ desk }) {
  return html`<main class="line">
    <section class="card empty">
      <p>Take the most pressing case of your teams.</p>
      <p><button type="button" class="main" onClick=${desk.next}>Next case <${Key} of="next" /></button></p>
    </section>
  </main>`;
}
