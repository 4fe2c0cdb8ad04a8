// Every key of the desk, what it does, and who listens to it now. Help is made of this list.
import { html, useLayoutEffect, useRef } from "./preact.js";

const KEYS = {
  next: ["n", "take the next case"],
  skim: ["g", "skim what nobody has read"],
  search: ["/", "search: a case number, a handle, an X id"],
  down: ["j", "the row below"],
  up: ["k", "the row above"],
  open: ["Enter", "open the row; take it, where one skims"],
  digit: ["1 … 0", "choose a case, where one skims"],
  seen: ["Space", "all ten are seen: the next"],
  back: ["Escape", "out of the answer, so that letters are keys; then back to the line"],
  answer: ["r", "to the answer"],
  send: ["Ctrl+Enter", "send the answer; it is held for a moment first"],
  close: ["Ctrl+Shift+Enter", "send the answer and resolve in one"],
  undo: ["z", "take back what is still held"],
  canned: [";", "replies to begin with; in an empty answer too"],
  verify: ["v", "ask who it is, where nobody has proven it"],
  look: ["k", "look up what the bot says"],
  note: ["m", "add a note, which the customer never sees"],
  resolve: ["e", "resolve, then 1 to 7 says how"],
  transfer: ["t", "give the case to another team"],
  ask: ["q", "ask another team; the case stays yours"],
  advise: ["a", "answer what your team was asked about somebody else's case"],
  credit: ["g", "goodwill credit"],
  take: ["u", "take the case that is open"],
  park: ["p", "park it until a time"],
  callback: ["c", "promise a call"],
  urgent: ["u", "raise it to urgent, if it is yours"],
  not_urgent: ["u", "lower it, if it is urgent"],
  called: ["d", "say that you have rung the customer"],
  number: ["y", "show the whole number; that is recorded"],
  call_off: ["c", "call a promised call off"],
  handover: ["b", "hand the case on; in the line all that you have"],
  release: ["x", "give the case back to the line"],
  help: ["?", "this list"],
};

const spoken = (key) => key.replace("Escape", "Esc");

/** The keys of an act, to be seen on its button. Who listens hears them from the button's name too. */
export function Key({ of }) {
  return spoken(KEYS[of][0])
    .split("+")
    .map((part) => html`<kbd aria-hidden="true">${part}</kbd>`);
}

export const shortcut = (name) => KEYS[name][0].replace("Ctrl", "Control");

const listeners = []; // the newest first: what lies on top answers before what lies below
let lettersWork = true;
let waitedFor = 0;

/** Be deaf until something is there: what is typed ahead of it is meant for what is to come, not for what is left. */
export async function deafUntil(coming) {
  waitedFor += 1;
  try {
    return await coming;
  } finally {
    waitedFor -= 1;
  }
}

/** Single letters can be switched off: who speaks to the computer would press them without meaning to. */
export function letLettersWork(work) {
  lettersWork = work;
}

/** Listen while this part of the page is there: `{next: () => ..., undo: () => ...}`. */
export function useKeys(acts) {
  const now = useRef(acts);
  now.current = acts;
  useLayoutEffect(() => {
    listeners.unshift(now);
    return () => listeners.splice(listeners.indexOf(now), 1);
  }, []);
}

function written(event) {
  const control = event.ctrlKey || event.metaKey;
  return `${control ? "Ctrl+" : ""}${control && event.shiftKey ? "Shift+" : ""}${event.key === " " ? "Space" : event.key}`;
}

function isTyping(target) {
  return target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select");
}

function heard(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
  const key = written(event);
  const single = key.length === 1 || key === "Space";
  if (waitedFor) return;
  if (single && (isTyping(event.target) || !lettersWork)) return;
  if (["Enter", "Space"].includes(key) && event.target.closest?.("a, button, textarea, input, select, summary")) return;
  const isKey = (known) => KEYS[known][0] === key || (known === "digit" && /^\d$/.test(key));
  const names = Object.keys(KEYS).filter(isKey); // one in the line, one in a case
  const does = listeners.map(({ current }) => names.map((name) => current[name]).find(Boolean)).find(Boolean);
  if (!does) return;
  event.preventDefault();
  does(event);
}

document.addEventListener("keydown", heard);

export function KeyList() {
  return html`<dl class="keys">
    ${Object.entries(KEYS).map(([name, [, does]]) => html`<div key=${name}><dt><${Key} of=${name} /></dt><dd>${does}</dd></div>`)}
  </dl>`;
}
