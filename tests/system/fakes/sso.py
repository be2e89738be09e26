# SPDX-License-Identifier: MIT
"""The two services of single sign-on: the portal that gives keys for a token, and the one that renews a token."""
import hashlib
import json
import time
import urllib.parse

from fakes.fake import Fake, instant
from http_script import Answer


class Sso(Fake):
    """Stages: keys (the portal), token (OIDC)."""
    token = "sso-token-canary-0"

    def stage(self, request):
        return "token" if request.path == "/token" else "keys"

    def right(self, stage, request):
        if stage == "token":
            asked = json.loads(request.body)
            if asked != {"grantType": "refresh_token", "clientId": "client", "clientSecret": "client-secret-canary",
                         "refreshToken": "refresh-token-canary"}:
                return Answer(400, json.dumps({"error": "invalid_grant"}))
            self.token = "sso-token-canary-1"
            return Answer(200, json.dumps({"accessToken": self.token, "expiresIn": 28800, "tokenType": "Bearer"}))
        path, _, query = request.path.partition("?")
        wanted = {"account_id": ["123456789012"], "role_name": ["Backup"]}
        if (path, urllib.parse.parse_qs(query)) != ("/federation/credentials", wanted):
            return Answer(404, json.dumps({"message": "no such role"}))
        if request.asked.get("x-amz-sso_bearer_token") != self.token:
            return Answer(401, json.dumps({"message": "Session token not found or invalid"}))
        return Answer(200, json.dumps({"roleCredentials": {
            "accessKeyId": self.keys[0], "secretAccessKey": self.keys[1], "sessionToken": "session-token-canary",
            "expiration": int((time.time() + self.expires_in) * 1000)}}))


def sign_in(home, name, expires_in=3600, **more):
    """What `aws sso login` leaves behind; `name` is that of the session, or the start URL."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (hashlib.sha1(name.encode()).hexdigest() + ".json")
    path.write_text(json.dumps({
        "startUrl": "https://example.awsapps.com/start", "region": "eu-west-1", "accessToken": "sso-token-canary-0",
        "expiresAt": instant(expires_in), "clientId": "client", "clientSecret": "client-secret-canary",
        "registrationExpiresAt": instant(86400), "refreshToken": "refresh-token-canary", **more}))
    return path
