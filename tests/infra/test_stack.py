"""What the stack promises, read from its template."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from benchmarks import costs
from functions.shared.aws.start import WARM_UP
from infra import stage as stages
from infra.context import asked as asked_for
from infra.context import service
from infra.deployed import Dropped, compare, lasting
from infra.layout import DEAD_QUEUES, FUNCTIONS, QUEUES, SUPERVISOR, TABLES, TEAMS, Function, settings_of
from infra.stack import CannotDeploy, asked, camel
from infra.stage import NoStage, Stage
from tests.places import DOCS
from tests.ringing import sections

pytestmark = pytest.mark.package

PROD = tomllib.loads((stages.FOLDER / "prod.toml").read_text()) | {"name": "prod", "brand_id": "1234567890"}
OWN = {
    "account": "123456789012",
    "region": "eu-west-2",
    "domain": {
        "name": "care.example.com",
        "certificate_arn": "arn:aws:acm:eu-west-2:123456789012:certificate/1234",
    },
    "sign_in": {"issuer": "https://login.example.com", "audience": "desk"},
    "alarms": {"wake": ["on-call@example.com"], "morning": ["ops@example.com", "care@example.com"]},
    "x_api_url": "https://x.example.com",
    "sms_sender": "arn:aws:sms-voice:eu-west-2:123456789012:phone-number/phone-1234",
    "hours_between_loads": 168,
    "events": ["https://help.example.com/cases", "care"],
}
RESTORED = "tweetserve-prod-service-20261126T1400"
NOT_ALWAYS = {"events", "events_key_secret_name", "events_words", "sms_sender", "sms_url", "x_api_url"}
STAGES = {
    "dev": stages.read("dev"),
    "prod": Stage.model_validate(PROD),
    "own domain and sign-in": Stage.model_validate(PROD | OWN),
    "restored": Stage.model_validate(PROD | {"service_table": RESTORED, "hours_between_loads": 0}),
}

type Resource = dict[str, Any]


@pytest.fixture(scope="module")
def empty_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("code") / "empty.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("empty.py", "")
    return path


@pytest.fixture(scope="module")
def synthesised(empty_zip: Path) -> Any:
    """Synthesise a stack once for each context. cdk-nag looks at it then, and raises at any finding."""

    @cache
    def template(name: str) -> dict[str, Any]:
        code = lambda_.Code.from_asset(str(empty_zip))
        stack = service(cdk.App(), STAGES[name], {function.name: code for function in FUNCTIONS})
        return dict(Template.from_stack(stack).to_json())

    return template


@pytest.fixture(scope="module", params=STAGES)
def template(request: pytest.FixtureRequest, synthesised: Any) -> dict[str, Any]:
    return dict(synthesised(request.param))


@pytest.fixture(scope="module")
def prod(synthesised: Any) -> dict[str, Any]:
    return dict(synthesised("prod"))


def of_type(template: dict[str, Any], kind: str) -> dict[str, Resource]:
    return {
        name: resource["Properties"] | {key: value for key, value in resource.items() if key != "Properties"}
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def one(template: dict[str, Any], kind: str, prefix: str) -> tuple[str, Resource]:
    """Find the resource that came of a construct: its logical id is the construct's path and a hash."""
    found = {n: r for n, r in of_type(template, kind).items() if re.fullmatch(f"{prefix}[0-9A-F]{{8}}", n)}
    assert len(found) == 1, (prefix, list(found))
    return next(iter(found.items()))


def function(template: dict[str, Any], name: str) -> Resource:
    return one(template, "AWS::Lambda::Function", f"{camel(name)}Function")[1]


def statements(template: dict[str, Any], name: str) -> list[tuple[list[str], str]]:
    """What a function's role allows: actions, and the resources as text."""
    role = json.dumps(function(template, name)["Role"]["Fn::GetAtt"][0])
    return [
        (as_list(statement["Action"]), json.dumps(statement["Resource"]))
        for policy in of_type(template, "AWS::IAM::Policy").values()
        if role in json.dumps(policy["Roles"])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def actions(template: dict[str, Any], name: str) -> set[str]:
    return {action for allowed, _ in statements(template, name) for action in allowed}


every_function = pytest.mark.parametrize("name", [function.name for function in FUNCTIONS])


# What a function gets


@every_function
def test_every_setting_of_a_function_is_in_its_environment_and_no_other(prod: dict[str, Any], name: str) -> None:
    layout = next(function for function in FUNCTIONS if function.name == name)
    settings = {setting.name for setting in settings_of(layout) if setting.name not in NOT_ALWAYS}

    given = set(function(prod, name)["Environment"]["Variables"]) - {"POWERTOOLS_SERVICE_NAME"}

    assert given == {setting.upper() for setting in settings}


def test_a_setting_that_the_stack_does_not_have_is_refused() -> None:
    with pytest.raises(CannotDeploy, match="asks for"):
        asked(FUNCTIONS[0], {})


@every_function
def test_every_function_has_a_role_and_a_log_of_its_own(template: dict[str, Any], name: str) -> None:
    ours = function(template, name)
    others = [function(template, other.name) for other in FUNCTIONS if other.name != name]

    assert ours["Role"] not in [other["Role"] for other in others]
    log = template["Resources"][ours["LoggingConfig"]["LogGroup"]["Ref"]]
    assert log["Properties"]["RetentionInDays"] > 0
    assert ours["Architectures"] == ["arm64"]
    assert ours["Runtime"] == "python3.13"


# What a function may do


def test_the_webhook_may_queue_and_read_the_consumer_secrets_and_nothing_else(template: dict[str, Any]) -> None:
    allowed = statements(template, "webhook")

    assert actions(template, "webhook") == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:SendMessage",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        # The queue and the secret lie under the stack's key.
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    }
    assert all("InboundQueue" in resource for names, resource in allowed if "sqs:SendMessage" in names)
    assert all("/x-consumer-" in resource for names, resource in allowed if "secretsmanager:GetSecretValue" in names)


@every_function
def test_nobody_writes_what_belongs_to_the_carrier_or_the_brand(template: dict[str, Any], name: str) -> None:
    writes = [
        resource
        for allowed, resource in statements(template, name)
        if any(re.match("dynamodb:.*(Put|Update|Delete|Write)", action) for action in allowed)
    ]

    ours = ("ServiceTable", RESTORED, "AccountsTable") if name == "load" else ("ServiceTable", RESTORED)
    assert [resource for resource in writes if not any(table in resource for table in ours)] == []
    assert not [resource for resource in writes if "AccountsTable" in resource and name != "load"]
    assert not [resource for resource in writes if "CatalogueTable" in resource]


def test_the_load_may_do_to_accounts_what_it_does(template: dict[str, Any]) -> None:
    allowed = {name for names, to in statements(template, "load") if "AccountsTable" in to for name in names}

    whole = ("Put", "Update", "Delete", "ConditionCheck", "BatchGet")
    assert allowed >= {"dynamodb:Query", "dynamodb:Scan", *(f"dynamodb:{name}Item" for name in whole)}


def test_only_the_load_touches_the_drop(template: dict[str, Any]) -> None:
    touching = {
        function.name
        for function in FUNCTIONS
        for _, resource in statements(template, function.name)
        if "DropBucket" in resource
    }

    assert touching == {"load"}
    assert {action for action in actions(template, "load") if action.startswith("s3:")} == {
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_the_drop_is_closed_encrypted_and_forgets_after_a_week(template: dict[str, Any]) -> None:
    _, bucket = one(template, "AWS::S3::Bucket", "DropBucket")

    [encryption] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "Key961B73FD" in json.dumps(encryption)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 7)
    [policy] = of_type(template, "AWS::S3::BucketPolicy").values()
    [closed] = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert closed["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_desk_takes_tickets(template: dict[str, Any]) -> None:
    takers = {
        function.name
        for function in FUNCTIONS
        for allowed, resource in statements(template, function.name)
        if "sqs:ReceiveMessage" in allowed and re.search("Escalations(?!Dead)", resource)
    }

    assert takers == {"desk"}


def test_only_those_who_hear_x_put_messages_on_inbound(template: dict[str, Any]) -> None:
    senders = {
        function.module.split(".")[1]
        for function in FUNCTIONS
        for allowed, resource in statements(template, function.name)
        if "sqs:SendMessage" in allowed and "InboundQueue" in resource
    }

    assert senders == {"webhook"}


# Each is acknowledged with its reason beside the code that needs it.
WILDCARDS = (
    r"kms:(GenerateDataKey|ReEncrypt)\*",
    r".*[Tt]able.*/index/\*",
    r".*Function.*:\*",
    r".*DropBucket.*/\*",
    r'"\*"$',  # cloudwatch:GetMetricStatistics, which knows no resource: the next test
)


def wildcards(template: dict[str, Any]) -> Iterator[str]:
    for policy in of_type(template, "AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            resources = statement["Resource"]
            yield from (action for action in as_list(statement["Action"]) if "*" in action)
            for resource in resources if isinstance(resources, list) else [resources]:
                if "*" in json.dumps(resource):
                    yield json.dumps(resource)


def test_no_policy_has_a_wildcard_without_a_reason(template: dict[str, Any]) -> None:
    found = set(wildcards(template))

    assert {wild for wild in found if not any(re.match(reason, wild) for reason in WILDCARDS)} == set()


def test_what_may_be_done_to_everything_is_to_read_metrics(template: dict[str, Any]) -> None:
    statements = [
        statement
        for policy in of_type(template, "AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]

    assert {str(one["Action"]) for one in statements if one["Resource"] == "*"} == {"cloudwatch:GetMetricStatistics"}


# Data


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_of_prod_survives_mistakes(prod: dict[str, Any], table: Any) -> None:
    made = one(prod, "AWS::DynamoDB::Table", f"{camel(table.name)}Table")[1]

    assert made["BillingMode"] == "PAY_PER_REQUEST"
    assert made["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert made["SSESpecification"]["SSEType"] == "KMS"
    assert "Key" in made["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0]
    assert made["DeletionProtectionEnabled"] is True
    assert made["DeletionPolicy"] == made["UpdateReplacePolicy"] == "Retain"
    assert [key["AttributeName"] for key in made["KeySchema"]] == [table.partition, table.sort]
    assert [index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])] == [i.name for i in table.indexes]
    assert made.get("TimeToLiveSpecification", {}).get("AttributeName") == table.ttl


def test_dev_leaves_nothing_behind(synthesised: Any) -> None:
    policies = {resource.get("DeletionPolicy", "Delete") for resource in synthesised("dev")["Resources"].values()}

    assert policies == {"Delete"}


def test_one_key_holds_tables_queues_logs_and_secrets(template: dict[str, Any]) -> None:
    [key] = of_type(template, "AWS::KMS::Key")
    held = {
        "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
        "AWS::SQS::Queue": ("KmsMasterKeyId",),
        "AWS::Logs::LogGroup": ("KmsKeyId",),
        "AWS::SecretsManager::Secret": ("KmsKeyId",),
    }

    for kind, path in held.items():
        made = of_type(template, kind).values()
        assert made
        for resource in made:
            assert reduce(getitem, path, resource) == {"Fn::GetAtt": [key, "Arn"]}, kind


def test_a_restored_table_is_what_functions_and_ops_work_on(synthesised: Any) -> None:
    restored = synthesised("restored")

    assert restored["Outputs"]["ServiceTable"]["Value"] == RESTORED
    assert function(restored, "commands")["Environment"]["Variables"]["SERVICE_TABLE"] == RESTORED
    written = [to for names, to in statements(restored, "commands") if "dynamodb:PutItem" in names]
    assert written
    assert all(f"table/{RESTORED}" in to for to in written)
    assert one(restored, "AWS::DynamoDB::Table", "ServiceTable")[1]["DeletionPolicy"] == "Retain"


# Queues


def test_every_queue_has_dead_letters_but_the_dead_letters(template: dict[str, Any]) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }

    assert {name for name, queue in queues.items() if "RedrivePolicy" not in queue} == dead
    assert len(queues) == len(QUEUES) + len(DEAD_QUEUES)
    assert len(dead) == len(DEAD_QUEUES)


def test_every_queue_of_dead_letters_has_an_alarm_at_the_first(template: dict[str, Any]) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible" and alarm["Threshold"] == 0
    }

    assert watched == {one(template, "AWS::SQS::Queue", f"{camel(name)}Queue")[0] for name in DEAD_QUEUES}


READERS = [function for function in FUNCTIONS if function.reads]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_message_comes_again_only_after_its_function_has_ended(template: dict[str, Any], reader: Function) -> None:
    queue = one(template, "AWS::SQS::Queue", f"{camel(reader.reads or '')}Queue")[1]

    assert queue["VisibilityTimeout"] == 6 * function(template, reader.name)["Timeout"]


def test_commands_have_20_seconds_and_their_messages_120(template: dict[str, Any]) -> None:
    assert function(template, "commands")["Timeout"] == 20
    assert one(template, "AWS::SQS::Queue", "InboundQueue")[1]["VisibilityTimeout"] == 120


def test_messages_come_one_at_a_time_and_no_reservation_throttles_them(template: dict[str, Any]) -> None:
    mappings = of_type(template, "AWS::Lambda::EventSourceMapping").values()

    assert len(mappings) == len(READERS)
    for mapping in mappings:
        called = template["Resources"][mapping["FunctionName"]["Ref"]]["Properties"]
        assert mapping["BatchSize"] == 1
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2
        assert called.get("ReservedConcurrentExecutions", 1000) >= mapping["ScalingConfig"]["MaximumConcurrency"]


def test_a_customer_uses_up_no_other_customers_part_of_a_queue(template: dict[str, Any]) -> None:
    queues = [queue for queue in of_type(template, "AWS::SQS::Queue").values() if "RedrivePolicy" in queue]

    assert len(queues) == len(QUEUES)
    for queue in queues:
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"


def called_by_the_clock(template: dict[str, Any], *, with_event: object) -> set[str]:
    targets = [schedule["Target"] for schedule in of_type(template, "AWS::Scheduler::Schedule").values()]
    return {
        target["Arn"]["Fn::GetAtt"][0]
        for target in targets
        if ("Input" in target and json.loads(target["Input"])) == with_event
    }


def test_the_clock_calls_every_tick(template: dict[str, Any]) -> None:
    assert called_by_the_clock(template, with_event=False) == {
        one(template, "AWS::Lambda::Function", f"{camel(function.name)}Function")[0]
        for function in FUNCTIONS
        if function.every
    }


def test_whom_somebody_waits_for_is_kept_warm(template: dict[str, Any]) -> None:
    assert called_by_the_clock(template, with_event=WARM_UP) == {
        one(template, "AWS::Lambda::Function", f"{camel(function.name)}Function")[0]
        for function in FUNCTIONS
        if function.kept_warm
    }


# The door


def test_only_the_webhook_and_the_page_are_open(template: dict[str, Any]) -> None:
    routes = of_type(template, "AWS::ApiGatewayV2::Route").values()

    assert {route["RouteKey"] for route in routes if route.get("AuthorizationType", "NONE") == "NONE"} == {
        "GET /webhook",
        "POST /webhook",
        "GET /desk",
        "GET /desk/{file}",
        "GET /desk/page/{version}/{file}",
    }
    assert {route["RouteKey"] for route in routes if route.get("AuthorizationType") == "JWT"} == {
        "ANY /desk/api/{proxy+}"
    }


def test_the_door_is_throttled(template: dict[str, Any]) -> None:
    [stage] = of_type(template, "AWS::ApiGatewayV2::Stage").values()

    assert 0 < stage["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 100


def test_what_is_called_elsewhere_does_not_use_up_the_webhooks_share(template: dict[str, Any]) -> None:
    [stage] = of_type(template, "AWS::ApiGatewayV2::Stage").values()
    routes = {route["RouteKey"]: name for name, route in of_type(template, "AWS::ApiGatewayV2::Route").items()}
    webhook = {key for key in routes if key.endswith("/webhook")}

    assert {key: limits["ThrottlingRateLimit"] for key, limits in stage["RouteSettings"].items()} == dict.fromkeys(
        webhook, 1000
    )
    assert {routes[key] for key in webhook} <= set(stage["DependsOn"])  # AWS takes settings of routes that are there


def test_forged_calls_use_up_the_webhooks_share_of_lambda_alone(prod: dict[str, Any]) -> None:
    reserved = {f.name: function(prod, f.name).get("ReservedConcurrentExecutions") for f in FUNCTIONS}

    assert {name: many for name, many in reserved.items() if many} == {"webhook": 100}


def test_the_log_of_calls_keeps_neither_address_nor_query(template: dict[str, Any]) -> None:
    [stage] = of_type(template, "AWS::ApiGatewayV2::Stage").values()

    assert not re.search("sourceIp|path|query|authorizer", stage["AccessLogSettings"]["Format"])


def test_staff_need_a_second_factor_unless_another_issuer_answers_for_them(synthesised: Any) -> None:
    [pool] = of_type(synthesised("prod"), "AWS::Cognito::UserPool").values()
    own = synthesised("own domain and sign-in")

    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert not of_type(own, "AWS::Cognito::UserPool")
    [authorizer] = of_type(own, "AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {"Audience": ["desk"], "Issuer": "https://login.example.com"}


def test_who_signs_in_is_signed_out_after_a_working_day(prod: dict[str, Any]) -> None:
    [client] = of_type(prod, "AWS::Cognito::UserPoolClient").values()
    groups = {group["GroupName"] for group in of_type(prod, "AWS::Cognito::UserPoolGroup").values()}

    assert (client["RefreshTokenValidity"], client["TokenValidityUnits"]) == (720, {"RefreshToken": "minutes"})
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert groups == {*TEAMS, SUPERVISOR}


def test_with_a_domain_x_and_staff_use_its_name_alone(synthesised: Any) -> None:
    own = synthesised("own domain and sign-in")

    [api] = of_type(own, "AWS::ApiGatewayV2::Api").values()
    assert api["DisableExecuteApiEndpoint"] is True
    assert own["Outputs"]["WebhookUrl"]["Value"] == "https://care.example.com/webhook"


@pytest.mark.parametrize("kind", ["AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping"])
def test_an_address_that_is_dropped_by_mistake_goes_on_leading_here(synthesised: Any, kind: str) -> None:
    [made] = of_type(synthesised("own domain and sign-in"), kind).values()

    assert made["DeletionPolicy"] == "Retain"


# Alarms


def test_every_alarm_rings_on_its_topic_and_says_when_it_is_over_and_where_to_look(template: dict[str, Any]) -> None:
    for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
        said = re.fullmatch(r"(WAKE|MORNING): .* docs/runbook\.md#([a-z0-9-]+)", alarm["AlarmDescription"])
        assert said, alarm["AlarmDescription"]
        assert f"-{said[1].lower()}-{said[2]}" in alarm["AlarmName"]
        topic = one(template, "AWS::SNS::Topic", f"Alarms{said[1].title()}")[0]
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert said[2] in sections(), f"docs/runbook.md has no section {said[2]}"


def test_nothing_rings_before_the_first_figure_and_what_ends_rings(prod: dict[str, Any]) -> None:
    alarms = of_type(prod, "AWS::CloudWatch::Alarm").values()
    awaited = {alarm["AlarmName"] for alarm in alarms if alarm.get("InsufficientDataActions")}

    # An alarm begins without data, and acts on a change alone.
    assert not [alarm["AlarmName"] for alarm in alarms if alarm["TreatMissingData"] == "breaching"]
    assert awaited == {alarm["AlarmName"] for alarm in alarms if alarm["TreatMissingData"] == "missing"}
    assert awaited == {"tweetserve-prod-wake-unknown-replies", "tweetserve-prod-wake-oldest-new-case-urgent"}


def test_who_is_woken_and_who_hears_in_the_morning_are_two_lists(synthesised: Any) -> None:
    own = synthesised("own domain and sign-in")
    heard = {(s["TopicArn"]["Ref"][:-8], s["Endpoint"]) for s in of_type(own, "AWS::SNS::Subscription").values()}

    assert heard == {
        ("AlarmsWake", "on-call@example.com"),
        ("AlarmsMorning", "ops@example.com"),
        ("AlarmsMorning", "care@example.com"),
    }


def test_every_section_of_the_runbook_begins_with_the_command_that_makes_it_better() -> None:
    assert {title for title, body in sections().items() if not body.lstrip().startswith("```sh\n")} == set()


def test_every_section_of_the_runbook_has_an_alarm(prod: dict[str, Any]) -> None:
    alarms = of_type(prod, "AWS::CloudWatch::Alarm").values()

    assert set(sections()) == {alarm["AlarmDescription"].rpartition("#")[2] for alarm in alarms}


def test_what_the_page_on_costs_counts_is_there(prod: dict[str, Any]) -> None:
    assert costs.there()["alarm"] == len(of_type(prod, "AWS::CloudWatch::Alarm"))


def test_the_desk_s_clock_alone_tells_who_is_named_what_becomes_of_cases(synthesised: Any) -> None:
    own = synthesised("own domain and sign-in")
    tells = function(own, "desk-tick")["Environment"]["Variables"]
    buses = [where for actions, where in statements(own, "desk-tick") if actions == ["events:PutEvents"]]

    assert tells["EVENTS"] == "https://help.example.com/cases care"
    assert tells["EVENTS_WORDS"] == "no"
    assert len(buses) == 1
    assert ":event-bus/care" in buses[0]
    assert "EVENTS" not in function(synthesised("prod"), "desk-tick")["Environment"]["Variables"]
    assert "EVENTS" in function(own, "commands")["Environment"]["Variables"]
    assert not any("events:PutEvents" in actions for actions, _ in statements(own, "desk"))


def test_who_is_told_can_be_said_beside_the_file() -> None:
    told = asked_for(cdk.App(context={"events": "https://help.example.com/cases,care"}))

    assert told.events == ("https://help.example.com/cases", "care")
    with pytest.raises(CannotDeploy, match="events"):
        asked_for(cdk.App(context={"events": "http://help.example.com"}))


@pytest.mark.parametrize(("name", "hours"), [("prod", [26]), ("own domain and sign-in", [170]), ("restored", [])])
def test_a_load_is_missed_when_the_stage_says(synthesised: Any, name: str, hours: list[int]) -> None:
    alarms = of_type(synthesised(name), "AWS::CloudWatch::Alarm").values()

    assert [one["Threshold"] / 3600 for one in alarms if one["MetricName"] == "LoadMissing"] == hours


# The whole


def test_cfn_lint_finds_nothing_when_it_is_called_as_the_documents_say(synthesised: Any, tmp_path: Path) -> None:
    [command] = re.findall("`uv run --all-groups (cfn-lint [^`]*)`", (DOCS / "deploy.md").read_text())
    *words, files = shlex.split(command)
    (tmp_path / "cdk.out").mkdir()
    for name in ("dev", "own domain and sign-in"):  # the least and the most; each takes seconds
        written = tmp_path / files.replace("*", camel(name.replace(" ", "-")))
        written.write_text(json.dumps(synthesised(name)))
    words[0] = str(Path(sys.executable).with_name(words[0]))

    said = subprocess.run([*words, *map(str, tmp_path.glob(files))], capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stdout + said.stderr


def test_ops_find_every_setting_among_the_outputs(prod: dict[str, Any]) -> None:
    wanted = {camel(name) for function in FUNCTIONS for name in ("service_table", "inbound_queue_url", "brand_id")}

    assert wanted | {"WebhookUrl", "DeskUrl", "SignInIssuer", "SignInAudience"} <= set(prod["Outputs"])


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"stage": "live"}, "There is no stage 'live': infra/stages has dev, prod."),
        ({"stage": "prod"}, "infra/stages/prod.toml: brand_id is missing."),
        ({"domian": "care.example.com"}, "-c domian: only -c stage=NAME and -c events=... are said here"),
    ],
)
def test_says_what_is_missing_or_wrong(context: dict[str, str], sentence: str) -> None:
    with pytest.raises(CannotDeploy, match=re.escape(sentence)):
        asked_for(cdk.App(context=context))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('domian = "care.example.com"', "there is no setting domian (did you mean domain?)"),
        ('[alarms]\nawake = ["ops@example.com"]', "there is no setting alarms.awake (did you mean wake?)"),
        ('brand_id = "@ExampleCare"', "brand_id: String should match pattern"),
        ('[domain]\nname = "care.example.com"', "domain.certificate_arn is missing"),
        ("brand_id = ", "is no TOML"),
    ],
)
def test_a_stage_file_with_a_slip_is_refused_in_one_sentence(
    said: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for line in (stages.FOLDER / "dev.toml").read_text().splitlines() if not line.startswith("brand_id")]
    given = "" if "brand_id" in said else 'brand_id = "1"\n'
    (tmp_path / "mine.toml").write_text(given + "\n".join([*lines, said]))
    monkeypatch.setattr(stages, "FOLDER", tmp_path)

    with pytest.raises(NoStage, match=re.escape(sentence)) as refused:
        stages.read("mine")

    assert "\n" not in str(refused.value)


# What a deployment must not take away


OTHERS = {
    "a domain": ({"domain": None}, ["the domain care.example.com", "the mapping care.example.com"]),
    "a domain's name": ({"domain": OWN["domain"] | {"name": "help.example.com"}}, ["the domain care.example.com"]),  # type: ignore[operator]
    "who hears": ({"alarms": {"morning": ["ops@example.com"]}}, ["the subscription on-call@example.com"]),
    "who signs in": ({}, []),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_deployment_that_would_take_something_away_says_what(what: str, synthesised: Any, empty_zip: Path) -> None:
    said, gone = OTHERS[what]
    code = {function.name: lambda_.Code.from_asset(str(empty_zip)) for function in FUNCTIONS}
    stack = service(cdk.App(), Stage.model_validate(PROD | OWN | said), code)
    wanted = Template.from_stack(stack).to_json()

    with pytest.raises(Dropped) if gone else nullcontext() as refused:
        compare(synthesised("own domain and sign-in"), wanted)

    assert all(one in str(refused.value) for one in gone) if refused else not gone


def test_tables_and_keys_do_not_go_either_unless_it_is_said(prod: dict[str, Any]) -> None:
    tables = {name for kind, name in lasting(prod) if kind == "table"}
    without = prod | {"Resources": {name: one for name, one in prod["Resources"].items() if name not in tables}}

    with pytest.raises(Dropped) as refused:
        compare(prod, without)
    compare(prod, without, ",".join(tables))

    assert len(tables) == len(TABLES)
    assert all(f"the table {name}" in str(refused.value) for name in tables)
