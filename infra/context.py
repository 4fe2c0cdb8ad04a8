"""The stack that is asked for with `-c name=value`: docs/deploy.md has the names."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

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
