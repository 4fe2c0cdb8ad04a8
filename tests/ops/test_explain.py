"""What happened to a DM, told from what is stored, after everything that can become of one."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from functions.shared.aws.rows import dm_key
from functions.shared.brand.catalogue import Catalogue
from functions.shared.conversation import conversations
from functions.shared.conversation.erasure import Marks
from functions.shared.delivery import budget
from functions.shared.x.dms import Unknown
from local.proof.counter import counted
from ops.explain import Story, app, story, written_at
from ops.times import Times
from tests.brands import FACTS
from tests.proof.demo import LINKED_A, LINKED_B
from tests.proof.world import START, Fault, World

LONDON, NEW_YORK = "Europe/London", "America/New_York"
SIGNED = ["signature checked", "on the queue"]


def asked(world: World, text: str) -> str:
    """Write as a customer and let the functions work; return the DM's id."""
    dm = world.write(LINKED_A, text)
    world.work()
    return dm


def told_of(world: World, dm: str, zone: str = LONDON, marks: Marks | None = None) -> Story:
    times = Times(Catalogue.of([FACTS | {"timezone": zone}]), world.now)
    return story(world.store, LINKED_A, dm, times, marks)


def told(world: World, dm: str) -> list[str]:
    return [step.text for step in told_of(world, dm).steps]


def send_of(text: str) -> int:
    """The point at which an answer to this text goes to X."""
    world = World()
    asked(world, text)
    return next(at for at, (sort, _) in enumerate(world.points) if sort == "x")


def struck(fault: Fault) -> tuple[World, str]:
    """A world in which a fault strikes the sending of an answer, and the DM."""
    world = World({send_of("#data"): fault})
    return world, asked(world, "#data")


def test_an_answer_is_told_from_the_signature_to_its_echo() -> None:
    world = World()

    dm = asked(world, "#data")

    whole = told_of(world, dm)
    assert [step.text for step in whole.steps] == [
        *SIGNED,
        "decided: #data (allowance.left)",
        "saved: answer, record, audit",
        "sent",
        "X confirmed it",
    ]
    assert whole.done
    assert all(step.ok for step in whole.steps)
    assert [step.at for step in whole.steps[2:]] == [world.now] * 4


def test_what_reaches_people_names_the_rule_and_its_phrase() -> None:
    world = World()

    dm = asked(world, "my bill is wrong and I am furious")

    [decided] = [step.text for step in told_of(world, dm).steps if step.text.startswith("decided: ")]
    assert re.fullmatch(r"decided: for a person \(ack\.\w+, by the rule bill: .+\)", decided)


@pytest.mark.parametrize(
    "text", ["hello", "please stop messaging me", "thanks", "my bill is wrong and my giraffe is furious"]
)
def test_a_record_has_no_word_of_the_customer_that_is_not_in_our_rules(text: str) -> None:
    world = World()

    dm = asked(world, text)

    record = world.store.get(*dm_key(LINKED_A, dm))
    assert record
    assert text not in str(record)
    assert "giraffe" not in str(record)


@pytest.mark.parametrize(
    ("before", "text", "sentence"),
    [
        ("#stop", "#data", "No answer: this customer has sent #stop. Send #start to switch it back on."),
        ("#data", "thanks", "No answer needed: a thank-you."),
    ],
)
def test_silence_has_its_sentence(before: str, text: str, sentence: str) -> None:
    world = World()
    asked(world, before)

    dm = asked(world, text)

    assert told(world, dm)[-1] == sentence
    assert told_of(world, dm).done


def test_a_case_is_named_with_its_team_and_who_has_it() -> None:
    world = World()
    dm = asked(world, "my bill is wrong and I am furious")
    more = asked(world, "are you there")
    case = conversations.load(world.store, LINKED_A).open_case
    assert case

    line = next(step for step in told_of(world, dm).steps if step.case)
    world.next_case("request-1")

    assert line.text == f"With our billing team as case {case.number}. Nobody has taken it yet."
    assert line.case == case.number
    assert f"Added for our billing team as case {case.number}. agent-1 has it." in told(world, more)


def test_an_answer_of_unknown_fate_is_looked_for_and_then_found() -> None:
    world, dm = struck(Fault.LATE)

    at_first = told_of(world, dm)
    world.pass_time(timedelta(minutes=6))

    assert not at_first.done
    assert [(step.text, step.ok) for step in at_first.steps[-2:]] == [
        ("X did not say whether it took the answer: not sent again, but looked for", False),
        ("X has not confirmed it. Looked for at 14:16 GMT, Europe/London.", None),
    ]
    assert told(world, dm)[-1] == "sent: X reported it back"
    assert told_of(world, dm).done


def test_a_sender_that_died_is_told() -> None:
    world, dm = struck(Fault.CRASH_BEFORE)

    world.pass_time(timedelta(minutes=8))

    assert told(world, dm)[4:] == [
        "whoever was sending it ended in the middle: it may have left",
        "not found at X after five minutes: it goes out once more",
        "its turn to be sent",
        "sent",
        "X confirmed it",
    ]


def test_what_waits_for_the_limit_is_told_until_when_and_behind_whom() -> None:
    world = World(limit=5)
    for number in range(4):
        world.write(LINKED_B, f"#data {number}")
    world.work()
    asked(world, "#minutes")

    dm = asked(world, "#data")

    (waits,) = [step for step in told_of(world, dm).steps if step.ok is None]
    assert waits.text == "Waits: X's limit is used up until 14:30 GMT, Europe/London. One is before it."


def test_what_we_hold_back_ourselves_is_not_laid_to_xs_limit() -> None:
    world = World()
    world.pause()

    dm = asked(world, "#data")

    (waits,) = [step for step in told_of(world, dm).steps if step.ok is None]
    assert waits.text == "Waits: automated replies are paused (rehearsal)."


def test_what_waits_for_an_x_that_is_down_is_told_the_next_try_and_not_the_end_of_the_window() -> None:
    world = World()
    asked(world, "#data")  # a window has begun: it ends at 14:30
    for _ in range(budget.UNKNOWNS_OPEN_BREAKER):
        budget.heard(world.store, Unknown("X answered 503"), world.now, world.now)

    dm = asked(world, "#minutes")

    (waits,) = [step for step in told_of(world, dm).steps if step.ok is None]
    assert waits.text == (
        "Waits: X is in trouble, and says of no DM whether it took it. "
        "One is tried at 14:15 GMT, Europe/London. None are before it."
    )


def test_a_brand_reads_the_time_of_where_it_is() -> None:
    world, dm = struck(Fault.LATE)

    whole = told_of(world, dm, NEW_YORK)

    assert whole.steps[-1].text == "X has not confirmed it. Looked for at 09:16 EST, America/New_York."


@pytest.mark.parametrize(
    ("facts", "timezone"),
    [
        ([{"kind": "brand", "id": "facts", "timezone": "America/New_York"}], "America/New_York"),
        ([{"kind": "brand", "id": "facts", "timezone": "Atlantis"}], "UTC"),
        ([{"kind": "brand", "id": "facts", "timezone": "../London"}], "UTC"),
        ([{"kind": "brand", "id": "facts"}], "UTC"),
        ([], "UTC"),
    ],
)
def test_the_time_is_the_brands_and_utc_where_it_names_no_zone(facts: list[dict[str, str]], timezone: str) -> None:
    times = Times(Catalogue.of(facts), START)

    assert times.zone.key == timezone
    assert times.said(START).endswith("EST" if timezone == NEW_YORK else "UTC")


def test_a_dm_that_never_came_is_told() -> None:
    world = World()

    whole = told_of(world, "2100000000000000009")

    assert [step.ok for step in whole.steps] == [None]
    assert whole.steps[0].text.startswith("Nothing of it has reached the service")
    assert not whole.done


def test_an_id_of_x_tells_when_it_was_written() -> None:
    assert str(written_at("1541815603606036480")) == "2022-06-28 16:07:40.105000+00:00"
    assert written_at("0123abcd-encrypted") is None


def test_a_story_holds_nothing_that_was_written() -> None:
    world = World()

    dm = asked(world, "#data and my number is 07700 900123")

    assert "07700" not in json.dumps(told_of(world, dm).shown())


# ---- the counter ----


def test_the_counter_adds_up() -> None:
    world = World()
    for text in ("#data", "thanks", "my bill is wrong and I am furious"):
        asked(world, text)

    count = counted(world.trace, overdue=())

    assert count == {"asked": 3, "answered": 1, "with_people": 1, "silent": 1, "waiting": 0, "lost": 0, "twice": 0}


def test_what_is_not_stored_is_waited_for_and_lost_once_it_is_overdue() -> None:
    world = World()
    dm = world.write(LINKED_A, "#data")

    waiting, lost = (counted(world.trace, overdue=overdue) for overdue in ((), (dm,)))

    assert (waiting["waiting"], waiting["lost"]) == (1, 0)
    assert (lost["waiting"], lost["lost"]) == (0, 1)


def test_what_is_read_twice_is_counted() -> None:
    world = World()
    asked(world, "#data")

    (delivered,) = world.x.delivered
    world.x.delivered.append(delivered)

    assert counted(world.trace, overdue=())["twice"] == 1


def erased() -> tuple[World, str]:
    """A world in which a customer was erased, and a DM of theirs from before."""
    world = World()
    dm = asked(world, "#data")
    for text in ("#delete", "#delete yes"):
        asked(world, text)
    world.pass_time(timedelta(minutes=5))
    return world, dm


def test_what_was_before_an_erasure_is_neither_lost_nor_twice() -> None:
    world, dm = erased()
    later = asked(world, "#data")

    count = counted(world.trace, overdue=[dm, later])

    assert (count["asked"], count["answered"], count["lost"], count["twice"]) == (1, 1, 0, 0)


def test_of_a_dm_from_before_an_erasure_that_is_said() -> None:
    world, dm = erased()

    whole = told_of(world, dm, marks=world.bot.marks)

    assert [step.text for step in whole.steps] == ["Its customer has been erased since: nothing of it is kept."]
    assert whole.done


# ---- the command ----

STORY = {
    "dm": "2100000000000000001",
    "customer": "2000000000000000002",
    "asked_at": "2026-11-24T14:15:00+00:00",
    "asked": "9:15 AM on Tue, Nov 24 EST, America/New_York",
    "done": True,
    "timezone": "America/New_York",
    "steps": [
        {"text": "signature checked", "at": None, "ms": None, "ok": True, "case": None},
        {"text": "sent", "at": "2026-11-24T14:15:00.063+00:00", "ms": 63, "ok": True, "case": None},
        {"text": "Waits for its turn.", "at": None, "ms": None, "ok": None, "case": None},
    ],
}


def run(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, *arguments: str) -> Any:
    def get(url: str, **_: Any) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        where = httpx.Response(200, json={"aws_endpoint_url": None, "settings": {}})
        return where if url.endswith("/local/where") else answer

    monkeypatch.setattr(httpx, "get", get)
    return CliRunner().invoke(app, [*arguments])


def test_a_terminal_reads_the_story_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, httpx.Response(200, json=STORY), "--last", "--local")

    assert result.output.splitlines() == [
        "DM 2100000000000000001 of customer 2000000000000000002, 9:15 AM on Tue, Nov 24 EST, America/New_York",
        "✓ signature checked",
        "✓ sent   63 ms",
        "… Waits for its turn.",
    ]
    assert result.exit_code == 0


def test_a_program_reads_the_story_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, httpx.Response(200, json=STORY), "2100000000000000001", "--local", "--json")

    assert json.loads(result.output) == STORY


@pytest.mark.parametrize(
    ("answer", "arguments", "code", "sentence"),
    [
        (httpx.ConnectError("refused"), ["--last", "--local"], 1, "Nothing answers at http://127.0.0.1:8400."),
        (httpx.Response(404, json={"message": "Nobody has written yet."}), ["--last", "--local"], 1, "Nobody has"),
        (httpx.Response(200), ["--local"], 2, "Which DM? Give its id, or --last."),
        (httpx.Response(200), ["3000", "--last", "--local"], 2, "Which DM? Give its id, or --last."),
        (httpx.Response(200), ["--last"], 2, "Where? Say --local"),
    ],
)
def test_trouble_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, answer: Any, arguments: list[str], code: int, sentence: str
) -> None:
    result = run(monkeypatch, answer, *arguments)

    assert result.exit_code == code
    assert result.output.startswith(sentence)
