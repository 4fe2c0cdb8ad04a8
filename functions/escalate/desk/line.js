// The line: what is mine, what waits in my teams, whose turn it is at the customer's.
import { html, useRef, useState } from "./preact.js";
import { Form, handedOn } from "./forms.js";
import { Key, useKeys } from "./keys.js";
import { useLook } from "./looking.js";
import { Rows } from "./rows.js";
import { Search } from "./search.js";
import { plural, time, title } from "./words.js";

export function Line({ desk }) {
  const [team, setTeam] = useState("");
  const [asked, setAsked] = useState("");
  const mine = useLook(desk.api, "cases?view=mine");
  const waiting = useLook(desk.api, "cases?view=waiting");
  const line = useLook(desk.api, `cases?view=line${team && `&team=${team}`}`);
  const questions = useLook(desk.api, "cases?view=asked");
  const whole = useRef(null);
  const step = (by) => {
    const rows = [...(whole.current?.querySelectorAll(".row-of-line") ?? [])];
    rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(document.activeElement) + by))]?.focus();
  };
  const [handing, setHanding] = useState(false);
  const handOn = async (_verb, fields) => {
    try {
      const { handed, left } = await handedOn(desk.api, null, fields);
      desk.say(`${plural(handed, "case")} handed on. ${left.map(({ number, why }) => `${number}: ${why}`).join(" ")}`);
    } catch (why) {
      return why.message;
    }
    setHanding(false);
    mine.again();
    return null;
  };
  useKeys({ handover: () => setHanding(true), down: () => step(1), up: () => step(-1), ...(asked && { back: () => setAsked("") }) });

  if (line.absent) return html`<${Bare} desk=${desk} />`;
  const teams = desk.whoami?.staff?.teams ?? [];
  return html`<main class="line" ref=${whole}>
    <h1 class="heard">The line</h1>
    <${Search} asked=${asked} ask=${setAsked} />
    ${asked
      ? html`<${Found} desk=${desk} asked=${asked} done=${() => setAsked("")} />`
      : html`
          <${Group} name="mine" title="Mine" look=${mine} desk=${desk} none="You have no case open.">
            ${mine.found?.cases.length > 0 && html`<button type="button" class="quiet" onClick=${() => setHanding(true)}><${Key} of="handover" /> Hand all on</button>`}
          <//>
          ${questions.found?.cases.length > 0 &&
          html`<${Group} name="asked" title="Asked of your team" look=${questions} desk=${desk} />`}
          <${Group} name="line" title="Line" look=${line} desk=${desk} none=${nothing(waiting, desk.whoami)}>
            ${teams.length > 1 && html`<${Teams} teams=${teams} team=${team} choose=${setTeam} />`}
          <//>
          <${Group} name="waiting" title="Waiting for the customer" look=${waiting} desk=${desk} none="No customer owes you an answer." />
        `}
    ${handing && html`<${Form} verb="handover" desk=${desk} act=${handOn} close=${() => setHanding(false)} />`}
  </main>`;
}

function nothing({ found }, whoami) {
  const owed = found?.cases.length ? ` ${plural(found.cases.length, "customer")} ${found.cases.length === 1 ? "owes" : "owe"} you an answer.` : "";
  const due = whoami?.shift?.promises?.[0]?.due_at ?? whoami?.shift?.next_promise_at;
  return `Nothing is waiting.${owed}${due ? ` Next promise due: ${time(due)}.` : ""}`;
}

/** A service that knows no lists yet. */
const Bare = ({ desk }) => html`<main class="line">
  <h1 class="heard">The line</h1>
  <section class="card empty">
    <p>Take the most pressing case of your teams.</p>
    <p><button type="button" class="main" onClick=${desk.next}>Next case <${Key} of="next" /></button></p>
  </section>
</main>`;

function Group({ name, title: words, look: { found, trouble }, desk, none, children }) {
  const count = found && ` ${found.cases.length}${found.cursor ? "+" : ""}`;
  return html`<section class="group" aria-labelledby=${`${name}-title`} aria-busy=${!found}>
    <header><h2 id=${`${name}-title`}>${words}${count}</h2>${children}</header>
    ${trouble && html`<p class="bar" role="alert">${trouble.message}</p>`}
    ${!found && !trouble && html`<div class="card coming"></div>`}
    ${found && (found.cases.length ? html`<${Rows} cases=${found.cases} desk=${desk} />` : html`<p class="none card">${none}</p>`)}
  </section>`;
}

const Teams = ({ teams, team, choose }) => html`<label>
  <span class="heard">Team</span>
  <select value=${team} onChange=${(event) => choose(event.target.value)}>
    <option value="">every team</option>
    ${["urgent", ...teams.filter((one) => one !== "urgent")].map((one) => html`<option value=${one}>${title(one)}</option>`)}
  </select>
</label>`;

function Found({ desk, asked, done }) {
  const look = useLook(desk.api, `cases?q=${encodeURIComponent(asked)}`);
  return html`<${Group} name="found" title="Found" look=${look} desk=${desk} none="No case of this number, handle or X id.">
    <button type="button" class="quiet" onClick=${done}>Back to the line</button>
  <//>`;
}
