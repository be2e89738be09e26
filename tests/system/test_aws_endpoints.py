# SPDX-License-Identifier: MIT
"""Where STS and single sign-on are asked for keys, as botocore finds them, and how often."""
import itertools
import urllib.parse

import boto3
import botocore.config
import pytest

from aws_find import connection, error_of, find, ini, right, store  # noqa: F401
from fakes.sso import sign_in
from http_script import Answer, HttpScript
from test_aws_roles import BASE, ROLE, SESSION, files  # noqa: F401
from test_aws_transport import role

IN_PROFILE = f"[profile a]\nrole_arn = {ROLE}\nsource_profile = base\n"


class Asked(Exception):
    pass


def host_of_botocore(monkeypatch, service, operation, region, fips, dual_stack, **arguments):
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "regional")
    client = boto3.client(service, region_name=region, aws_access_key_id="A", aws_secret_access_key="S",
                          config=botocore.config.Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack))

    def stop(request, **_):
        raise Asked(request.url)

    client.meta.events.register(f"before-send.{service}", stop)
    with pytest.raises(Asked) as asked:
        getattr(client, operation)(**arguments)
    return urllib.parse.urlsplit(str(asked.value)).hostname


def hosts_asked(store, environment=None, **arguments):
    """Those that a proxy is asked for, which refuses; S3 is AWS."""
    with HttpScript(lambda request: Answer(502)) as proxy:
        outcome = find(store, {"HTTPS_PROXY": proxy.url, "AWS_MAX_ATTEMPTS": "1", **(environment or {})},
                       **{"endpoint_url": None, **arguments})
        assert outcome.status == 1, outcome.error
        return [path.removesuffix(":443") for _, path, _ in proxy.requests]


@pytest.mark.parametrize("region, fips, dual_stack", [
    *itertools.product(["us-east-1", "eu-central-1", "us-gov-west-1"], [False, True], [False, True]),
    ("cn-north-1", False, False), ("cn-north-1", False, True), ("us-iso-east-1", True, False)])
def test_a_connection_says_which_sts_its_role_is_asked_of(store, monkeypatch, region, fips, dual_stack):
    config = {"use_fips_endpoint": fips, "use_dualstack_endpoint": dual_stack}
    assert hosts_asked(store, aws_conn_id=role(region_name=region, config_kwargs=config)) == [
        host_of_botocore(monkeypatch, "sts", "get_caller_identity", region, fips, dual_stack)]


def test_a_connection_says_nothing_of_the_sts_of_a_profile_and_of_sign_ons(store, files, tmp_path):
    """botocore's Config is for the client that it is given to, not for those that find its keys."""
    config = {"config_kwargs": {"use_fips_endpoint": True, "use_dualstack_endpoint": True}}
    given = files(IN_PROFILE, ini("base", BASE))
    assert hosts_asked(store, given, aws_conn_id=connection(profile_name="a", **config)) == [
        "sts.eu-west-1.amazonaws.com"]
    given = files(SESSION)
    sign_in(tmp_path, "work")
    assert hosts_asked(store, given, aws_conn_id=connection(profile_name="s", **config)) == [
        "portal.sso.eu-west-1.amazonaws.com"]


@pytest.mark.parametrize("config, environment, host", [
    ("", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sts.eu-west-1.api.aws"),
    ("use_dualstack_endpoint = true\n", {}, "sts.eu-west-1.api.aws"),
    ("use_fips_endpoint = true\n", {"AWS_USE_FIPS_ENDPOINT": "false"}, "sts.eu-west-1.amazonaws.com")])
def test_environment_and_profile_say_which_sts_is_asked(store, files, config, environment, host):
    given = files(IN_PROFILE + config, ini("base", BASE), AWS_PROFILE="a")
    assert hosts_asked(store, {**given, **environment}) == [host]


@pytest.mark.parametrize("fips, dual_stack", itertools.product([False, True], [False, True]))
def test_environment_says_which_service_of_the_sign_on_is_asked(store, files, tmp_path, monkeypatch, fips, dual_stack):
    given = files(SESSION, AWS_PROFILE="s", AWS_USE_FIPS_ENDPOINT=str(fips), AWS_USE_DUALSTACK_ENDPOINT=str(dual_stack))
    sign_in(tmp_path, "work", 300)
    kind = ("eu-west-1", fips, dual_stack)
    assert hosts_asked(store, given) == [
        host_of_botocore(monkeypatch, "sso-oidc", "create_token", *kind, clientId="a", clientSecret="b", grantType="c"),
        host_of_botocore(monkeypatch, "sso", "get_role_credentials", *kind, roleName="a", accountId="b",
                         accessToken="c")]


def test_the_sign_on_of_the_government_has_no_other_name_for_fips(store, files, tmp_path):
    """As botocore has it since 2023; all services there are FIPS."""
    given = files(SESSION.replace("eu-west-1", "us-gov-west-1"), AWS_PROFILE="s", AWS_USE_FIPS_ENDPOINT="true")
    sign_in(tmp_path, "work", 300)
    assert hosts_asked(store, given) == ["oidc.us-gov-west-1.amazonaws.com", "portal.sso.us-gov-west-1.amazonaws.com"]


@pytest.mark.parametrize("extra, sentence", [
    ({"config_kwargs": {"use_fips_endpoint": True}, "service_config": {"sts": {"endpoint_url": "http://127.0.0.1:1"}}},
     'use_fips_endpoint is for endpoints of AWS, but "http://127.0.0.1:1" is the address that was chosen'),
    ({"config_kwargs": {"use_dualstack_endpoint": True}, "region_name": "us-iso-east-1"},
     'use_dualstack_endpoint: STS has none in region "us-iso-east-1"')])
def test_an_sts_that_does_not_exist_is_one_sentence(store, extra, sentence):
    assert sentence in error_of(find(store, endpoint_url=None, aws_conn_id=role(**extra)))


@pytest.mark.parametrize("retries, environment, config, tries", [
    ({"total_max_attempts": 2}, {"AWS_MAX_ATTEMPTS": "1"}, "", 2), ({"max_attempts": 0}, {}, "", 1),
    ({}, {"AWS_MAX_ATTEMPTS": "1"}, "max_attempts = 2\n", 1), ({}, {}, "max_attempts = 2\n", 2)])
def test_tries_are_counted_for_each_service(store, files, tmp_path, retries, environment, config, tries):
    with HttpScript(lambda request: Answer(503)) as service:
        given = files("[default]\n" + config + IN_PROFILE + config + SESSION.replace("[sso", config + "[sso"),
                      ini("base", BASE), AWS_ENDPOINT_URL=service.url, **environment)
        sign_in(tmp_path, "work")
        for conn in (role(), connection(profile_name="a"), connection(profile_name="s")):
            conn["extra"]["config_kwargs"] = {"retries": retries}
            before = len(service.requests)
            error_of(find(store, given, aws_conn_id=conn), 1)
            assert len(service.requests) - before == tries, conn
