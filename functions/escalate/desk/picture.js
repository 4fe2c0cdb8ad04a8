// A customer's picture: shown when somebody asks for it, fetched through the service, kept nowhere.
import { html, useEffect, useState } from "./preact.js";

export function Picture({ api, id, entry }) {
  const [asked, setAsked] = useState(false);
  const [url, setUrl] = useState(null);
  const [why, setWhy] = useState("");
  useEffect(() => {
    if (!asked) return;
    let made;
    api.picture(`cases/${id}/picture/${entry}`).then(
      (picture) => setUrl((made = URL.createObjectURL(picture))),
      (trouble) => setWhy(trouble.message),
    );
    return () => made && URL.revokeObjectURL(made);
  }, [asked]);
  if (why) return html`<p class="became open" role="status">${why}</p>`;
  if (url) return html`<img class="picture" src=${url} alt="What the customer has attached" onError=${() => (setUrl(null), setWhy("It is no picture."))} />`;
  return html`<button type="button" class="quiet" disabled=${asked} onClick=${() => setAsked(true)}>${asked ? "Fetching…" : "Show the picture"}</button>`;
}
