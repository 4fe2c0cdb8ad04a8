"""What somebody has to know: alarms as plain data, and the two topics they ring on.

An alarm's id is its section in docs/runbook.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.webhook.tick import API_GATEWAY, posts_of
from infra.accepted import accept
from infra.layout import TEAMS
from infra.stage import Hearers, Stage

OURS = "Tweetserve"
"""The namespace of functions/shared/aws/telemetry.py, which publishes in the dimension `service`."""

MINUTE = 60

type Urgency = Literal["wake", "morning"]
URGENCIES: tuple[Urgency, ...] = ("wake", "morning")


@dataclass(frozen=True)
class Alarm:
    """Rings when a metric is above `above` for `minutes` on end, looked at every `period` minutes."""

    id: str
    urgency: Urgency
    says: str
    metric: str
    above: float = 0
    minutes: int = 1
    period: int = 1
    statistic: Literal["Sum", "Average", "Maximum", "Minimum"] = "Sum"
    must_be_there: bool = False
    """It rings as well when figures have come and come no more: who publishes them does not run."""
    about: str = ""
    """Which team, queue or function, where there is an alarm for each."""
    namespace: str = OURS
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.id}-{self.about}" if self.about else self.id


def oldest_new_case(team: str) -> Alarm:
    return Alarm(
        "oldest-new-case",
        "wake" if team == "urgent" else "morning",
        "A case has waited longer for a person than its customer was told.",
        f"OverdueCase{team.title()}",  # seconds
        minutes=5,
        statistic="Maximum",
        about=team,
        must_be_there=team == "urgent",
    )


GRACE = 2
"""Hours that a load may come late."""


def load_missing(hours: int) -> Alarm:
    return Alarm(
        "load-missing",
        "morning",
        f"No account data has been loaded for more than {hours + GRACE} hours.",
        "LoadMissing",  # seconds since the last load
        above=(hours + GRACE) * 60 * MINUTE,
        minutes=5,
        statistic="Maximum",
    )


_ALWAYS = (
    Alarm("dead-letters", "morning", "A message failed five times; a person has it as a case.", "DeadLetter"),
    Alarm("webhook-invalid", "wake", "X holds our webhook for invalid and delivers nothing.", "WebhookInvalid"),
    Alarm(
        "crc-rejected",
        "morning",
        "Somebody asks for signatures of what is no CRC token.",
        "CrcTokenRejected",
        above=9,
        minutes=5,
        period=5,
    ),
    Alarm("unreadable", "wake", "X delivers events that we cannot read: their DMs are lost to us.", "Unreadable"),
    Alarm(
        "not-understood",
        "morning",
        "A newer release has written what this one does not understand: people see to it.",
        "RowNotUnderstood",
        minutes=15,
        period=15,
    ),
    Alarm("silence", "wake", "DMs reach X and their events do not reach us.", "Silence"),
    Alarm("x-401", "wake", "X refuses our credentials: nothing is sent.", "XUnauthorised"),
    Alarm("x-402", "wake", "X wants to be paid: nothing is sent, and soon nothing comes in.", "XCreditsDepleted"),
    Alarm("x-403", "wake", "X has restricted the brand's account: nothing is sent.", "XRestricted"),
    Alarm(
        "x-down",
        "wake",
        "X is in trouble: for 15 minutes most DMs and look-ups have got no answer from it.",
        "XDown",  # 1 or 0 for each DM and look-up
        above=0.5,
        minutes=15,
        period=5,
        statistic="Average",
    ),
    Alarm(
        "budget-empty",
        "morning",
        "Answers have waited for 15 minutes because X's limit is used up.",
        "WaitingForBudget",  # customers
        minutes=15,
        statistic="Minimum",
    ),
    Alarm(
        "unknown-replies",
        "wake",
        "The fate of a reply has been unknown for 10 minutes, or nobody has looked.",
        "UnknownReplyOverdue",  # seconds since its last look-up should have been
        above=5 * MINUTE,
        minutes=5,
        statistic="Maximum",
        must_be_there=True,
    ),
    Alarm(
        "look-ups-refused",
        "morning",
        "X does not let us look up DMs: lost ones are not found, and unknown replies become cases.",
        "LookUpRefused",
    ),
    Alarm(
        "brand-revoked",
        "wake",
        "The brand has taken back what our app may do: nothing comes in and nothing is sent.",
        "BrandRevoked",
    ),
    Alarm(
        "text-messages",
        "morning",
        "Text messages with codes are not sent, so nobody can link.",
        "TextMessageFailed",
        above=2,
        minutes=15,
        period=15,
    ),
    Alarm("encrypted-dms", "morning", "A customer writes encrypted, and nobody here can read it.", "EncryptedSeen"),
    Alarm("foreign-echo", "morning", "Somebody answers customers without the desk.", "ForeignEcho"),
    *(oldest_new_case(team) for team in TEAMS),
    Alarm(
        "old-account-data",
        "morning",
        "For two hours the newest account data has been older than a day, or a tenth of it was when it came.",
        "OldAccountData",  # 1 or 0
        minutes=120,
        period=60,
        statistic="Minimum",
    ),
    Alarm(
        "events-not-taken",
        "morning",
        "For 15 minutes the help desk, or whoever else listens, has not taken what becomes of cases.",
        "EventNotTaken",
        minutes=15,
        period=5,
    ),
    Alarm("load-failed", "morning", "What was put into the drop cannot be loaded, or is an old one.", "LoadFailed"),
)


def reported(hours_between_loads: int = Stage.model_fields["hours_between_loads"].default) -> tuple[Alarm, ...]:
    """Return the alarms on metrics that our functions publish."""
    return (*_ALWAYS, load_missing(hours_between_loads)) if hours_between_loads else _ALWAYS


REPORTED = reported()


def inbound_age(queue: str) -> Alarm:
    return Alarm(
        "inbound-age",
        "wake",
        "A customer's message has waited over a minute to be looked at.",
        "ApproximateAgeOfOldestMessage",
        above=MINUTE,
        statistic="Maximum",
        namespace="AWS/SQS",
        dimensions={"QueueName": queue},
    )


def dead_letters_unread(about: str, queue: str) -> Alarm:
    return Alarm(
        "dead-letters-unread",
        "wake",
        "Messages have failed five times and nobody has made cases of them.",
        "ApproximateNumberOfMessagesVisible",
        minutes=5,
        statistic="Maximum",
        about=about,
        namespace="AWS/SQS",
        dimensions={"QueueName": queue},
    )


def webhook_5xx(api: str) -> Alarm:
    return Alarm(
        "webhook-5xx",
        "wake",
        "We fail to take in events from X, which may never come again.",
        "5xx",
        above=2,
        minutes=5,
        period=5,
        namespace=API_GATEWAY,
        dimensions=posts_of(api),
    )


def function_errors(about: str, function: str) -> Alarm:
    return Alarm(
        "function-errors",
        "morning",
        "A function fails again and again.",
        "Errors",
        above=4,
        minutes=15,
        period=5,
        about=about,
        namespace="AWS/Lambda",
        dimensions={"FunctionName": function},
    )


def of_aws(*, inbound: str, dead: Mapping[str, str], api: str, functions: Mapping[str, str]) -> tuple[Alarm, ...]:
    """Return the alarms on metrics of AWS: the names that it has given to queues, API and functions, by ours."""
    return (
        inbound_age(inbound),
        *(dead_letters_unread(name, queue) for name, queue in dead.items()),
        webhook_5xx(api),
        *(function_errors(name, function) for name, function in functions.items()),
    )


class Alarms(Construct):
    """The alarms of a stack and the topics that they ring on, and on which it is said when it is over."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - CDK's name for it
        *,
        service: str,
        alarms: Iterable[Alarm],
        hearers: Hearers,
    ) -> None:
        super().__init__(scope, id)
        self._service = service
        self._topics = {urgency: self._topic(urgency, getattr(hearers, urgency)) for urgency in URGENCIES}
        for alarm in alarms:
            self._ring(alarm)

    def _topic(self, urgency: str, hearers: Iterable[str]) -> sns.Topic:
        topic = sns.Topic(self, urgency.title(), display_name=f"{self._service} {urgency}", enforce_ssl=True)
        for hearer in hearers:
            accept(
                sns.Subscription(
                    self,
                    f"{urgency.title()}-{hearer}",
                    topic=topic,
                    protocol=sns.SubscriptionProtocol.EMAIL,
                    endpoint=hearer,
                ),
                "SNS tries an e-mail again for hours, and an alarm that goes on ringing stands in CloudWatch.",
                "Serverless::Serverless-SNSRedrivePolicy",
            )
        return topic

    def _ring(self, alarm: Alarm) -> None:
        missing = cloudwatch.TreatMissingData
        action = actions.SnsAction(self._topics[alarm.urgency])
        made = cloudwatch.Alarm(
            self,
            alarm.name,
            alarm_name=f"{self._service}-{alarm.urgency}-{alarm.name}",
            alarm_description=f"{alarm.urgency.upper()}: {alarm.says} What to do: docs/runbook.md#{alarm.id}",
            metric=self._metric(alarm),
            threshold=alarm.above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=alarm.minutes // alarm.period,
            treat_missing_data=missing.MISSING if alarm.must_be_there else missing.NOT_BREACHING,
        )
        made.add_alarm_action(action)
        made.add_ok_action(action)
        if alarm.must_be_there:
            # An alarm begins without data, and rings on a change alone: nothing rings before the first figure.
            made.add_insufficient_data_action(action)

    def _metric(self, alarm: Alarm) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions_map=dict(alarm.dimensions) or {"service": self._service},
            statistic=alarm.statistic,
            period=cdk.Duration.minutes(alarm.period),
        )
