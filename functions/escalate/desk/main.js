// The desk: where staff answer what the bot leaves to people. One room to a file; this one opens the door.
import { html, render } from "./preact.js";
import { App } from "./app.js";

render(html`<${App} />`, document.body);
