"""X calls this: signed events come in, direct messages go on the inbound queue."""
