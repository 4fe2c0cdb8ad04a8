// A case: what they want, what was said, what we know, what was promised; and the answer to it.
import { html, useEffect, useRef, useState } from "./preact.js";
import { Account, Notes } from "./account.js";
import { hasLeft, useActs } from "./acting.js";
import { Acts, actsWith } from "./acts.js";
import { useAnswer } from "./answering.js";
import { Brief, ManyExchanges } from "./brief.js";
import { isMine, useCase } from "./case-state.js";
import { Canned } from "./canned.js";
import { Composer } from "./composer.js";
import { Form, FORMS } from "./forms.js";
import { Held } from "./held.js";
import { Key, useKeys } from "./keys.js";
import { Look } from "./look.js";
import { Resolve } from "./resolve.js";
import { Thread } from "./thread.js";
import { STATES, time, title, useTitle } from "./words.js";

export function Case({ id, desk }) {
  const state = useCase(desk.api, id, desk.me);
  if (state.trouble && !state.shown) return html`<main class="alone"><p class="bar" role="alert">${state.trouble.message}</p></main>`;
  if (!state.shown) return html`<main class="case loading" aria-busy="true"><section class="card"></section><aside></aside></main>`;
  return html`<${Open} ...${state} desk=${desk} />`;
}

const SOON = 2 * 60_000;
const DIALOGS = new Set(["resolve", "canned", "look"]);

function Open({ shown, entries, older, showOlder, trouble, look, desk }) {
  const { me, outbox, say } = desk;
  const one = shown.case;
  const mine = isMine(one, me);
  const was = useRef(mine); // it was ours when it was opened
  if (mine) was.current = true;
  const answer = useAnswer({ outbox, me, shown, seconds: desk.settings.hold, look, say });
  const [open, setOpen] = useState(null);
  const [tab, setTab] = useState("chat");
  const [box, thread] = [useRef(null), useRef(null)];

  const closed = () => setOpen(null);
  const act = useActs({ desk, one, look, done: closed });
  const left = ({ verb, fields }) => (verb === "close" ? desk.leave(hasLeft(one, verb, fields)) : look());
  useEffect(() => desk.onLeft(one.id, left), []);
  useTitle(one.number);

  const take = ["NEW", "WAITING_CUSTOMER"].includes(one.state) && (() => act("claim"));

  const begins = async (wanted) => {
    const { replies } = await desk.api.get(`canned?case=${one.id}`);
    const found = replies.find(({ shortcut, missing }) => shortcut === wanted && !missing.length);
    if (found) answer.use(found);
    else say(`${wanted} does not fit this case.`);
    box.current?.focus();
  };
  const verify = () => begins(";verify");
  const begin = (verb) => (FORMS[verb]?.fields || DIALOGS.has(verb) ? () => setOpen(verb) : () => act(verb));
  const send = (verb, fields) => {
    const went = answer.send(verb, fields);
    (went ? thread : box).current?.focus({ preventScroll: went }); // then single letters are keys again
  };
  useKeys({
    back: ({ target }) => (target === box.current ? thread.current.focus({ preventScroll: true }) : desk.leave("")),
    answer: () => box.current?.focus(),
    undo: answer.item && (() => answer.undo() && requestAnimationFrame(() => box.current?.focus())),
    ...(mine && { send: () => send(), close: () => (answer.text.trim() ? setOpen("close") : null) }),
    ...(mine && Object.fromEntries(actsWith(one).map(([verb]) => [verb, begin(verb)]))),
    ...(!mine && take && { take }),
    ...(!mine && { advise: begin("advise") }),
    ...(!mine && !take && one.state === "CLAIMED" && one.team !== "urgent" && { urgent: () => act("urgent") }),
    ...(mine && !shown.account.verified && { verify }),
  });

  return html`<main class="case" data-tab=${tab}>
    <${Head} one=${one} mine=${mine} exchange=${shown.brief?.exchange} keep=${() => act("renew")} />
    <${Tabs} tab=${tab} choose=${setTab} />
    <section class="card chat" aria-label="Answering">
      <${Brief} brief=${shown.brief} card=${shown.card} />
      <${Thread}
        entries=${entries.filter((entry) => entry.who !== "note")}
        desk=${desk}
        one=${one}
        older=${older}
        showOlder=${showOlder}
        area=${thread}
      >
        ${answer.item && html`<${Held} item=${answer.item} undo=${answer.undo} />`}
      <//>
      ${mine && html`<${ManyExchanges} exchange=${shown.brief?.exchange} call=${!one.call_at && begin("callback")} write=${() => begins(";five")} />`}
      ${mine
        ? html`<${Composer} ...${answer} send=${send} hold=${desk.settings.hold} sign=${desk.sign} box=${box} canned=${begin("canned")} />`
        : html`<${NotMine} one=${one} me=${me} was=${was.current} draft=${answer.text} take=${take} advise=${isAsked(entries, desk.whoami) && begin("advise")} />`}
    </section>
    <aside>
      <div class="known" tabindex="0" role="group" aria-label="Account and notes">
        <${Account} account=${shown.account} verify=${mine && verify} />
        <${Notes} entries=${entries} me=${me} />
      </div>
      ${mine && html`<${Acts} one=${one} begin=${begin} />`}
    </aside>
    ${open === "canned" && html`<${Canned} desk=${desk} one=${one} use=${answer.use} close=${closed} />`}
    ${open === "look" && html`<${Look} desk=${desk} use=${answer.use} close=${closed} />`}
    ${FORMS[open] && html`<${Form} verb=${open} desk=${desk} one=${one} act=${act} close=${closed} />`}
    ${open === "resolve" && html`<${Resolve} act=${(...how) => act("resolve", ...how)} close=${closed} />`}
    ${open === "close" && html`<${Resolve} answers act=${(how) => (closed(), send("close", how))} close=${closed} />`}
  </main>`;
}

/** The claim is about to end, as nobody has touched the page for a while. */
function Ending({ one, keep }) {
  const left = new Date(one.lease_until) - Date.now();
  if (left > SOON) return null;
  return html`<p class="bar warn ending" role="alert">
    Yours until ${time(one.lease_until)}: then it goes back to the line.
    <button type="button" class="quiet" onClick=${keep}>Keep it</button>
  </p>`;
}

function Head({ one, mine, exchange, keep }) {
  return html`<header class="head">
    <h1>${one.number} <bdi>${one.handle ? `@${one.handle}` : one.customer}</bdi></h1>
    <p>
      <span class=${`team ${one.team}`}>${title(one.team)}</span>
      <span>${title(one.kind)}</span>
      ${one.state !== "RESOLVED" && html`<span>due <b>${time(one.due_at)}</b></span>`}
      ${one.call_at && html`<span>call <b>${time(one.call_at)}</b></span>`}
      ${one.promised_at && html`<span>promised <b>${time(one.promised_at)}</b></span>`}
      ${exchange > 0 && html`<span>exchange <b>${exchange}</b> of 5</span>`}
      <span>${mine ? html`yours until <b>${time(one.lease_until)}</b>` : STATES[one.state]}</span>
    </p>
    ${mine && html`<${Ending} one=${one} keep=${keep} />`}
  </header>`;
}

const TABS = ["chat", "account", "notes", "acts"];

function Tabs({ tab, choose }) {
  return html`<div class="tabs" role="group" aria-label="What is shown">
    ${TABS.map((name) => html`<button type="button" aria-pressed=${tab === name} onClick=${() => choose(name)}>${title(name)}</button>`)}
  </div>`;
}

/** Whether a note asks a team that one serves. */
const isAsked = (entries, whoami) =>
  entries.some(({ who, text }) => who === "note" && whoami?.staff.teams.some((team) => text.startsWith(`To the ${team} team: `)));

function NotMine({ one, me, was, draft, take, advise }) {
  const who =
    one.state === "CLAIMED" && one.owner !== me
      ? `${one.owner} has it since ${time(one.claimed_at)}.`
      : one.state === "CLAIMED"
        ? `Your claim ran out at ${time(one.lease_until)}.`
        : `It ${{ NEW: "is in the line: nobody has it", WAITING_CUSTOMER: "waits for the customer", RESOLVED: "is resolved" }[one.state] ?? "was written by a newer release"}.`;
  return html`<div class="composer">
    <p class="bar" role="status">${was && "This case is no longer yours. "}${who}</p>
    ${take && html`<p><button type="button" class="main" onClick=${take}>Take it <${Key} of="take" /></button></p>`}
    ${advise && html`<p><button type="button" class="quiet" onClick=${advise}><${Key} of="advise" /> Answer what your team was asked</button></p>`}
    ${draft &&
    html`<div class="under">
      <p>Your draft is kept: <span class="kept" dir="auto">${draft}</span></p>
      <button type="button" class="quiet" onClick=${() => navigator.clipboard.writeText(draft)}>Copy draft</button>
    </div>`}
  </div>`;
}
