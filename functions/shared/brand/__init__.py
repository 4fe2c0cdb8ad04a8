"""The brand's content, read only, and its opening hours."""
