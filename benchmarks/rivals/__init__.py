"""What somebody would take instead: a bot in one file, Flask, and slack-bolt, which is made for Slack's DMs."""
