# SPDX-License-Identifier: MIT
"""The service that gives a container of ECS or EKS the keys of its role, for a token where it wants one."""
import json

from fakes.fake import Fake, instant
from http_script import Answer


class Ecs(Fake):
    """Stage: keys."""
    token = None

    def stage(self, request):
        return "keys"

    def right(self, stage, request):
        if self.token and request.asked.get("authorization") != self.token:
            return Answer(401, json.dumps({"Code": "Unauthorized", "Message": "a token is wanted"}))
        return Answer(200, json.dumps({
            "RoleArn": "arn:aws:iam::123456789012:role/task", "AccessKeyId": self.keys[0],
            "SecretAccessKey": self.keys[1], "Token": "session-token-canary",
            "Expiration": instant(self.expires_in)}))
