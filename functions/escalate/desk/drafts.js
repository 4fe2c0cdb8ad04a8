// What somebody has typed and not sent is kept in this browser: a day at most, and nothing of it after sign-out.

const PREFIX = "desk.draft.";
const DAY = 24 * 60 * 60 * 1000;

const keyOf = (staff, id) => `${PREFIX}${staff}.${id}`;

function mine() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** A draft: `text`, and once it was to be sent the `request` that it was sent under. */
export function draftOf(staff, id) {
  return read(keyOf(staff, id)) ?? { text: "" };
}

export function keepDraft(staff, id, draft) {
  const key = keyOf(staff, id);
  if (!draft.text) return localStorage.removeItem(key);
  try {
    localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
  } catch {
    // The browser keeps nothing, or is full: what is typed stands on the page all the same.
  }
}

export function dropOld(now = Date.now()) {
  for (const key of mine()) if (!(now - read(key)?.at < DAY)) localStorage.removeItem(key);
}

export function dropAll() {
  for (const key of mine()) localStorage.removeItem(key);
}
