// Times, names and words as people say them.
import { useEffect } from "./preact.js";

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

const sameDay = (one, other) => one.toDateString() === other.toDateString();

/** 14:05, and the day where it is not today. */
export function time(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  return sameDay(at, new Date()) ? TIME.format(at) : `${DAY.format(at)}, ${TIME.format(at)}`;
}

export const minutes = (milliseconds) => Math.round(milliseconds / 60_000);

/** "35 min", "3 h", "2 days": how long ago or until. */
export function long(milliseconds) {
  const all = Math.abs(minutes(milliseconds));
  if (all < 60) return `${all} min`;
  if (all < 48 * 60) return `${Math.round(all / 60)} h`;
  return `${Math.round(all / 1440)} days`;
}

export const ago = (iso, now = Date.now()) => {
  const since = now - new Date(iso);
  return since < 60_000 ? "just now" : `${long(since)} ago`;
};

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export const title = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");

export const WRAP_UPS = [
  ["sorted", "sorted"],
  ["explained", "explained"],
  ["credit", "credit asked for"],
  ["fault", "fault passed on"],
  ["order", "order passed on"],
  ["not_for_us", "not for us"],
  ["no_answer", "no answer"],
];

export const STATES = {
  NEW: "nobody has it",
  CLAIMED: "taken",
  WAITING_CUSTOMER: "waits for the customer",
  RESOLVED: "resolved",
  UNREADABLE: "written by a newer release",
};

const DESK = "Desk · Tweetserve";

/** Say in the browser's tab what is open. */
export function useTitle(words) {
  useEffect(() => {
    document.title = `${words} · ${DESK}`;
    return () => {
      document.title = DESK;
    };
  }, [words]);
}
