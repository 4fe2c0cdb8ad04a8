"""The proof: every fault at every point, on the real code, checked by the invariants."""
