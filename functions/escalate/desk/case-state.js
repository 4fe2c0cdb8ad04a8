// One case as the service has it: read again every few seconds, and its claim renewed while somebody works on it.
import { useCallback, useEffect, useRef, useState } from "./preact.js";
import { NotConnected } from "./api.js";
import { deafUntil } from "./keys.js";

const LOOK = 5_000;
const RENEW_AFTER = 3 * 60_000;

/** What `show` answers, kept fresh: `{shown, trouble, look, showOlder, hold}`. */
export function useCase(api, id, me) {
  const [shown, setShown] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const [before, setBefore] = useState({ entries: [], older: null });

  const look = useCallback(async () => {
    try {
      setShown(await api.get(`cases/${id}`));
      setTrouble(null);
    } catch (why) {
      if (!(why instanceof NotConnected)) setTrouble(why);
    }
  }, [id]);

  useEffect(() => {
    deafUntil(look());
    const timer = setInterval(() => document.hidden || look(), LOOK);
    return () => clearInterval(timer);
  }, [id]);

  useRenewal(api, shown?.case, me, look);

  const showOlder = async () => {
    const cursor = before.older ?? shown.older;
    const page = await api.get(`cases/${id}?cursor=${encodeURIComponent(cursor)}`);
    setBefore({ entries: [...page.entries, ...before.entries], older: page.older, read: true });
  };
  const entries = shown && joined(before.entries, shown.entries);
  return { shown, trouble, look, showOlder, entries, older: before.read ? before.older : shown?.older };
}

/** Older pages and the newest one, which moves on: each entry once. */
function joined(older, newest) {
  const there = new Set(newest.map((entry) => `${entry.who} ${entry.id}`));
  return [...older.filter((entry) => !there.has(`${entry.who} ${entry.id}`)), ...newest];
}

export const isMine = (one, me) => one.owner === me && one.state === "CLAIMED";

/** Renew the claim while its owner types or moves; who has gone away gives the case back without a word. */
function useRenewal(api, one, me, look) {
  const now = useRef();
  now.current = one && isMine(one, me) ? one : null;
  useEffect(() => {
    let renewed = Date.now();
    const active = () => {
      if (!now.current || Date.now() - renewed < RENEW_AFTER) return;
      renewed = Date.now();
      api.act(now.current, "renew").then(look, look);
    };
    for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, active, { passive: true, capture: true });
    return () => {
      for (const sign of ["keydown", "pointerdown", "scroll"]) removeEventListener(sign, active, { capture: true });
    };
  }, []);
}
