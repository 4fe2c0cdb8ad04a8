"""Tweetserve's functions: the import path is the path on disk, in tests, locally and in Lambda."""

import gc
import os

IN_LAMBDA = "AWS_LAMBDA_RUNTIME_API" in os.environ

if IN_LAMBDA:
    gc.disable()  # until `shared/aws/start.py` has made what is kept: nothing of it is garbage
