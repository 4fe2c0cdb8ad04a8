// Where an answer is written. It is kept as it is typed.
import { html, useLayoutEffect, useRef } from "./preact.js";
import { Key } from "./keys.js";
import { plural } from "./words.js";

export const LONGEST = 10_000;

export function Composer({ text, type, send, hold, sign, newer, box, canned }) {
  const own = useRef(null);
  const area = box ?? own;
  useLayoutEffect(() => {
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);
  useLayoutEffect(() => area.current.focus({ preventScroll: true }), []);
  const over = text.length - LONGEST;
  return html`<form class="composer" onSubmit=${(event) => (event.preventDefault(), send())}>
    ${newer && html`<p class="bar" role="alert">The customer wrote while you typed: read it first. Sending once more sends it as it is.</p>`}
    <label class="heard" for="answer">Answer</label>
    <textarea
      id="answer"
      ref=${area}
      rows="2"
      dir="auto"
      placeholder="Answer…"
      autocomplete="off"
      aria-describedby="answer-facts"
      value=${text}
      onKeyDown=${(event) => event.key === ";" && !text && (event.preventDefault(), canned())}
      onInput=${(event) => type(event.target.value)}
    ></textarea>
    <div class="under">
      <p id="answer-facts" class=${over > 0 ? "wrong" : ""}>
        ${over > 0 ? `${plural(over, "sign")} too many for a DM` : plural(text.length, "sign")}
        ${sign && ` · ends with “^${sign}”`} · ${hold ? `held ${hold} s, then it leaves` : "leaves at once"}
      </p>
      <button type="submit" class="main" disabled=${!text.trim() || over > 0}>Send <${Key} of="send" /></button>
    </div>
  </form>`;
}
