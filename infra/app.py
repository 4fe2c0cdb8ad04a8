"""The CDK app: `uv run --all-groups python -m infra.app` packages the functions and writes cdk.out."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from infra.layout import FUNCTIONS
from infra.packaging import CannotPackage, build


def main() -> None:
    with ThreadPoolExecutor() as beside:
        building = beside.submit(build, FUNCTIONS)
        # CDK takes half as long to import as the zips to build.
        import aws_cdk as cdk
        from aws_cdk import aws_lambda as lambda_

        from infra import deployed
        from infra.context import asked, service
        from infra.stack import CannotDeploy

        app = cdk.App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
        try:
            stage = asked(app)
            zips = building.result().items()
            code = {name: lambda_.Code.from_asset(str(one.zip), asset_hash=one.hash) for name, one in zips}
            stack = service(app, stage, code).stack_name
            template = app.synth().get_stack_by_name(stack).template
            may_go = str(app.node.try_get_context(deployed.DROP) or "")
            print(deployed.check(stage, stack, template, may_go), file=sys.stderr)  # noqa: T201 - for who deploys
        except (CannotPackage, CannotDeploy, deployed.Dropped) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
