"""Every hashtag, text and decision holds for each brand: its words are its country's, whoever asks."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.commands import our_words
from functions.commands.registry import registry
from functions.commands.texts import texts
from functions.escalate import views
from functions.shared.brand.catalogue import Brand, Catalogue
from functions.shared.brand.locale import CountryWords
from functions.shared.conversation.cases import Case
from functions.shared.wording import ours
from functions.shared.wording.country import Country
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import eta
from functions.shared.wording.text import worded
from local.demo import catalogue, people
from tests.asking import NOW, decided
from tests.brands import AMERICAN, FACTS, UK, US
from tests.hearing import match
from tests.places import DATA, ROOT

CONTENT = {brand: catalogue(NOW, brand) for brand in (UK, US)}
PEOPLE = {brand: {one["handle"]: one for one in people(NOW, brand)} for brand in (UK, US)}
ROWS = tomllib.loads((DATA / "replies.toml").read_text(encoding="utf-8"))["rows"]
OF_THE_OTHER = {
    UK: re.compile(r"\$|\b911\b|AutoPay|transfer PIN|\(212\)|\d [AP]M\b|¢"),
    US: re.compile(r"£|\b999\b|Direct Debit|\bPAC\b|07700|\b\d\d:\d\d\b(?! [AP]M)|\b\d\dp\b|UK"),
}

both = pytest.mark.parametrize("brand", [UK, US], ids=lambda brand: brand.name)


def read(brand: Path, says: str, by: str) -> tuple[str | None, str]:
    """Return the key of what is said, and what is read."""
    say = decided(says, PEOPLE[brand][by], content=CONTENT[brand]).say
    return (say.key, say.text) if say else (None, "")


EXAMPLES = [(example.says, example.by, example.key) for command in registry().commands for example in command.examples]
ASKED = [(says, who, key) for who, says, key, _ in ROWS if not says.startswith("(") and who in PEOPLE[UK]]
IN_AMERICA = {"+44 7700 900": "+1 212 555 0", "07700 900": "(212) 555-0", "LS6": "10001", "Newport": "Springfield"}


def in_american(says: str) -> str:
    for british, american in IN_AMERICA.items():
        says = says.replace(british, american)
    return says


@both
@pytest.mark.parametrize(("says", "by", "key"), sorted({*EXAMPLES, *ASKED}))
def test_what_is_decided_does_not_depend_on_the_country_and_is_said_in_its_words(
    brand: Path, says: str, by: str, key: str
) -> None:
    decided_key, said = read(brand, in_american(says) if brand == US else says, by)

    assert (decided_key or "(silence)") == key
    assert not OF_THE_OTHER[brand].search(said), said


@both
@pytest.mark.parametrize("key", sorted(texts()))
def test_a_text_names_no_institution_of_another_country(brand: Path, key: str) -> None:
    country = Country(Brand.of({UK: FACTS, US: AMERICAN}[brand]))

    said = re.sub(r"\{(\w+)\}", lambda place: country[place[1]] if place[1] in [*country] else "", texts()[key])

    assert not OF_THE_OTHER[brand].search(said), said


def test_the_american_way() -> None:
    _, bill = read(US, "#charges", "linked_customer")
    _, left = read(US, "#data", "linked_customer")
    _, stranger = read(US, "#charges", "new_customer")

    assert bill.startswith(
        "Hi @linked_customer, your last bill is $23.45 (AutoPay on Mon, Nov 30). Extra since then: $1.20, for calls to"
        " 900 numbers (as of 9:03 AM)."
    )
    assert "It renews on Fri, Dec 4: about 1.2 GB a day until then." in left
    assert "like #link (212) 555-0123, and I'll text you a code" in stranger


ACKNOWLEDGED = ["my bill is wrong", "#data this is wrong", "my phone was stolen", "#human", "#status"]
CLOCKS = pytest.mark.parametrize("clock", ["12h", "24h"])


@pytest.mark.proof
@both
@CLOCKS
@given(st.sampled_from(ACKNOWLEDGED), st.integers(0, 60 * 24 * 500), st.integers(0, 60 * 24 * 500))
def test_a_time_that_was_told_is_told_anew_and_nothing_else_of_its_words_changes(
    brand: Path, clock: str, says: str, asked: int, later: int
) -> None:
    content = [item | {"clock": clock} if item["kind"] == "brand" else item for item in CONTENT[brand]]
    asked_at, now = NOW + timedelta(minutes=asked), NOW + timedelta(minutes=asked + later)
    case = (
        Case("7KD2MX", "1", "billing", "bill", asked_at, asked_at + timedelta(hours=1)) if says == "#status" else None
    )
    say = decided(says, PEOPLE[brand]["linked_customer"], content=content, now=asked_at, case=case).say
    assert say
    facts = Catalogue.of(content).brand
    was, told = (eta(say.promises, at, facts) for at in (asked_at, now))

    assert say.form.count("{hi}") == say.form.count("{eta}") == 1
    assert worded(say.form, handle="linked_customer", eta=was) == say.text
    again = worded(say.form, handle="linked_customer", eta=told, late=True)
    assert again == say.text.replace("Hi @linked_customer, ", "Sorry for the wait, @linked_customer: ").replace(
        was, told
    )


INSTITUTIONS = re.compile(
    r"\b(999|112|911|988|7726|65075|75075|85075|116 123|PAC|STAC|Direct Debit|StepChange|Ofcom|Ombudsman|Samaritans"
    r"|Report Fraud|AutoPay|transfer PIN|FCC|FTC|NFCC|Europe/London|America/New_York)\b|£\d|\$\d"
)


def said_in(module: Path) -> Iterator[str]:
    """Yield the strings of a module, but for its docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    about = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in about)
    yield from (node.value for node in strings if isinstance(node.value, str))


def test_no_institution_of_any_country_stands_in_the_functions() -> None:
    modules = {str(path): "\n".join(said_in(path)) for path in (ROOT / "functions").rglob("*.py")}
    cards = {"cards.toml": "\n".join(step for steps in views.cards().values() for step in steps)}
    every = modules | cards | texts()

    assert {(where, found[0]) for where, said in every.items() for found in INSTITUTIONS.finditer(said)} == set()


OF_A_COUNTRY = re.compile(
    rf"{INSTITUTIONS.pattern}|£|\$|\b(o2|examplecare|quid|pounds|dollars|royal|usps|cisas|universal credit"
    r"|trading standards)\b",
    re.IGNORECASE,
)


def test_no_word_of_any_country_or_brand_stands_in_the_rules() -> None:
    rules = (ROOT / "functions" / "shared" / "wording" / "routing.toml").read_text(encoding="utf-8")

    assert {found[0] for found in OF_A_COUNTRY.finditer(rules)} == set()


HEARD = [
    (UK, "I can't get through to 999", "danger"),
    (US, "I can't get through to 911", "danger"),
    (UK, "can I have my PAC please", "switch"),
    (US, "Can I have my transfer PIN please", "switch"),
    (US, "I never asked for a transfer PIN", "account_guard"),
    (US, "I got a transfer PIN I never requested", "account_guard"),
    (UK, "I'll tell Ofcom", "complaint"),
    (US, "I'll tell the FCC", "complaint"),
    (UK, "my direct debit", "bill"),
    (US, "my AutoPay", "bill"),
    (UK, "you took £45 from me", "bill"),
    (US, "you took $45 from me", "bill"),
    (US, "45 bucks", "bill"),
    (UK, "thinking about leaving ExampleCare", "order"),
    (US, "hello ExampleCare", "greeting"),
    (US, "is pac a word", "other"),
    (UK, "is usps a word", "other"),
]


@pytest.mark.parametrize(("brand", "says", "kind"), HEARD)
def test_a_word_of_the_country_is_heard_by_the_brands_facts(brand: Path, says: str, kind: str) -> None:
    assert match(says, {UK: FACTS, US: AMERICAN}[brand]).kind == kind


def test_each_word_that_a_brand_names_is_known_to_a_rule() -> None:
    rules = (ROOT / "functions" / "shared" / "wording" / "routing.toml").read_text(encoding="utf-8")

    assert {name for name in CountryWords.model_fields if f"{{{name}}}" not in rules} == set()


def test_words_that_a_brand_does_not_say_are_not_heard_and_nothing_fails() -> None:
    assert match("I can't get through to 999", {"kind": "brand", "id": "facts"}).kind == "person"
    assert match("hello there", {"kind": "brand", "id": "facts"}).kind == "greeting"


def test_a_card_names_the_institutions_of_the_brands_country() -> None:
    assert any("Report Fraud 0300" in step for step in views.card("account_guard", lambda: Brand.of(FACTS)))
    assert any("the FTC" in step for step in views.card("account_guard", lambda: Brand.of(AMERICAN)))
    assert not any("{" in step for kind in views.cards() for step in views.card(kind, lambda: Brand.of(AMERICAN)))


def test_a_card_goes_without_what_the_brand_does_not_say() -> None:
    nobody = Brand.of({"kind": "brand", "id": "facts"})

    assert len(views.card("danger", lambda: nobody)) == len(views.cards()["danger"]) - 1


def test_a_team_is_called_as_the_brand_calls_it() -> None:
    _, british = read(UK, "no signal since Tuesday", "linked_customer")
    _, american = read(US, "no signal since Tuesday", "linked_customer")

    assert "our devices and network team" in british
    assert "our network team" in american


@both
@pytest.mark.parametrize("fact", ["number_move", "spam_report", "leaving_how", "crisis_line", "fraud_report"])
def test_a_fact_that_comes_back_pasted_is_nobodys_trouble(brand: Path, fact: str) -> None:
    facts = Brand.of({UK: FACTS, US: AMERICAN}[brand])

    left = ours.without(f"You said: {getattr(facts, fact)} My phone was stolen", our_words.with_facts(facts))

    assert len(plain(left).words) <= len(plain("You said: 988 My phone was stolen").words) + ours.ALONE
    assert plain(left).words[-4:] == ("my", "phone", "was", "stolen")


def test_a_stop_is_heard_where_nothing_is_known_of_the_brand() -> None:
    nothing = [item for item in CONTENT[UK] if item["kind"] != "brand"]

    assert decided("#stop", PEOPLE[UK]["linked_customer"], content=nothing).customer.stopped
