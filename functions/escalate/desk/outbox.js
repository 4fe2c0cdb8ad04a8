// Holds an answer for some seconds before it leaves. A DM cannot be taken back; a pause can.
import { NotConnected, requestId } from "./api.js";
import { draftOf, keepDraft } from "./drafts.js";

/**
 * What has been answered and has not left: `held`, `sending`, `waits` for the connection, or `back` with why.
 * The draft of an answer stays, with its request id, until the service has it: nothing is lost, nothing sent twice.
 */
export class Outbox {
  constructor(api, staff, changed) {
    this.api = api;
    this.staff = staff;
    this.changed = changed;
    this.items = [];
  }

  of(id) {
    return this.items.find((item) => item.case.id === id);
  }

  /** Hold an answer, then send it. What was held before leaves now. */
  hold(shown, { text, seen, verb = "reply", fields = {} }, seconds) {
    this.flush();
    const draft = draftOf(this.staff, shown.id);
    const request = draft.text === text && draft.request ? draft.request : requestId();
    keepDraft(this.staff, shown.id, { text, request });
    const item = { case: shown, text, seen, verb, fields, request, state: "held", until: Date.now() + seconds * 1000 };
    this.items = [...this.items.filter((other) => other.case.id !== shown.id), item];
    if (seconds) item.timer = setTimeout(() => this.#send(item), seconds * 1000);
    this.changed();
    return seconds ? item : this.#send(item);
  }

  /** Give an answer back that has not left; null if it is too late. */
  takeBack(id) {
    const item = this.of(id);
    if (!item || item.state === "sending") return null;
    clearTimeout(item.timer);
    this.#drop(item);
    return item;
  }

  /** Send at once what is held. Answers whether all of it left. */
  async flush({ last = false } = {}) {
    const held = this.items.filter((item) => item.state === "held" || (last && item.state === "waits"));
    const left = await Promise.all(held.map((item) => this.#send(item, { last })));
    return left.every(Boolean);
  }

  /** The connection is back. */
  again() {
    for (const item of this.items) if (item.state === "waits") this.#send(item);
  }

  async #send(item, options) {
    clearTimeout(item.timer);
    item.state = "sending";
    this.changed();
    const { text, seen, request, verb, fields } = item;
    try {
      item.answer = await this.api.act(item.case, verb, { request_id: request, text, seen, ...fields }, options);
    } catch (why) {
      item.state = why instanceof NotConnected || why.status === 401 ? "waits" : "back";
      item.why = why;
      this.changed();
      return false;
    }
    if (draftOf(this.staff, item.case.id).request === request) keepDraft(this.staff, item.case.id, { text: "" });
    this.#drop(item, item.answer);
    return true;
  }

  #drop(item, answer) {
    this.items = this.items.filter((other) => other !== item);
    this.changed(item, answer);
  }
}
