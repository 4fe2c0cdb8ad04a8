"""The whole service on AWS, top down: data, queues, functions, what each may do, the door, the alarms."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.accepted import accept, wildcard_below
from infra.alarms import Alarms, dead_letters_unread, function_errors, inbound_age, webhook_5xx
from infra.entry import Entry
from infra.layout import (
    DAY,
    DEAD_QUEUES,
    FUNCTIONS,
    QUEUES,
    SUPERVISOR,
    TABLES,
    TEAMS,
    VISIBILITY_FACTOR,
    Function,
    Queue,
    Table,
    settings_of,
)

GET, POST = apigateway.HttpMethod.GET, apigateway.HttpMethod.POST


@dataclass(frozen=True)
class Stage:
    """What differs between stages."""

    name: str
    keeps_data: bool
    """Data and logs outlive the stack, and nobody deletes a table by mistake."""
    log_retention: logs.RetentionDays
    customers_at_once: int
    """How many customers are answered at the same moment."""
    requests_per_second: int
    """To each route, however many pretend to be X."""

    @property
    def removal_policy(self) -> cdk.RemovalPolicy:
        return cdk.RemovalPolicy.RETAIN if self.keeps_data else cdk.RemovalPolicy.DESTROY


DEV = Stage(
    "dev",
    keeps_data=False,
    log_retention=logs.RetentionDays.ONE_WEEK,
    customers_at_once=2,
    requests_per_second=20,
)
PROD = Stage(
    "prod",
    keeps_data=True,
    log_retention=logs.RetentionDays.THREE_MONTHS,
    customers_at_once=20,
    requests_per_second=100,
)
STAGES = MappingProxyType({stage.name: stage for stage in (DEV, PROD)})


@dataclass(frozen=True)
class Domain:
    """A name of one's own. X's webhook URL can never be changed, but a name can move to another API."""

    name: str
    certificate_arn: str


@dataclass(frozen=True)
class SignIn:
    """Who says who is staff: an OpenID Connect issuer, and the audience of its tokens."""

    issuer: str
    audience: str


@dataclass(frozen=True)
class Thing:
    """What a function gets that asks for a setting: the value, and what it may do with the thing."""

    value: str
    grant: Callable[[lambda_.Function], object] = lambda _function: None


class CannotDeploy(Exception):
    """The stack does not fit together; the message says where."""


class Service(cdk.Stack):
    """Everything of one stage. `brand_id` is the numeric X id whose DMs are answered."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - CDK's name for it
        *,
        stage: Stage,
        brand_id: str,
        code: Callable[[Function], lambda_.Code],
        x_api_url: str | None = None,
        domain: Domain | None = None,
        sign_in: SignIn | None = None,
        alarm_email: str | None = None,
        sms_sender: str | None = None,
    ) -> None:
        super().__init__(scope, id, description="Tweetserve: answers customers' direct messages on X")
        self._stage = stage

        key = self._key()
        tables = {table.name: self._table(table, key) for table in TABLES}
        dead = {name: self._dead_queue(name) for name in DEAD_QUEUES}
        queues = {queue.name: self._queue(queue, dead[queue.dead]) for queue in QUEUES}
        lines = {team: queues[f"escalations-{team}"] for team in TEAMS}
        consumer_secrets, user_secret = self._secret("x-consumer"), self._secret("x-user")
        code_key = self._code_key(key)
        api = self._api(domain)
        url = f"https://{domain.name}" if domain else api.api_endpoint

        sign_in = sign_in or self._user_pool(f"{url}/desk")

        # A function gets what it asks for, and may do with it what stands beside it.
        things = {
            "service_table": Thing(tables["service"].table_name, tables["service"].grant_read_write_data),
            "accounts_table": Thing(tables["accounts"].table_name, tables["accounts"].grant_read_data),
            "catalogue_table": Thing(tables["catalogue"].table_name, tables["catalogue"].grant_read_data),
            "inbound_queue_url": Thing(queues["inbound"].queue_url),
            **{f"{team}_queue_url": Thing(lines[team].queue_url, lines[team].grant_send_messages) for team in TEAMS},
            "x_consumer_secrets_name": Thing(consumer_secrets.secret_name, consumer_secrets.grant_read),
            "x_user_secret_name": Thing(user_secret.secret_name, user_secret.grant_read),
            "code_key_secret_name": Thing(self._secret_name("code-key"), code_key.grant_read),
            **({"sms_sender": Thing(sms_sender, self._may_text(sms_sender))} if sms_sender else {}),
            "brand_id": Thing(brand_id),
            "sign_in_issuer": Thing(sign_in.issuer),
            "sign_in_audience": Thing(sign_in.audience),
            "webhook_url": Thing(f"{url}/webhook"),
            **({"x_api_url": Thing(x_api_url)} if x_api_url else {}),
        }
        entries = {function.name: self._entry(function, code(function), things) for function in FUNCTIONS}
        for entry in entries.values():
            for setting in asked(entry.layout, things):
                things[setting].grant(entry.function)
            if entry.layout.reads:
                entry.read((queues | dead)[entry.layout.reads], at_once=stage.customers_at_once)
            if entry.layout.every:
                entry.tick(entry.layout.every)
            if entry.layout.module.startswith("functions.webhook."):
                queues["inbound"].grant_send_messages(entry.function)
        for line in lines.values():
            line.grant_consume_messages(entries["desk"].function)

        staff = authorizers.HttpJwtAuthorizer("StaffOnly", sign_in.issuer, jwt_audience=[sign_in.audience])
        signed = "X cannot sign in. The function checks X's signature over each request before it looks inside."
        page = "The page that people sign in from. It shows how many wait, and nothing about anybody."
        public_route(api, entries["webhook"], "/webhook", GET, POST, because=signed)
        public_route(api, entries["desk"], "/desk", GET, because=page)
        public_route(api, entries["desk"], "/desk/{file}", GET, because=page)
        staff_route(api, entries["desk"], "/desk/api/{proxy+}", staff)

        Alarms(
            self,
            "Alarms",
            service=self.stack_name,
            email=alarm_email,
            of_aws=(
                inbound_age(queues["inbound"].queue_name),
                *(dead_letters_unread(name, queue.queue_name) for name, queue in dead.items()),
                webhook_5xx(api.api_id),
                *(function_errors(name, entry.function.function_name) for name, entry in entries.items()),
            ),
        )
        self._tell({**{name: thing.value for name, thing in things.items()}, "desk_url": f"{url}/desk"})

    def _key(self) -> kms.Key:
        accept(
            self,
            "The actions on this one key that AWS names together for encrypting and decrypting a table's items.",
            "AwsSolutions::AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
            "AwsSolutions::AwsSolutions-IAM5[Action::kms:ReEncrypt*]",
        )
        return kms.Key(self, "Key", enable_key_rotation=True, removal_policy=self._stage.removal_policy)

    def _table(self, table: Table, key: kms.IKey) -> dynamodb.Table:
        made = dynamodb.Table(
            self,
            f"{table.name.title()}Table",
            partition_key=text(table.partition),
            sort_key=text(table.sort),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=table.ttl,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            deletion_protection=self._stage.keeps_data,
            removal_policy=self._stage.removal_policy,
        )
        for index in table.indexes:
            made.add_global_secondary_index(
                index_name=index.name,
                partition_key=text(index.partition),
                sort_key=text(index.sort) if index.sort else None,
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        if table.indexes:
            keys = "The indexes of one table: who may read the table may read its keys in another order."
            accept(self, keys, wildcard_below(made, "/index/*"))
        return made

    def _queue(self, queue: Queue, dead: sqs.IQueue) -> sqs.Queue:
        return sqs.Queue(
            self,
            f"{camel(queue.name)}Queue",
            fifo=True,
            visibility_timeout=cdk.Duration.seconds(queue.visibility),
            retention_period=cdk.Duration.seconds(queue.retention),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=queue.receives),
            enforce_ssl=True,
        )

    def _dead_queue(self, name: str) -> sqs.Queue:
        reader = next((function for function in FUNCTIONS if function.reads == name), None)
        queue = sqs.Queue(
            self,
            f"{camel(name)}Queue",
            fifo=True,
            visibility_timeout=cdk.Duration.seconds(VISIBILITY_FACTOR * reader.timeout) if reader else None,
            retention_period=cdk.Duration.seconds(14 * DAY),
            enforce_ssl=True,
        )
        accept(queue, "These are the dead letters; an alarm watches them.", "Serverless::Serverless-SQSRedrivePolicy")
        return queue

    def _secret(self, name: str) -> secretsmanager.ISecret:
        """Refer to a secret that ops put there: what X gave us is in no template."""
        return secretsmanager.Secret.from_secret_name_v2(self, f"{camel(name)}Secret", self._secret_name(name))

    def _secret_name(self, name: str) -> str:
        return f"tweetserve/{self._stage.name}/{name}"

    def _code_key(self, key: kms.IKey) -> secretsmanager.Secret:
        """Make the key under which codes and phone numbers are hashed: nobody ever sees it."""
        made = secretsmanager.Secret(
            self,
            "CodeKey",
            secret_name=self._secret_name("code-key"),
            encryption_key=key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 - of a secret that AWS makes
                generate_string_key="key",
                password_length=64,
                exclude_punctuation=True,
            ),
            removal_policy=self._stage.removal_policy,
        )
        marks = "With another key nobody could tell any more who has been erased and has sent #stop."
        accept(made, marks, "AwsSolutions::AwsSolutions-SMG4")
        return made

    def _may_text(self, sender: str) -> Callable[[lambda_.Function], object]:
        """Let a function send text messages from one origination identity, which is named by its ARN."""
        if not sender.startswith("arn:"):
            raise CannotDeploy("Name what text messages come from by its ARN: -c sms_sender=arn:aws:sms-voice:...")
        may = iam.PolicyStatement(actions=["sms-voice:SendTextMessage"], resources=[sender])
        return lambda function: function.add_to_role_policy(may)

    def _entry(self, function: Function, code: lambda_.Code, things: Mapping[str, Thing]) -> Entry:
        settings = {setting.upper(): things[setting].value for setting in asked(function, things)}
        return Entry(
            self,
            camel(function.name),
            function=function,
            code=code,
            environment={**settings, "POWERTOOLS_SERVICE_NAME": self.stack_name},
            log_retention=self._stage.log_retention,
            removal_policy=self._stage.removal_policy,
        )

    def _api(self, domain: Domain | None) -> apigateway.HttpApi:
        api = apigateway.HttpApi(
            self, "Api", create_default_stage=False, disable_execute_api_endpoint=domain is not None
        )
        log = logs.LogGroup(
            self, "AccessLog", retention=self._stage.log_retention, removal_policy=self._stage.removal_policy
        )
        rate = self._stage.requests_per_second
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=api,
            stage_name="$default",
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigateway.ThrottleSettings(rate_limit=rate, burst_limit=2 * rate),
            domain_mapping=self._domain(domain) if domain else None,
        )
        # No address and no query: the one is personal, the other holds tokens.
        logged = ("requestId", "requestTime", "routeKey", "status", "responseLatency", "integrationErrorMessage")
        plain = stage.node.default_child
        assert isinstance(plain, apigateway.CfnStage)  # noqa: S101 - what CDK says it is
        plain.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn,
            format=json.dumps({name: f"$context.{name}" for name in logged}),
        )
        return api

    def _domain(self, domain: Domain) -> apigateway.DomainMappingOptions:
        name = apigateway.DomainName(
            self,
            "Domain",
            domain_name=domain.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn),
        )
        self._tell({"domain_target": name.regional_domain_name})
        return apigateway.DomainMappingOptions(domain_name=name)

    def _user_pool(self, page: str) -> SignIn:
        """Make a pool of staff: nobody signs up by themselves, and nobody signs in with a password alone."""
        pool = cognito.UserPool(
            self,
            "Staff",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=self._stage.keeps_data,
            removal_policy=self._stage.removal_policy,
        )
        accept(
            pool,
            "The Plus plan is paid by the head. An administrator makes the accounts, and a second factor is a must.",
            "AwsSolutions::AwsSolutions-COG8",
        )
        for group in (*TEAMS, SUPERVISOR):
            pool.add_group(camel(group), group_name=group)
        pool.add_domain(
            "SignIn",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"{self.stack_name}-{cdk.Aws.ACCOUNT_ID}"),
        )
        client = pool.add_client(
            "Desk",
            generate_secret=False,  # neither a page in a browser nor a terminal keeps one
            auth_flows=cognito.AuthFlow(user_password=True),  # a terminal asks for it, and gives it to Cognito alone
            refresh_token_validity=cdk.Duration.hours(12),  # a working day
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[page],
                logout_urls=[page],
            ),
            prevent_user_existence_errors=True,
        )
        issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool.user_pool_id}"
        return SignIn(issuer, audience=client.user_pool_client_id)

    def _tell(self, outputs: Mapping[str, str]) -> None:
        """Name values for whoever runs the service: output `InboundQueueUrl` is setting `inbound_queue_url`."""
        if not (place := self.node.try_find_child("Outputs")):
            place = Construct(self, "Outputs")
        for name, value in outputs.items():
            cdk.CfnOutput(place, name, value=value).override_logical_id(camel(name))  # type: ignore[arg-type]


def asked(function: Function, things: Mapping[str, Thing]) -> list[str]:
    """Return the settings that a function is given. Raises CannotDeploy where there is no value for one."""
    settings = settings_of(function)
    for setting in settings:
        if setting.name not in things and setting.default is MISSING:
            raise CannotDeploy(f"{function.module} asks for {setting.name}: infra/stack.py has no such thing.")
    return [setting.name for setting in settings if setting.name in things]


def public_route(
    api: apigateway.HttpApi, entry: Entry, path: str, *methods: apigateway.HttpMethod, because: str
) -> None:
    for made in api.add_routes(path=path, methods=list(methods), integration=calling(entry)):
        accept(made, because, "AwsSolutions::AwsSolutions-APIG4")


def staff_route(api: apigateway.HttpApi, entry: Entry, path: str, staff: apigateway.IHttpRouteAuthorizer) -> None:
    api.add_routes(path=path, integration=calling(entry), authorizer=staff)


def calling(entry: Entry) -> integrations.HttpLambdaIntegration:
    return integrations.HttpLambdaIntegration(f"Call{entry.node.id}", entry.function)


def text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def camel(name: str) -> str:
    return "".join(part.title() for part in re.split("[-_]", name))
