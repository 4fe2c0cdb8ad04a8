"""Where things lie, for tests in any folder."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DATA = ROOT / "tests" / "data"
X_SAMPLES = DATA / "x"
