"""X: what it brings, what it takes, and our account there."""
