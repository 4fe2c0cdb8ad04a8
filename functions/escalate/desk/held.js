// An answer that has not left yet, where it will stand when it has.
import { html, useEffect, useState } from "./preact.js";
import { Key } from "./keys.js";

export function Held({ item, undo }) {
  const left = useSeconds(item.until);
  const words = {
    held: `Leaves in ${left} s`,
    sending: "Leaving…",
    waits: "Waits for the connection; it is kept in this browser",
    back: "Came back",
  }[item.state];
  return html`<li class="said staff held">
    <p class="who">you</p>
    <p class="words" dir="auto">${item.text}</p>
    <p class="became open">
      <span aria-live="off">${words}</span>
      ${item.state !== "sending" && html`<button type="button" class="quiet" onClick=${undo}>Take it back <${Key} of="undo" /></button>`}
    </p>
  </li>`;
}

function useSeconds(until) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((until - now) / 1000));
}
