"""`tweetserve` ends at Ctrl-C without a word from Python."""

import pytest

from ops.start import STOPPED, start


def test_ctrl_c_while_the_commands_are_read_in_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.main.app", interrupted)

    with pytest.raises(SystemExit) as ended:
        start()

    assert ended.value.code == STOPPED
