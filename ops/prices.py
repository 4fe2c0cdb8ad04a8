"""What X charges for looking up, and what its limit means in cases: for `doctor` and for docs/costs.md."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from functions.shared.aws import clock
from functions.shared.delivery import budget
from functions.webhook.look_up import SETTLED, next_page
from functions.webhook.tick import LOOK_EVERY, LookUps
from ops.place import Place

X_READ = 0.010
"""Dollars for a DM that X gives out, of August 2026 (docs.x.com, X API, Pricing): charged once a day, in UTC."""
VOLUMES = (1_000, 43_200, 1_000_000)
"""DMs from customers in a month; 43,200 is as many as X lets us answer without a contract."""
SENT = 1.15
"""DMs of ours for each of a customer's: an answer, and of 15% a second one from people. A test counts it."""
A_CASE = 2
"""DMs of ours in a case: that people have it, and what they say. A test counts it."""
CERTAIN_UP_TO = 100
"""Dollars a month that certainty may cost before doctor proposes to do without it."""
A_DAY, A_MONTH, WINDOW = timedelta(days=1), timedelta(days=30), timedelta(minutes=15)


def looked_up(dms: float, look_ups: LookUps) -> int:
    """Count what X charges in a month in which so many DMs, ours as well, come evenly: each once for each day.

    X lists newest first, so that what a day's looks have read is a range: from the first look's last to the newest.
    """

    def newest(look: int) -> int:
        return int(dms * (look * LOOK_EVERY / A_MONTH))

    in_a_look = int(dms * ((LOOK_EVERY + SETTLED) / A_MONTH))
    charged = 0
    for day in range(A_MONTH // A_DAY):
        first, last = (at * (A_DAY // LOOK_EVERY) for at in (day, day + 1))
        if look_ups == "cheap":
            charged += len({newest(look) for look in range(first, last)})
        else:
            charged += newest(last - 1) - (newest(first) - _read(in_a_look))
    return charged


def _read(new: int) -> int:
    """Count what a look reads: pages grow until one holds a DM that was settled when X was asked last."""
    read = 1
    while new and read <= new:
        read += next_page(read)
    return read


def month(dms: int, look_ups: LookUps) -> float:
    """Return the dollars for so many DMs of customers."""
    return looked_up(dms * (1 + SENT), look_ups) * X_READ


def notes(place: Place) -> Iterator[str]:
    """Say what no configuration is wrong about."""
    chosen: LookUps = "cheap" if place.settings.get("look_ups") == "cheap" else "certain"
    kinds: tuple[LookUps, ...] = ("certain", "cheap")
    for look_ups in kinds:
        sums = ", ".join(f"${month(dms, look_ups):,.0f} for {dms:,}" for dms in VOLUMES)
        here = ", as here" if look_ups == chosen else ""
        yield f"Look-ups that are {look_ups}{here}: {sums} DMs of customers a month."
    yield from proposed(_seen(place), chosen)
    yield limit_in_cases(budget.load(place.store).limit * (A_DAY // WINDOW))


def proposed(dms: int, chosen: LookUps) -> Iterator[str]:
    """Propose to do without certainty where it costs much, and say what that gives up."""
    if chosen == "certain" and (dollars := month(dms, chosen)) > CERTAIN_UP_TO:
        yield (
            f'{dms:,} DMs came in 30 days, so that certainty costs ${dollars:,.0f} a month: `look_ups = "cheap"` would'
            f" be ${month(dms, 'cheap'):,.0f}. It gives up that a DM which X has lost is found though a newer one came."
        )


def _seen(place: Place) -> int:
    """Count the DMs of the last 30 days by our own metric; none where there is no CloudWatch."""
    if place.local:
        return 0
    now: datetime = clock.now().astimezone(UTC)
    points = place.client("cloudwatch").get_metric_statistics(
        Namespace="Tweetserve",
        MetricName="DmSeen",
        Dimensions=[{"Name": "service", "Value": place.name}],
        StartTime=now - A_MONTH,
        EndTime=now,
        Period=int(A_DAY.total_seconds()),
        Statistics=["Sum"],
    )["Datapoints"]
    return int(sum(point["Sum"] for point in points))


def limit_in_cases(a_day: int) -> str:
    return f"At {a_day:,} DMs a day this brand can end about {a_day // A_CASE:,} cases at {A_CASE} DMs each."
