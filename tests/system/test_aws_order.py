# SPDX-License-Identifier: MIT
"""Of two that have keys, dagd takes the one that botocore takes, for each pair of providers."""
import concurrent.futures
import itertools
import json
import os
import re
import unittest.mock

import botocore.credentials
import botocore.session
import pytest

from fakes.ecs import Ecs
from fakes.imds import Imds
from fakes.sso import Sso, sign_in
from fakes.sts import Sts
from http_script import Answer, HttpScript
from operator_run import operator_run

START = "https://example.awsapps.com/start"
SECRET = "order-secret-canary"


class Providers:
    """All that can give keys; each is called by its access key."""

    def __init__(self, folder):
        self.folder = folder
        self.sts = HttpScript(Sts(("?", SECRET), sources=[("BASE", SECRET)], chain={
            "arn:aws:iam::123456789012:role/assumed": ("ROLE", SECRET),
            "arn:aws:iam::123456789012:role/web": ("WEB", SECRET)}))
        self.sso = HttpScript(Sso(("SSO", SECRET)))
        self.ecs, self.imds = HttpScript(Ecs(("ECS", SECRET))), HttpScript(Imds(("IMDS", SECRET)))
        (folder / "token").write_text(Sts.web_token)
        (folder / "process").write_text(json.dumps(
            {"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": SECRET}))
        sign_in(folder, START)

    def close(self):
        for service in (self.sts, self.sso, self.ecs, self.imds):
            service.__exit__()

    def variables(self, name):
        return {
            "ENV": {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": SECRET},
            "WEB": {"AWS_WEB_IDENTITY_TOKEN_FILE": f"{self.folder}/token",
                    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web", "AWS_ROLE_SESSION_NAME": "order"},
            "ECS": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.ecs.url},
            "IMDS": {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.imds.url},
        }.get(name, {})

    def config(self, name):
        return {
            "ROLE": "role_arn = arn:aws:iam::123456789012:role/assumed\nsource_profile = base\n",
            "SSO": f"sso_account_id = 123456789012\nsso_role_name = Backup\nsso_region = eu-west-1\n"
                   f"sso_start_url = {START}\n",
            "PROCESS": f"credential_process = cat {self.folder}/process\n",
            "CONFIG": f"aws_access_key_id = CONFIG\naws_secret_access_key = {SECRET}\n",
        }.get(name, "")

    def environment(self, names):
        folder = self.folder / "-".join(names)
        folder.mkdir()
        keys = f"aws_secret_access_key = {SECRET}\naws_access_key_id ="
        (folder / "config").write_text(
            "[profile p]\nregion = eu-west-1\n" + "".join(self.config(name) for name in names))
        (folder / "credentials").write_text(
            f"[base]\n{keys} BASE\n" + (f"[p]\n{keys} FILE\n" if "FILE" in names else ""))
        environment = {"HOME": str(self.folder), "AWS_CONFIG_FILE": f"{folder}/config",
                       "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/credentials", "AWS_EC2_METADATA_DISABLED": "true",
                       "AWS_ENDPOINT_URL_STS": self.sts.url, "AWS_ENDPOINT_URL_SSO": self.sso.url}
        for name in names:
            environment.update(self.variables(name))
        return environment


NAMES = ["ENV", "ROLE", "WEB", "SSO", "FILE", "PROCESS", "CONFIG", "ECS", "IMDS"]
PAIRS = list(itertools.combinations(NAMES, 2)) + [(name,) for name in NAMES]
# A profile that the connection names silences these.
SILENCED = {"ENV", "WEB"}


@pytest.fixture
def providers(tmp_path):
    one = Providers(tmp_path)
    yield one
    one.close()


def botocores(providers, environment, profile):
    """The access key that botocore finds."""
    create, urls = botocore.session.Session.create_client, {"sts": providers.sts.url, "sso": providers.sso.url}

    def create_client(session, service, *arguments, **more):
        return create(session, service, *arguments, **{**more, "endpoint_url": urls[service]})
    with unittest.mock.patch.dict(os.environ, {"PATH": os.environ["PATH"], **environment}, clear=True), \
            unittest.mock.patch.object(botocore.session.Session, "create_client", create_client), \
            unittest.mock.patch.object(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR",
                                       f"{providers.folder}/.aws/sso/cache"):
        found = botocore.session.Session(profile=profile).get_credentials()
        return found.get_frozen_credentials().access_key if found else None


def dagds(build, environment, profile):
    """The access key that signs the request of an operator."""
    def s3_answer(request):
        seen.append(re.search(r"Credential=([^/]+)/", request.asked["authorization"])[1])
        return Answer(404, "<Error><Code>NoSuchBucket</Code></Error>")
    seen = []
    with HttpScript(s3_answer) as s3:
        extra = {"endpoint_url": s3.url, **({"profile_name": profile} if profile else {})}
        outcome = operator_run(build, "s3_find_latest", {
            "bucket": "backups", "aws_conn_id": {"conn_id": "c", "conn_type": "aws", "extra": extra}}, environment)
    assert SECRET not in outcome.log + outcome.error
    return seen[0] if seen else None


@pytest.mark.parametrize("profile, pairs", [(None, PAIRS), ("p", [pair for pair in PAIRS if SILENCED & set(pair)])],
                         ids=["by the environment", "by the connection"])
def test_of_two_that_have_keys_the_same_one_is_taken_as_by_botocore(build, providers, profile, pairs):
    environments = [providers.environment(names) for names in pairs]
    for environment in () if profile else environments:
        environment["AWS_PROFILE"] = "p"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        ours = list(pool.map(lambda environment: dagds(build, environment, profile), environments))
    theirs = [botocores(providers, environment, profile) for environment in environments]
    assert dict(zip(pairs, ours)) == dict(zip(pairs, theirs))
    assert set(theirs) - {None} == set(NAMES) - (SILENCED if profile else set())
