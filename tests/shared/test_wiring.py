"""Where things are put together: what whoever sends needs to have."""

from collections.abc import Callable
from types import ModuleType

import pytest

from functions.commands import handler as commands
from functions.escalate import wired as desk
from functions.shared.aws import settings
from functions.shared.conversation.linking import Keyed
from functions.shared.delivery.sender import Sender
from functions.shared.x.media import MEDIA_HOST
from local.x.pictures import png
from tests.simulated_x import LINKED, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "simulated"]  # fixtures


@pytest.mark.parametrize(
    ("function", "settings_of", "sender_of"),
    [
        pytest.param(commands, "_settings", lambda: commands.bot.__wrapped__().sender, id="commands"),
        pytest.param(desk, "settings_here", lambda: desk.desk.__wrapped__().sender, id="desk"),
    ],
)
def test_whoever_sends_tells_apart_whom_x_refuses(
    monkeypatch: pytest.MonkeyPatch, function: ModuleType, settings_of: str, sender_of: Callable[[], Sender]
) -> None:
    named = dict.fromkeys(function.Settings.__dataclass_fields__, "x") | {"x_api_url": "https://api.x.com"}
    monkeypatch.setattr(function, settings_of, lambda: function.Settings(**named))
    monkeypatch.setattr(settings, "secret", lambda _: {**user_tokens(), "key": "k"})
    monkeypatch.setattr(settings, "client", lambda _: object())

    assert sender_of().digest("2000000000000000011") == Keyed(b"k").digest("customer", "2000000000000000011")


def test_the_desk_fetches_pictures_where_x_is_and_with_the_brands_keys(
    monkeypatch: pytest.MonkeyPatch,
    simulated: SimulatedX,
    hook: Hook,
) -> None:
    named = dict.fromkeys(desk.Settings.__dataclass_fields__, "x") | {"x_api_url": simulated.url}
    monkeypatch.setattr(desk, "settings_here", lambda: desk.Settings(**named))
    monkeypatch.setattr(settings, "secret", lambda _: {**user_tokens(), "key": "k"})
    monkeypatch.setattr(settings, "client", lambda _: object())
    written = simulated.types(LINKED.id, "my bill", attachment=True)

    shown = desk.desk.__wrapped__().picture(f"{MEDIA_HOST}/1.1/ton/data/dm/{written['id']}/1/picture.png")

    assert (shown.media_type, shown.content) == ("image/png", png())
