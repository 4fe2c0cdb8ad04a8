"""What botocore reads when a client is made, without what no client looks at: a tenth of the webhook's cold start."""

import gzip
import json
from pathlib import Path
from typing import Any

ASKED = frozenset({"dynamodb", "events", "monitoring", "s3", "secretsmanager", "sms-voice", "sqs"})
"""The services that functions ask, as AWS's endpoints name them."""


def slim(data: Path) -> None:
    """Leave out explanations, and where other services are. Files end up unpacked: zips pack them again."""
    for packed in data.rglob("service-2.json.gz"):
        model = json.loads(gzip.decompress(packed.read_bytes()))
        _write(packed.with_suffix(""), without_words(model))
        packed.unlink()
    endpoints = data / "endpoints.json"
    _write(endpoints, of_ours(json.loads(endpoints.read_bytes())))


def without_words(model: Any) -> Any:
    """Return a model whose documentation is blank: botocore asks for some of it. A member of that name stays."""
    if isinstance(model, list):
        return [without_words(one) for one in model]
    if not isinstance(model, dict):
        return model
    return {
        name: "" if name == "documentation" and isinstance(value, str) else without_words(value)
        for name, value in model.items()
    }


def of_ours(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        partition["services"] = {name: its for name, its in partition["services"].items() if name in ASKED}
    return endpoints


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
