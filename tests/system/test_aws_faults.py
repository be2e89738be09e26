# SPDX-License-Identifier: MIT
"""What the services that give keys may do wrong: the right keys are used, or one sentence says why not.

Each kind runs s3_find_latest against the real S3 with a fake of one service. Where an answer is given once,
the task succeeds; where it is given for good, it fails. Nothing that is printed holds a secret.
"""
import concurrent.futures
import json
import threading

import pytest

from aws_find import error_of, find, right, store, succeeds  # noqa: F401
from fakes.ecs import Ecs
from fakes.imds import Imds
from fakes.sso import Sso, sign_in
from fakes.sts import Sts, error
from http_script import Answer, HttpScript

HTML = Answer(200, "<html><body>Sign in to the hotel's network</body></html>", {"Content-Type": "text/html"})
BUSY = Answer(503, "<html>Service Unavailable</html>")
MOVED = Answer(302, "", {"Location": "http://127.0.0.1:1/"})
HUGE = Answer(200, b"x" * 100_000)
EMPTY = Answer(200)
DENIED = Answer(200, json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 may not assume it"}))
HALF = Answer(200, json.dumps({"Code": "Success", "AccessKeyId": "A", "SecretAccessKey": "half-canary"}))
BASE = ("AKIABASE", "base-secret-canary")
SILENCE = threading.Event()


def silent(_):
    """Takes the request and says nothing, until the test is over."""
    SILENCE.wait()
    return BUSY


def broken(status):
    return Answer(status, json.dumps({"message": "no"}))


class Imdses:
    """The role of an instance."""

    def open(self, keys, folder, /, **wrong):
        fake = HttpScript(Imds(keys, **wrong))
        return fake, {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": fake.url,
                      "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"}

    kinds = [
        ("silent token", {"token": silent}, "must allow a hop limit of 2 or more"),
        ("token 400", {"token": broken(400)}, "answered with status 400"),
        ("token 403", {"token": broken(403)}, "turned off for this instance, it seems"),
        ("token 404", {"token": broken(404)}, "answered with status 404"),
        ("token 500", {"token": broken(500)}, "answered with status 500"),
        ("token 500 once", {"token": [broken(500)]}, None),
        ("token HTML", {"token": Answer(200, "<html>\n</html>\n")}, "no usable session token"),
        ("token empty", {"token": EMPTY}, "no usable session token"),
        ("token moved", {"token": MOVED}, "answered with status 302"),
        ("role 401", {"role": broken(401)}, "answered with status 401"),
        ("role 401 once", {"role": [broken(401)]}, None),
        ("role 404", {"role": broken(404)}, "the instance has no role, it seems"),
        ("role 503 once", {"role": [BUSY]}, None),
        ("role HTML", {"role": HTML}, "names no role of the instance"),
        ("role empty", {"role": EMPTY}, "names no role of the instance"),
        ("role elsewhere", {"role": Answer(200, "../../x")}, "names no role of the instance"),
        ("keys 401 once", {"keys": [broken(401)]}, None),
        ("keys 403", {"keys": broken(403)}, "answered with status 403"),
        ("keys 404", {"keys": broken(404)}, "answered with status 404"),
        ("keys 500", {"keys": broken(500)}, "answered with status 500"),
        ("silent keys", {"keys": silent}, "does not answer"),
        ("keys HTML", {"keys": HTML}, "answered without AccessKeyId"),
        ("keys empty", {"keys": EMPTY}, "answered without AccessKeyId"),
        ("keys an error", {"keys": DENIED}, "AssumeRoleUnauthorizedAccess: EC2 may not assume it"),
        ("keys half", {"keys": HALF}, "answered without AccessKeyId"),
        ("keys huge", {"keys": HUGE}, "larger than"),
        ("keys expired", {"expires_in": -60}, None),
    ]


class Ecses:
    """The role of a container."""

    def open(self, keys, folder, /, **wrong):
        fake = HttpScript(Ecs(keys, **wrong))
        return fake, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": fake.url + "/v2/credentials/1"}

    kinds = [
        ("silent", {"keys": silent}, "does not answer"),
        ("401", {"keys": broken(401)}, "answered with status 401"),
        ("403", {"keys": broken(403)}, "answered with status 403"),
        ("404", {"keys": broken(404)}, "answered with status 404"),
        ("500", {"keys": broken(500)}, "answered with status 500"),
        ("500 twice", {"keys": [broken(500), broken(500)]}, None),
        ("429 once", {"keys": [broken(429)]}, None),
        ("HTML", {"keys": HTML}, "answered without AccessKeyId"),
        ("empty", {"keys": EMPTY}, "answered without AccessKeyId"),
        ("an error", {"keys": DENIED}, "answered AssumeRoleUnauthorizedAccess"),
        ("half", {"keys": HALF}, "answered without AccessKeyId"),
        ("huge", {"keys": HUGE}, "larger than"),
        ("moved", {"keys": MOVED}, "answered with status 302"),
        ("expired", {"expires_in": -60}, "gives keys that expired at"),
    ]


class WebIdentities:
    """A role of STS for a token."""

    def open(self, keys, folder, /, **wrong):
        fake = HttpScript(Sts(keys, **wrong))
        (folder / "token").write_text(Sts.web_token)
        return fake, {"AWS_ENDPOINT_URL_STS": fake.url, "AWS_ROLE_ARN": "arn:aws:iam::1:role/web",
                      "AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / "token")}

    action = "AssumeRoleWithWebIdentity"
    kinds = [
        ("token expired", {action: error(400, "ExpiredTokenException")}, "ExpiredTokenException: so it is"),
        ("token not known yet", {action: [error(400, "InvalidIdentityToken")]}, None),
        ("token not known", {action: error(400, "InvalidIdentityToken")}, "InvalidIdentityToken"),
        ("provider away once", {action: [error(400, "IDPCommunicationError")]}, None),
        ("denied", {action: error(403, "AccessDenied", "Not authorized")}, "AccessDenied: Not authorized"),
        ("404", {action: Answer(404)}, "it answered with status 404"),
        ("500", {action: Answer(500)}, "it answered with status 500"),
        ("503 once", {action: [BUSY]}, None),
        ("throttled once", {action: [error(400, "Throttling")]}, None),
        ("HTML", {action: HTML}, "answered without AccessKeyId"),
        ("empty", {action: EMPTY}, "answered without AccessKeyId"),
        ("cut", {action: Answer(200, "<AssumeRoleWithWebIdentityResponse><")}, "answered without AccessKeyId"),
        ("bomb", {action: Answer(200, '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>')}, "answered without AccessKeyId"),
        ("huge", {action: HUGE}, "larger than"),
        ("moved", {action: MOVED}, "it answered with status 302"),
        ("lines", {action: error(403, "AccessDenied", "a\n\x85b")}, "AccessDenied: a"),
        ("expired", {"expires_in": -60}, "gives keys that expired at"),
    ]


class Roles:
    """A role of STS for other keys."""

    def open(self, keys, folder, /, **wrong):
        fake = HttpScript(Sts(keys, **{"sources": [BASE], **wrong}))
        (folder / "config").write_text(
            "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n"
            f"[profile base]\naws_access_key_id = {BASE[0]}\naws_secret_access_key = {BASE[1]}\n")
        return fake, {"AWS_ENDPOINT_URL_STS": fake.url, "AWS_CONFIG_FILE": str(folder / "config"), "AWS_PROFILE": "r"}

    kinds = [
        ("denied", {"AssumeRole": error(403, "AccessDenied")}, 'to access key "AKIABASE" (from profile "base" of'),
        ("unknown key", {"sources": []}, "InvalidClientTokenId"),
        ("wrong secret", {"sources": [(BASE[0], "other-canary")]}, "SignatureDoesNotMatch"),
        ("source expired", {"AssumeRole": error(403, "ExpiredToken")}, "ExpiredToken"),
        ("region off", {"AssumeRole": error(403, "RegionDisabledException")}, "RegionDisabledException"),
        ("500 once", {"AssumeRole": [Answer(500)]}, None),
        ("HTML", {"AssumeRole": HTML}, "answered without AccessKeyId"),
        ("expired", {"expires_in": -60}, "gives keys that expired at"),
    ]


class SignOns:
    """Single sign-on, with a token that is to be renewed first."""

    def open(self, keys, folder, /, **wrong):
        fake = HttpScript(Sso(keys, **wrong))
        sign_in(folder, "work", 300)
        (folder / "config").write_text(
            "[profile s]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Backup\n"
            "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n")
        return fake, {"HOME": str(folder), "AWS_CONFIG_FILE": str(folder / "config"), "AWS_PROFILE": "s",
                      "AWS_ENDPOINT_URL_SSO": fake.url, "AWS_ENDPOINT_URL_SSO_OIDC": fake.url}

    kinds = [
        ("keys 401", {"keys": broken(401)}, "aws sso login --profile s"),
        ("keys 403", {"keys": broken(403)}, "answered with status 403, no"),
        ("keys 404", {"keys": broken(404)}, "answered with status 404"),
        ("keys 500", {"keys": Answer(500)}, "answered with status 500"),
        ("keys 500 once", {"keys": [Answer(500)]}, None),
        ("keys HTML", {"keys": HTML}, "answered without accessKeyId"),
        ("keys empty", {"keys": EMPTY}, "answered without accessKeyId"),
        ("keys an error", {"keys": Answer(200, '{"message": "no"}')}, "answered without accessKeyId"),
        ("keys expired", {"expires_in": -60}, "gives keys that expired at"),
        ("no renewal, but it lasts", {"token": broken(400)}, None),
        ("renewal HTML, but it lasts", {"token": HTML}, None),
        ("renewal empty, but it lasts", {"token": EMPTY}, None),
    ]


GROUPS = [Imdses, Ecses, WebIdentities, Roles, SignOns]


def judge(store, right, folder, group, kind):
    """None, or what is wrong."""
    name, wrong, says = kind
    folder.mkdir()
    fake, environment = group().open(right, folder, **{
        stage: list(said) if isinstance(said, list) else said for stage, said in wrong.items()})
    with fake:
        outcome = find(store, environment)
    try:
        if says is None:
            succeeds(outcome)
        else:
            assert outcome.status in (1, 78) and says in error_of(outcome, outcome.status), outcome.error
    except AssertionError as why:
        return f"{group.__name__}, {name}: {why}"
    return None


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_whatever_a_service_does_wrong_is_mended_or_told_in_one_sentence(store, right, tmp_path, group):
    SILENCE.clear()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(judge, store, right, tmp_path / str(i), group, kind) for i, kind in enumerate(group.kinds)]
        complaints = [run.result() for run in runs]
    SILENCE.set()
    assert [complaint for complaint in complaints if complaint] == []


def test_a_token_that_is_replaced_between_two_uses_is_read_anew(store, right, tmp_path):
    """EKS replaces both kinds of token under way; a refused set of keys is asked for with the new one."""
    token = tmp_path / "token"
    ecs = Ecs(right)
    seen = []

    def s3_answer(request):
        seen.append(request)
        if len(seen) > 1:
            return Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
        ecs.token = "second-canary"
        token.write_text(ecs.token)
        return Answer(400, "<Error><Code>ExpiredToken</Code></Error>")
    ecs.token = "first-canary"
    token.write_text(ecs.token)
    with HttpScript(ecs) as service, HttpScript(s3_answer) as fake:
        environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url,
                       "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)}
        assert "there is no bucket" in error_of(find(store, environment, endpoint_url=fake.url))
        assert [asked["authorization"] for _, _, asked in service.requests] == ["first-canary", "second-canary"]
