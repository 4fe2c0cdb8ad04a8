"""Answer direct messages: decide what a DM wants, commit the decision, send the reply."""
