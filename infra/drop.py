"""The drop: a bucket into which the carrier puts account data, so that nobody's laptop holds a million customers."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.accepted import accept, wildcard_below

KEPT = cdk.Duration.days(7)


class Drop(Construct):
    """Under the stack's key, closed to the public, and forgotten after a week."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - CDK's name for it
        *,
        key: kms.IKey,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=KEPT, abort_incomplete_multipart_upload_after=cdk.Duration.days(1))
            ],
            removal_policy=removal_policy,
        )
        accept(
            self.bucket,
            "Few put something here, a week at most, and the record of loads says what: CloudTrail has the rest.",
            "AwsSolutions::AwsSolutions-S1",
        )

    def grant_load(self, function: lambda_.Function) -> None:
        """Let a function load what lies here, and put it aside."""
        everything = self.bucket.arn_for_objects("*")
        objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        function.add_to_role_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]))
        function.add_to_role_policy(iam.PolicyStatement(actions=objects, resources=[everything]))
        accept(cdk.Stack.of(self), "What the carrier puts into the one bucket.", wildcard_below(self.bucket, "/*"))
