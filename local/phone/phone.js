// The phone: writes as a customer and shows what reaches them.
// What people wrote becomes text nodes, never markup: a script in a DM stays a sentence.

const SLOW_MS = 5000; // X waits about this long for a webhook
const GIVE_UP_MS = 10000; // a look that takes longer is not awaited
const AGAIN_MS = 3000;
const SILENT_MS = 3000; // after this an answer is no longer expected from a bot that was told to be silent
const WATCH_MS = { starting: 300, polling: 1000, listening: 5000 };

const SUGGESTED_TAGS = ["data", "charges"];
const SUGGESTED_WORDS = "my bill is wrong and I am furious";
const SET_APART = /(?<![\p{L}\p{N}_@#＃&/])(?:[#＃]\p{N}*\p{L}[\p{L}\p{N}_]*|@[A-Za-z0-9_]+)/gu;
const CODE = /\b\d{6}\b/;

const byId = (id) => document.getElementById(id);
const box = byId("box");
const log = byId("log");

/** What this tab keeps over a reload. It is the tab's own, so two tabs do not write into each other's drafts. */
const kept = {
  get: (key) => JSON.parse(sessionStorage.getItem(`phone.${key}`) ?? "null"),
  set: (key, value) => sessionStorage.setItem(`phone.${key}`, JSON.stringify(value)),
};

const page = {
  local: { ready: false, starting: [], engine: "up", brand: null, commands: [], customers: [] },
  reachable: true,
  person: kept.get("person"),
  dms: new Map(), // by customer
  sms: new Map(),
  chosen: null, // the id of the DM whose story is told; null = the newest
  story: null,
  counter: null,
  faults: null,
  notices: null, // the known incidents, and who got what
  ahead: null, // milliseconds that the service's clock goes before this machine's
  outbox: kept.get("outbox") ?? [], // what the service has not taken yet, and what it took until it is listed
};

const customer = () => page.local.customers.find((one) => one.id === page.person);
const handle = (name) => `@${name}`;

function h(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const button = (label, onclick, properties = {}) =>
  h("button", { type: "button", textContent: label, onclick, ...properties });

const span = (className, text) => h("span", { className, textContent: text });

// Touching an unchanged live region would make a screen reader say it again.
const drawn = new WeakMap();
function changed(node, ...what) {
  const now = JSON.stringify(what);
  const before = drawn.get(node);
  drawn.set(node, now);
  return now !== before;
}

// ---- times, as the brand's customers say them ----

const clock = (options) => {
  const formats = {};
  return (at) => {
    if (!at) return "";
    const { timezone: timeZone, country = "GB" } = page.local.brand ?? {};
    formats[timeZone] ??= new Intl.DateTimeFormat(`en-${country}`, { timeZone, ...options });
    return formats[timeZone].format(new Date(at)).replace(",", "");
  };
};
const timeOf = clock({ hour: "2-digit", minute: "2-digit" });
const secondsOf = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOf = clock({ weekday: "short", day: "numeric", month: "short" });

// ---- the server ----

async function fetched(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(GIVE_UP_MS) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function fetchLocal() {
  try {
    page.local = await fetched("/local/state");
    page.reachable = true;
  } catch {
    page.reachable = false;
  }
  const first = page.local.customers.find((one) => one.main) ?? page.local.customers[0];
  if (first && !customer()) choose(first.id);
}

async function fetchChat(person) {
  if (person === null || !page.local.ready) return;
  const user = encodeURIComponent(person);
  const [dms, sms] = await Promise.all([fetched(`/sim/dms?user_id=${user}`), fetched(`/sim/sms?user_id=${user}`)]);
  page.dms.set(person, dms);
  page.sms.set(person, sms);
  recognise(person, dms);
}

/** Ask for what is told beside the chat. What does not answer keeps what it last said. */
async function fetchBeside() {
  if (!page.local.ready) return;
  const get = (path) => fetched(path).catch(() => null);
  const paths = ["/local/clock", "/local/counter", "/sim/faults", "/local/notices"];
  const [clock, counter, faults, incidents] = await Promise.all([...paths.map(get), fetchStory()]);
  page.notices = incidents?.notices ?? page.notices;
  if (clock) page.ahead = clock.ahead_seconds * 1000;
  page.counter = counter ?? page.counter;
  page.faults = faults ?? page.faults;
}

async function fetchStory() {
  const dm = told();
  if (!dm) return;
  const story = await fetched(`/local/what-happened?dm=${encodeURIComponent(dm.id)}`).catch(() => null);
  if (story && told()?.id === story.dm) page.story = story;
}

let refreshing = false;
let refreshAgain = false;

async function refresh() {
  refreshAgain = refreshing;
  if (refreshing) return;
  refreshing = true;
  await fetchLocal();
  await fetchChat(page.person).catch(() => {}); // the bar says what is wrong; the next look may succeed
  draw();
  await fetchBeside();
  refreshing = false;
  draw();
  if (page.local.ready) sendWaiting();
  if (refreshAgain) refresh();
}

let stream = null;

// Closed while hidden: a browser keeps six connections to one host, and six forgotten tabs would take them all.
function listen() {
  if (document.hidden) stream?.close();
  else if (page.local.ready && (!stream || stream.readyState === EventSource.CLOSED)) {
    stream = new EventSource("/sim/events");
    stream.onopen = refresh;
    stream.onmessage = refresh;
    stream.onerror = refresh;
  }
}

async function watch() {
  if (!document.hidden) await refresh();
  listen();
  const listening = stream?.readyState === EventSource.OPEN && page.reachable;
  setTimeout(watch, WATCH_MS[!page.local.ready ? "starting" : listening ? "listening" : "polling"]);
}

// ---- sending ----

const queues = new Map(); // one DM at a time for a customer, so that fast presses arrive in their order

function send(text) {
  const words = text.toWellFormed().trimEnd();
  if (!words.trim()) return;
  page.outbox.push({ key: crypto.randomUUID(), user: page.person, text: words, at: now(), stage: "waiting" });
  page.chosen = null;
  if (page.local.ready) sendWaiting();
  keepOutbox();
  draw();
  toEnd();
}

function sendWaiting() {
  for (const dm of page.outbox.filter((one) => one.stage === "waiting")) {
    dm.stage = "sending";
    queues.set(dm.user, (queues.get(dm.user) ?? Promise.resolve()).then(() => deliver(dm)));
  }
}

async function deliver(dm) {
  const slow = setTimeout(() => {
    dm.slow = true;
    draw();
  }, SLOW_MS);
  const answer = await post(dm);
  clearTimeout(slow);
  dm.slow = false;
  dm.status = answer.status;
  if (answer.id) name(dm, answer.id);
  if (answer.status === 200) dm.stage = "taken";
  else if (answer.status === 401) dm.stage = "refused";
  else sendLater(dm);
  keepOutbox();
  draw();
  refresh();
}

async function post(dm) {
  // The id of a DM that was not taken goes along, so that the simulator delivers that DM again and makes no second.
  const body = JSON.stringify({ user_id: dm.user, text: dm.text, ...(dm.id && { id: dm.id }) });
  try {
    const response = await fetch("/sim/dms", { method: "POST", headers: { "content-type": "application/json" }, body });
    return response.ok ? await response.json() : { status: response.status };
  } catch {
    return { status: 0 };
  }
}

function sendLater(dm) {
  dm.stage = "again";
  setTimeout(() => sendAgain(dm), AGAIN_MS);
}

function sendAgain(dm) {
  if (dm.stage === "taken") return;
  dm.stage = "waiting";
  if (page.local.ready) sendWaiting();
  draw();
}

// A DM in flight is left out: the service has it in all likelihood, and once is better than twice.
function keepOutbox() {
  const unsent = page.outbox.filter((dm) => ["waiting", "again"].includes(dm.stage));
  kept.set("outbox", unsent.map((dm) => ({ ...dm, stage: "waiting" })));
}

const keys = new Map(); // X's id of a DM to the key of the bubble that already shows it

function name(dm, id) {
  dm.id = id;
  keys.set(id, dm.key);
}

/** Find our DMs in what the simulator lists: one may be listed before the answer to its POST is here. */
function recognise(person, listed) {
  const mine = page.outbox.filter((dm) => dm.user === person);
  for (const dm of mine.filter((one) => !one.id && one.stage === "sending")) {
    const found = listed.findLast((one) => one.from === "customer" && one.text === dm.text);
    if (found && !keys.has(found.id) && !bubbles.has(found.id)) name(dm, found.id);
  }
  // What is listed as taken is not sent again, whoever has delivered it: the other tab, or X's own second try.
  const taken = new Set(listed.filter((one) => one.status === 200).map((one) => one.id));
  for (const dm of mine.filter((one) => taken.has(one.id) && one.stage !== "sending")) dm.stage = "taken";
  page.outbox = page.outbox.filter((dm) => !(dm.stage === "taken" && taken.has(dm.id)));
  keepOutbox();
}

// ---- the chat ----

const bubbles = new Map(); // key -> element
const firstSeen = new Map(); // key -> when, and whether the customer had stopped by then
let drawnFor = null; // whose chat is on the screen
let placed = false; // and scrolled to where it was left
let atEnd = true;
let seenHeight = 0;

function conversation() {
  const listed = page.dms.get(page.person) ?? [];
  const sent = page.outbox.filter((dm) => dm.user === page.person);
  const ours = new Map(sent.filter((dm) => dm.id).map((dm) => [dm.id, dm]));
  const ids = new Set(listed.map((dm) => dm.id));
  return [
    ...listed.map((dm) => ({ stage: stageOf(dm), ...dm, ...progress(ours.get(dm.id)), key: keys.get(dm.id) ?? dm.id })),
    ...sent.filter((dm) => !ids.has(dm.id)).map((dm) => ({ ...dm, from: "customer" })),
  ];
}

const progress = (dm) => dm && { own: dm, stage: dm.stage, slow: dm.slow, status: dm.status };

function stageOf(dm) {
  if (dm.from === "brand" || dm.status === null || dm.status === undefined) return "shown";
  if (dm.status === 200) return "taken";
  return dm.status === 401 ? "refused" : "failed";
}

const MARKS = {
  waiting: ["…", "waiting"],
  sending: ["…", "sending"],
  taken: ["✓", "taken by the service"],
  again: ["✗", "not taken"],
  failed: ["✗", "not taken"],
  refused: ["✗", "refused"],
};

/** Say what stands under a bubble, if anything: the words, and whether they are calm or a warning. */
function noteFor(dm) {
  const failed = `The service did not take it (${dm.status || "no answer"}).`;
  if (dm.stage === "again") return [`${failed} X would try again, and so does this page: in ${AGAIN_MS / 1000} s.`];
  if (dm.stage === "failed") return [failed];
  if (dm.stage === "refused")
    return ["The service refused the signature: X_CONSUMER_SECRET differs between this page and the service."];
  if (dm.stage === "sending" && dm.slow)
    return ["The service has not answered yet. X would try again, and so does this page."];
  if (dm.stage === "waiting" && !page.local.ready) return ["Sends when the service is ready.", "calm"];
  if (isSilent(dm)) return ["No answer: this customer has sent #stop. Send #start to switch it back on.", "calm"];
  return [];
}

function isSilent(dm) {
  const seen = firstSeen.get(dm.key);
  return dm.last && dm.stage === "taken" && seen?.stopped && isStopped() && Date.now() - seen.at >= SILENT_MS;
}

const isStopped = () => customer()?.state === "stopped";

function drawChat() {
  const person = page.person;
  const list = conversation();
  if (list.length) list.at(-1).last = true;
  if (drawnFor !== person) clearChat(person);
  drawEmpty(list);
  const news = drawBubbles(list, !placed);
  if (!placed && page.dms.has(person)) showPlace(person);
  else if (atEnd) toEnd();
  else if (news.some((dm) => dm.from === "brand")) byId("newest").hidden = false;
}

function clearChat(person) {
  // The other chat is not news: nobody wants it read out from its beginning.
  log.ariaLive = "off";
  byId("dms").replaceChildren();
  byId("newest").hidden = true;
  bubbles.clear();
  drawnFor = person;
  placed = false;
}

function showPlace(person) {
  const place = kept.get(`place.${person}`);
  if (place === null) toEnd();
  else log.scrollTop = place;
  noteEnd();
  placed = true;
  requestAnimationFrame(() => (log.ariaLive = "polite"));
}

function drawEmpty(list) {
  const tags = SUGGESTED_TAGS.filter((tag) => page.local.commands.some((command) => command.tag === tag));
  const labels = new Map([...tags.map((tag) => [`#${tag}`, `#${tag}`]), [SUGGESTED_WORDS, `“${SUGGESTED_WORDS}”`]]);
  byId("empty").hidden = list.length > 0 || page.person === null || (page.local.ready && !page.dms.has(page.person));
  byId("about").textContent = customer()?.note ? `${handle(customer().handle)}: ${customer().note}` : "";
  if (!changed(byId("suggestions"), tags, page.local.ready)) return;
  const disabled = !page.local.ready;
  const buttons = [...labels].map(([text, label]) => button(label, () => sendAndGoOn(text), { disabled }));
  byId("suggestions").replaceChildren(...buttons);
}

function sendAndGoOn(text) {
  send(text);
  box.focus(); // the pressed button is gone
}

/** Bring the list on the screen up to date, node by node, and return what is new in it. */
function drawBubbles(list, switched) {
  const wanted = [];
  const news = [];
  let day = "";
  for (const dm of list) {
    if (dayOf(dm.at) !== day) wanted.push(dayLine((day = dayOf(dm.at)), dm.key));
    if (!bubbles.has(dm.key)) {
      bubbles.set(dm.key, bubble(dm, switched));
      firstSeen.set(dm.key, firstSeen.get(dm.key) ?? { at: Date.now(), stopped: isStopped() });
      if (dm.last && isStopped()) setTimeout(draw, SILENT_MS);
      news.push(dm);
    }
    drawUnder(bubbles.get(dm.key), dm);
    wanted.push(bubbles.get(dm.key));
  }
  place(byId("dms"), wanted);
  return news;
}

function dayLine(day, key) {
  const id = `day before ${key}`;
  if (!bubbles.has(id)) bubbles.set(id, h("li", { className: "day" }));
  const line = bubbles.get(id);
  if (line.textContent !== day) line.textContent = day;
  return line;
}

function place(parent, wanted) {
  for (const node of [...parent.children]) if (!wanted.includes(node)) node.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function bubble(dm, quiet) {
  const own = dm.from === "customer";
  const who = own ? customer()?.handle : page.local.brand?.handle;
  return h(
    "li",
    { className: `dm ${own ? "own" : "answer"}${quiet ? "" : " new"}`, tabIndex: -1 },
    span("heard", `${handle(who ?? "")}: `),
    h("p", { className: "words", dir: "auto" }, ...setApart(dm.text, own)),
    h("p", { className: "at" }),
  );
}

function drawUnder(node, dm) {
  const [words, tone] = noteFor(dm);
  if (!changed(node, timeOf(dm.at), dm.stage, words)) return;
  const [sign, meaning] = MARKS[dm.stage] ?? [];
  const mark = sign && [" ", h("span", { ariaHidden: "true", textContent: sign }), span("heard", ` ${meaning}`)];
  node.querySelector(".at").replaceChildren(h("time", { textContent: timeOf(dm.at) }), ...(mark ?? []));
  node.querySelector(".note")?.remove();
  if (!words) return;
  const note = h("p", { className: `note ${tone ?? ""}`, textContent: words });
  const own = dm.own ?? page.outbox.find((one) => one.key === dm.key);
  if (dm.stage === "refused" && own) note.append(button("Send again", () => sendAgain(own)));
  node.append(note);
}

/** Split what somebody wrote into text and set-apart handles and hashtags. Only an answer's hashtags can be pressed. */
function setApart(text, own) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(SET_APART)) {
    nodes.push(text.slice(end, index), own || found[0] === "@" ? marked(found) : pressable(found));
    end = index + found.length;
  }
  return [...nodes, text.slice(end)];
}

const marked = (text) => h("bdi", { className: text[0] === "@" ? "handle" : "hashtag", textContent: text });

const pressable = (tag) =>
  button(tag, () => putInBox(tag), { className: "hashtag", dir: "auto", title: `Put ${tag} in the box` });

function toEnd() {
  log.scrollTop = log.scrollHeight;
  noteEnd();
}

function noteEnd() {
  seenHeight = log.clientHeight;
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
  if (atEnd) byId("newest").hidden = true;
}

function keepPlace() {
  if (log.clientHeight !== seenHeight) return; // nobody scrolled: the log has another height, see below
  noteEnd();
  if (placed && drawnFor === page.person) kept.set(`place.${drawnFor}`, atEnd ? null : log.scrollTop);
}

// ---- what happened ----

const STORY_AGAIN_MS = 400;
const WORKING_MS = 1000; // nothing is said before
const GONE_MS = 4000; // after this the service's own words say why nothing has come
const STEP_MARKS = new Map([
  [true, ["✓", "done"]],
  [false, ["✗", "went wrong"]],
  [null, ["…", "under way"]],
]);

const ownDms = () => (page.dms.get(page.person) ?? []).filter((dm) => dm.from === "customer");

/** The DM whose story is told. */
const told = () => ownDms().find((dm) => dm.id === page.chosen) ?? ownDms().at(-1);

function tell(id) {
  if (told()?.id === id) return;
  page.chosen = id;
  page.story = null;
  drawTold();
  fetchStory().then(drawTold);
}

function tellNext(step) {
  const dms = ownDms();
  const next = dms[dms.findIndex((dm) => dm.id === told()?.id) + step];
  if (next) tell(next.id);
}

/** Tell the story of the bubble that has been reached: an answer's is that of the DM before it. */
function tellOf(bubble) {
  const list = conversation();
  const at = list.findIndex((dm) => bubbles.get(dm.key) === bubble);
  const dm = list.slice(0, at + 1).findLast((one) => one.from === "customer" && one.id);
  if (dm) tell(dm.id);
}

let storyAgain = null;

function drawTold() {
  const dm = told();
  const dms = ownDms();
  byId("told").hidden = !dm && !page.counter?.asked;
  byId("how").hidden = !byId("told").hidden;
  byId("earlier").disabled = !dm || dm === dms[0];
  byId("later").disabled = !dm || dm === dms.at(-1);
  byId("terminal").hidden = !dm;
  for (const [key, node] of bubbles) node.classList.toggle("told-now", dms.length > 1 && (keys.get(dm?.id) ?? dm?.id) === key);
  if (dm) drawStory(dm, page.story?.dm === dm.id ? page.story : null);
  drawCounter();
}

function drawStory(dm, story) {
  clearTimeout(storyAgain);
  if (!story?.done) storyAgain = setTimeout(() => fetchStory().then(drawTold), STORY_AGAIN_MS);
  const port = ["8400", ""].includes(location.port) ? [] : [`--port ${location.port}`];
  byId("told-dm").textContent = `${shortened(dm.text)}, ${secondsOf(dm.at)}`;
  const command = ["tweetserve explain", dm.id, "--local", ...port].flatMap((part) => [span("unbroken", part), " "]);
  if (changed(byId("explain"), dm.id)) byId("explain").replaceChildren(...command.slice(0, -1));
  const steps = stepsOf(dm, story);
  if (changed(byId("steps"), dm.id, steps)) byId("steps").replaceChildren(...steps.map(stepLine));
}

function stepsOf(dm, story) {
  const waited = Date.now() - (firstSeen.get(keys.get(dm.id) ?? dm.id)?.at ?? 0);
  const unknown = !story || (story.steps.length === 1 && story.steps[0].ok === null);
  if (unknown && waited < WORKING_MS) return [];
  if (!story || (unknown && waited < GONE_MS)) return [{ text: "working", ok: null, ms: null }];
  return story.steps;
}

function stepLine(step) {
  const [sign, meaning] = STEP_MARKS.get(step.ok);
  const words = h("span", { className: "words" }, step.text);
  if (step.case) words.append(" ", h("a", { href: "/desk", target: "_blank", textContent: "See it at the desk ↗" }));
  return h(
    "li",
    { className: step.ok === false ? "wrong" : "" },
    h("span", { ariaHidden: "true", className: "sign", textContent: sign }),
    span("heard", `${meaning}: `),
    words,
    span("after", after(step.ms)),
  );
}

function after(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 10_000) return `${ms} ms`;
  return ms < 600_000 ? `${Math.floor(ms / 1000)} s` : `${Math.floor(ms / 60_000)} min`;
}

const shortened = (text) => (text.length > 60 ? `${[...text].slice(0, 60).join("")}…` : text || "a picture");

const COUNTS = { asked: "asked", answered: "answered", with_people: "with people", silent: "no answer due", waiting: "waiting", lost: "lost", twice: "twice" };

function drawCounter() {
  const counts = Object.entries(COUNTS).filter(([name]) => page.counter && (name !== "silent" || page.counter[name]));
  if (!changed(byId("counter"), page.counter)) return;
  const broken = page.counter?.lost || page.counter?.twice;
  byId("counter").classList.toggle("broken", Boolean(broken));
  const shown = counts.map(([name, words]) => h("span", {}, `${words} `, h("b", { textContent: page.counter[name] })));
  byId("counter").replaceChildren(...shown.flatMap((node, index) => (index ? [" · ", node] : [node])));
}

function openTold(open) {
  byId("told").classList.toggle("open", open);
  byId("told-open").ariaExpanded = String(open);
  if (open) byId("told-close").focus();
}

function closeTold() {
  if (!byId("told").classList.contains("open")) return;
  openTold(false);
  byId("told-open").focus();
}

// ---- known incidents ----

const FIXED = "it has been working again for a few minutes.";
const listed = (id) => byId(id).value.split(",").map((one) => one.trim()).filter(Boolean);

async function changeIncident(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  page.notices = answer?.notices ?? page.notices;
  byId("incident-refused").textContent = response?.ok ? "" : (answer?.message ?? "The service does not answer.");
  drawIncidents();
  refresh();
}

function startIncident(event) {
  event.preventDefault();
  const [says, areas, words] = [byId("incident-says").value, listed("incident-areas"), listed("incident-words")];
  changeIncident("/local/notices", { says, areas, words });
}

function drawIncidents() {
  byId("incident").hidden = !page.notices;
  if (!page.notices || !changed(byId("incident"), page.notices)) return;
  const on = page.notices.filter((one) => one.on).length;
  byId("incident").classList.toggle("on", on > 0);
  byId("incident-state").textContent = on ? `${on} on` : "none";
  const typed = document.activeElement?.closest?.("#incidents input");
  if (typed) return; // what is being typed is not taken away
  byId("incidents").replaceChildren(...page.notices.map(incidentRow));
}

function incidentRow(one) {
  const names = (what, who) => (who.length ? [h("p", { className: "none", textContent: `${what}: ${who.map(handle).join(", ")}` })] : []);
  const rows = [...names("Know of it", one.knows), ...names("Wait for its end", one.waits), ...names("Told of its end", one.told)];
  return h("li", {}, h("p", { textContent: one.says }), ...rows, ...(one.on ? [endOf(one)] : []));
}

function endOf(one) {
  const says = h("input", { value: FIXED, maxLength: 100, ariaLabel: "What they read of its end" });
  const end = () => (says.blur(), changeIncident("/local/notices/end", { id: one.id, says: says.value }));
  return h("p", { className: "acts" }, says, button("End it", end, { className: "quiet" }));
}

// ---- make X misbehave, kill, move the clock ----

const now = () => Date.now() + (page.ahead ?? 0);

async function change(method, path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(() => null);
  return response?.ok ? response.json() : null;
}

async function changeFaults(method, body) {
  page.faults = (await change(method, "/sim/faults", body)) ?? page.faults;
  drawFaults();
}

function drawFaults() {
  byId("misbehave").hidden = !page.faults;
  if (!page.faults || !changed(byId("misbehave"), page.faults)) return;
  const { switches, random, script } = page.faults;
  const on = switches.filter((one) => one.on).length + (random ? 1 : 0) + (script ? 1 : 0);
  byId("misbehave").classList.toggle("on", on > 0);
  byId("misbehave-state").textContent = on ? `${on} on` : "off";
  byId("right").hidden = on === 0;
  drawSwitches(byId("misbehave-main"), switches.filter((one) => one.main));
  const rest = switches.filter((one) => !one.main);
  byId("misbehave-count").textContent = `${rest.length} more`;
  drawSwitches(byId("misbehave-rest"), rest);
}

function drawSwitches(parent, switches) {
  if (parent.children.length !== switches.length) parent.replaceChildren(...switches.map(faultSwitch));
  switches.forEach((one, index) => (parent.children[index].querySelector("input").checked = one.on));
}

function faultSwitch(one) {
  const input = h("input", { type: "checkbox", onchange: () => changeFaults("PUT", { switches: { [one.name]: input.checked } }) });
  return h("label", {}, input, span("name", one.name), span("explained", one.explained));
}

async function killOne() {
  const answer = await change("POST", "/local/kill", { function: "commands" });
  byId("killed").textContent = answer?.killed
    ? `Process ${answer.killed} is gone. What it was at comes again in two minutes, or when you move the clock.`
    : "There was none to kill.";
}

async function moveClock(seconds) {
  const moved = await change("PUT", "/local/clock", { ahead_seconds: (page.ahead ?? 0) / 1000 + seconds });
  if (moved) page.ahead = moved.ahead_seconds * 1000;
  drawClock();
  refresh();
}

function drawClock() {
  byId("clock").hidden = page.ahead === null;
  const days = Math.floor((page.ahead ?? 0) / 86_400_000);
  const time = `${days ? `${dayOf(now())} ` : ""}${timeOf(now())}`;
  if (changed(byId("now"), time)) byId("now").textContent = time;
}

// ---- the box ----

function fillBox(text) {
  box.value = text;
  fitBox();
  if (page.person !== null) kept.set(`draft.${page.person}`, text);
}

function fitBox() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

function putInBox(tag) {
  fillBox(`${box.value.trimEnd()} ${tag} `.trimStart());
  box.focus();
}

function sendBox() {
  send(box.value);
  fillBox("");
  box.focus();
}

function lastMessageAgain() {
  const last = conversation().findLast((dm) => dm.from === "customer");
  if (last) fillBox(last.text);
}

function typed(event) {
  if (event.isComposing || event.altKey) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendBox();
  } else if (event.key === "ArrowUp" && box.value === "") {
    event.preventDefault();
    lastMessageAgain();
  }
}

// ---- customers ----

function choose(id) {
  if (id === page.person && customer()) return;
  // What was typed or sent before anybody was known belongs to the first person.
  const typedBefore = page.person === null ? box.value : "";
  for (const dm of page.outbox.filter((one) => one.user === null)) dm.user = id;
  page.person = id;
  kept.set("person", id);
  fillBox(typedBefore || (kept.get(`draft.${id}`) ?? ""));
}

function switchTo(id) {
  choose(id);
  draw();
  refresh();
}

function drawPeople() {
  const people = page.local.customers;
  const whole = people.filter((one) => one.main);
  const special = people.filter((one) => !one.main);
  drawPeopleIn(byId("main-people"), whole);
  drawPeopleIn(byId("more-people"), special);
  byId("more").hidden = special.length === 0;
  const chosen = special.find((one) => one.id === page.person);
  const others = `${special.length - (chosen ? 1 : 0)} more`;
  byId("more-title").classList.toggle("chosen", Boolean(chosen));
  byId("more-count").textContent = chosen ? `${handle(chosen.handle)}, ${others}` : others;
  drawSwitch();
}

function drawPeopleIn(list, people) {
  if (!changed(list, people, page.person)) return;
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.id;
  list.replaceChildren(...people.map((one) => h("li", {}, personButton(one))));
  if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function personButton(one) {
  const row = button("", () => personPressed(one.id), { ariaCurrent: String(one.id === page.person) });
  row.dataset.id = one.id;
  row.append(span("handle", handle(one.handle)), span("state", one.state));
  if (one.note && !one.main) row.append(span("note", one.note));
  return row;
}

function personPressed(id) {
  switchTo(id);
  if (closePeople()) byId("switch").focus();
}

function drawSwitch() {
  const one = customer();
  if (!one || !changed(byId("switch"), one.handle, one.state)) return;
  byId("switch").replaceChildren(
    span("handle", handle(one.handle)),
    span("state", one.state),
    h("span", { ariaHidden: "true", textContent: "▾" }),
  );
}

function openPeople() {
  const open = byId("people").classList.toggle("open");
  byId("switch").ariaExpanded = String(open);
  if (open) byId("people").querySelector("[aria-current='true']")?.focus();
}

const narrow = matchMedia("(max-width: 68em)");
const phone = matchMedia("(max-width: 37.5em)");

/** Close what hangs over the chat; in the left column of a wide page the list stays as it is. */
function closePeople() {
  const wasOpen = byId("people").classList.contains("open");
  byId("people").classList.remove("open");
  byId("switch").ariaExpanded = "false";
  if (narrow.matches) byId("more").open = false;
  return wasOpen;
}

// ---- text messages ----

function drawTexts() {
  const texts = (page.sms.get(page.person) ?? []).toReversed();
  const written = conversation().filter((dm) => dm.from === "customer");
  const lastWritten = written.at(-1)?.at ?? 0;
  const newest = texts.find((sms) => CODE.test(sms.text));
  byId("sms-none").hidden = texts.length > 0;
  byId("sms-link").hidden = !page.local.commands.some((command) => command.tag === "link");
  const rows = texts.map((sms) => ({
    ...sms,
    isNew: new Date(sms.at) >= new Date(lastWritten),
    code: sms === newest && !isUsed(sms, written) ? sms.text.match(CODE)[0] : null,
  }));
  if (changed(byId("sms-list"), page.person, rows)) byId("sms-list").replaceChildren(...rows.map(textMessage));
}

const isUsed = (sms, written) =>
  written.some((dm) => dm.text.trim() === sms.text.match(CODE)[0] && new Date(dm.at) >= new Date(sms.at));

function textMessage(sms) {
  const when = h("span", {}, ...(sms.isNew ? [h("b", { textContent: "new" }), " "] : []), timeOf(sms.at));
  const item = h(
    "li",
    { className: sms.isNew || sms.code ? "current" : "" },
    h("p", { className: "meta" }, `to ${sms.number}`, when),
    h("p", { className: "words", dir: "auto", textContent: sms.text }),
  );
  if (sms.code) item.append(button("use this code", () => sendAndGoOn(sms.code), { className: "quiet" }));
  return item;
}

// ---- hashtags ----

function drawChips() {
  const { commands, ready } = page.local;
  const chips = byId("chips");
  if (!changed(chips, commands, ready)) return;
  chips.replaceChildren(...commands.map((command, index) => chip(command, index === 0 ? 0 : -1, ready)));
  measureChips();
}

function chip(command, tabIndex, ready) {
  const node = button("", () => chipPressed(command.tag), { title: command.help, tabIndex, disabled: !ready });
  node.append(span("tag", `#${command.tag}`), span("help", command.help));
  return node;
}

function chipPressed(tag) {
  send(`#${tag}`);
  showAllChips(false);
}

function moveOnChips(event) {
  const chips = [...byId("chips").children];
  const here = chips.indexOf(document.activeElement);
  const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: -1 };
  if (!(event.key in steps) || event.altKey || here < 0) return;
  event.preventDefault();
  const next = chips.at(steps[event.key] % chips.length);
  rove(next);
  next.focus();
}

// Toolbars are one stop of the Tab key: it comes back to the chip that was last used.
function rove(next) {
  for (const one of byId("chips").children) one.tabIndex = one === next ? 0 : -1;
}

function showAllChips(all) {
  byId("chips").classList.toggle("all", all);
  byId("chips-more").textContent = all ? "Close" : "All";
  byId("chips-more").ariaExpanded = String(all);
  measureChips();
}

function measureChips() {
  const chips = byId("chips");
  const all = chips.classList.contains("all");
  byId("chips-more").hidden = !all && chips.scrollWidth <= chips.clientWidth;
  chips.classList.toggle("left", !all && chips.scrollLeft > 0);
  chips.classList.toggle("right", !all && chips.scrollWidth - chips.scrollLeft - chips.clientWidth > 1);
}

// ---- the bar, the title, everything ----

function barText() {
  if (!page.reachable)
    return "The local run has stopped. Start it again in the terminal: this page finds it, and what you typed is kept.";
  if (page.local.engine === "gone")
    return "The local database has stopped. Press Ctrl-C in the terminal and start again; nothing you saw is lost.";
  return page.local.ready ? "" : startingText(page.local.starting);
}

function startingText(steps) {
  const done = steps.filter((step) => step.done).map((step) => `${step.name} ✓`);
  const next = steps.find((step) => !step.done);
  return ["Starting:", ...done, next ? `${next.name} …` : "…"].join(" ");
}

function drawTop() {
  const { brand, engine } = page.local;
  const bar = byId("bar");
  bar.classList.toggle("calm", page.reachable && engine !== "gone");
  if (changed(bar, barText())) bar.textContent = barText();
  if (!brand || !changed(log, customer()?.handle, brand)) return;
  byId("brand").textContent = handle(brand.handle);
  byId("face").textContent = brand.name[0];
  log.ariaLabel = `Chat of ${handle(customer()?.handle ?? "")} with ${handle(brand.handle)}`;
}

function draw() {
  drawTop();
  drawPeople();
  drawChips();
  drawTexts();
  drawChat();
  drawTold();
  drawIncidents();
  drawFaults();
  drawClock();
}

// ---- keys ----

function moveOnDms(step) {
  const all = [...document.querySelectorAll("#dms .dm")];
  const here = all.indexOf(document.activeElement.closest?.(".dm"));
  const next = here < 0 ? (step < 0 ? all.at(-1) : undefined) : all[here + step];
  if (next) next.focus();
  else if (step > 0) box.focus();
}

function switchByNumber(number) {
  const people = page.local.customers.filter((one) => one.main);
  if (people[number - 1]) switchTo(people[number - 1].id);
  box.focus();
}

function closeAll() {
  closeTold();
  if (closePeople()) byId("switch").focus();
  if (byId("chips").classList.contains("all")) showAllChips(false);
}

function pressed(event) {
  const digit = event.code?.match(/^Digit([1-3])$/)?.[1];
  const arrow = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const alone = !event.ctrlKey && !event.metaKey && !event.altKey;
  const typing = event.target.closest?.("textarea, input, dialog");
  if (event.altKey && !event.ctrlKey && digit) switchByNumber(Number(digit));
  else if (event.altKey && !event.ctrlKey && arrow) moveOnDms(arrow);
  else if (event.key === "Escape" && !byId("keys").open) closeAll();
  else if (alone && !typing && event.key === "/") box.focus();
  else if (alone && !typing && event.key === "?") byId("keys").showModal();
  else return;
  event.preventDefault();
}

async function copy(button) {
  await navigator.clipboard.writeText(byId(button.dataset.copies).textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

document.addEventListener("keydown", pressed);
document.addEventListener("visibilitychange", () => {
  listen();
  if (!document.hidden) refresh();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#people, #switch")) closePeople();
});
box.addEventListener("keydown", typed);
box.addEventListener("input", () => fillBox(box.value));
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  sendBox();
});
log.addEventListener("scroll", keepPlace);
byId("newest").addEventListener("click", toEnd);
byId("switch").addEventListener("click", openPeople);
byId("keys-open").addEventListener("click", () => byId("keys").showModal());
for (const node of document.querySelectorAll("[data-copies]")) node.addEventListener("click", () => copy(node));
for (const node of document.querySelectorAll("[data-seconds]"))
  node.addEventListener("click", () => moveClock(Number(node.dataset.seconds)));
byId("dms").addEventListener("focusin", (event) => tellOf(event.target.closest(".dm")));
byId("dms").addEventListener("click", (event) => {
  const bubble = event.target.closest(".dm");
  if (!bubble || event.target.closest("button")) return;
  tellOf(bubble);
  if (phone.matches) openTold(true);
});
byId("earlier").addEventListener("click", () => tellNext(-1));
byId("later").addEventListener("click", () => tellNext(1));
byId("told-open").addEventListener("click", () => openTold(!byId("told").classList.contains("open")));
byId("told-close").addEventListener("click", closeTold);
byId("right").addEventListener("click", () => changeFaults("DELETE"));
byId("kill").addEventListener("click", killOne);
byId("incident-form").addEventListener("submit", startIncident);
setInterval(drawClock, 5000);
byId("chips").addEventListener("keydown", moveOnChips);
byId("chips").addEventListener("scroll", measureChips);
byId("chips").addEventListener("focusin", (event) => rove(event.target));
byId("chips-more").addEventListener("click", () => showAllChips(!byId("chips").classList.contains("all")));
new ResizeObserver(() => {
  if (atEnd) toEnd();
  else noteEnd();
  measureChips();
}).observe(log);

if (page.person !== null) fillBox(kept.get(`draft.${page.person}`) ?? "");
draw();
watch();
