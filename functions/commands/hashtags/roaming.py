"""#roaming: what use in a country costs."""

from functions.commands import gate
from functions.commands.gate import Figures
from functions.commands.registry import Command, Escalate, Example
from functions.shared.brand.catalogue import Zone
from functions.shared.wording.reading import plain
from functions.shared.wording.saying import data_left, day, money
from functions.shared.wording.territories import territories_in, territory
from functions.shared.wording.text import Reply, Text, fits

WHERE = Text(
    "roaming.where",
    "{hi}which country? Send one at a time, like #roaming Spain.{used}",
    next="Until you know the price, leave data roaming off.",
    needs=("line.abroad_today_minor",),
)
INCLUDED = Text(
    "roaming.included",
    "{hi}in {country} you use your own plan at no extra cost, up to {fair} of data.{used}",
    next="#data shows what you have left.",
    short="{country}: included, up to {fair}",
    needs=("zone.countries", "zone.plans", "zone.included", "zone.fair_bytes", "line.plan_name"),
)
DAILY = Text(
    "roaming.daily",
    "{hi}in {country} your own plan works for {per_day} on each day you use it, up to {fair} of data.{used}",
    next="No use, no charge: data roaming off in the settings stops it.",
    short="{country}: {per_day} a day of use",
    needs=("zone.per_day_minor", "zone.fair_bytes"),
)
RATES = Text(
    "roaming.rates",
    "{hi}{country} isn't in your plan. Data costs {data} per MB, calls {call} a minute, answering {answering} a minute,"
    " texts {text}. Your limit abroad is {cap} a month.{used}",
    next="Data roaming off in the settings is safest.",
    short="{country}: not in your plan, {data} per MB",
    needs=(
        "zone.data_minor_per_mb",
        "zone.call_minor",
        "zone.answer_minor",
        "zone.text_minor",
        "account.abroad_cap_minor",
        "line.role",
    ),
)
CAPPED = Text(
    "roaming.capped",
    "{hi}you've reached your limit of {cap} for use abroad, so data there is off until {until} and nothing more can be"
    " added.",
    next="To change the limit, reply #human.",
    short="Abroad: limit of {cap} reached",
    needs=("account.abroad_cap_minor", "account.abroad_minor", "account.as_of", "line.resets_on"),
)
TODAY = Text(
    "roaming.today",  # at the end of the others, for the holder who has used something
    " Used abroad today: {spent}.",
    needs=("line.abroad_today_minor", "line.as_of", "line.role"),
)


def say(figures: Figures) -> Reply | Escalate:
    found = territories_in(plain(figures.question.dm.text).words, figures.brand)
    if len(found) != 1:
        return WHERE.reply(used=_used(figures))
    (code,) = found
    zone = figures.question.catalogue.zone(code, figures.line.plan_name)
    if zone is None:
        return _unseen(figures)
    return _included(zone, code, figures) if zone.included else _charged(zone, code, figures)


def _included(zone: Zone, code: str, figures: Figures) -> Reply | Escalate:
    if zone.fair_bytes is None:
        return _unseen(figures)
    fair = data_left(zone.fair_bytes, figures.brand)
    return INCLUDED.reply(country=territory(code, figures.brand), fair=fair, used=_used(figures))


def _charged(zone: Zone, code: str, figures: Figures) -> Reply | Escalate:
    if _is_at_limit(figures):
        return gate.to_holder(_capped)(figures)
    return _daily(zone, code, figures) if zone.per_day_minor is not None else _rates(zone, code, figures)


def _daily(zone: Zone, code: str, figures: Figures) -> Reply | Escalate:
    if zone.fair_bytes is None or zone.per_day_minor is None:
        return _unseen(figures)
    return DAILY.reply(
        country=territory(code, figures.brand),
        per_day=money(zone.per_day_minor, figures.brand),
        fair=data_left(zone.fair_bytes, figures.brand),
        used=_used(figures),
    )


def _rates(zone: Zone, code: str, figures: Figures) -> Reply | Escalate:
    if not gate.holds(figures):
        return gate.NOT_HOLDER.reply()
    prices = {
        "data": zone.data_minor_per_mb,
        "call": zone.call_minor,
        "answering": zone.answer_minor,
        "text": zone.text_minor,
        "cap": figures.account.abroad_cap_minor,
    }
    said = {name: money(minor, figures.brand) for name, minor in prices.items() if minor is not None}
    if len(said) < len(prices):
        return _unseen(figures)
    country = territory(code, figures.brand)
    replies = [RATES.reply(country=country, used=used, **said) for used in (_used(figures), "")]
    return next(filter(fits, replies), replies[-1])


def _is_at_limit(figures: Figures) -> bool:
    cap, spent = figures.account.abroad_cap_minor, figures.account.abroad_minor
    return cap is not None and spent is not None and spent >= cap and figures.account.age(figures.now) != "too_old"


def _capped(figures: Figures) -> Reply:
    cap = money(figures.account.abroad_cap_minor or 0, figures.brand)
    return CAPPED.reply(cap=cap, until=day(figures.line.resets_on, figures.today, figures.brand))


def _used(figures: Figures) -> str:
    spent = figures.line.abroad_today_minor
    if not spent or not gate.holds(figures) or figures.line.age(figures.now) != "fresh":
        return ""
    return TODAY.reply(spent=money(spent, figures.brand)).text


def _unseen(figures: Figures) -> Escalate:
    return gate.unseen(figures, "order", "sales")


command = Command(
    tag="roaming",
    help="prices abroad",
    answer=gate.by_words(gate.from_account("roaming", say, dated=lambda _: None)),
    examples=(
        Example("#roaming Spain", "roaming.daily"),
        Example("#roaming", "roaming.where"),
        Example("#roaming Spain and France", "roaming.where"),
        Example("#roaming Spain", "link.first", by="new_customer"),
    ),
    home="sales",
    menu=(12, 1),
    texts=(WHERE, INCLUDED, DAILY, RATES, CAPPED, TODAY, gate.NOT_HOLDER, *gate.FIGURES),
    aliases=("abroad", "roam"),
    words=("roaming",),
    shows_account=True,
)
