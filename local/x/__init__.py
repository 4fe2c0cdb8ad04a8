"""A simulator of X."""
