"""What is deployed, as far as it can run on this machine.

Deployment (aws_emulator): the stacks, made in moto by the real command line.
Installation: a deployment with its models in place, and its commands.
Service: an installation's functions, running behind the routes of the HTTP API.
SiteFront: CloudFront before a service, with the page. BucketFront: S3 as a browser meets it.
"""
