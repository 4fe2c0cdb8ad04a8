// The column beside a case: what may be seen of the account, and notes.
import { html } from "./preact.js";
import { Key } from "./keys.js";
import { Words } from "./thread.js";
import { time } from "./words.js";

export function Account({ account, verify }) {
  if (!account.verified)
    return html`<section class="account" aria-labelledby="account-title">
      <h2 id="account-title">Account</h2>
      <p class="warn">Not verified. Do not discuss the account.</p>
      ${verify && html`<p><button type="button" class="quiet" onClick=${verify}><${Key} of="verify" /> Ask them to prove it</button></p>`}
    </section>`;
  return html`<section class="account" aria-labelledby="account-title">
    <h2 id="account-title">Account <small>verified ✓ ${account.as_of && html`· as of ${time(account.as_of)}`}</small></h2>
    <dl>
      ${account.figures.map(({ name, value }) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}
    </dl>
  </section>`;
}

export function Notes({ entries, me }) {
  const notes = entries.filter((entry) => entry.who === "note");
  return html`<section class="notes" aria-labelledby="notes-title">
    <h2 id="notes-title">Notes</h2>
    ${notes.length
      ? html`<ol>
          ${notes.map(
            (note) => html`<li key=${note.id}>
              <p class="who"><bdi>${note.by === me ? "you" : note.by}</bdi> <time datetime=${note.at}>${time(note.at)}</time></p>
              <${Words} text=${note.text} />
            </li>`,
          )}
        </ol>`
      : html`<p class="none">None yet. The customer never sees them.</p>`}
  </section>`;
}
