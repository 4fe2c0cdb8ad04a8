// Talks to the desk's API. Every write carries a request id, so it may be tried again: it is done once.

const TRIES = 3;
const PAUSE = 700;

const OLDER = "The service does not have this: it is older than this page.";
const isUnknown = (status, { error }) => status === 404 && /^There is no (GET|POST) /.test(error);

export class Refused extends Error {
  /** What was asked is not done; the message says why, to a person. */
  constructor(status, answer) {
    super(isUnknown(status, answer) ? OLDER : answer.error || answer.message || `The service answers ${status}.`);
    this.status = status;
    this.answer = answer;
  }
}

export class NotConnected extends Error {
  constructor() {
    super("Not connected just now. Try again: it is done once, however often it is asked for.");
  }
}

const paused = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** New for each act; the same when it is tried again. */
export const requestId = () => `desk-${crypto.randomUUID()}`;

export class Api {
  /** `token` returns the bearer token of now; `connected` hears whether the service is reached. */
  constructor({ token, connected, signedOut }) {
    this.token = token;
    this.connected = connected;
    this.signedOut = signedOut;
    this.kept = new Map(); // by path: the tag and the answer that it stands for
  }

  async get(path) {
    const kept = this.kept.get(path);
    const response = await this.#sent(path, { headers: kept ? { "if-none-match": kept.tag } : {} });
    if (response.status === 304) return kept.answer;
    const answer = await this.#answer(response);
    const tag = response.headers.get("etag");
    if (tag) this.kept.set(path, { tag, answer });
    return answer;
  }

  async picture(path) {
    const response = await this.#sent(path, {});
    return response.ok ? response.blob() : this.#answer(response);
  }

  /** Write. Where the service says "again" it is asked again, with the same request id. */
  async post(path, body, { last = false } = {}) {
    const request = { request_id: requestId(), ...body };
    for (let left = TRIES; ; left -= 1) {
      const response = await this.#sent(path, {
        method: "POST",
        body: JSON.stringify(request),
        headers: { "content-type": "application/json" },
        keepalive: last, // it outlives the page
      });
      if (response.status !== 503 || left <= 1) return this.#answer(response);
      await paused(PAUSE);
    }
  }

  act(shown, verb, fields, options) {
    return this.post(`cases/${shown.id}/${verb}`, { fence: shown.fence, ...fields }, options);
  }

  async #sent(path, options) {
    let response;
    try {
      const headers = { ...options.headers, authorization: `Bearer ${this.token()}` };
      response = await fetch(`/desk/api/${path}`, { ...options, headers, cache: "no-store" });
    } catch {
      this.connected(false);
      throw new NotConnected();
    }
    this.connected(true);
    return response;
  }

  async #answer(response) {
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.status === 401) this.signedOut();
    if (!response.ok) throw new Refused(response.status, answer);
    return answer;
  }
}
