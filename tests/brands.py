"""The brands that tests ask as."""

from pathlib import Path
from typing import Any

from local import demo
from tests.places import ROOT

BRANDS = ROOT / "brands"
UK, US = BRANDS / "example-uk", BRANDS / "example-us"


def facts_of(brand: Path) -> dict[str, Any]:
    """Return a brand's facts as the catalogue has them."""
    return {"kind": "brand", "id": "facts", **demo.facts(brand)}


FACTS = facts_of(UK)
AMERICAN = facts_of(US)
