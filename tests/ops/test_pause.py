"""Operations hold automated replies back, on the embedded engine and from the terminal."""

from datetime import timedelta

import pytest

from functions.shared.aws.clock import now
from functions.shared.aws.settings import client
from functions.shared.aws.store import Store
from functions.shared.brand.catalogue import Catalogue
from functions.shared.delivery import budget
from tests.at_terminal import Terminal, place, tweetserve
from tests.proof.demo import LINKED_A
from tests.proof.world import World

__all__ = ["place", "tweetserve"]  # fixtures


def test_a_pause_leaves_room_for_people_and_stops_alone(tweetserve: Terminal) -> None:
    assert tweetserve("pause").exit_code == 0

    room = {kind: tweetserve.limits.room(kind, now()) for kind in ("answer", "acknowledgement", "urgent")}

    assert set(room.values()) == {0}
    assert tweetserve.limits.room("staff", now()) > 0
    assert tweetserve.limits.room("stop", now()) > 0


def test_a_claim_that_began_before_the_pause_does_not_get_through(tweetserve: Terminal) -> None:
    before = tweetserve.limits
    tweetserve("pause")

    take = budget.take(before, "answer", now())

    assert take
    assert not tweetserve.store.update(take)


def test_what_was_held_back_leaves_when_it_is_over_and_once() -> None:
    world = World()
    budget.pause(world.store, "We are putting something right.")
    world.write(LINKED_A, "#data")
    world.work()
    held = list(world.x.delivered)

    budget.resume(world.store)
    world.pass_time(timedelta(minutes=2))

    assert (held, len(world.x.delivered)) == ([], 1)


def test_resuming_gives_the_room_back(tweetserve: Terminal) -> None:
    tweetserve("pause")

    said = tweetserve("resume")

    assert "Paused at here: nothing." in said.stdout
    assert tweetserve.limits.room("answer", now()) > 0


def test_a_hashtag_says_the_sentence_and_others_go_on(tweetserve: Terminal) -> None:
    told = tweetserve.json("pause", "#Charges", "--says", "Bills are shown again from 18:00.")

    assert told["paused"] == {"charges": "Bills are shown again from 18:00."}
    [pause] = Catalogue.read(client("dynamodb"), tweetserve.place.settings["catalogue_table"], now()).pauses()
    assert (pause.id, pause.says) == ("charges", "Bills are shown again from 18:00.")
    assert tweetserve.limits.room("answer", now()) > 0
    assert tweetserve.json("resume", "#charges")["paused"] == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pause", "#stop"], "#stop cannot be paused alone"),
        (["pause", "#nonsense"], "choose all or one of #android, #charges"),
        (["pause", "--says", "x" * 81], "Say it in 1 to 80 characters; these are 81."),
    ],
)
def test_what_cannot_be_paused_gets_a_sentence(tweetserve: Terminal, words: list[str], sentence: str) -> None:
    said = tweetserve(*words)

    assert said.exit_code == 1
    assert sentence in said.stderr


def test_a_dry_run_changes_nothing(tweetserve: Terminal) -> None:
    said = tweetserve("pause", "--dry-run")

    assert "Would pause everything automated" in said.stdout
    assert tweetserve.limits.paused is None


def test_a_restored_table_starts_paused(tweetserve: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    budget.mark_waiting(tweetserve.store, True)

    monkeypatch.setattr(Store, "table", property(lambda _: "service-restored"))

    assert tweetserve.limits.paused == budget.RESTORED
    assert tweetserve.limits.room("answer", now()) == 0
    assert tweetserve("resume").exit_code == 1
    [fault] = [one for one in tweetserve.json("doctor")["faults"] if one["part"] == "sending"]
    assert fault["remedy"].startswith("`tweetserve settle --since MOMENT --local` goes on")
