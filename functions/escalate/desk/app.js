// The frame around every room: who is here, what is said to them, which room is open.
import { html, useEffect, useMemo, useReducer, useRef, useState } from "./preact.js";
import { Api, NotConnected } from "./api.js";
import { Case } from "./case.js";
import { Dialog } from "./dialog.js";
import { dropAll, dropOld } from "./drafts.js";
import { deafUntil, KeyList, letLettersWork, useKeys } from "./keys.js";
import { Line } from "./line.js";
import { useLook } from "./looking.js";
import { Outbox } from "./outbox.js";
import { Settings, settings } from "./settings.js";
import { forget, SignIn, signedInBefore } from "./sign-in.js";
import { Top } from "./top.js";
import { Skim } from "./skim.js";
import { time } from "./words.js";

export function App() {
  const [session, setSession] = useState(signedInBefore);
  const [again, setAgain] = useState(false);
  const out = () => {
    session.end();
    forget();
    setSession(null);
    setAgain(true);
  };
  useEffect(dropOld, []);
  if (!session) return html`<${SignIn} signedIn=${setSession} again=${again} />`;
  return html`<${SignedIn} key=${session.id} session=${session} out=${out} />`;
}

const SKIM = "skim";
const roomIn = (hash) => (hash === "#/skim" ? SKIM : caseIn(hash));
const caseIn = (hash) => /^#\/case\/([\w-]{6,7})$/.exec(hash)?.[1].replace("-", "").toUpperCase() ?? null;

function useRoom() {
  const [room, setRoom] = useState(() => roomIn(location.hash));
  useEffect(() => {
    const changed = () => setRoom(roomIn(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return room;
}

const goTo = (id) => {
  location.hash = id === SKIM ? "#/skim" : id ? `#/case/${id}` : "#/";
};

function SignedIn({ session, out }) {
  const me = session.id;
  const room = useRoom();
  const [said, say] = useState("");
  const [offSince, setOffSince] = useState(null);
  const [likes, setLikes] = useState(settings);
  const [open, setOpen] = useState(null);
  const [, changed] = useReducer((count) => count + 1, 0);
  const left = useRef(new Map());

  const api = useMemo(
    () =>
      new Api({
        token: () => session.token,
        connected: (is) => setOffSince((since) => (is ? null : (since ?? new Date().toISOString()))),
        signedOut: out,
      }),
    [],
  );
  const outbox = useMemo(
    () =>
      new Outbox(api, me, (item, answer) => {
        changed();
        if (answer) left.current.get(item.case.id)?.(item);
      }),
    [],
  );
  useEffect(() => letLettersWork(likes.letters), [likes]);
  useEffect(() => void (offSince || outbox.again()), [offSince]);
  useEffect(() => {
    const leave = () => outbox.flush({ last: true });
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, []);

  const next = async () => {
    outbox.flush();
    try {
      const answer = await deafUntil(api.post("next"));
      say(answer ? "" : "Nothing is waiting.");
      if (answer) goTo(answer.case.id);
    } catch (why) {
      say(why instanceof NotConnected ? "" : why.message);
    }
  };
  const { found: whoami } = useLook(api, "me");
  const leave = (words) => {
    say(words);
    goTo(null);
  };
  const signOut = async () => {
    await outbox.flush();
    dropAll();
    location.hash = "";
    forget();
    location.reload();
  };
  const onLeft = (id, look) => {
    left.current.set(id, look);
    return () => left.current.delete(id);
  };
  useKeys({ next, skim: () => goTo(SKIM), help: () => setOpen("help"), back: () => goTo(null) });

  const desk = { api, me, whoami, outbox, say, settings: likes, goTo, next, leave, onLeft, sign: whoami?.staff?.sign };
  return html`<${Top} desk=${desk} open=${setOpen} signOut=${signOut} />
    <div class="bars">
      <p class="bar" role="status">${said}</p>
      ${offSince &&
      html`<p class="bar warn" role="alert">Not connected since ${time(offSince)}. What you type is kept in this browser; sending waits.</p>`}
    </div>
    ${room === SKIM && html`<${Skim} desk=${desk} />`}
    ${room !== SKIM && (room ? html`<${Case} key=${room} id=${room} desk=${desk} />` : html`<${Line} desk=${desk} />`)}
    ${open === "settings" && html`<${Settings} now=${likes} change=${setLikes} close=${() => setOpen(null)} />`}
    ${open === "help" &&
    html`<${Dialog} name="help" title="Keys" close=${() => setOpen(null)}>
      <${KeyList} />
      <form method="dialog"><button class="quiet">Close</button></form>
    <//>`}`;
}
