"""Tables, queues and secrets as infra/layout.py has them, and the environment of each function. Repeatable."""

import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from functions.shared.aws.settings import client
from infra.layout import DAY, DEAD_QUEUES, QUEUES, TABLES, Function, Queue, Table, settings_of
from local.children import Trouble

REGION = "eu-west-2"
BRAND_ID = "1000000000000000001"
CONSUMER_SECRETS = "tweetserve/x-consumer"
CODE_KEY = "tweetserve/code-key"
EVENTS_KEY = "tweetserve/events-key"
USER_SECRET = "tweetserve/x-user"  # noqa: S105 - a name

LOCAL_EVENTS_KEY = "bG9jYWwtZXZlbnRzLWtleQ=="
"""What events of the local run are signed with: "local-events-key", as Standard Webhooks writes keys."""

DEAD_RETENTION = 14 * DAY


@dataclass(frozen=True)
class Resources:
    """Where the queues are: URLs and ARNs by name."""

    urls: Mapping[str, str]
    arns: Mapping[str, str]

    def settings(self, *, x_api_url: str, webhook_url: str, sms_url: str, events: str = "") -> dict[str, str]:
        """Return every setting that there is."""
        return {
            **{f"{table.name}_table": table.name for table in TABLES},
            **{f"{name.removeprefix('escalations-')}_queue_url": url for name, url in self.urls.items()},
            "x_consumer_secrets_name": CONSUMER_SECRETS,
            "x_user_secret_name": USER_SECRET,
            "x_api_url": x_api_url,
            "brand_id": BRAND_ID,
            "code_key_secret_name": CODE_KEY,
            "webhook_url": webhook_url,
            "sms_url": sms_url,
            "events": events,
            "events_key_secret_name": EVENTS_KEY,
        }


def environment(function: Function, every: Mapping[str, str]) -> dict[str, str]:
    """Return a function's variables: the fields of its settings in capitals and, as in Lambda, no others."""
    names = {"AWS_LAMBDA_FUNCTION_NAME": function.name, "POWERTOOLS_SERVICE_NAME": function.name}
    return names | {one.name.upper(): every[one.name] for one in settings_of(function) if one.name in every}


def create_tables() -> None:
    for table in TABLES:
        create_table(table)


def create_queues() -> Resources:
    dead = {name: create_queue(name, {"MessageRetentionPeriod": str(DEAD_RETENTION)}) for name in DEAD_QUEUES}
    made = dead | {queue.name: create_queue(queue.name, attributes(queue, dead[queue.dead][1])) for queue in QUEUES}
    return Resources({name: url for name, (url, _) in made.items()}, {name: arn for name, (_, arn) in made.items()})


def put_secrets(consumer_secret: str) -> None:
    keep_secret(CODE_KEY, {"key": secrets.token_hex(32)})
    put_secret(CONSUMER_SECRETS, {"current": consumer_secret})
    put_secret(EVENTS_KEY, {"key": LOCAL_EVENTS_KEY})
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
    manager = client("secretsmanager")
    text = json.dumps(value)
    try:
        manager.create_secret(Name=name, SecretString=text)
    except manager.exceptions.ResourceExistsException:
        manager.put_secret_value(SecretId=name, SecretString=text)


def keep_secret(name: str, value: dict[str, str]) -> None:
    """Put a secret unless there is one: what was hashed under it in an earlier run has to be found again."""
    with suppress(client("secretsmanager").exceptions.ResourceExistsException):
        client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))


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
