"""Replies leave: X's limit, the claim, the send."""
