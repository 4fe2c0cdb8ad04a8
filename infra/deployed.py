"""What a deployment must not take away: the template is compared with the one that is deployed."""

import json
import os
from collections.abc import Mapping
from typing import Any

from infra.stage import Stage

DROP = "drop"
"""`-c drop=NAME,NAME` says what may go all the same."""

LASTING = {
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGatewayV2::ApiMapping": "mapping",
    "AWS::ApiGatewayV2::DomainName": "domain",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "key",
    "AWS::S3::Bucket": "bucket",
    "AWS::SNS::Subscription": "subscription",
    "AWS::SQS::Queue": "queue",
    "AWS::SecretsManager::Secret": "secret",
}
"""What X, staff, ops or data hang on."""

type Template = Mapping[str, Any]


class Dropped(Exception):
    """A deployment would take something away, or cannot be compared; the message says which or why."""


def lasting(template: Template) -> set[tuple[str, str]]:
    """Return kind and name of what is to last: an address where it has one, else its logical id."""
    resources = template["Resources"]
    return {
        (LASTING[resource["Type"]], _name(logical_id, resource.get("Properties", {}), resources))
        for logical_id, resource in resources.items()
        if resource["Type"] in LASTING
    }


def _name(logical_id: str, properties: Mapping[str, Any], resources: Mapping[str, Any]) -> str:
    """A domain of another name is another domain, whatever its logical id."""
    name = properties.get("DomainName") or properties.get("Endpoint")
    if isinstance(name, dict):  # a mapping refers to its domain
        return str(resources[name["Ref"]]["Properties"]["DomainName"]) if "Ref" in name else logical_id
    return name or logical_id


def compare(deployed: Template, wanted: Template, may_go: str = "") -> None:
    """Raises Dropped where the one has what the other has no more."""
    allowed = set(may_go.split(","))
    gone = sorted(one for one in lasting(deployed) - lasting(wanted) if one[1] not in allowed)
    if gone:
        said = ", ".join(f"the {kind} {name}" for kind, name in gone)
        names = ",".join(dict.fromkeys(name for _, name in gone))
        raise Dropped(
            f"This deployment would take away {said}. Put it back into the stage's file; "
            f"if it is meant, deploy with -c {DROP}={names}."
        )


def check(stage: Stage, stack: str, wanted: Template, may_go: str = "") -> str:
    """Compare a template with the deployed one where CDK's command line has credentials; say with what.

    Raises Dropped: what cannot be compared is not deployed.
    """
    account = os.environ.get("CDK_DEFAULT_ACCOUNT")
    if not account:
        return "Nothing is compared with what is deployed: there are no credentials."
    from botocore.exceptions import BotoCoreError, ClientError

    region = stage.region or os.environ.get("CDK_DEFAULT_REGION", "")
    try:
        deployed = _deployed(stack, region, account)
    except (BotoCoreError, ClientError) as error:
        raise Dropped(
            f"AWS does not say what is deployed in account {account}, {region} ({type(error).__name__}): nothing is "
            "deployed unseen. Name your credentials with AWS_PROFILE, not with --profile."
        ) from None
    if deployed is None:
        return f"{stack} is new in account {account}, {region}."
    compare(deployed, wanted, may_go)
    return f"{stack} in account {account}, {region}: nothing is taken away."


def _deployed(stack: str, region: str, account: str) -> Template | None:
    import boto3
    from botocore.exceptions import ClientError

    session = boto3.Session(region_name=region)
    ours = session.client("sts").get_caller_identity()["Account"]
    if ours != account:
        raise Dropped(f"CDK deploys to account {account}, and AWS_PROFILE leads to {ours}: name the same for both.")
    try:
        body = session.client("cloudformation").get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # there is no such stack
            return None
        raise
    found: Template = json.loads(body) if isinstance(body, str) else body
    return found
