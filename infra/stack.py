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
from infra.alarms import Alarms, of_aws, reported
from infra.drop import Drop
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
from infra.stage import Domain, SignIn, Stage

GET, POST = apigateway.HttpMethod.GET, apigateway.HttpMethod.POST


WEBHOOKS_PER_SECOND = 1000
"""X's events; beside them those that are forged, which must not take X's place."""

LOG_DAYS = MappingProxyType(
    {
        7: logs.RetentionDays.ONE_WEEK,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
        180: logs.RetentionDays.SIX_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
    }
)


@dataclass(frozen=True)
class Thing:
    """What a function gets that asks for a setting: the value, and what it may do with the thing."""

    value: str
    grant: Callable[[lambda_.Function], object] = lambda _function: None


class CannotDeploy(Exception):
    """The stack does not fit together; the message says where."""


class Service(cdk.Stack):
    """Everything of one stage."""

    def __init__(self, scope: Construct, *, stage: Stage, code: Callable[[Function], lambda_.Code]) -> None:
        super().__init__(
            scope,
            stage.stack,
            description="Tweetserve: answers customers' direct messages on X",
            env=cdk.Environment(account=stage.account, region=stage.region),
        )
        self._stage = stage
        self._log_retention = LOG_DAYS[stage.log_days]
        self._removal_policy = cdk.RemovalPolicy.RETAIN if stage.keeps_data else cdk.RemovalPolicy.DESTROY

        key = self._key()
        tables = {table.name: self._table(table, key) for table in TABLES} | self._restored(stage.service_table, key)
        dead = {name: self._dead_queue(name, key) for name in DEAD_QUEUES}
        queues = {queue.name: self._queue(queue, dead[queue.dead], key) for queue in QUEUES}
        lines = {team: queues[f"escalations-{team}"] for team in TEAMS}
        consumer_secrets, user_secret = self._secret("x-consumer", key), self._secret("x-user", key)
        code_key = self._code_key(key)
        drop = Drop(self, "Drop", key=key, removal_policy=self._removal_policy)
        api, door = self._api(key)
        url = f"https://{stage.domain.name}" if stage.domain else api.api_endpoint

        sign_in = stage.sign_in or self._user_pool(f"{url}/desk")

        # A function gets what it asks for, and may do with it what stands beside it.
        things = {
            "service_table": Thing(tables["service"].table_name, tables["service"].grant_read_write_data),
            "accounts_table": Thing(tables["accounts"].table_name, tables["accounts"].grant_read_data),
            "catalogue_table": Thing(tables["catalogue"].table_name, tables["catalogue"].grant_read_data),
            "drop_bucket": Thing(drop.bucket.bucket_name, drop.grant_load),
            "inbound_queue_url": Thing(queues["inbound"].queue_url),
            **{f"{team}_queue_url": Thing(lines[team].queue_url, lines[team].grant_send_messages) for team in TEAMS},
            "x_consumer_secrets_name": Thing(consumer_secrets.secret_name, consumer_secrets.grant_read),
            "x_user_secret_name": Thing(user_secret.secret_name, user_secret.grant_read),
            "code_key_secret_name": Thing(self._secret_name("code-key"), code_key.grant_read),
            **({"sms_sender": Thing(stage.sms_sender, may_text(stage.sms_sender))} if stage.sms_sender else {}),
            "brand_id": Thing(stage.brand_id),
            "sign_in_issuer": Thing(sign_in.issuer),
            "sign_in_audience": Thing(sign_in.audience),
            **({"sign_in_hosts": Thing(" ".join(sign_in.hosts))} if sign_in.hosts else {}),
            "webhook_url": Thing(f"{url}/webhook"),
            **({"x_api_url": Thing(stage.x_api_url)} if stage.x_api_url else {}),
            **(self._events(key) if stage.events else {}),
            "look_ups": Thing(stage.look_ups),
            "api_id": Thing(api.api_id, may_read_metrics),
        }
        entries = {function.name: self._entry(function, code(function), things, key) for function in FUNCTIONS}
        for entry in entries.values():
            for setting in asked(entry.layout, things):
                things[setting].grant(entry.function)
            if entry.layout.reads:
                entry.read((queues | dead)[entry.layout.reads], at_once=stage.customers_at_once)
            if entry.layout.every:
                entry.tick(entry.layout.every)
            if entry.layout.kept_warm:
                entry.keep_warm()
            if entry.layout.module.startswith("functions.webhook."):
                queues["inbound"].grant_send_messages(entry.function)
        for line in lines.values():
            line.grant_consume_messages(entries["desk"].function)
        writes = (f"dynamodb:{act}Item" for act in ("Put", "Update", "Delete"))
        tables["accounts"].grant(entries["load"].function, *writes)
        key.grant_encrypt_decrypt(entries["load"].function)

        staff = authorizers.HttpJwtAuthorizer("StaffOnly", sign_in.issuer, jwt_audience=[sign_in.audience])
        signed = "X cannot sign in. The function checks X's signature over each request before it looks inside."
        page = "The page that people sign in from: the same files for everybody, with nothing about anybody."
        throttled(door, public_route(api, entries["webhook"], "/webhook", GET, POST, because=signed))
        public_route(api, entries["desk"], "/desk", GET, because=page)
        public_route(api, entries["desk"], "/desk/{file}", GET, because=page)
        public_route(api, entries["desk"], "/desk/page/{version}/{file}", GET, because=page)
        staff_route(api, entries["desk"], "/desk/api/{proxy+}", staff)

        Alarms(
            self,
            "Alarms",
            service=self.stack_name,
            hearers=stage.alarms,
            alarms=(
                *reported(stage.hours_between_loads),
                *of_aws(
                    inbound=queues["inbound"].queue_name,
                    dead={name: queue.queue_name for name, queue in dead.items()},
                    api=api.api_id,
                    functions={name: entry.function.function_name for name, entry in entries.items()},
                ),
            ),
        )
        self._tell({name: thing.value for name, thing in things.items()})
        self._tell({"desk_url": f"{url}/desk", "key_arn": key.key_arn})

    def _key(self) -> kms.Key:
        """Make the one key under which everything of customers lies: tables, queues, logs, secrets, the drop."""
        accept(
            self,
            "The actions on this one key that AWS names together for encrypting and decrypting.",
            "AwsSolutions::AwsSolutions-IAM5[Action::kms:GenerateDataKey*]",
            "AwsSolutions::AwsSolutions-IAM5[Action::kms:ReEncrypt*]",
        )
        key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=self._removal_policy)
        groups = self.format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
        return key

    def _restored(self, name: str | None, key: kms.IKey) -> dict[str, dynamodb.ITable]:
        """Refer to the restored table that takes the place of our own, which stays as it is."""
        if name is None:
            return {}
        [layout] = [table for table in TABLES if table.name == "service"]
        indexes = [index.name for index in layout.indexes]
        made = dynamodb.Table.from_table_attributes(
            self, "RestoredTable", table_name=name, encryption_key=key, global_indexes=indexes
        )
        keys = "The indexes of one table: who may read the table may read its keys in another order."
        unknown = cdk.Token.is_unresolved
        region = "<AWS::Region>" if unknown(self.region) else self.region
        account = "<AWS::AccountId>" if unknown(self.account) else self.account
        table = f"arn:<AWS::Partition>:dynamodb:{region}:{account}:table/{name}"
        accept(self, keys, f"AwsSolutions::AwsSolutions-IAM5[Resource::{table}/index/*]")
        return {"service": made}

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
            removal_policy=self._removal_policy,
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

    def _queue(self, queue: Queue, dead: sqs.IQueue, key: kms.IKey) -> sqs.Queue:
        return sqs.Queue(
            self,
            f"{camel(queue.name)}Queue",
            fifo=True,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            visibility_timeout=cdk.Duration.seconds(queue.visibility),
            retention_period=cdk.Duration.seconds(queue.retention),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=queue.receives),
            # A group's own messages are told apart and counted: 300 sends a second for each, not for all.
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
            enforce_ssl=True,
        )

    def _dead_queue(self, name: str, key: kms.IKey) -> sqs.Queue:
        reader = next((function for function in FUNCTIONS if function.reads == name), None)
        queue = sqs.Queue(
            self,
            f"{camel(name)}Queue",
            fifo=True,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            visibility_timeout=cdk.Duration.seconds(VISIBILITY_FACTOR * reader.timeout) if reader else None,
            retention_period=cdk.Duration.seconds(14 * DAY),
            enforce_ssl=True,
        )
        accept(queue, "These are the dead letters; an alarm watches them.", "Serverless::Serverless-SQSRedrivePolicy")
        return queue

    def _secret(self, name: str, key: kms.IKey) -> secretsmanager.ISecret:
        """Refer to a secret that ops put there: what X gave us is in no template."""
        arn = self.format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=self._secret_name(name),
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        return secretsmanager.Secret.from_secret_attributes(
            self, f"{camel(name)}Secret", secret_partial_arn=arn, encryption_key=key
        )

    def _secret_name(self, name: str) -> str:
        return f"tweetserve/{self._stage.name}/{name}"

    def _code_key(self, key: kms.IKey) -> secretsmanager.Secret:
        """Make the key under which codes and phone numbers are hashed: nobody ever sees it."""
        made = self._generated("CodeKey", "code-key", key)
        marks = "With another key nobody could tell any more who has been erased and has sent #stop."
        accept(made, marks, "AwsSolutions::AwsSolutions-SMG4")
        return made

    def _generated(self, construct: str, name: str, key: kms.IKey) -> secretsmanager.Secret:
        """Make a secret that holds 64 signs of chance under `key`."""
        return secretsmanager.Secret(
            self,
            construct,
            secret_name=self._secret_name(name),
            encryption_key=key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 - of a secret that AWS makes
                generate_string_key="key",
                password_length=64,
                exclude_punctuation=True,
            ),
            removal_policy=self._removal_policy,
        )

    def _events(self, key: kms.IKey) -> dict[str, Thing]:
        """Name who is told of each change of a case, and make the key that what goes to URLs is signed with."""
        urls = [name for name in self._stage.events if "://" in name]
        buses = [
            self.format_arn(service="events", resource="event-bus", resource_name=name)
            for name in self._stage.events
            if name not in urls
        ]
        words = Thing("yes" if self._stage.events_words else "no", may_put_events(buses))
        things = {"events": Thing(" ".join(self._stage.events)), "events_words": words}
        if not urls:
            return things
        made = self._generated("EventsKey", "events-key", key)
        others = "Who receives has to be given another one at the same moment: people change it, not a clock."
        accept(made, others, "AwsSolutions::AwsSolutions-SMG4")
        return things | {"events_key_secret_name": Thing(self._secret_name("events-key"), made.grant_read)}

    def _entry(self, function: Function, code: lambda_.Code, things: Mapping[str, Thing], key: kms.IKey) -> Entry:
        settings = {setting.upper(): things[setting].value for setting in asked(function, things)}
        return Entry(
            self,
            camel(function.name),
            function=function,
            code=code,
            environment={**settings, "POWERTOOLS_SERVICE_NAME": self.stack_name},
            key=key,
            log_retention=self._log_retention,
            removal_policy=self._removal_policy,
            share=self._stage.webhooks_at_once if function.name == "webhook" else 0,
        )

    def _api(self, key: kms.IKey) -> tuple[apigateway.HttpApi, apigateway.CfnStage]:
        domain = self._stage.domain
        api = apigateway.HttpApi(
            self, "Api", create_default_stage=False, disable_execute_api_endpoint=domain is not None
        )
        log = logs.LogGroup(
            self, "AccessLog", encryption_key=key, retention=self._log_retention, removal_policy=self._removal_policy
        )
        rate = self._stage.requests_per_second
        door = apigateway.HttpStage(
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
        plain = door.node.default_child
        assert isinstance(plain, apigateway.CfnStage)  # noqa: S101 - what CDK says it is
        plain.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn,
            format=json.dumps({name: f"$context.{name}" for name in logged}),
        )
        if domain:
            # Second net under infra/deployed.py: an address that is dropped by mistake goes on leading here.
            for kept in door.node.find_all():
                if isinstance(kept, apigateway.CfnApiMapping):
                    kept.apply_removal_policy(self._removal_policy)
        return api, plain

    def _domain(self, domain: Domain) -> apigateway.DomainMappingOptions:
        name = apigateway.DomainName(
            self,
            "Domain",
            domain_name=domain.name,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn),
        )
        name.apply_removal_policy(self._removal_policy)
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
            removal_policy=self._removal_policy,
        )
        accept(
            pool,
            "The Plus plan is paid by the head. An administrator makes the accounts, and a second factor is a must.",
            "AwsSolutions::AwsSolutions-COG8",
        )
        for group in (*TEAMS, SUPERVISOR):
            pool.add_group(camel(group), group_name=group)
        prefix = f"{self.stack_name}-{cdk.Aws.ACCOUNT_ID}"
        pool.add_domain("SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
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
        host = f"{prefix}.auth.{self.region}.amazoncognito.com"
        return SignIn.model_construct(issuer=issuer, audience=client.user_pool_client_id, hosts=(host,))

    def _tell(self, outputs: Mapping[str, str]) -> None:
        """Name values for whoever runs the service: output `InboundQueueUrl` is setting `inbound_queue_url`."""
        if not (place := self.node.try_find_child("Outputs")):
            place = Construct(self, "Outputs")
        for name, value in outputs.items():
            cdk.CfnOutput(place, name, value=value).override_logical_id(camel(name))  # type: ignore[arg-type]


def may_text(sender: str) -> Callable[[lambda_.Function], object]:
    """Let a function send text messages from one origination identity, which is named by its ARN."""
    may = iam.PolicyStatement(actions=["sms-voice:SendTextMessage"], resources=[sender])
    return lambda function: function.add_to_role_policy(may)


def may_put_events(buses: list[str]) -> Callable[[lambda_.Function], object]:
    """Let a function put events on some buses."""
    if not buses:
        return lambda _function: None
    may = iam.PolicyStatement(actions=["events:PutEvents"], resources=buses)
    return lambda function: function.add_to_role_policy(may)


def may_read_metrics(function: lambda_.Function) -> None:
    """Let a function read metrics: AWS cannot part them by resource."""
    accept(
        function.role or function,
        "CloudWatch knows no resources, so that whoever reads one metric may read all of them.",
        "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
    )
    function.add_to_role_policy(iam.PolicyStatement(actions=["cloudwatch:GetMetricStatistics"], resources=["*"]))


def asked(function: Function, things: Mapping[str, Thing]) -> list[str]:
    """Return the settings that a function is given. Raises CannotDeploy where there is no value for one."""
    settings = settings_of(function)
    for setting in settings:
        if setting.name not in things and setting.default is MISSING:
            raise CannotDeploy(f"{function.module} asks for {setting.name}: infra/stack.py has no such thing.")
    return [setting.name for setting in settings if setting.name in things]


def public_route(
    api: apigateway.HttpApi, entry: Entry, path: str, *methods: apigateway.HttpMethod, because: str
) -> list[apigateway.HttpRoute]:
    routes = api.add_routes(path=path, methods=list(methods), integration=calling(entry))
    for made in routes:
        accept(made, because, "AwsSolutions::AwsSolutions-APIG4")
    return routes


def throttled(door: apigateway.CfnStage, routes: list[apigateway.HttpRoute]) -> None:
    """Give the routes that X calls a throttle of their own: what is called elsewhere does not use it up."""
    limits = {
        "ThrottlingRateLimit": WEBHOOKS_PER_SECOND,
        "ThrottlingBurstLimit": 2 * WEBHOOKS_PER_SECOND,
        "DetailedMetricsEnabled": True,
    }
    plain = [route.node.default_child for route in routes]
    door.route_settings = {one.route_key: limits for one in plain if isinstance(one, apigateway.CfnRoute)}
    for route in routes:
        door.node.add_dependency(route)


def staff_route(api: apigateway.HttpApi, entry: Entry, path: str, staff: apigateway.IHttpRouteAuthorizer) -> None:
    api.add_routes(path=path, integration=calling(entry), authorizer=staff)


def calling(entry: Entry) -> integrations.HttpLambdaIntegration:
    return integrations.HttpLambdaIntegration(f"Call{entry.node.id}", entry.function)


def text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def camel(name: str) -> str:
    return "".join(part.title() for part in re.split("[-_]", name))
