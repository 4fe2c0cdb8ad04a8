"""X's management of our account, against the simulator of X and against answers that it does not give."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from functions.shared.aws import clock
from functions.shared.x.account import Rejected, Unanswered, XAccount, replay_window
from tests.simulated_x import BRAND, LINKED, NEW, Hook, SimulatedX, hook, simulated, user_tokens

__all__ = ["hook", "simulated"]  # fixtures

NOW = datetime(2026, 11, 24, 14, 15, 30, tzinfo=UTC)


def account(simulated: SimulatedX, **other: str) -> XAccount:
    return XAccount(user_tokens() | other, simulated.url)


def test_the_keys_say_whose_they_are(simulated: SimulatedX) -> None:
    me = account(simulated).me()

    assert (me.id, me.handle) == (BRAND.id, BRAND.handle)


@pytest.mark.parametrize("wrong", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
def test_wrong_keys_are_declined(simulated: SimulatedX, wrong: str) -> None:
    with pytest.raises(Rejected) as declined:
        account(simulated, **{wrong: "wrong"}).me()

    assert declined.value.status == 401


def test_a_webhook_is_listed_tested_and_registered_once(simulated: SimulatedX, hook: Hook) -> None:
    x = account(simulated)

    [ours] = x.webhooks()

    assert (ours.url, ours.valid) == (hook.url, True)
    assert x.validate(ours.id)
    with pytest.raises(Rejected, match="DuplicateUrlFailed"):
        x.register(hook.url)


def test_a_webhook_that_does_not_know_the_secret_is_not_valid(simulated: SimulatedX, hook: Hook) -> None:
    x = account(simulated)
    hook.secret = "another"

    assert not x.validate(x.webhooks()[0].id)
    with pytest.raises(Rejected, match="CrcValidationFailed"):
        x.register(f"{hook.url}/other")


def test_dms_are_listed_newest_first_page_by_page(simulated: SimulatedX) -> None:
    written = [simulated.types(user, "#data")["id"] for user in (LINKED.id, NEW.id, LINKED.id)]
    x = account(simulated)

    first = x.dms(count=2)
    second = x.dms(first.next, count=2)

    assert [dm["id"] for dm in (*first.dms, *second.dms)] == written[::-1]
    assert second.next is None


def test_an_empty_list_of_dms_is_no_failure(simulated: SimulatedX) -> None:
    assert account(simulated).dms().dms == ()


def test_a_limit_that_is_used_up_says_until_when(simulated: SimulatedX) -> None:
    simulated.set(limited=True, reads=1)
    x = account(simulated)
    x.dms()

    with pytest.raises(Unanswered) as unanswered:
        x.dms()

    assert unanswered.value.limited
    assert unanswered.value.limits
    assert unanswered.value.limits.remaining == 0


def test_subscriptions_are_seen_and_made(simulated: SimulatedX) -> None:
    x = account(simulated)
    webhook = x.webhooks()[0].id

    x.subscribe_activity("post.mention.create", BRAND.id, webhook)
    x.subscribe_account_activity(webhook)

    assert ("post.mention.create", BRAND.id, webhook) in [(a.event_type, a.user, a.webhook) for a in x.activities()]
    assert x.hears_account_activity(webhook)


def test_subscriptions_are_read_to_the_end_of_the_list(simulated: SimulatedX) -> None:
    x = account(simulated)
    webhook = x.webhooks()[0].id
    for user in range(100):
        x.subscribe_activity("like.create", f"{2_000_000_000_000_000_000 + user}", webhook)

    assert len(x.activities()) == 103


def test_a_replay_is_a_job_with_an_id(simulated: SimulatedX) -> None:
    x = account(simulated)
    now = clock.now()
    window = replay_window(now - timedelta(minutes=30), now - timedelta(minutes=12), now)
    assert window

    assert x.replay(x.webhooks()[0].id, *window).isdigit()


@pytest.mark.parametrize(
    ("since", "until", "window"),
    [
        (60, 40, (60, 39)),
        (20, 12, (31, 11)),  # X wants it to begin 31 minutes ago
        (30 * 60, 40, (24 * 60 - 1, 39)),  # and not before yesterday
        (50 * 60, 30 * 60, None),
    ],
)
def test_a_replay_keeps_to_the_rules_of_x(since: int, until: int, window: tuple[int, int] | None) -> None:
    minute = NOW.replace(second=0)

    found = replay_window(NOW - timedelta(minutes=since), NOW - timedelta(minutes=until), NOW)

    assert found == (window and tuple(minute - timedelta(minutes=ago) for ago in window))


# ---- shapes that the simulator does not give ----


class Said(XAccount):
    """An X that answers what it is told."""

    def __init__(self, body: Any) -> None:
        super().__init__(user_tokens(), "http://127.0.0.1:9")
        self.body = body

    def _ask(self, *_: Any, **__: Any) -> dict[str, Any]:
        return self.body  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"job_id": "18", "created_at": "2026-11-22T09:00:00.000Z"}},
        {"for_user_id": "1", "replay_event": {"job_id": "18"}},
    ],
)
def test_both_published_answers_to_a_replay_are_read(body: dict[str, Any]) -> None:
    assert Said(body).replay("1", NOW, NOW) == "18"


def test_a_list_without_webhooks_is_told_from_no_list() -> None:
    assert Said({"data": [], "meta": {"result_count": 0}}).webhooks() == []
    assert Said({"meta": {"result_count": 0}}).webhooks() == []
    with pytest.raises(Unanswered):
        Said({}).webhooks()


@pytest.mark.parametrize("body", [{"data": [1, None, "x"]}, {"data": "x"}, {"data": {"id": 5}}])
def test_nonsense_among_webhooks_is_no_crash(body: dict[str, Any]) -> None:
    assert all(not webhook.valid for webhook in Said(body).webhooks())


def test_an_x_that_is_away_is_not_a_refusal() -> None:
    with pytest.raises(Unanswered, match="cannot be reached"):
        XAccount(user_tokens(), "http://127.0.0.1:9").me()


def test_the_other_signature_is_tried_where_x_wants_it(simulated: SimulatedX, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app's own token is not to be had: its user asks instead."""
    x = account(simulated)
    monkeypatch.setattr(x, "_app_token", lambda: None)

    assert x.webhooks()


def test_the_simulator_takes_the_apps_own_token(simulated: SimulatedX) -> None:
    """Else the tests above would prove only one of the two ways."""
    token = account(simulated)._app_token()

    answer = simulated.http.get("/2/webhooks", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == httpx.codes.OK
