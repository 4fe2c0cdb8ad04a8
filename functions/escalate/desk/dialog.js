// A dialog of the browser's own: focus stays inside, Esc closes it, and goes back to where it was.
import { html, useLayoutEffect, useRef } from "./preact.js";

export function Dialog({ name, title, close, children, ...rest }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    dialog.showModal();
    return () => {
      dialog.close(); // while it is open nothing else takes the focus
      if (before?.isConnected) before.focus();
    };
  }, []);
  return html`<dialog ref=${box} aria-labelledby=${`${name}-title`} onClose=${close} ...${rest}>
    <h2 id=${`${name}-title`}>${title}</h2>
    ${children}
  </dialog>`;
}
