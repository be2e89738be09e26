# SPDX-License-Identifier: MIT
"""The Security Token Service; it verifies the signature of a request as botocore would have made it."""
import email.utils
import re
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from fakes.fake import Fake, instant
from http_script import Answer

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def error(status, code, message="so it is"):
    return Answer(status, f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
                          f"<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>")


class Sts(Fake):
    """Stages: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity. `sources` has the secret of each access
    key, `chain` the keys by role where they are not self.keys; what was asked for is in `asked`. Its clock is
    `ahead` of this machine's, in seconds."""
    ahead = 0
    web_token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwb2QifQ.web-token-canary"
    arn = "arn:aws:iam::123456789012:user/backup"

    def __init__(self, keys, /, sources=(), chain=(), **more):
        super().__init__(keys, **more)
        self.sources, self.chain, self.asked = dict(sources), dict(chain), []

    def __call__(self, request):
        said = super().__call__(request)
        said.headers["Date"] = email.utils.formatdate(time.time() + self.ahead, usegmt=True)
        return said

    def stage(self, request):
        self.form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        self.asked.append(self.form)
        return self.form.get("Action")

    def right(self, stage, request):
        if stage in ("AssumeRole", "GetCallerIdentity"):
            refused = self.verify(request)
            if refused:
                return refused
        elif stage != "AssumeRoleWithWebIdentity" or "authorization" in request.asked:
            return error(400, "InvalidAction")
        elif self.form["WebIdentityToken"] != self.web_token:
            return error(400, "InvalidIdentityToken")
        if stage == "GetCallerIdentity":
            return Answer(200, f'<{stage}Response xmlns="{NAMESPACE}"><{stage}Result><Arn>{self.arn}</Arn>'
                               f"<UserId>AIDA</UserId><Account>123456789012</Account></{stage}Result>"
                               f"</{stage}Response>")
        keys = self.chain.get(self.form["RoleArn"], self.keys)
        return Answer(200, f'<{stage}Response xmlns="{NAMESPACE}"><{stage}Result><Credentials>'
                           f"<AccessKeyId>{keys[0]}</AccessKeyId><SecretAccessKey>{keys[1]}</SecretAccessKey>"
                           f"<SessionToken>session-token-canary</SessionToken>"
                           f"<Expiration>{instant(self.expires_in + self.ahead)}</Expiration></Credentials>"
                           f"</{stage}Result></{stage}Response>")

    def verify(self, request):
        """None when the signature is right."""
        found = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/sts/aws4_request, *"
                         r"SignedHeaders=([^,]+), *Signature=(\w+)$", request.asked.get("authorization", ""))
        if not found or found[1] not in self.sources:
            return error(403, "InvalidClientTokenId")
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(found[1], self.sources[found[1]]), "sts", found[2])
        headers = {name: request.asked[name] for name in found[3].split(";")}
        again = botocore.awsrequest.AWSRequest(
            "POST", f"http://{request.asked['host']}{request.path}", headers=headers, data=request.body)
        again.context["timestamp"] = request.asked["x-amz-date"]
        text = signer.string_to_sign(again, signer.canonical_request(again))
        if signer.signature(text, again) != found[4]:
            return error(403, "SignatureDoesNotMatch")
        return None
