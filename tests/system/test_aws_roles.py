# SPDX-License-Identifier: MIT
"""Keys that are asked for: roles of STS, single sign-on, commands; and how long they are used."""
import concurrent.futures
import datetime
import json
import os
import re
import signal
import time

import pytest

import s3_fake
from aws_find import connection, error_of, find, ini, right, store, succeeds  # noqa: F401
from fakes.ecs import Ecs
from fakes.imds import Imds
from fakes.sso import Sso, sign_in
from fakes.sts import Sts, error
from http_script import Answer, HttpScript
from operator_process import Program, wait_for
from operator_run import operator_run
from s3_fake import BUCKET, KEY_ID, SECRET, FakeS3
from s3_faults import complaint, cut, good, in_turn

BASE = ("AKIABASE", "base-secret-canary")
ROLE = "arn:aws:iam::123456789012:role/backup"
NO_BUCKET = Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")


@pytest.fixture
def sts(right):
    return Sts(right, sources=[BASE])


@pytest.fixture
def files(tmp_path):
    """files(config, credentials): the environment that names them."""
    def write(config="", credentials="", **environment):
        (tmp_path / "config").write_text(config)
        (tmp_path / "credentials").write_text(credentials)
        return {"AWS_CONFIG_FILE": str(tmp_path / "config"), "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), **environment}
    return write


def serve(fake, environment):
    """The service under both names that it is found by."""
    service = HttpScript(fake)
    environment["AWS_ENDPOINT_URL_STS"] = service.url
    return service


# Roles


@pytest.mark.parametrize("source", ["source_profile = base", "source_profile = b"])
def test_a_profile_assumes_a_role_with_the_keys_of_another(store, sts, files, source):
    environment = files(f"[profile b]\nrole_arn = {ROLE}-first\nsource_profile = base\n"
                        f"[profile backup]\nrole_arn = {ROLE}\n{source}\nexternal_id = x y\n"
                        "role_session_name = nightly\nduration_seconds = 900\n",
                        ini("base", BASE), AWS_PROFILE="backup")
    sts.chain[ROLE + "-first"] = BASE
    with serve(sts, environment):
        succeeds(find(store, environment))
    last = sts.asked[-1]
    assert (last["RoleArn"], last["ExternalId"], last["RoleSessionName"], last["DurationSeconds"]) == (
        ROLE, "x y", "nightly", "900")
    assert len(sts.asked) == (1 if source.endswith("base") else 2)


def test_a_profile_may_name_itself_as_the_source(store, sts, files):
    environment = files(f"[default]\nrole_arn = {ROLE}\nsource_profile = default\n", ini("default", BASE))
    with serve(sts, environment):
        succeeds(find(store, {**environment, "DAGD_DAG_ID": "nightly/é", "DAGD_TASK_ID": "t" * 99}))
    assert sts.asked[0]["RoleSessionName"] == "dagd-nightly___-" + "t" * 48


def test_a_refusal_says_whose_keys_are_refused(store, sts, files):
    environment = files(f"[profile backup]\nrole_arn = {ROLE}\nsource_profile = base\n", ini("base", BASE))
    with serve(sts, environment), HttpScript(lambda request: error(403, "AccessDenied")) as fake:
        reason = error_of(find(store, {**environment, "AWS_PROFILE": "backup"}, endpoint_url=fake.url))
    assert f'is denied for access key "{sts.keys[0]}" (from role "{ROLE}" by profile "base" of ' in reason, reason


@pytest.mark.parametrize("source", ["Environment", "EcsContainer", "Ec2InstanceMetadata"])
def test_a_role_may_be_assumed_with_keys_of_the_machine(store, sts, files, source):
    environment = files(f"[profile backup]\nrole_arn = {ROLE}\ncredential_source = {source}\n")
    environment["AWS_EC2_METADATA_DISABLED"] = "false"
    with HttpScript(Ecs(BASE)) as ecs, HttpScript(Imds(BASE)) as imds, serve(sts, environment):
        environment.update({
            "Environment": {"AWS_ACCESS_KEY_ID": BASE[0], "AWS_SECRET_ACCESS_KEY": BASE[1]},
            "EcsContainer": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": ecs.url},
            "Ec2InstanceMetadata": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}}[source])
        succeeds(find(store, environment, aws_conn_id=connection(profile_name="backup")))


@pytest.mark.parametrize("config, says", [
    ("source_profile = a", "no profile of the circle has keys"),
    ("source_profile = b", "no profile of the circle has keys"),
    ("source_profile = gone", 'source_profile "gone", but there is no such profile'),
    ("source_profile = bare", 'source_profile "bare" has no keys'),
    ("", "one of source_profile and credential_source must stand beside it"),
    ("source_profile = base\ncredential_source = Environment", "only one of source_profile"),
    ("credential_source = Moon", "Environment, EcsContainer or Ec2InstanceMetadata is expected"),
    ("credential_source = EcsContainer", "credential_source EcsContainer, which has none"),
    ("source_profile = base\nduration_seconds = 1h", "a number from 900 to 43200"),
    ("source_profile = half", "no secret access key"),
])
def test_a_role_without_a_source_is_one_sentence(store, files, config, says):
    environment = files(f"[profile a]\nrole_arn = {ROLE}\n{config}\n[profile b]\nrole_arn = x\nsource_profile = a\n"
                        "[profile bare]\nregion = x\n[profile half]\naws_access_key_id = A\n",
                        ini("base", BASE), AWS_PROFILE="a")
    assert says in error_of(find(store, environment))


@pytest.mark.parametrize("environment, place", [
    ({"AWS_USE_FIPS_ENDPOINT": "true"}, "https://sts-fips.eu-west-1.amazonaws.com does"),
    ({"AWS_DEFAULT_REGION": "cn-north-1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "https://sts.cn-north-1.amazonaws.com.cn does"),
])
def test_the_region_says_where_sts_is(store, files, environment, place):
    given = files(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = base\n", ini("base", BASE), AWS_PROFILE="a",
                  https_proxy="http://127.0.0.1:1")
    assert f"STS at {place} not answer" in error_of(find(store, {**given, **environment}), 1)


def test_the_services_of_a_profile_say_where_sts_is(store, sts, files):
    with HttpScript(sts) as service:
        environment = files(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = base\nservices = here\n"
                            f"[services here]\nsts =\n  endpoint_url = {service.url}/\n",
                            ini("base", BASE), AWS_PROFILE="a")
        succeeds(find(store, environment))


# The role of a connection, by Airflow's keys


def test_a_connection_assumes_a_role_with_its_own_keys(store, sts):
    with HttpScript(sts) as service:
        held = {**connection(role_arn=ROLE, service_config={"sts": {"endpoint_url": service.url}}, external_id="e",
                             assume_role_kwargs={"DurationSeconds": 3600, "Tags": [{"Key": "a", "Value": "b&c"}],
                                                 "TransitiveTagKeys": ["a"]}),
                "login": BASE[0], "password": BASE[1]}
        succeeds(find(store, aws_conn_id=held))
    asked = sts.asked[0]
    assert (asked["RoleArn"], asked["ExternalId"], asked["DurationSeconds"]) == (ROLE, "e", "3600")
    assert (asked["Tags.member.1.Key"], asked["Tags.member.1.Value"], asked["TransitiveTagKeys.member.1"]) == (
        "a", "b&c", "a")


def test_a_connection_assumes_a_role_by_web_identity(store, sts, tmp_path):
    (tmp_path / "token").write_text(sts.web_token + "\n")
    with HttpScript(sts) as service:
        held = connection(role_arn=ROLE, assume_role_method="assume_role_with_web_identity",
                          assume_role_with_web_identity_federation="file",
                          assume_role_with_web_identity_token_file=str(tmp_path / "token"))
        succeeds(find(store, {"AWS_ENDPOINT_URL_STS": service.url}, aws_conn_id=held))
    assert "neither assume_role_with_web_identity_token_file nor" in error_of(find(store, aws_conn_id=connection(
        role_arn=ROLE, assume_role_method="assume_role_with_web_identity")))


def test_no_endpoint_of_a_connection_gets_a_web_identity_token(store, sts, tmp_path):
    (tmp_path / "token").write_text(sts.web_token)
    pod = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": ROLE}
    with HttpScript(sts) as service:
        there = {"role_arn": ROLE, "service_config": {"sts": {"endpoint_url": service.url}}}
        asks = connection(assume_role_method="assume_role_with_web_identity", **there)
        reason = error_of(find(store, pod, aws_conn_id=asks))
        assert "to which no web identity token is sent" in reason and "AWS_ENDPOINT_URL_STS" in reason
        with HttpScript(Sts(("AKIAPOD", "pod-secret-canary"))) as machine:
            find(store, {**pod, "AWS_ENDPOINT_URL_STS": machine.url}, aws_conn_id=connection(**there))
            assert [asked["Action"] for asked in sts.asked] == ["AssumeRole"]
            assert len(machine.requests) == 1


def test_a_file_that_a_connection_names_as_a_token_is_sent_only_if_it_is_one(store, sts, tmp_path):
    with HttpScript(sts) as service:
        for text in ("root:x:0:0", "a.b", "eyJh.b.", "eyJh.b.c.d", "abc.b.c", "eyJh.b.c/"):
            (tmp_path / "token").write_text(text)
            held = connection(role_arn=ROLE, assume_role_method="assume_role_with_web_identity",
                              assume_role_with_web_identity_token_file=str(tmp_path / "token"))
            reason = error_of(find(store, {"AWS_ENDPOINT_URL_STS": service.url}, aws_conn_id=held))
            assert reason.endswith("token holds no web identity token (a JWT)") and text not in reason
    assert sts.asked == []


# Web identity


def test_web_identity_is_by_environment_or_profile(store, sts, files, tmp_path):
    (tmp_path / "token").write_text(sts.web_token)
    environment = files("[profile w]\nrole_arn = from-profile\nrole_session_name = p\n"
                        f"web_identity_token_file = {tmp_path}/token\n")
    with serve(sts, environment):
        succeeds(find(store, {**environment, "AWS_PROFILE": "w"}))
        named = {"AWS_ROLE_ARN": ROLE, "AWS_ROLE_SESSION_NAME": "e", "AWS_WEB_IDENTITY_TOKEN_FILE": f"{tmp_path}/token"}
        succeeds(find(store, {**environment, **named}))
        succeeds(find(store, {**environment, **named}, aws_conn_id=connection(profile_name="w")))
    assert [(asked["RoleArn"], asked["RoleSessionName"]) for asked in sts.asked] == [
        ("from-profile", "p"), (ROLE, "e"), ("from-profile", "p")]


@pytest.mark.parametrize("token, environment, says", [
    (None, {"AWS_ROLE_ARN": ROLE}, "cannot read the web identity token"),
    ("", {"AWS_ROLE_ARN": ROLE}, "holds no web identity token"),
    ("a b", {"AWS_ROLE_ARN": ROLE}, "holds no web identity token"),
    ("x" * 30000, {"AWS_ROLE_ARN": ROLE}, "it is larger than 20000 bytes"),
    ("x\0y", {"AWS_ROLE_ARN": ROLE}, "it is not a text in UTF-8"),
    ("t", {}, "neither AWS_ROLE_ARN nor role_arn"),
])
def test_a_web_identity_that_is_not_whole_is_one_sentence(store, tmp_path, token, environment, says):
    if token is not None:
        (tmp_path / "token").write_text(token)
    reason = error_of(find(store, {**environment, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}))
    assert says in reason


# Single sign-on


SESSION = ("[profile s]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Backup\n"
           "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n")
LEGACY = ("[profile s]\nsso_account_id = 123456789012\nsso_role_name = Backup\nsso_region = eu-west-1\n"
          "sso_start_url = https://example.awsapps.com/start\n")


@pytest.fixture
def signed(right, files):
    """signed(config): the service, and the environment that leads to it."""
    services = []

    def write(config):
        services.append(HttpScript(Sso(right)))
        url = services[-1].url
        return services[-1], files(config, AWS_PROFILE="s", AWS_ENDPOINT_URL_SSO=url, AWS_ENDPOINT_URL_SSO_OIDC=url)
    yield write
    for service in services:
        service.__exit__()


@pytest.mark.parametrize("config, name", [(SESSION, "work"), (LEGACY, "https://example.awsapps.com/start")])
def test_the_token_of_a_sign_on_gives_keys(store, signed, tmp_path, config, name):
    service, environment = signed(config)
    sign_in(tmp_path, name)
    succeeds(find(store, environment))
    assert [method for method, _, _ in service.requests] == ["GET"]


@pytest.mark.parametrize("expires_in", [-60, 300])
def test_a_token_about_to_expire_is_renewed_and_kept(store, signed, tmp_path, expires_in):
    service, environment = signed(SESSION)
    path = sign_in(tmp_path, "work", expires_in)
    succeeds(find(store, environment))
    succeeds(find(store, environment))
    assert [method for method, _, _ in service.requests] == ["POST", "GET", "GET"]
    kept = json.loads(path.read_text())
    assert (kept["accessToken"], kept["clientId"]) == ("sso-token-canary-1", "client")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("config, name, expires_in, more, says", [
    (SESSION, "other", 60, {}, "there is no token of a sign-on in"),
    (LEGACY, "https://example.awsapps.com/start", -60, {}, "expired at"),
    (SESSION, "work", -60, {"refreshToken": ""}, "expired at"),
    (SESSION, "work", -60, {"registrationExpiresAt": "2020-01-01T00:00:00UTC"}, "expired at"),
    (SESSION, "work", -60, {"refreshToken": "wrong-canary"}, "expired at"),
    (SESSION, "work", 3600, {"accessToken": "wrong-canary"}, "Session token not found or invalid"),
])
def test_a_sign_on_that_is_over_says_how_to_sign_in(store, signed, tmp_path, config, name, expires_in, more, says):
    _, environment = signed(config)
    sign_in(tmp_path, name, expires_in, **more)
    reason = error_of(find(store, environment))
    assert says in reason and reason.endswith("sign in as the user of dagd: aws sso login --profile s")


@pytest.mark.parametrize("config, says", [
    (SESSION.replace("[sso-session work]", "[sso-session other]"), "there is no [sso-session work]"),
    (SESSION.replace("sso_region = eu-west-1\n", ""), "sso_region is missing"),
    (SESSION.replace("sso_region = eu-west-1\n", "sso_region = a/b\n"), '"a/b" is not the name of a region'),
    (SESSION.replace("sso_role_name = Backup\n", ""), "sso_role_name is missing"),
    (SESSION.replace("sso_session = work\n", "sso_session = work\nsso_region = us-east-1\n"),
     "its sso_region is not the one of [sso-session work]"),
])
def test_a_sign_on_that_is_not_whole_is_one_sentence(store, files, config, says):
    assert says in error_of(find(store, files(config, AWS_PROFILE="s")))


# Commands


def test_a_command_prints_keys(store, right, files, tmp_path):
    keys = {"Version": 1, "AccessKeyId": right[0], "SecretAccessKey": right[1]}
    (tmp_path / "my keys").write_text(json.dumps(keys))
    environment = files(f"[profile p]\ncredential_process = cat '{tmp_path}/my keys'\n", AWS_PROFILE="p")
    succeeds(find(store, environment))


def test_a_command_that_fails_is_one_sentence(store, files):
    environment = files("[profile p]\ncredential_process = sh -c 'echo the vault is sealed >&2; exit 2'\n",
                        AWS_PROFILE="p")
    assert 'profile "p": its credential_process failed (exit 2): the vault is sealed' in error_of(
        find(store, environment), 1)


def test_a_command_belongs_to_the_group_of_the_operator_and_goes_with_it(build, tmp_path):
    (tmp_path / "hang").write_text(f"echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; exec sleep 1000\n")
    (tmp_path / "config").write_text(f"[default]\ncredential_process = sh {tmp_path}/hang\n")
    held = {"conn_id": "c", "conn_type": "aws", "extra": {}}
    program = Program(build, tmp_path, "s3_find_latest", held, ["--test-connection"],
                      AWS_CONFIG_FILE=str(tmp_path / "config"))
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    group = os.getpgid(pid)
    os.killpg(program.process.pid, signal.SIGKILL)
    program.process.wait()
    if group != program.process.pid:
        os.kill(pid, signal.SIGKILL)
    assert group == program.process.pid


def test_the_files_have_their_places_around_the_command(store, right, files, tmp_path):
    (tmp_path / "wrong").write_text(json.dumps({"Version": 1, "AccessKeyId": "AKIAW", "SecretAccessKey": "wrong"}))
    command = f"credential_process = cat {tmp_path}/wrong\n"
    succeeds(find(store, files(f"[default]\n{command}", ini("default", right))))
    reason = error_of(find(store, files(ini("default", right) + command)))
    assert 'does not know the access key "AKIAW" (from profile "default")' in reason


# How long they are used


def test_keys_that_end_soon_are_asked_for_again_before_they_do(store, right):
    """A lifetime of four seconds is renewed after three; S3 holds its answer back until then."""
    ecs = Ecs(right, expires_in=4)
    asked = []

    def s3_answer(request):
        asked.append(time.monotonic())
        if len(asked) == 1:
            while time.monotonic() < asked[0] + 3.5:
                time.sleep(0.05)
            return Answer(503)
        return NO_BUCKET
    with HttpScript(ecs) as service, HttpScript(s3_answer) as fake:
        environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}
        assert "there is no bucket" in error_of(find(store, environment, endpoint_url=fake.url))
        assert len(service.requests) == 2


@pytest.mark.parametrize("ahead", [7200, -7200])
def test_a_clock_that_is_off_is_set_right_for_sts(store, sts, files, ahead):
    """As S3 does, STS tells the time in what it refuses; when its keys end is told by its clock, too."""
    environment = files(f"[default]\nrole_arn = {ROLE}\nsource_profile = base\n", ini("base", BASE))
    sts.ahead = ahead
    sts.wrong["AssumeRole"] = [error(403, "SignatureDoesNotMatch", "Signature expired")]
    with serve(sts, environment) as service:
        succeeds(find(store, environment))
        dates = [asked["x-amz-date"] for _, _, asked in service.requests]
    ours, corrected = (datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ") for date in dates)
    assert abs((corrected - ours).total_seconds() - ahead) < 100


def test_keys_for_a_token_end_by_the_clock_of_sts(store, sts, files, tmp_path):
    """Nothing is signed that STS could refuse, so the answer itself tells the time."""
    (tmp_path / "token").write_text(sts.web_token)
    environment = files(AWS_ROLE_ARN=ROLE, AWS_WEB_IDENTITY_TOKEN_FILE=str(tmp_path / "token"))
    sts.ahead = -7200
    with serve(sts, environment):
        succeeds(find(store, environment))


def test_a_download_goes_on_however_often_its_keys_expire(build, tmp_path):
    data = bytes(range(256)) * 24000
    expired = complaint(400, "ExpiredToken")
    faults = in_turn("get", cut(2000000), expired, cut(2000000), expired, good)
    with HttpScript(Ecs((KEY_ID, SECRET))) as service, FakeS3(faults, s3_fake.Store(data)) as server:
        outcome = operator_run(build, "s3_copy", {
            "source": f"s3://{BUCKET}/k.dump", "destination": str(tmp_path / "out"), "endpoint_url": server.url},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url})
        assert outcome.status == 0, outcome.error
        assert len(service.requests) == 3
    assert (tmp_path / "out").read_bytes() == data


def test_a_head_that_is_refused_without_a_reason_is_made_again_with_new_keys(store, right):
    """What S3 answers to an expired token there: 400, and no body that could say why."""
    etag = '"0123456789abcdef0123456789abcdef"'
    page = ("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>4</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{etag}</ETag></Contents></ListBucketResult>")
    found = Answer(200, "dump", {"ETag": etag, "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"})
    heads = [Answer(400), found]

    def s3_answer(request):
        # The bucket is looked at, too, since another region may be the reason as well.
        return heads.pop(0) if request.command == "HEAD" and request.path.endswith("/k") else Answer(200, page)
    with HttpScript(Ecs(right)) as service:
        with HttpScript(s3_answer) as fake:
            environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url}
            succeeds(find(store, environment, endpoint_url=fake.url))
        assert len(service.requests) == 2


def test_a_shared_file_that_is_no_text_is_one_sentence(store, tmp_path):
    (tmp_path / "config").write_bytes(b"[default]\nrole_session_name = \xff\n")
    assert "is not a text in UTF-8" in error_of(find(store, {"AWS_CONFIG_FILE": str(tmp_path / "config")}))


@pytest.mark.parametrize("kind", ["fifo", "folder", "endless"])
def test_a_file_that_is_no_file_holds_nothing_up(store, tmp_path, kind):
    path = "/dev/zero" if kind == "endless" else str(tmp_path / kind)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)
    for environment in ({"AWS_CONFIG_FILE": path}, {"AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": ROLE},
                        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
                         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path}):
        assert f"{path}: it is not a regular file" in error_of(find(store, environment))


def test_an_instance_in_an_outage_gives_old_keys_that_are_used(store, right):
    with HttpScript(Imds(right, expires_in=-3600)) as service:
        outcome = find(store, {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url})
        assert len(service.requests) == 3
    succeeds(outcome)
    assert re.search(r"gives keys that expired at .*; they are used, as AWS asks for in an outage", outcome.log)


# Under dagd


def test_a_task_chooses_among_the_profiles_of_dagds_own_home(dagd_home, store, sts):
    """~/.aws of dagd's HOME, its AWS_ variables and the task's env meet in one role; no secret stays behind."""
    folder = dagd_home.home / ".aws"
    folder.mkdir()
    (folder / "config").write_text(f"[profile backup]\nrole_arn = {ROLE}\nsource_profile = base\n")
    (folder / "credentials").write_text(ini("base", BASE))
    with serve(sts, dagd_home.environment):
        dagd = dagd_home.start()
        dagd.load_dag("nightly", f"""
            dag_id: nightly
            tasks:
              - {{task_id: newest, operator: s3_find_latest, bucket: {store.bucket}, env: {{AWS_PROFILE: backup}},
                 endpoint_url: "{store.server['AWS_ENDPOINT_URL']}"}}
            """)
        run_id = dagd.trigger("nightly")
        state = dagd.wait_run("nightly", run_id)["state"]
        log = dagd.task_log("nightly", run_id, "newest")
        assert state == "success", log
    assert sts.asked[0]["RoleSessionName"] == "dagd-nightly-newest"
    secrets = [BASE[1], "session-token-canary", store.server["AWS_SECRET_ACCESS_KEY"]]
    for path in dagd.home.rglob("*"):
        if path.is_file() and folder not in path.parents:
            text = path.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in text], path


def test_tasks_that_find_the_same_token_about_to_expire_renew_it_once(store, signed, tmp_path):
    service, environment = signed(SESSION)
    sign_in(tmp_path, "work", 300)
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        for outcome in pool.map(lambda _: find(store, environment), range(5)):
            succeeds(outcome)
    assert sorted(method for method, _, _ in service.requests) == ["GET"] * 5 + ["POST"]
