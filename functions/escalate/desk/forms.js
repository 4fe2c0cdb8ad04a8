// The dialogs of acts that take fields: what each asks, and the API's verb that it is sent to under the fields' own names.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { CHECKS } from "./resolve.js";
import { time, title } from "./words.js";

const TEAMS = ["urgent", "billing", "devices", "sales", "general"];

const Long = ({ name, label, optional }) => html`<label for=${`field-${name}`}>${label}</label>
  <textarea id=${`field-${name}`} name=${name} rows="4" dir="auto" maxlength="10000" required=${!optional}></textarea>`;

const Short = ({ name, label, ...rest }) => html`<label for=${`field-${name}`}>${label}</label>
  <input id=${`field-${name}`} name=${name} required autocomplete="off" ...${rest} />`;

const Choice = ({ name, label, options, optional }) => html`<label for=${`field-${name}`}>${label}</label>
  <select id=${`field-${name}`} name=${name} required=${!optional}>
    ${options.map(([value, words]) => html`<option value=${value}>${words}</option>`)}
  </select>`;

const otherTeams = (one) => TEAMS.filter((team) => team !== one.team).map((team) => [team, title(team)]);

const STAYS = "stays";
const SURE = [["", "they are not off"], ...CHECKS.map((words) => [words, words]), [STAYS, "I could not: they stay off"]];
const madeSure = ({ checked, ...rest }) => ({ ...rest, ...(checked === STAYS ? { lock_stays: true } : checked && { checked }) });

class NotRight extends Error {}

/** 5 or 5.50 as the API takes it: in minor units. */
function minor(amount) {
  const written = amount.trim().replace(",", ".");
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(written) || !Number(written)) throw new NotRight("Write an amount such as 5 or 5.50.");
  return Math.round(Number(written) * 100);
}

/** `left` says what became of a case that leaves one's hands by it, `done` what came of one that stays. */
export const FORMS = {
  note: {
    title: "A note for colleagues",
    does: "Keep it",
    fields: () => html`<${Long} name="text" label="The customer never sees it." />`,
  },
  transfer: {
    title: "To which team?",
    does: "Give it to them",
    fields: (one) => html`
      <${Choice} name="team" label="Team" options=${otherTeams(one)} />
      <${Long} name="text" label="What they need to know: it is kept as a note" optional />
    `,
    left: (one, { team }) => `${one.number} is with the ${team} team.`,
  },
  urgent: { done: ({ case: one }) => `${one.number} is urgent now: due ${time(one.due_at)}.` },
  not_urgent: {
    title: "Whose line can it wait in?",
    does: "Lower it",
    fields: (one) => html`
      <${Choice} name="team" label="Team" options=${otherTeams(one)} />
      <${Long} name="text" label="Why: it is kept as a note" />
      <${Choice} name="checked" label="If account details are off: how did you make sure?" options=${SURE} optional />
    `,
    sent: madeSure,
    left: (one, { team }) => `${one.number} is in the line of the ${team} team.`,
  },
  number: { done: ({ number }) => `The number is ${number}. That you have seen it is recorded.` },
  called: {
    title: "You have rung them",
    does: "Say so",
    fields: () => html`
      <${Choice} name="reached" label="Did you speak?" options=${[["true", "yes, we spoke"], ["", "no, nobody answered"]]} optional />
      <${Short} name="slot" type="datetime-local" label="If not: when will you try once more?" step="1800" required=${false} />
    `,
    sent: ({ reached, slot }) => ({ reached: reached === "true", ...(slot && { slot: new Date(slot).toISOString() }) }),
    done: () => "It is kept in the case.",
  },
  credit: {
    title: "Goodwill credit",
    does: "Book it",
    fields: () => html`
      <${Short} name="amount" label="Amount, such as 5.00" inputmode="decimal" maxlength="10" />
      <${Short} name="reason" label="Reason, for the books" maxlength="200" />
    `,
    sent: ({ amount, ...rest }) => ({ amount: minor(amount), ...rest }),
    done: ({ words }) => `${words} of credit is booked. The customer knows when you tell them.`,
  },
};

export function Form({ verb, one, act, close }) {
  const form = FORMS[verb];
  const [refused, setRefused] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ""));
    try {
      setRefused((await act(verb, form.sent?.(fields) ?? fields)) ?? "");
    } catch (why) {
      if (!(why instanceof NotRight)) throw why;
      setRefused(why.message);
    }
  };
  return html`<${Dialog} name=${verb} title=${form.title} close=${close}>
    <form onSubmit=${submit}>
      ${form.fields(one)}
      <p class="refused" role="alert">${refused}</p>
      <p class="row">
        <button type="submit" class="main">${form.does}</button>
        <button type="button" class="quiet" onClick=${(event) => event.target.closest("dialog").close()}>Close</button>
      </p>
    </form>
  <//>`;
}
