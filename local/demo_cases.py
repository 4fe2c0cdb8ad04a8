"""A fresh demo has people waiting: six customers write through the webhook, as everybody does, and one is answered."""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from local.demo import HERE

AGENT = {"authorization": "Bearer agent-1"}
PATIENCE = 200
"""So often it is looked whether what was written has become a case."""


@dataclass(frozen=True)
class Beginning:
    """`phone` is the simulator of X, `desk` where staff work; `ids` are the customers' by their handles."""

    phone: httpx.AsyncClient
    desk: httpx.AsyncClient
    ids: Mapping[str, str]

    async def write(self) -> None:
        listed = tomllib.loads((HERE / "waiting.toml").read_text(encoding="utf-8"))["case"]
        for case in listed:
            await self._say(case["handle"], case["writes"])
            if "answered" in case:
                await self._answer(case["answered"])
            if "again" in case:
                await self._say(case["handle"], case["again"])

    async def _say(self, handle: str, text: str) -> None:
        answer = await self.phone.post("/sim/dms", json={"user_id": self.ids[handle], "text": text})
        answer.raise_for_status()

    async def _answer(self, text: str) -> None:
        """Answer the one case that there is by now, and give it back to its customer's turn."""
        case = await self._taken()
        for act, words in (("reply", {"text": text}), ("release", {})):
            asked = {"request_id": str(uuid4()), "fence": case["fence"], **words}
            answer = await self.desk.post(f"/desk/api/cases/{case['id']}/{act}", json=asked, headers=AGENT)
            answer.raise_for_status()

    async def _taken(self) -> dict[str, Any]:
        for _ in range(PATIENCE):
            answer = await self.desk.post("/desk/api/next", json={"request_id": str(uuid4())}, headers=AGENT)
            if answer.status_code == httpx.codes.OK:
                case: dict[str, Any] = answer.json()["case"]
                return case
            await asyncio.sleep(0.05)
        raise httpx.ReadTimeout("What was written has become no case.")
