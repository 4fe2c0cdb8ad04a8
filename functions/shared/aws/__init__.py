"""The machine below: tables, queues, settings, logs and the clock."""
