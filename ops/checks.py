"""What can be wrong with a configuration: one function for each part, every fault with its remedy."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import MISSING, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from functions.load import loads
from functions.load.checking import reason
from functions.load.loads import DataAge
from functions.shared.aws import clock
from functions.shared.aws.typed import unmarshalled
from functions.shared.brand.catalogue import MODELS, Notice, Notices
from functions.shared.carrier.items import Part
from functions.shared.delivery import budget
from infra.layout import FUNCTIONS, QUEUES, TABLES, Table, settings_of
from ops import facts, restore, settle, x_keys, x_webhook
from ops.accounts import there_are
from ops.pause import paused
from ops.place import Place, Trouble
from ops.staff import members

SKEW = timedelta(seconds=60)
MANY = 20
"""Messages that wait: fewer are on their way."""
LATELY = timedelta(minutes=15)
X_DOWN = "*X down* in docs/runbook.md says what to do."
GOES_ON = {
    budget.RESTORED: "settle --since MOMENT",
    settle.WAITS: "settle --since MOMENT",
    restore.WHY: "restore --to MOMENT",
}
"""What ends a pause that a command has begun, by what it says."""
SECRETS = {
    "x_consumer_secrets_name": ("current",),
    "x_user_secret_name": x_keys.NAMES,
    "code_key_secret_name": ("key",),
}


@dataclass(frozen=True)
class Fault:
    what: str
    remedy: str


type Check = Callable[[Place], Iterator[Fault]]


def examine(place: Place, heard: Callable[[str], None] = lambda _: None) -> dict[str, list[Fault]]:
    """Return the faults of each part; one that cannot be asked hides no other."""
    found = {}
    for name, check in CHECKS.items():
        heard(name)
        found[name] = list(_guarded(check, place))
    return found


def _guarded(check: Check, place: Place) -> Iterator[Fault]:
    try:
        yield from check(place)
    except KeyError:
        return  # a setting is missing, and `settings` names it
    except ClientError as error:
        code = error.response["Error"]["Code"]
        yield Fault(f"AWS refused {error.operation_name} ({code}).", "Use credentials that may read the whole stack.")
    except (BotoCoreError, httpx.HTTPError) as error:
        yield Fault(f"It could not be looked at ({type(error).__name__}).", "Look at the network from here, try again.")


# ---- settings and what they name ----


def settings(place: Place) -> Iterator[Fault]:
    there = [one for one in reversed(FUNCTIONS) if not (place.local and one.on_aws_only)]
    needed = [(one, function) for function in there for one in settings_of(function)]
    asked = {one.name: function.name for one, function in needed if one.default is MISSING}
    for name, function in sorted(asked.items()):
        if not place.settings.get(name):
            yield Fault(f"The setting {name} is missing; {function} needs it.", _deploy(place))
    if not place.local and not place.settings.get("sms_sender"):
        yield Fault("No text message can be sent, so nobody can link.", "Name sms_sender in the stage's file, deploy.")


def tables(place: Place) -> Iterator[Fault]:
    client = place.client("dynamodb")
    for table in TABLES:
        name = place.settings.get(f"{table.name}_table", "")
        try:
            there = client.describe_table(TableName=name)["Table"] if name else None
        except client.exceptions.ResourceNotFoundException:
            yield Fault(f"There is no table {name}.", _deploy(place))
            continue
        if there:
            yield from _shape(place, client, table, there)


def _shape(place: Place, client: Any, table: Table, there: Any) -> Iterator[Fault]:
    name = there["TableName"]
    had = [key["AttributeName"] for key in there["KeySchema"]]
    if had != [table.partition, table.sort]:
        yield Fault(f"The table {name} has the keys {', '.join(had)}.", "It was not made by this stack: name another.")
    indexes = {index["IndexName"] for index in there.get("GlobalSecondaryIndexes", [])}
    for missing in sorted({index.name for index in table.indexes} - indexes):
        yield Fault(f"The table {name} has no index {missing}.", _deploy(place))
    time_to_live = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if table.ttl and time_to_live.get("AttributeName") != table.ttl:
        yield Fault(f"The table {name} keeps what should expire: no time to live on {table.ttl}.", _deploy(place))


def queues(place: Place) -> Iterator[Fault]:
    sqs = place.client("sqs")
    for queue in QUEUES:
        url = place.settings.get(f"{queue.name.removeprefix('escalations-')}_queue_url", "")
        try:
            there = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] if url else None
        except (sqs.exceptions.QueueDoesNotExist, ClientError):
            yield Fault(f"There is no queue {queue.name}.fifo.", _deploy(place))
            continue
        if there is None:
            continue
        if there.get("FifoQueue") != "true":
            yield Fault(f"The queue of {queue.name} is no FIFO queue.", _deploy(place))
        if "RedrivePolicy" not in there:
            yield Fault(f"The queue {queue.name} has no dead letters: what fails is lost.", _deploy(place))
        if int(there["VisibilityTimeout"]) < queue.visibility:
            yield Fault(f"Messages of {queue.name} come again while they are worked on.", _deploy(place))


def secrets(place: Place) -> Iterator[Fault]:
    login = f"`tweetserve x login {_where(place)}` puts X's keys there."
    for setting, names in SECRETS.items():
        if not place.settings.get(setting):
            continue
        remedy = _deploy(place) if setting.startswith("code") else login
        try:
            there = place.secret(setting)
        except Trouble as trouble:
            yield Fault(str(trouble), remedy)
            continue
        if not there:
            yield Fault(f"The secret {place.settings[setting]} is not there or empty.", remedy)
        elif missing := [name for name in names if not there.get(name)]:
            yield Fault(f"The secret {place.settings[setting]} lacks {', '.join(missing)}.", remedy)
    signs, believed = (place.secret(name) for name in ("x_user_secret_name", "x_consumer_secrets_name"))
    if signs.get("consumer_secret") and believed and signs["consumer_secret"] not in believed.values():
        what = "The consumer secret that we sign with is none of those that we believe."
        yield Fault(what, f"`tweetserve x rotate {_where(place)}` sets both.")


# ---- X ----


def webhook(place: Place) -> Iterator[Fault]:
    """Ask our own webhook what X asks it."""
    try:
        url = x_webhook.webhook_url(place)
    except Trouble as trouble:
        yield Fault(str(trouble), "Give the stage's file a [domain] of your own and deploy.")
        return
    token = uuid4().hex
    try:
        answer = httpx.get(url, params={"crc_token": token}, timeout=10, trust_env=not place.local)
    except httpx.TransportError:
        yield Fault(f"Nothing answers at {url}.", "Look at its name, its certificate and the function `webhook`.")
        return
    given = _token_in(answer)
    current = place.secret("x_consumer_secrets_name").get("current", "")
    if not answer.is_success or not given:
        yield Fault(
            f"The webhook answers {answer.status_code} to X's test.", "The log of the function `webhook` says why."
        )
    elif not hmac.compare_digest(given, _signed(current, token)):
        what = "The webhook proves another consumer secret than the one that is set."
        yield Fault(what, "A new one is read within five minutes; if it stays, the function reads another secret.")


def _token_in(answer: httpx.Response) -> str:
    with suppress(ValueError, AttributeError):
        return str(answer.json().get("response_token", ""))
    return ""


def _signed(secret: str, token: str) -> str:
    return "sha256=" + base64.b64encode(hmac.digest(secret.encode(), token.encode(), hashlib.sha256)).decode()


def at_x(place: Place) -> Iterator[Fault]:
    found = x_webhook.status(place)
    set_up = f"`tweetserve x setup {_where(place)}` does it."
    if "trouble" in found:
        login = f"`tweetserve x login {_where(place)}` with the brand's own keys."
        yield Fault(found["trouble"], X_DOWN if found["look_up"]["state"] == "down" else login)
        return
    if not found["webhook"].get("registered"):
        yield Fault("X does not know our webhook, so nothing comes in.", set_up)
    elif not found["webhook"]["valid"]:
        yield Fault("X holds our webhook for invalid and delivers nothing.", set_up)
    elif not x_webhook.is_well(found):
        yield Fault("X is not asked to deliver the brand's DMs.", set_up)
    yield from _look_up(found["look_up"])


def _look_up(found: dict[str, str]) -> Iterator[Fault]:
    lost = "so lost DMs are not found and unknown replies are not settled"
    just_now = "X does not list the brand's DMs just now."
    remedy = "*Look ups refused* in docs/runbook.md says what to do."
    match found["state"]:
        case "refused":
            yield Fault(f"X does not list the brand's DMs, {lost}. {found['said']}", remedy)
        case "no sender":
            yield Fault(f"X does not tell who has written a DM, {lost}.", remedy)
        case "limited":
            yield Fault(f"{just_now} {found['said']}", "Look again in a quarter of an hour.")
        case "down":
            yield Fault(f"{just_now} {found['said']}", X_DOWN)


def sending(place: Place) -> Iterator[Fault]:
    limits = budget.load(place.store)
    if limits.trouble:
        yield Fault(
            f"Nothing is sent: {limits.trouble}.", f"`tweetserve x status {_where(place)}`; one try a minute goes on."
        )
    for what, says in paused(place).items():
        named = "All automated replies are" if what == "all" else f"#{what} is"
        over = f"`tweetserve {'resume' if what == 'all' else f"resume '#{what}'"} {_where(place)}` when it is over."
        command = GOES_ON.get(says)
        goes_on = f"`tweetserve {command} {_where(place)}` goes on: MOMENT is the one that the table went back to."
        yield Fault(f"{named} paused: {says}", goes_on if command else over)


# ---- what is said ----


def account_data(place: Place) -> Iterator[Fault]:
    load = f"`tweetserve accounts import FILE {_where(place)}`"
    for part, there in there_are(place).items():
        if not there:
            yield Fault(f"There is no {part} in the account data.", f"{load} loads it.")
    last = loads.last_done(place.store)
    if last is None:
        return
    age = DataAge.of(last, clock.now())
    if age.old:
        yield Fault(f"The newest account data is {age.hours} hours old.", f"{load}; call who runs the load.")
    if age.many_were_old:
        what = f"{last.older_than_a_day} of {last.figures} figures were older than a day when they were loaded."
        yield Fault(what, "Ask the carrier for an export with newer ones.")


def catalogue(place: Place) -> Iterator[Fault]:
    load = f"`tweetserve catalogue import FILE {_where(place)}`"
    pages = place.client("dynamodb").get_paginator("scan").paginate(TableName=place.settings["catalogue_table"])
    items = [unmarshalled(item) for page in pages for item in page["Items"]]
    if not any(item["kind"] == "brand" for item in items):
        yield Fault("The brand's facts are missing: nothing can be said or promised.", f"{load} with an item brand.")
    for item in items:
        named = f"The {item['kind']} {item['id']}"
        if item["kind"] == "brand":
            yield from (Fault(said, f"{load} with the brand's facts mended.") for said in facts.faults(item))
            continue
        try:
            yield from _overdue(MODELS[item["kind"]].model_validate(item), place)
        except KeyError:
            yield Fault(f"{named} is of no known kind.", "Remove it from the table.")
        except ValidationError as error:
            yield Fault(f"{named} makes no sense: {reason(error)}", f"{load} with a right one.")


def _overdue(found: Part, place: Place) -> Iterator[Fault]:
    """What says when there is news, and it has passed, is not told any more."""
    now = clock.now()
    if isinstance(found, Notice) and found.on(now) and not found.told(now):
        what = f"The news of notice {found.id} is overdue: nobody is told of it, and who writes of it goes to people."
        yield Fault(what, f"`tweetserve notice update {found.id} --next 2h {_where(place)}`, or `notice end`.")
    if isinstance(found, Notices) and found.age(now) != "fresh":
        what = "The list of notices was not looked at for a day: #network goes to people where nothing is known."
        yield Fault(what, f"`tweetserve notice checked {_where(place)}` if it is whole.")


# ---- what other releases have written ----


def rows(place: Place) -> Iterator[Fault]:
    """What is to be written before it is read, and what this release does not understand."""
    from ops.migrate import look

    seen = look(place)
    least = "" if seen.whole else "At least "
    if seen.of_before:
        what = f"{least}{seen.of_before} customers are as an older release wrote them."
        yield Fault(what, f"`tweetserve migrate {_where(place)}` writes what is missing.")
    if many := seen.unread.total():
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(seen.unread.items()))
        what = f"{least}{many} rows hold what a newer release has written and this one does not understand: {kinds}."
        yield Fault(what, "Deploy that release again; people see to these customers meanwhile.")
    if seen.later:
        what = f"{least}{seen.later} messages wait for a newer release."
        yield Fault(what, "Deploy that release again: it takes them up by itself.")


# ---- people and operations ----


def staff(place: Place) -> Iterator[Fault]:
    found = members(place)
    if found is not None and not any(one.teams or one.role == "supervisor" for one in found):
        yield Fault(
            "Nobody of the staff serves a team.", f"`tweetserve staff add NAME --team general {_where(place)}`."
        )


def waiting(place: Place) -> Iterator[Fault]:
    from ops.dead_letters import DEAD, dead_queue, waiting_in

    sqs = place.client("sqs")
    many = waiting_in(sqs, place.settings["inbound_queue_url"])
    if many > MANY:
        yield Fault(f"{many} messages of customers wait to be looked at.", "docs/runbook.md#inbound-age")
    for name in DEAD:
        if (url := dead_queue(place, name)) and (dead := waiting_in(sqs, url)):
            yield Fault(f"{dead} dead letters wait in {name}.", f"`tweetserve dead-letters redrive {_where(place)}`.")


def the_clock(place: Place) -> Iterator[Fault]:
    """X refuses what is signed at another time than its own."""
    answer = place.client("dynamodb").describe_table(TableName=place.settings["service_table"])
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    theirs = parsedate_to_datetime(date).replace(tzinfo=UTC) if date else None
    skew = abs(clock.now() - theirs) if theirs else timedelta()
    if skew > SKEW:
        yield Fault(f"The clock here is {int(skew.total_seconds())} s off AWS's.", "Set this machine's clock by NTP.")


def alarms(place: Place) -> Iterator[Fault]:
    if place.local:
        return
    for topic in _resources(place, "AWS::SNS::Topic"):
        subscribed = place.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        confirmed = [one for one in subscribed if one["SubscriptionArn"] != "PendingConfirmation"]
        which = "that wake" if "Wake" in topic else "of the morning"
        if not subscribed:
            yield Fault(f"Nobody hears the alarms {which}.", "Name them under [alarms] in the stage's file, deploy.")
        elif not confirmed:
            yield Fault(f"Nobody has confirmed to hear the alarms {which}.", "Follow the link in AWS's e-mail.")


def functions(place: Place) -> Iterator[Fault]:
    if place.local:
        return
    now: datetime = clock.now()
    cloudwatch = place.client("cloudwatch")
    for function in _resources(place, "AWS::Lambda::Function"):
        for metric, says in (("Errors", "fails"), ("Throttles", "is throttled")):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/Lambda",
                MetricName=metric,
                Dimensions=[{"Name": "FunctionName", "Value": function}],
                StartTime=now - LATELY,
                EndTime=now,
                Period=int(LATELY.total_seconds()),
                Statistics=["Sum"],
            )["Datapoints"]
            if times := int(sum(point["Sum"] for point in points)):
                yield Fault(f"{function} {says}: {times} times in 15 minutes.", "docs/runbook.md#function-errors")


def _resources(place: Place, kind: str) -> Iterator[str]:
    pages = place.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=place.name)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == kind:
                yield resource["PhysicalResourceId"]


def _where(place: Place) -> str:
    return "--local" if place.local else f"--stage {place.name.removeprefix('tweetserve-')}"


def _deploy(place: Place) -> str:
    return "Start `tweetserve local` again." if place.local else "Deploy the stack again: docs/deploy.md."


CHECKS: dict[str, Check] = {
    "settings": settings,
    "tables": tables,
    "queues": queues,
    "secrets": secrets,
    "webhook": webhook,
    "X": at_x,
    "sending": sending,
    "account data": account_data,
    "catalogue": catalogue,
    "rows": rows,
    "staff": staff,
    "waiting messages": waiting,
    "clock": the_clock,
    "alarms": alarms,
    "functions": functions,
}


def shown(found: dict[str, list[Fault]], notes: list[str]) -> str:
    faults = [
        {"part": part, "what": fault.what, "remedy": fault.remedy}
        for part, several in found.items()
        for fault in several
    ]
    return json.dumps({"looked_at": list(found), "faults": faults, "notes": notes}, indent=2)
