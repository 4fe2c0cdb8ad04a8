"""Tables, queues and secrets as infra/layout.py has them, and the environment of each function. Repeatable."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.shared.settings import client
from infra.layout import DAY, DEAD_QUEUES, QUEUES, TABLES, TEAMS, Function, Queue, Table
from local.children import Trouble

REGION = "eu-west-2"
BRAND_ID = "1000000000000000001"
CONSUMER_SECRETS = "tweetserve/x-consumer"
USER_SECRET = "tweetserve/x-user"  # noqa: S105 - a name

DEAD_RETENTION = 14 * DAY
TEAM_QUEUES = tuple(f"{team.upper()}_QUEUE_URL" for team in TEAMS)
TABLE_VARIABLES = tuple(f"{table.name.upper()}_TABLE" for table in TABLES)
ANSWERS = (*TABLE_VARIABLES, *TEAM_QUEUES, "X_USER_SECRET_NAME", "X_API_URL", "BRAND_ID")
VARIABLES = {
    "webhook": ("INBOUND_QUEUE_URL", "X_CONSUMER_SECRETS_NAME", "BRAND_ID"),
    "commands": (*ANSWERS, "INBOUND_QUEUE_URL"),
    "escalate": ANSWERS,
}
"""The variables of a folder's functions: each gets its own only, as in Lambda."""


@dataclass(frozen=True)
class Resources:
    """Where the queues are: URLs and ARNs by name."""

    urls: Mapping[str, str]
    arns: Mapping[str, str]

    def environment(self, function: Function, x_api_url: str) -> dict[str, str]:
        """Return a function's settings: a field of its settings, in capitals, is the variable."""
        every = {
            **{f"{table.name.upper()}_TABLE": table.name for table in TABLES},
            **{f"{name.removeprefix('escalations-').upper()}_QUEUE_URL": url for name, url in self.urls.items()},
            "X_CONSUMER_SECRETS_NAME": CONSUMER_SECRETS,
            "X_USER_SECRET_NAME": USER_SECRET,
            "X_API_URL": x_api_url,
            "BRAND_ID": BRAND_ID,
        }
        return {
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "POWERTOOLS_SERVICE_NAME": function.name,
            **{name: every[name] for name in VARIABLES[function.module.split(".")[1]]},
        }


def create_tables() -> None:
    for table in TABLES:
        create_table(table)


def create_queues() -> Resources:
    dead = {name: create_queue(name, {"MessageRetentionPeriod": str(DEAD_RETENTION)}) for name in DEAD_QUEUES}
    made = dead | {queue.name: create_queue(queue.name, attributes(queue, dead[queue.dead][1])) for queue in QUEUES}
    return Resources({name: url for name, (url, _) in made.items()}, {name: arn for name, (_, arn) in made.items()})


def put_secrets(consumer_secret: str) -> None:
    put_secret(CONSUMER_SECRETS, {"current": consumer_secret})
    put_secret(
        USER_SECRET,
        {
            "consumer_key": "local-consumer-key",
            "consumer_secret": consumer_secret,
            "access_token": f"{BRAND_ID}-local-access-token",
            "access_token_secret": "local-access-token-secret",
        },
    )


def create_table(table: Table) -> None:
    dynamodb = client("dynamodb")
    indexes = [
        {"IndexName": i.name, "KeySchema": keys(i.partition, i.sort), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        for i in table.indexes
    ]
    some: dict[str, Any] = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    names = {table.partition, table.sort} | {name for i in table.indexes for name in (i.partition, i.sort) if name}
    try:
        dynamodb.create_table(
            TableName=table.name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
            KeySchema=keys(table.partition, table.sort),
            **some,
        )
    except dynamodb.exceptions.ResourceInUseException:
        check_same(dynamodb.describe_table(TableName=table.name)["Table"], table)
    dynamodb.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    if table.ttl and not ttl_is_on(table.name):
        dynamodb.update_time_to_live(
            TableName=table.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl}
        )


def keys(partition: str, sort: str | None) -> list[dict[str, str]]:
    pair = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*pair, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else pair


def check_same(there: Mapping[str, Any], table: Table) -> None:
    """Another version's data is not guessed at."""
    indexes = {index["IndexName"]: index["KeySchema"] for index in there.get("GlobalSecondaryIndexes", [])}
    wanted = {index.name: keys(index.partition, index.sort) for index in table.indexes}
    if there["KeySchema"] != keys(table.partition, table.sort) or indexes != wanted:
        raise Trouble(
            f"The table {table.name} was made by another version of Tweetserve: "
            "remove the data folder or choose another with --data."
        )


def ttl_is_on(table: str) -> bool:
    description = client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    return description["TimeToLiveStatus"] in ("ENABLED", "ENABLING")


def attributes(queue: Queue, dead_arn: str) -> dict[str, str]:
    return {
        "VisibilityTimeout": str(queue.visibility),
        "MessageRetentionPeriod": str(queue.retention),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": queue.receives}),
    }


def create_queue(name: str, attributes: dict[str, str]) -> tuple[str, str]:
    """Return the queue's URL and ARN. What may change between versions is set on a queue that is there already."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def put_secret(name: str, value: dict[str, str]) -> None:
    secrets = client("secretsmanager")
    text = json.dumps(value)
    try:
        secrets.create_secret(Name=name, SecretString=text)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=text)


def replace_items(table: Table, items: Iterable[Mapping[str, Any]]) -> None:
    """Make a table hold these items and no others."""
    import boto3

    resource = boto3.resource("dynamodb").Table(table.name)
    fresh = {(item[table.partition], item[table.sort]): item for item in items}
    pages = (
        client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table.name,
            ProjectionExpression="#p, #s",
            ExpressionAttributeNames={"#p": table.partition, "#s": table.sort},
        )
    )
    old = {(i[table.partition]["S"], i[table.sort]["S"]) for page in pages for i in page["Items"]}
    with resource.batch_writer() as batch:
        for partition, sort in old - set(fresh):
            batch.delete_item(Key={table.partition: partition, table.sort: sort})
        for item in fresh.values():
            batch.put_item(Item=dict(item))
