// What is done with a case: what is held leaves first, and an act that is tried again is the same act.
import { useRef } from "./preact.js";
import { requestId } from "./api.js";
import { FORMS } from "./forms.js";

/** What is said of a case that leaves one's hands by an act. */
const LEFT = {
  resolve: (one, { wrap_up }) => `${one.number} is resolved: ${wrap_up.replaceAll("_", " ")}.`,
  release: (one) => `${one.number} is back in the line.`,
};

/** What is not done if the customer has written since it was read. */
const READ = new Set(["resolve", "park"]);

const leftBy = (verb) => LEFT[verb] ?? FORMS[verb]?.left;

export const hasLeft = (one, verb, fields) => leftBy(verb === "close" ? "resolve" : verb)(one, fields);

export function useActs({ desk, one, look, done }) {
  const asked = useRef({}); // the act whose end is not known, with its request id

  return async (verb, fields = {}, { asksHow } = {}) => {
    if (!(await desk.outbox.flush())) return "The answer before it has not left.";
    const what = JSON.stringify([verb, fields]);
    if (asked.current.what !== what) asked.current = { what, request: requestId() };
    const seen = READ.has(verb) ? { seen: one.wrote_at } : {};
    let answer;
    try {
      const request = { ...seen, ...fields, request_id: asked.current.request };
      answer = await (FORMS[verb]?.asks?.(desk.api, one, request) ?? desk.api.act(one, verb, request));
    } catch (why) {
      look();
      if (asksHow && why.status === 400 && !fields.checked) asksHow();
      else desk.say(why.message);
      return why.message;
    }
    asked.current = {};
    done();
    if (leftBy(verb)) desk.leave(hasLeft(one, verb, fields));
    else {
      desk.say(FORMS[verb]?.done?.(answer, fields) ?? "");
      look();
    }
    return null;
  };
}
