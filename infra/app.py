"""The CDK app: `uv run --all-groups python -m infra.app` packages the functions and writes cdk.out.

What is said with `-c name=value`: stage, brand_id, domain and certificate_arn, oidc_issuer and oidc_audience,
alarm_email, sms_sender, x_api_url. docs/deploy.md explains them.
"""

import os
import sys

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.layout import FUNCTIONS
from infra.packaging import CannotPackage, build
from infra.stack import DEV, STAGES, CannotDeploy, Domain, Service, SignIn

DEMO_BRAND = "1000000000000000001"


def service(app: cdk.App, packages: dict[str, lambda_.Code]) -> Service:
    """Add the stack that the app's context asks for, with checks that synthesis has to pass. Raises CannotDeploy."""

    def said(name: str) -> str | None:
        value = app.node.try_get_context(name)
        return str(value) if value else None

    def pair[Pair](kind: type[Pair], *names: str) -> Pair | None:
        values = [said(name) for name in names]
        if any(values) and not all(values):
            raise CannotDeploy(f"Give {' and '.join(names)} together.")
        return kind(*values) if all(values) else None

    stage = STAGES.get(said("stage") or DEV.name)
    if stage is None:
        raise CannotDeploy(f"There is no stage {said('stage')!r}: choose one of {', '.join(STAGES)}.")
    brand_id = said("brand_id") or (DEMO_BRAND if stage is DEV else "")
    if not brand_id.isdecimal():
        raise CannotDeploy("Say whose DMs are answered: -c brand_id=<the account's numeric X id>.")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return Service(
        app,
        f"tweetserve-{stage.name}",
        stage=stage,
        brand_id=brand_id,
        code=lambda function: packages[function.name],
        x_api_url=said("x_api_url"),
        domain=pair(Domain, "domain", "certificate_arn"),
        sign_in=pair(SignIn, "oidc_issuer", "oidc_audience"),
        alarm_email=said("alarm_email"),
        sms_sender=said("sms_sender"),
    )


def main() -> None:
    app = cdk.App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
    try:
        packages = build(FUNCTIONS)
        service(
            app,
            {
                name: lambda_.Code.from_asset(str(package.zip), asset_hash=package.hash)
                for name, package in packages.items()
            },
        )
    except (CannotPackage, CannotDeploy) as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
