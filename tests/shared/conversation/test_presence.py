"""That a person is reading is said only while somebody is at the desk."""

from datetime import timedelta

import pytest

from functions.shared.conversation import presence
from functions.shared.conversation.cases import Team
from tests.at_desk import Office
from tests.proof.demo import LINKED_A
from tests.proof.world import World


@pytest.mark.parametrize(
    ("team", "minutes", "there"),
    [("billing", 1, True), ("urgent", 4, True), ("devices", 1, False), ("billing", 6, False)],
)
def test_whoever_asks_the_desk_is_there_for_five_minutes(office: Office, team: Team, minutes: int, there: bool) -> None:
    office.asks("agent-1", "POST", "/desk/api/next", {"request_id": "first-of-the-day"})

    later = office.now + timedelta(minutes=minutes)

    assert presence.staffed(office.store, later, team) is there


def test_whoever_goes_on_asking_stays(office: Office) -> None:
    for minute in range(4):
        office.asks("agent-1", "POST", "/desk/api/next", {"request_id": f"next-{minute}"})
        office.later(minutes=2)

    assert presence.staffed(office.store, office.now, "billing")


def test_whoever_is_not_signed_in_is_nobody(office: Office) -> None:
    office.asks("nobody", "POST", "/desk/api/next", {"request_id": "first-of-the-day"})

    assert not presence.staffed(office.store, office.now, "urgent")


@pytest.mark.parametrize(
    ("teams", "reads"), [(("urgent",), "A person is reading this too"), (("billing",), "will read")]
)
def test_a_customer_in_trouble_reads_whether_a_person_is_there(teams: tuple[Team, ...], reads: str) -> None:
    world = World()
    presence.note(world.store, teams, world.now)

    world.write(LINKED_A, "my phone was stolen last night, please block it")
    world.work()

    assert reads in world.x.delivered[0].text
