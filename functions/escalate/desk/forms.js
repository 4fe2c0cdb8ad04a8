// The dialogs of acts that take fields: what each asks, and the API's verb that it is sent to under the fields' own names.
import { html, useState } from "./preact.js";
import { Dialog } from "./dialog.js";
import { useOnce } from "./looking.js";
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

/** Some hours from now, as a field of time takes it. */
function inHours(hours) {
  const at = new Date(Date.now() + hours * 3_600_000);
  at.setMinutes(Math.ceil(at.getMinutes() / 15) * 15 - at.getTimezoneOffset(), 0, 0);
  return at.toISOString().slice(0, 16);
}

const moment = (written) => new Date(written).toISOString();

class NotRight extends Error {}

/** 5 or 5.50 as the API takes it: in minor units. */
function minor(amount) {
  const written = amount.trim().replace(",", ".");
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(written) || !Number(written)) throw new NotRight("Write an amount such as 5 or 5.50.");
  return Math.round(Number(written) * 100);
}

/** Hand on one case, or with none of them all that one has. */
export async function handedOn(api, one, { to, brief, request_id }) {
  const cases = one && [{ id: one.id, fence: one.fence, ...(brief && { brief }) }];
  const answer = await api.post("handover", { to, ...(request_id && { request_id }), ...(cases && { cases }) });
  if (one && answer.left.length) throw new Error(answer.left[0].why);
  return answer;
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
  park: {
    title: "Who are you waiting for? Until when?",
    does: "Park it",
    fields: () => html`
      <${Short} name="until" type="datetime-local" label="Until: they read this time, and it comes back to you before" defaultValue=${inHours(2)} />
      <${Long} name="text" label="Who you are waiting for: it is kept as a note" />
    `,
    sent: ({ until, ...rest }) => ({ ...rest, until: moment(until) }),
    left: (one, { until }) => `${one.number} rests: they hear from us by ${time(until)}.`,
  },
  callback: {
    title: "A call",
    does: "Promise it",
    fields: (one, desk) => html`<${FreeCalls} one=${one} desk=${desk} />`,
    left: (one, { slot }) => `${one.number}: a call is promised for ${time(slot)}. They have been told.`,
  },
  handover: {
    title: "Hand on",
    does: "Hand on",
    fields: (one) => html`
      <${Short} name="to" label="To: a team, a colleague, or “line”, where each goes to its own" defaultValue="line" maxlength="128" />
      ${one && html`<${Long} name="brief" label="What they need to know: it is kept as a note" optional />`}
    `,
    asks: handedOn,
    left: (one, { to }) => `${one.number} is handed on: ${to}.`,
  },
  call_off: { done: () => "No call, then. They have been told by when they are written to." },
  number: { done: ({ number }) => `The number is ${number}. That you have seen it is recorded.` },
  called: {
    title: "You have rung them",
    does: "Say so",
    fields: (one, desk) => html`
      <${Choice} name="reached" label="Did you speak?" options=${[["true", "yes, we spoke"], ["", "no, nobody answered"]]} optional />
      <${FreeCalls} one=${one} desk=${desk} label="If not: when will you try once more?" optional />
    `,
    sent: ({ reached, slot }) => (reached ? { reached: true } : { reached: false, slot }),
    done: () => "It is kept in the case.",
  },
  ask: {
    title: "Ask another team; the case stays yours",
    does: "Ask",
    fields: (one) => html`
      <${Choice} name="team" label="Team" options=${otherTeams(one).filter(([team]) => team !== "urgent")} />
      <${Long} name="text" label="What you want to know: their answer comes as a note" />
    `,
    done: (_answer, { team }) => `The ${team} team is asked. Their answer comes as a note.`,
  },
  advise: {
    title: "What your team was asked",
    does: "Answer",
    fields: () => html`<${Long} name="text" label="Your answer: their case has it as a note, the customer never sees it" />`,
    done: () => "They have your answer as a note.",
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

function FreeCalls({ one, desk, label = "When", optional }) {
  const { found, trouble } = useOnce(desk.api, `cases/${one.id}/calls`);
  if (trouble) return html`<p class="refused" role="alert">${trouble.message}</p>`;
  if (found && !found.slots.length) return html`<p>No call of this team is free in the next days.</p>`;
  const times = found?.slots.map(({ at, words }) => [at, words]) ?? [];
  return html`<p>${found && `The number ending ${found.number_ends}. They are told the time.`}</p>
    <${Choice} name="slot" label=${label} options=${[["", "choose a time"], ...times]} optional=${optional} />`;
}

export function Form({ verb, desk, one, act, close }) {
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
  const byKey = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.currentTarget.requestSubmit();
  return html`<${Dialog} name=${verb} title=${form.title} close=${close}>
    <form onSubmit=${submit} onKeyDown=${byKey}>
      ${form.fields(one, desk)}
      <p class="refused" role="alert">${refused}</p>
      <p class="row">
        <button type="submit" class="main">${form.does}</button>
        <button type="button" class="quiet" onClick=${(event) => event.target.closest("dialog").close()}>Close</button>
      </p>
    </form>
  <//>`;
}
