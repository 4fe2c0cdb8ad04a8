"""What more than one function uses, by subject."""
