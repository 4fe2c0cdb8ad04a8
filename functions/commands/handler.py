"""SQS calls this with one message of `inbound.fifo` at a time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from functions.commands import later
from functions.commands.bot import Bot
from functions.commands.late import Anew
from functions.commands.sms import AwsTexts, HttpTexts, TextMessenger
from functions.shared import wiring
from functions.shared.aws import clock, settings, start, telemetry
from functions.shared.brand.catalogue import Catalogue
from functions.shared.carrier import accounts
from functions.shared.carrier.accounts import Account
from functions.shared.conversation.linking import Proofs
from functions.shared.conversation.tickets import cases_ahead
from functions.shared.wording import saying
from functions.shared.x.arrivals import Arrivals
from functions.shared.x.keyed_messenger import KeyedMessenger
from functions.shared.x.messages import DirectMessage, Echo, Encrypted, Revoked, inbound, is_of_later

RETRY_AFTER = (2, 5, 15, 30)
"""Seconds until a message comes again after its first, second, ... failure: nobody's #stop waits long."""


@dataclass(frozen=True, kw_only=True)
class Settings(wiring.SenderSettings):
    accounts_table: str
    catalogue_table: str
    inbound_queue_url: str
    sms_sender: str = ""
    """Whom text messages come from: an origination identity of AWS End User Messaging."""
    sms_url: str = ""
    """A simulator that takes text messages instead."""


@start.kept_warm
@telemetry.observed
def lambda_handler(event: dict[str, Any], _context: object) -> None:
    for record in event["Records"]:
        try:
            if is_of_later(record["body"]):
                later.keep(bot().sender.store, record, clock.now())
            else:
                receive(record["body"], record["attributes"])
        except Exception:  # of whatever kind: what is behind it waits seconds, not minutes
            come_again(record)
            raise


def receive(body: str, attributes: dict[str, str]) -> None:
    message = inbound.validate_json(body)
    _act_on(message, attributes)
    _arrivals().note(datetime.fromtimestamp(message.sent_at / 1000, UTC), clock.now())


def _act_on(message: DirectMessage | Echo | Encrypted | Revoked, attributes: dict[str, str]) -> None:
    if isinstance(message, Revoked):
        bot().revoked(message)
        return
    if isinstance(message, Echo):
        settled = bot().echo(message)
        if settled is None:
            telemetry.count("ForeignEcho")
            telemetry.warning("somebody answered without the desk", customer=message.customer, sent_dm=message.id)
        return
    queued_at = datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC)
    decision = bot().receive(message, queued_at)
    if decision:
        attempt = int(attributes["ApproximateReceiveCount"])
        telemetry.count("Decided")
        telemetry.info("decided", dm=message.id, outcome=decision.disposition, attempt=attempt)


def come_again(record: dict[str, Any]) -> None:
    """Bring the message back after 2, 5, 15, 30 s instead of a whole visibility time-out."""
    failures = int(record["attributes"]["ApproximateReceiveCount"])
    settings.client("sqs").change_message_visibility(
        QueueUrl=_settings().inbound_queue_url,
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=RETRY_AFTER[min(failures, len(RETRY_AFTER)) - 1],
    )


@cache
def _settings() -> Settings:
    return settings.read(Settings)


@cache
def _messenger() -> KeyedMessenger:
    return KeyedMessenger(partial(settings.secret, _settings().x_user_secret_name), _settings().x_api_url)


@cache
def _arrivals() -> Arrivals:
    return Arrivals(bot().sender.store)


@cache
def bot() -> Bot:
    ours = _settings()
    dynamodb = settings.client("dynamodb")

    def account(account_id: str) -> Account | None:
        return accounts.read_account(dynamodb, ours.accounts_table, account_id)

    def catalogue(now: datetime) -> Catalogue:
        return Catalogue.read(dynamodb, ours.catalogue_table, now)

    keyed = wiring.keyed(ours.code_key_secret_name)
    says_time = partial(saying.clock_time, brand=lambda: catalogue(clock.now()).brand)
    sender = wiring.sender_of(ours, settings.client, _messenger(), says_time, keyed)
    sender = replace(sender, anew=Anew(account, catalogue, clock.now, partial(cases_ahead, sender.store)))
    return Bot(
        sender,
        account=account,
        catalogue=catalogue,
        proofs=Proofs(
            keyed=keyed,
            having_number=lambda number: accounts.having_number(dynamodb, ours.accounts_table, number),
            account=account,
            row=sender.store.get,
        ),
        texts=_texts(ours),
    )


def _texts(ours: Settings) -> TextMessenger:
    if ours.sms_url:
        return HttpTexts(ours.sms_url)
    return AwsTexts(lambda: settings.client("pinpoint-sms-voice-v2"), ours.sms_sender)


start.prepare(lambda: bot().rehearse(), lambda: _messenger().prepare(), inbound.rebuild)
