"""Findings of cdk-nag that stay, each with the reason why."""

import aws_cdk as cdk
from constructs import Construct, IConstruct


def accept(construct: IConstruct, reason: str, *findings: str) -> None:
    """Let findings stand on a construct and what is in it. The reason is for a stranger."""
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=finding, reason=reason) for finding in findings))


def wildcard_below(construct: Construct, suffix: str) -> str:
    """Name the finding that a policy allows whatever is below a resource's ARN: `/index/*` of a table."""
    resource = construct.node.default_child
    assert isinstance(resource, cdk.CfnElement)  # noqa: S101 - what every construct of AWS is made of
    arn = f"<{cdk.Stack.of(construct).get_logical_id(resource)}.Arn>"
    return f"AwsSolutions::AwsSolutions-IAM5[Resource::{arn}{suffix}]"
