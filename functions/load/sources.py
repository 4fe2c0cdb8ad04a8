"""Where account data comes from: a file, what is piped in, an object in S3. Each can be opened again from its start."""

import io
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol, cast


class Unloadable(Exception):
    """This cannot be loaded, or no further. The message is one sentence for whoever loads it."""


class Source(Protocol):
    @property
    def name(self) -> str:
        """Which file it is. What is interrupted goes on only with the same."""

    def open(self) -> IO[bytes]: ...

    def state(self) -> str:
        """Change when somebody writes to it."""


@dataclass(frozen=True)
class File:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.resolve())

    def open(self) -> IO[bytes]:
        return self.path.open("rb")

    def state(self) -> str:
        there = self.path.stat()
        return f"{there.st_size} {there.st_mtime_ns}"


class Piped:
    """What comes through a pipe is put aside first: to go on after a stop, its beginning is looked at again."""

    name = "-"

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._aside = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this does
        shutil.copyfileobj(stream or sys.stdin.buffer, self._aside)

    def open(self) -> IO[bytes]:
        self._aside.seek(0)
        return io.BufferedReader(io.FileIO(self._aside.fileno(), closefd=False))

    def state(self) -> str:
        return ""


@dataclass(frozen=True)
class Object:
    """An object in S3."""

    client: Any
    bucket: str
    key: str

    @property
    def name(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def open(self) -> IO[bytes]:
        body = self._asked("get_object")["Body"]
        return io.BufferedReader(cast(io.RawIOBase, body), 1 << 20)

    def state(self) -> str:
        return str(self._asked("head_object")["ETag"])

    def _asked(self, operation: str) -> Any:
        from botocore.exceptions import ClientError

        try:
            return getattr(self.client, operation)(Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket", "404"):
                raise Unloadable(f"There is no {self.name}.") from None
            raise


def short(name: str) -> str:
    """Return the last part of a source's name."""
    return "what was piped in" if name == "-" else PurePosixPath(name).name
