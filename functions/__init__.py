"""Tweetserve's functions: the import path is the path on disk, in tests, locally and in Lambda."""
