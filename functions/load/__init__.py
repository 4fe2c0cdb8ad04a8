"""Brings the carrier's account data into its table, whole accounts at a time, and keeps a record of each load."""
