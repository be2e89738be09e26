# SPDX-License-Identifier: MIT
"""What the tests of S3 share: a bucket on the real server, and the operators run against it."""
import os
import uuid

import boto3
import botocore.config

from operator_run import operator_run


def client(server):
    return boto3.client(
        "s3", endpoint_url=server["AWS_ENDPOINT_URL"], region_name=server["AWS_DEFAULT_REGION"],
        aws_access_key_id=server["AWS_ACCESS_KEY_ID"], aws_secret_access_key=server["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(s3={"addressing_style": "path"}))


class Store:
    """One bucket of its own."""

    def __init__(self, server, build):
        self.server, self.build = server, build
        self.client = client(server)
        self.bucket = "bucket-" + uuid.uuid4().hex[:12]
        self.client.create_bucket(Bucket=self.bucket)

    @property
    def port(self):
        return int(self.server["S3_PORT"])

    @property
    def keys(self):
        return {"access_key_id": self.server["AWS_ACCESS_KEY_ID"],
                "secret_access_key": self.server["AWS_SECRET_ACCESS_KEY"]}

    def put(self, key, data=b"dump", at=None):
        """Stores it; `at` (seconds since 1970) as its LastModified, which the server takes from the file."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)
        if at is not None:
            os.utime(self.server.folder / "data" / self.bucket / key, (at, at))

    def get(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def run(self, name, environment=None, **arguments):
        arguments = {"endpoint_url": self.server["AWS_ENDPOINT_URL"], **self.keys, **arguments}
        return operator_run(self.build, name, arguments, environment)

    def find(self, environment=None, **arguments):
        return self.run("s3_find_latest", environment, **{"bucket": self.bucket, **arguments})

    def copy(self, source, destination, environment=None, **arguments):
        return self.run("s3_copy", environment, source=source, destination=str(destination), **arguments)

    def uri(self, key):
        return f"s3://{self.bucket}/{key}"
