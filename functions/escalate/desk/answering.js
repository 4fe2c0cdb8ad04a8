// From the first letter of an answer until the service has it: draft, hold, and the question if the customer wrote meanwhile.
import { useEffect, useRef, useState } from "./preact.js";
import { draftOf, keepDraft } from "./drafts.js";

export function useAnswer({ outbox, me, shown, seconds, look, say }) {
  const id = shown.case.id;
  const [text, setText] = useState(() => (outbox.of(id) ? "" : draftOf(me, id).text));
  const seen = useRef(shown.case.wrote_at); // the newest message that the writer had before their eyes
  const promise = useRef(null);
  const [asked, setAsked] = useState(false);
  if (!text) seen.current = shown.case.wrote_at;
  const newer = Boolean(text) && shown.case.wrote_at > seen.current;

  const item = outbox.of(id);
  useEffect(() => {
    if (item?.state === "back") cameBack(item);
  }, [item?.state]);

  const type = (typed) => {
    setText(typed);
    keepDraft(me, id, { text: typed });
  };

  /** Put words where one writes. The time that a reply tells is a promise for as long as its words stand. */
  const use = ({ text: words, promises = null }) => {
    type(text.trim() ? `${text.trimEnd()} ${words}` : words);
    if (promises) promise.current = { words, promises };
  };

  function cameBack({ text: written, why }) {
    outbox.takeBack(id);
    setText(written);
    if (why.status === 412) seen.current = "";
    say(why.message);
    look();
  }

  /** Send; if the customer has written since, the first time only asks. */
  const send = (verb = "reply", fields = {}) => {
    if (!text.trim()) return false;
    if (newer && !asked) {
      setAsked(true);
      return false;
    }
    const told = promise.current && text.includes(promise.current.words) ? { promises: promise.current.promises } : {};
    outbox.hold(shown.case, { text, seen: shown.case.wrote_at, verb, fields: { ...told, ...fields } }, seconds);
    setText("");
    setAsked(false);
    return true;
  };

  const undo = () => {
    const back = outbox.takeBack(id);
    if (back) setText(back.text);
    return Boolean(back);
  };

  return { text, type, use, send, undo, newer, item };
}
