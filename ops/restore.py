"""`tweetserve restore`: put the service's table back to where it was at a time, beside the one of now.

Each step looks at what is there before it acts: the same command, typed again, goes on where it stopped.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from functions.shared.aws import clock
from functions.shared.delivery import budget
from infra import stage as stages
from infra.layout import TABLES
from ops import settle
from ops.place import Place, Trouble, at_place
from ops.times import times_of

WHY = "the table is being restored"
PATIENCE = {"Delay": 15, "MaxAttempts": 4 * 60 * 12}
"""Twelve hours; AWS restores most tables within one."""

EXAMPLES = """
Typed twice. The first time it holds automated replies back, restores the table beside the old one, and names it in the
stage's file; then you deploy. The second time it asks X what has been sent since that moment, and resumes.

Examples:

  tweetserve restore --to 2026-11-24T14:00Z --stage prod --dry-run

  tweetserve restore --to 2026-11-24T14:00Z --stage prod
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EXAMPLES)
@at_place
def restore(
    place: Place,
    to: Annotated[str, typer.Option(help="The moment to go back to: 2026-11-24T14:00Z.")],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put customers, replies and cases back to where they were at a moment."""
    if place.local:
        raise Trouble(
            "Only a stage on AWS has backups. What runs here keeps everything in its --data folder: copy that."
        )
    at = moment(to)
    target = f"{place.name}-service-{at:%Y%m%dT%H%M}"
    with Console(stderr=True).status("looking") as status:
        act = _settled if place.settings["service_table"] == target else _restored
        answer = act(place, at, target, dry_run=dry_run, heard=status.update)
    typer.echo(json.dumps(answer, indent=2) if as_json else "\n".join(_lines(answer)))


def moment(said: str) -> datetime:
    """Read a time that means the same when the command is typed again. Raises Trouble for any other."""
    if re.fullmatch(r"[0-9]+[mhd]", said):
        raise Trouble("Write the time like 2026-11-24T14:00Z: what is typed again must mean the same.", 2)
    return settle.moment(said, clock.now()).astimezone(UTC).replace(second=0, microsecond=0)


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    yield answer["said"]
    yield from (f"  {command}" for command in answer.get("next", ()))
    for what, number in answer.get("settled", {}).items():
        yield f"{what.replace('_', ' ')}: {number}"


# ---- the first time ----


def _restored(
    place: Place, at: datetime, target: str, *, dry_run: bool, heard: Callable[[str], None]
) -> dict[str, Any]:
    source, name = place.settings["service_table"], place.name.removeprefix("tweetserve-")
    then = times_of(place).said(at)
    if dry_run:
        return {"said": f"Would hold automated replies back, and restore {source} of {then} as {target}."}
    _begun(place, source, target, at)
    budget.pause(place.store, WHY)
    heard(f"restoring {target}")
    dynamodb = place.client("dynamodb")
    dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig=PATIENCE)
    _made_whole(dynamodb, source, target)
    point(stages.file_of(name), target)
    return {
        "said": f"{target} is {source} of {then}. infra/stages/{name}.toml names it; until that is deployed, nothing "
        "automated leaves. Now:",
        "table": target,
        "next": [
            f"npx aws-cdk@2.1148.1 deploy -c stage={name}",
            f"tweetserve restore --to {at:%Y-%m-%dT%H:%MZ} --stage {name}",
        ],
    }


def _begun(place: Place, source: str, target: str, at: datetime) -> None:
    dynamodb = place.client("dynamodb")
    key = place.settings.get("key_arn")
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    under = {"SSESpecificationOverride": encrypted} if key else {}
    try:
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=source, TargetTableName=target, RestoreDateTime=at, **under
        )
    except dynamodb.exceptions.TableAlreadyExistsException:
        pass  # an earlier call began it
    except dynamodb.exceptions.InvalidRestoreTimeException:
        raise Trouble(
            f"AWS has no {source} of {times_of(place).said(at)}: 35 days are kept, to five minutes ago."
        ) from None


def _made_whole(dynamodb: Any, source: str, target: str) -> None:
    """Switch on what AWS does not restore."""
    [layout] = [table for table in TABLES if table.name == "service"]
    if dynamodb.describe_time_to_live(TableName=target)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
        live = {"Enabled": True, "AttributeName": layout.ttl}
        dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=live)
    points = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=target, PointInTimeRecoverySpecification=points)
    if dynamodb.describe_table(TableName=source)["Table"].get("DeletionProtectionEnabled", False):
        dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)


def point(file: Path, table: str) -> None:
    """Name the table in a stage's file, before its first [part]."""
    line = f'service_table = "{table}"\n'
    text, replaced = re.subn(r"^service_table *=.*\n", line, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if not replaced:
        head, bracket, parts = re.split(r"^(\[|\Z)", text, maxsplit=1, flags=re.MULTILINE)
        text = f"{head.rstrip()}\n\n{line}" + (f"\n{bracket}{parts}" if bracket else "")
    file.write_text(text, encoding="utf-8")


# ---- the second time, on the restored table ----


def _settled(place: Place, at: datetime, target: str, *, dry_run: bool, heard: Callable[[str], None]) -> dict[str, Any]:
    limits = budget.load(place.store)
    if limits.table == target and limits.paused != settle.WAITS:
        return {"said": f"{place.name} works on {target}: nothing is left to do.", "table": target}
    found = settle.restored(place, at, dry_run=dry_run, heard=heard)
    began = place.client("dynamodb").describe_table(TableName=target)["Table"]["CreationDateTime"]
    minutes = round((clock.now() - began).total_seconds() / 60)
    said = f"{place.name} works on {target}, {minutes} minutes after it began to be restored."
    return {"said": said, "table": target, "minutes": minutes, "settled": found}
