// What can be done with one's own case besides answering it, as the buttons beside it stand. `forms.js` has what each asks.
import { html } from "./preact.js";
import { Key, shortcut } from "./keys.js";

const ALWAYS = () => true;
const isUrgent = (one) => one.team === "urgent";

const ACTS = [
  ["canned", "Canned", ALWAYS],
  ["look", "Look up", ALWAYS],
  ["note", "Note", ALWAYS],
  ["transfer", "Team", ALWAYS],
  ["ask", "Ask a team", ALWAYS],
  ["urgent", "Urgent", (one) => !isUrgent(one)],
  ["not_urgent", "Not urgent", isUrgent],
  ["park", "Park", ALWAYS],
  ["callback", "Call-back", (one) => !one.call_at],
  ["called", "Rang", (one) => one.call_at],
  ["number", "Number", ALWAYS],
  ["credit", "Credit", ALWAYS],
  ["call_off", "No call", (one) => one.call_at],
  ["handover", "Hand on", ALWAYS],
  ["release", "Give back", ALWAYS],
  ["resolve", "Resolve", ALWAYS],
];

export const actsWith = (one) => ACTS.filter(([, , fits]) => fits(one));

export const Acts = ({ one, begin }) => html`<div class="acts">
  ${actsWith(one).map(
    ([verb, words]) => html`<button type="button" key=${verb} class="quiet" aria-keyshortcuts=${shortcut(verb)} onClick=${begin(verb)}>
      <${Key} of=${verb} /> ${words}
    </button>`,
  )}
</div>`;
