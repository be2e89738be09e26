# SPDX-License-Identifier: MIT
"""Where the keys of S3 come from: connection, environment, shared files, roles of container and instance."""
import json
import time

import pytest

from http_script import Answer, HttpScript
from operator_run import operator_run
from s3_store import Store

# No other test's machine may be asked for its role.
ALONE = {"AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def store(s3, build):
    store = Store(s3, build)
    store.put("k")
    return store


@pytest.fixture
def right(s3):
    return s3["AWS_ACCESS_KEY_ID"], s3["AWS_SECRET_ACCESS_KEY"]


def find(store, environment=None, **arguments):
    """Without keys, unless they are among the arguments."""
    arguments = {"bucket": store.bucket, "endpoint_url": store.server["AWS_ENDPOINT_URL"], **arguments}
    return operator_run(store.build, "s3_find_latest", arguments, {**ALONE, **(environment or {})})


def succeeds(outcome):
    assert outcome.status == 0, outcome.error
    assert outcome.result["key"] == "k"


def error_of(outcome, status=78):
    assert outcome.status == status, outcome.error
    assert len(outcome.error.splitlines()) == 1
    return outcome.reason


def ini(section, keys):
    return f"[{section}]\naws_access_key_id = {keys[0]}\naws_secret_access_key = {keys[1]}\n"


def role(keys, expires_in=3600, **more):
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + expires_in))
    return json.dumps({"AccessKeyId": keys[0], "SecretAccessKey": keys[1], "Token": "session-token",
                       "Expiration": expiration, **more})


def test_a_connection_holds_keys_endpoint_and_region(store, right):
    connection = {"conn_id": "s3_test", "conn_type": "aws", "login": right[0], "password": right[1],
                  "host": "", "port": None, "schema": None,
                  "extra": {"endpoint_url": store.server["AWS_ENDPOINT_URL"], "region_name": "us-east-1"}}
    succeeds(operator_run(store.build, "s3_find_latest",
                          {"bucket": store.bucket, "aws_conn_id": connection}))


def test_the_environment_holds_keys_and_endpoint(store, right):
    succeeds(operator_run(store.build, "s3_find_latest", {"bucket": store.bucket}, {
        "AWS_ACCESS_KEY_ID": right[0], "AWS_SECRET_ACCESS_KEY": right[1],
        "AWS_ENDPOINT_URL_S3": store.server["AWS_ENDPOINT_URL"], "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}))


@pytest.mark.parametrize("file, section, profile", [
    ("credentials", "default", None),
    ("credentials", "backup", "backup"),
    ("config", "default", None),
    ("config", "profile backup", "backup"),
])
def test_the_shared_files_hold_keys(store, right, tmp_path, file, section, profile):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / file).write_text(ini("other", ("A", "S")) + ini(section, right))
    environment = {"HOME": str(tmp_path)}
    if profile:
        environment["AWS_PROFILE"] = profile
    succeeds(find(store, environment))


def test_a_named_profile_wins_over_the_environment_and_not_the_other_way(store, right, tmp_path):
    wrong = ("AKIAWRONG", "wrong")
    path = tmp_path / "shared"
    path.write_text(ini("default", wrong) + ini("backup", right))
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(path)}
    environment = {**files, "AWS_ACCESS_KEY_ID": wrong[0], "AWS_SECRET_ACCESS_KEY": wrong[1]}
    connection = {"conn_id": "c", "conn_type": "aws", "extra": {"profile_name": "backup"}}
    succeeds(find(store, environment, aws_conn_id=connection))
    assert 'does not know the access key "AKIAWRONG" (from the environment)' in error_of(find(store, environment))
    environment = {**files, "AWS_ACCESS_KEY_ID": right[0], "AWS_SECRET_ACCESS_KEY": right[1]}
    succeeds(find(store, environment))
    assert 'profile "default"' in error_of(find(store, files))


@pytest.mark.parametrize("config, profile, says", [
    ("[profile r]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n", "r", "assumes a role"),
    ("[profile r]\nsso_session = x\n", "r", "signs in by SSO"),
    ("[profile r]\ncredential_process = /bin/true\n", "r", "runs a command"),
    ("[profile r]\naws_access_key_id = A\n", "r", "no secret access key"),
    ("[default]\n", "nobody", 'there is no profile "nobody"'),
    ("", None, "no AWS credentials found"),
])
def test_what_a_profile_cannot_give_is_one_sentence(store, tmp_path, config, profile, says):
    (tmp_path / "config").write_text(config)
    environment = {"AWS_CONFIG_FILE": str(tmp_path / "config")}
    if profile:
        environment["AWS_PROFILE"] = profile
    assert says in error_of(find(store, environment))


def test_half_a_pair_in_the_environment_is_an_error(store):
    assert "the environment has an AWS access key id but no secret" in error_of(
        find(store, {"AWS_ACCESS_KEY_ID": "A"}))


def test_a_shared_file_that_cannot_be_read_is_named(store, tmp_path):
    reason = error_of(find(store, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path)}))
    assert f"cannot read {tmp_path}" in reason


# The container's role


def test_the_role_of_a_container_is_asked_for_with_its_token(store, right, tmp_path):
    token = tmp_path / "token"
    token.write_text("let-me-in")
    with HttpScript(lambda request: Answer(200, role(right))) as service:
        succeeds(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url + "/v1/credentials?a=b",
                              "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
                              "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this one"}))
        [(method, path, headers)] = service.requests
        assert (method, path, headers["authorization"]) == ("GET", "/v1/credentials?a=b", "let-me-in")


def test_the_session_token_is_signed_and_sent(store, right):
    seen = []

    def s3_answer(request):
        seen.append(request.asked)
        return Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    with HttpScript(lambda request: Answer(200, role(right))) as service, HttpScript(s3_answer) as fake:
        error_of(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}, endpoint_url=fake.url))
    assert seen[0]["x-amz-security-token"] == "session-token"
    assert "x-amz-security-token" in seen[0]["authorization"]


def test_a_role_is_asked_again_when_its_token_has_expired(store, right):
    expired = Answer(400, "<Error><Code>ExpiredToken</Code></Error>")

    def s3_answer(request):
        return expired if request.number == 0 else Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    with HttpScript(lambda request: Answer(200, role(right))) as service, HttpScript(s3_answer) as fake:
        reason = error_of(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}, endpoint_url=fake.url))
        assert "there is no bucket" in reason
        assert len(service.requests) == 2


@pytest.mark.parametrize("environment, says", [
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/x"}, "only https, this machine"),
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.example.com/x"}, "only https, this machine"),
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "file:///etc/passwd"}, "must begin with http"),
    ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@192.0.2.1/x"}, "a path from / is expected"),
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nb"}, "contains a line break"),
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/does/not/exist"}, "cannot read the token"),
    ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/x"}, "web identity"),
])
def test_a_container_role_that_is_not_trusted_is_one_sentence(store, environment, says):
    assert says in error_of(find(store, environment))


@pytest.mark.parametrize("answer, says", [
    (Answer(403, "no"), "answered with status 403"),
    (Answer(200, '{"Code": "AccessDenied", "Message": "not you"}'), "answered AccessDenied: not you"),
    (Answer(200, "{}"), "answered without AccessKeyId"),
    (Answer(200, b"x" * 100000), "larger than"),
    (Answer(302, "", {"Location": "http://127.0.0.1:1/"}), "answered with status 302"),
])
def test_an_answer_of_the_role_that_will_not_do_may_pass(store, answer, says):
    with HttpScript(lambda request: answer) as service:
        assert says in error_of(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}), 1)


# The instance's role


class Metadata:
    """IMDSv2: a token by PUT, which every other request must carry."""

    def __init__(self, keys, name="backup-role"):
        self.keys, self.name = keys, name

    def __call__(self, request):
        if request.path == "/latest/api/token":
            if request.command != "PUT" or request.asked.get("x-aws-ec2-metadata-token-ttl-seconds") != "21600":
                return Answer(400)
            return Answer(200, "the-token")
        if request.asked.get("x-aws-ec2-metadata-token") != "the-token":
            return Answer(401)
        folder = "/latest/meta-data/iam/security-credentials/"
        return {folder: Answer(200, self.name),
                folder + self.name: Answer(200, role(self.keys, Code="Success"))}.get(request.path, Answer(404))


def instance(url):
    return {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}


def test_the_role_of_an_instance_is_asked_for_by_version_2(store, right):
    with HttpScript(Metadata(right)) as service:
        succeeds(find(store, instance(service.url)))
        assert [method for method, _, _ in service.requests] == ["PUT", "GET", "GET"]


def test_the_metadata_service_is_never_asked_through_a_proxy(store, right):
    proxy = {"http_proxy": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    with HttpScript(Metadata(right)) as service:
        outcome = find(store, {**instance(service.url), **proxy})
        assert len(service.requests) == 3
    assert "cannot be reached" in error_of(outcome, 1)  # S3 is


def test_the_metadata_service_may_falter(store, right):
    metadata = Metadata(right)
    with HttpScript(lambda request: Answer(503) if request.number == 0 else metadata(request)) as service:
        succeeds(find(store, instance(service.url)))


@pytest.mark.parametrize("answer, status, says", [
    (lambda request: Answer(403), 1, "answered with status 403"),
    (lambda request: Answer(200, "a\r\nb"), 1, "no usable session token"),
    (Metadata(("A", "S"), name="../../x"), 78, "names no role"),
    (lambda request: Answer(200, "t") if request.command == "PUT" else Answer(404), 1, "the instance has no role"),
])
def test_an_instance_without_a_role_is_one_sentence(store, answer, status, says):
    with HttpScript(answer) as service:
        reason = error_of(find(store, instance(service.url)), status)
    assert "no AWS credentials found" in reason and says in reason


def test_a_metadata_service_that_is_away_may_come_back(store):
    assert "does not answer" in error_of(find(store, instance("http://127.0.0.1:1")), 1)
