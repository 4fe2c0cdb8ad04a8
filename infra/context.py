"""The stack of the stage that is asked for with `-c stage=NAME`; all else stands in the stage's file.

`-c events=URL,BUS` says in its place who is told of each change of a case.
"""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra import stage as stages
from infra.deployed import DROP
from infra.stack import CannotDeploy, Service
from infra.stage import NoStage, Stage

EVENTS = "events"
SAID = ("stage", EVENTS, DROP)


def asked(app: cdk.App) -> Stage:
    """Return the stage that the app's context names. Raises CannotDeploy, for any other name too."""
    # CDK's own names have a colon or a slash in them.
    unknown = [name for name in app.node.get_all_context() if not {":", "/"} & set(name) and name not in SAID]
    if unknown:
        raise CannotDeploy(
            f"-c {unknown[0]}: only -c stage=NAME and -c events=... are said here, all else in infra/stages/NAME.toml."
        )
    try:
        events = app.node.try_get_context(EVENTS)
        said = {} if events is None else {EVENTS: [one for one in str(events).split(",") if one]}
        return stages.read(str(app.node.try_get_context("stage") or "dev"), **said)
    except NoStage as error:
        raise CannotDeploy(str(error)) from None


def service(app: cdk.App, stage: Stage, packages: Mapping[str, lambda_.Code]) -> Service:
    """Add the stack of a stage, with checks that synthesis has to pass. Raises CannotDeploy."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return Service(app, stage=stage, code=lambda function: packages[function.name])
