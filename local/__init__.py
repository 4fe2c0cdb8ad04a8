"""The whole service on one machine."""
