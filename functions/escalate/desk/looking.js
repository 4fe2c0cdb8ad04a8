// Looks again every few seconds; the service answers in a word where nothing has changed.
import { useEffect, useState } from "./preact.js";
import { NotConnected } from "./api.js";

const LOOK = 5_000;

/**
 * What a path answers now: `{found, trouble, absent, again}`. `absent` = this service does not have it, as an older one
 * behind a newer page; it is not asked again then.
 */
export function useLook(api, path) {
  const [state, setState] = useState({});
  useEffect(() => {
    let over = false;
    const set = (next) => over || setState((before) => ({ ...before, ...next }));
    const look = async () => {
      try {
        set({ found: await api.get(path), trouble: null });
      } catch (why) {
        if (why.status === 404 || why.status === 405) {
          clearInterval(timer);
          set({ absent: true });
        } else if (!(why instanceof NotConnected)) set({ trouble: why });
      }
    };
    const timer = setInterval(() => document.hidden || look(), LOOK);
    setState({});
    look();
    set({ again: look });
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [path]);
  return state;
}

/** What a path answers once: `{found, trouble}`. */
export function useOnce(api, path) {
  const [state, setState] = useState({});
  useEffect(() => {
    let over = false;
    setState({});
    if (path)
      api.get(path).then(
        (found) => over || setState({ found }),
        (trouble) => over || setState({ trouble }),
      );
    return () => {
      over = true;
    };
  }, [path]);
  return state;
}
