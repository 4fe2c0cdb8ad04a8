"""The `tweetserve` command line."""
