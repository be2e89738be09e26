# SPDX-License-Identifier: MIT
"""The metadata service of an EC2 instance, version 2: a token by PUT, which every other request must carry."""
import json

from fakes.fake import Fake, instant
from http_script import Answer

FOLDER = "/latest/meta-data/iam/security-credentials/"


class Imds(Fake):
    """Stages: token, role, keys."""
    role = "backup-role"

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.tokens = ["imds-token-canary-0"]

    def stage(self, request):
        return {"/latest/api/token": "token", FOLDER: "role", FOLDER + self.role: "keys"}.get(request.path)

    def right(self, stage, request):
        if stage == "token":
            if request.command != "PUT" or request.asked.get("x-aws-ec2-metadata-token-ttl-seconds") != "21600":
                return Answer(400)
            return Answer(200, self.tokens[-1])
        if request.asked.get("x-aws-ec2-metadata-token") != self.tokens[-1]:
            return Answer(401)
        if stage == "role":
            return Answer(200, self.role)
        return Answer(200, json.dumps({
            "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": self.keys[0], "SecretAccessKey": self.keys[1],
            "Token": "session-token-canary", "Expiration": instant(self.expires_in)})) if stage else Answer(404)

    def revoke(self):
        """The token that was given is good for nothing now."""
        self.tokens.append(f"imds-token-canary-{len(self.tokens)}")
