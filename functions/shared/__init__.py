"""What more than one function uses: a room for each subject."""
