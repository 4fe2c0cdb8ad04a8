"""One customer: who they are, what is on its way to them, and their case."""
