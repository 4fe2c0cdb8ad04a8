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

        from infra.context import service
        from infra.stack import CannotDeploy

        app = cdk.App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
        try:
            zips = building.result().items()
            service(app, {name: lambda_.Code.from_asset(str(one.zip), asset_hash=one.hash) for name, one in zips})
        except (CannotPackage, CannotDeploy) as error:
            sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
