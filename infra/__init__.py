"""The service on AWS, as a CDK app."""
