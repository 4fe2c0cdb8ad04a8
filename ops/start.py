"""Where `tweetserve` starts: Ctrl-C ends it without a word from Python, also while it is still being read in."""

STOPPED = 130


def start() -> None:
    try:
        from ops.main import app

        app()
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
