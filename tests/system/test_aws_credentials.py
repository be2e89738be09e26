# SPDX-License-Identifier: MIT
"""Where the keys of S3 come from: connection, environment, shared files, roles of container and instance."""
import json

import pytest

from aws_find import connection, error_of, find, ini, right, store, succeeds  # noqa: F401
from fakes.ecs import Ecs
from fakes.imds import Imds
from http_script import Answer, HttpScript
from operator_run import operator_run


def test_a_connection_holds_keys_endpoint_and_region_before_the_environment_and_after_the_task(store, right):
    held = {"conn_id": "s3_test", "conn_type": "aws", "login": right[0], "password": right[1],
            "host": "", "port": None, "schema": None,
            "extra": {"endpoint_url": store.server["AWS_ENDPOINT_URL"], "region_name": "us-east-1"}}
    wrong = {"AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": "wrong"}
    succeeds(operator_run(store.build, "s3_find_latest", {"bucket": store.bucket, "aws_conn_id": held}, wrong))
    given = {"access_key_id": right[0], "secret_access_key": right[1]}
    held.update(login="AKIAWRONG", password="wrong")
    succeeds(operator_run(store.build, "s3_find_latest", {"bucket": store.bucket, "aws_conn_id": held, **given}, wrong))


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


@pytest.mark.parametrize("path", ["~/my/keys", "$PLACE/keys", "${PLACE}/keys", "~root/../$PLACE/keys"])
def test_the_place_of_a_shared_file_is_read_as_a_shell_would(store, right, tmp_path, path):
    (tmp_path / "my").mkdir()
    (tmp_path / "my" / "keys").write_text(ini("default", right))
    succeeds(find(store, {"HOME": str(tmp_path), "PLACE": str(tmp_path / "my"), "AWS_SHARED_CREDENTIALS_FILE": path}))


def test_a_shared_file_that_is_damaged_is_named_with_the_line(store, tmp_path):
    (tmp_path / "c").write_text("[default]\nregion = x\nsecret-canary\n")
    assert f"{tmp_path}/c: line 3 is neither [section] nor key = value" in error_of(
        find(store, {"AWS_CONFIG_FILE": str(tmp_path / "c")}))


def test_the_older_variable_of_the_profile_wins_as_with_botocore(store, right, tmp_path):
    (tmp_path / "keys").write_text(ini("old", right) + ini("new", ("AKIAWRONG", "wrong")))
    succeeds(find(store, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys"),
                          "AWS_DEFAULT_PROFILE": "old", "AWS_PROFILE": "new"}))


def test_a_named_profile_wins_over_the_environment_and_not_the_other_way(store, right, tmp_path):
    wrong = ("AKIAWRONG", "wrong")
    path = tmp_path / "shared"
    path.write_text(ini("default", wrong) + ini("backup", right))
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(path)}
    environment = {**files, "AWS_ACCESS_KEY_ID": wrong[0], "AWS_SECRET_ACCESS_KEY": wrong[1]}
    succeeds(find(store, environment, aws_conn_id=connection(profile_name="backup")))
    assert 'does not know the access key "AKIAWRONG" (from the environment)' in error_of(find(store, environment))
    environment = {**files, "AWS_ACCESS_KEY_ID": right[0], "AWS_SECRET_ACCESS_KEY": right[1]}
    succeeds(find(store, environment))
    assert 'profile "default"' in error_of(find(store, files))


@pytest.mark.parametrize("config, profile, says", [
    ("[profile r]\nlogin_session = x\n", "r", "signs in by a browser (login_session)"),
    ("[profile r]\nrole_arn = a\nsource_profile = r\nmfa_serial = m\n", "r", "a code of an MFA device (mfa_serial)"),
    ("[profile r]\naws_access_key_id = A\n", "r", "no secret access key"),
    ("[default]\n", "nobody", 'there is no profile "nobody"'),
    ("[default]\nregion = x\n", None, "no AWS credentials found"),
])
def test_what_a_profile_cannot_give_is_one_sentence(store, tmp_path, config, profile, says):
    (tmp_path / "config").write_text(config)
    environment = {"AWS_CONFIG_FILE": str(tmp_path / "config")}
    if profile:
        environment["AWS_PROFILE"] = profile
    assert says in error_of(find(store, environment))


def test_what_was_looked_at_is_listed_in_order(store):
    reason = error_of(find(store))
    places = ["connection and arguments", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", 'profile "default"',
              "which is not there", "role_arn", "sso_session", "/.aws/credentials", "credential_process",
              "/.aws/config", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_EC2_METADATA_DISABLED is set"]
    found = [reason.index(place) for place in places]
    assert found == sorted(found)


def test_half_a_pair_in_the_environment_is_an_error(store):
    assert "the environment has an AWS access key id but no secret" in error_of(
        find(store, {"AWS_ACCESS_KEY_ID": "A"}))


@pytest.mark.parametrize("expiry, says, status", [
    ("2020-01-01T00:00:00Z", "the environment gives keys that expired at 2020-01-01T00:00:00", 1),
    ("soon", 'AWS_CREDENTIAL_EXPIRATION is "soon"; a time such as 2026-11-24T03:00:00Z is expected', 78)])
def test_the_environment_says_when_its_keys_expire(store, right, expiry, says, status):
    keys = {"AWS_ACCESS_KEY_ID": right[0], "AWS_SECRET_ACCESS_KEY": right[1]}
    succeeds(find(store, {**keys, "AWS_CREDENTIAL_EXPIRATION": "2126-01-01T00:00:00Z"}))
    assert says in error_of(find(store, {**keys, "AWS_CREDENTIAL_EXPIRATION": expiry}), status)


@pytest.mark.parametrize("keys", [{"AWS_ACCESS_KEY_ID": "A\nx-amz-acl: public-read"},
                                  {"AWS_SESSION_TOKEN": "canary\r\nx: y"}])
def test_keys_cannot_smuggle_a_header(store, keys):
    environment = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "canary", **keys}
    assert "the environment gives keys that contain a control character" in error_of(find(store, environment))


def test_a_shared_file_that_cannot_be_read_is_named(store, tmp_path):
    reason = error_of(find(store, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path)}))
    assert f"cannot read {tmp_path}" in reason


# The container's role


def test_the_role_of_a_container_is_asked_for_with_its_token(store, right, tmp_path):
    token = tmp_path / "token"
    token.write_text("let-me-in-canary")
    ecs = Ecs(right)
    ecs.token = "let-me-in-canary"
    with HttpScript(ecs) as service:
        succeeds(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url + "/v1/credentials?a=b",
                              "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
                              "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this one"}))
        [(method, path, headers)] = service.requests
        assert (method, path, headers["authorization"]) == (
            "GET", "/v1/credentials?a=b", "let-me-in-canary")


def test_a_relative_address_of_the_container_wins_over_a_full_one(store, right):
    with HttpScript(Ecs(right)) as service:
        reason = error_of(find(store, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/dagd/no-such-task",
                                       "AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}), 1)
        assert service.requests == []
    assert "the service of the container's role" in reason


def test_the_session_token_is_signed_and_sent(store, right):
    seen = []

    def s3_answer(request):
        seen.append(request.asked)
        return Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    with HttpScript(Ecs(right)) as service, HttpScript(s3_answer) as fake:
        error_of(find(store, {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}, endpoint_url=fake.url))
    assert seen[0]["x-amz-security-token"] == "session-token-canary"
    assert "x-amz-security-token" in seen[0]["authorization"]


def test_the_older_name_of_the_session_token_wins_as_with_botocore(store, tmp_path):
    def s3_answer(request):
        seen.append(request.asked["x-amz-security-token"])
        return Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    seen = []
    (tmp_path / "keys").write_text(ini("default", ("A", "S")) + "aws_session_token = new\naws_security_token = old\n")
    with HttpScript(s3_answer) as fake:
        for environment in ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "new",
                             "AWS_SECURITY_TOKEN": "old"}, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys")},
                            {"AWS_CONFIG_FILE": str(tmp_path / "keys")}):
            error_of(find(store, environment, endpoint_url=fake.url))
    assert seen == ["old"] * 3


def test_a_role_is_asked_again_when_its_token_has_expired(store, right):
    expired = Answer(400, "<Error><Code>ExpiredToken</Code></Error>")

    def s3_answer(request):
        return expired if request.number == 0 else Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    with HttpScript(Ecs(right)) as service, HttpScript(s3_answer) as fake:
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
])
def test_a_container_role_that_is_not_trusted_is_one_sentence(store, environment, says):
    assert says in error_of(find(store, environment))


# The instance's role


def instance(url):
    return {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}


def test_the_role_of_an_instance_is_asked_for_by_version_2(store, right):
    with HttpScript(Imds(right)) as service:
        succeeds(find(store, instance(service.url)))
        assert [method for method, _, _ in service.requests] == ["PUT", "GET", "GET"]


@pytest.mark.parametrize("config, environment, says, status", [
    ("metadata_service_num_attempts = 1", {}, "answered with status 500", 1),
    ("metadata_service_num_attempts = 1", {"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"}, None, 0),
    ("metadata_service_num_attempts = 100", {"AWS_METADATA_SERVICE_TIMEOUT": "99999999999999999999"}, None, 0),
    ("metadata_service_timeout = never", {}, 'metadata_service_timeout is "never"; a whole number from 1 on', 78),
    ("", {"AWS_METADATA_SERVICE_TIMEOUT": "0"}, 'AWS_METADATA_SERVICE_TIMEOUT is "0"; a whole number from 1 on', 78)])
def test_a_profile_says_how_the_metadata_service_is_asked(store, right, tmp_path, config, environment, says, status):
    (tmp_path / "config").write_text("[default]\n" + config)
    with HttpScript(Imds(right, token=[Answer(500)])) as service:
        outcome = find(store, {**instance(service.url), "AWS_CONFIG_FILE": str(tmp_path / "config"), **environment})
    if says:
        assert says in error_of(outcome, status)
    else:
        succeeds(outcome)


def test_the_metadata_service_is_never_asked_through_a_proxy(store, right):
    for name in ("http_proxy", "HTTP_PROXY"):
        proxy = {name: "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
        with HttpScript(Imds(right)) as service:
            outcome = find(store, {**instance(service.url), **proxy})
            assert len(service.requests) == 3
        assert "cannot be reached" in error_of(outcome, 1)  # S3 is
