"""What staff do with a case: one file each, found by import. `registry.py` says what an act is."""
