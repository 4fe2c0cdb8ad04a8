"""The brands that tests ask as."""

from local import demo

FACTS = {"kind": "brand", "id": "facts", **demo.facts()}
"""The British one's facts, as the catalogue has them."""
