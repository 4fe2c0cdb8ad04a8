"""One entry module as a Lambda function: a role, a zip and a log group of its own."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.shared.aws.start import WARM_UP
from infra.accepted import accept, wildcard_below
from infra.layout import Function

SHORTEST_RATE = 60  # EventBridge Scheduler's
WARM_UP_EVERY = 300


class Entry(Construct):
    """Its role may write its own log and nothing else, until something is granted."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - CDK's name for it
        *,
        function: Function,
        code: lambda_.Code,
        environment: Mapping[str, str],
        key: kms.IKey,
        log_retention: logs.RetentionDays,
        removal_policy: cdk.RemovalPolicy,
        share: int = 0,
    ) -> None:
        super().__init__(scope, id)
        self.layout = function
        log = logs.LogGroup(self, "Log", encryption_key=key, retention=log_retention, removal_policy=removal_policy)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.function = lambda_.Function(
            self,
            "Function",
            description=function.module,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=code,
            handler=f"{function.module}.lambda_handler",
            timeout=cdk.Duration.seconds(function.timeout),
            memory_size=function.memory,
            environment=dict(environment),
            role=role,
            # Of the account's concurrency: nobody else uses it up, and it uses up nobody else's.
            reserved_concurrent_executions=share or None,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
        )
        log.grant_write(role)
        accept(
            self.function,
            "Locked, tested and compiled for Python 3.13, which AWS supports until 2029.",
            "AwsSolutions::AwsSolutions-L1",
            "Serverless::Serverless-LambdaLatestVersion",
        )
        accept(
            self.function,
            "API Gateway and SQS wait for the answer, SQS has dead letters of its own, and the clock calls again.",
            "Serverless::Serverless-LambdaDLQ",
            "Serverless::Serverless-LambdaAsyncFailureDestination",
        )
        accept(
            self.function,
            "A DM's way is told by its audit rows and log lines; traces would add a '*' permission and no fact.",
            "Serverless::Serverless-LambdaTracing",
        )

    def read(self, queue: sqs.IQueue, *, at_once: int) -> None:
        """Be called with each message of a queue, one at a time and `at_once` groups at most."""
        # Never reserve fewer than `at_once`: throttled calls would count as deliveries, and lead to the dead letters.
        self.function.add_event_source(event_sources.SqsEventSource(queue, batch_size=1, max_concurrency=at_once))
        accept(
            self.function,
            "What fails stays in the queue, whose redrive policy moves it to the dead letters.",
            "Serverless::Serverless-LambdaEventSourceMappingDestination",
        )

    def tick(self, every: int) -> None:
        """Be called by the clock."""
        self._call("Clock", max(every, SHORTEST_RATE))

    def keep_warm(self) -> None:
        """Be called by the clock with what is looked at by nobody, so that Lambda keeps a process."""
        self._call("WarmUp", WARM_UP_EVERY, scheduler.ScheduleTargetInput.from_object(WARM_UP))

    def _call(self, name: str, every: int, event: scheduler.ScheduleTargetInput | None = None) -> None:
        """Let the clock call. The next call makes up for one that failed, so none is repeated."""
        minute = cdk.Duration.minutes(1)
        self.function.configure_async_invoke(retry_attempts=0, max_event_age=minute)
        scheduler.Schedule(
            self,
            name,
            schedule=scheduler.ScheduleExpression.rate(cdk.Duration.seconds(every)),
            target=targets.LambdaInvoke(self.function, input=event, retry_attempts=0, max_event_age=minute),
        )
        # The role that calls is made beside us.
        versions = "The versions of the one function that the clock calls."
        accept(cdk.Stack.of(self), versions, wildcard_below(self.function, ":*"))
