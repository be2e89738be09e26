# SPDX-License-Identifier: MIT
"""What a connection says of proxies, certificates and patience counts for the services that give keys, too, as far
as nobody can read a token on the way."""
import re
import threading

import pytest

from aws_find import connection, error_of, find, right, store, succeeds  # noqa: F401
from fakes.sso import sign_in
from fakes.sts import Sts, error
from http_script import Answer, HttpScript
from test_aws_roles import BASE, ROLE, SESSION, files, sts  # noqa: F401
from test_s3_settings import certificate  # noqa: F401


def role(url=None, **extra):
    """A connection whose keys assume a role, at that STS."""
    there = {"service_config": {"sts": {"endpoint_url": url}}} if url else {}
    return {**connection(role_arn=ROLE, **there, **extra), "login": BASE[0], "password": BASE[1]}


def by_web_identity(**extra):
    return connection(role_arn=ROLE, assume_role_method="assume_role_with_web_identity", **extra)


@pytest.fixture
def pod(sts, tmp_path):
    (tmp_path / "token").write_text(sts.web_token)
    return {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}


def test_sts_is_asked_through_the_proxy_of_the_connection(store):
    with HttpScript(lambda request: error(403, "AccessDenied")) as proxy:
        error_of(find(store, aws_conn_id=role("http://sts.example", config_kwargs={"proxies": {"http": proxy.url}})))
        assert [(method, path) for method, path, _ in proxy.requests] == [("POST", "http://sts.example/")]


def test_no_proxy_of_a_connection_reads_a_web_identity_token(store, sts, pod):
    with HttpScript(sts) as service, HttpScript(lambda request: Answer(403)) as proxy:
        find(store, {**pod, "AWS_ENDPOINT_URL_STS": service.url},
             aws_conn_id=by_web_identity(config_kwargs={"proxies": {"http": proxy.url}}))
        assert len(sts.asked) == 1
        assert not [path for _, path, _ in proxy.requests if path.startswith(service.url)]


def test_configured_endpoints_that_the_connection_ignores_are_not_asked(store, sts, files, tmp_path):
    with HttpScript(sts) as service, HttpScript(lambda request: Answer(403)) as proxy:
        ignoring = {"config_kwargs": {"ignore_configured_endpoint_urls": True, "proxies": {"https": proxy.url}}}
        environment = files(SESSION, AWS_PROFILE="s", AWS_ENDPOINT_URL=service.url)
        error_of(find(store, environment, aws_conn_id=role(region_name="eu-west-1", **ignoring)), 1)
        sign_in(tmp_path, "work", 300)
        error_of(find(store, environment, aws_conn_id=connection(**ignoring)), 1)
        assert {(method, path) for method, path, _ in proxy.requests} == {
            ("CONNECT", "sts.eu-west-1.amazonaws.com:443"), ("CONNECT", "oidc.eu-west-1.amazonaws.com:443"),
            ("CONNECT", "portal.sso.eu-west-1.amazonaws.com:443")}
        assert service.requests == []


def test_the_certificate_of_sts_is_trusted_as_the_connection_says(store, sts, certificate):
    authority = str(certificate.with_name("authority.pem"))
    with HttpScript(sts, certificate) as service:
        for verify in (False, authority):
            succeeds(find(store, aws_conn_id=role(service.url, verify=verify)))
        assert "does not answer" in error_of(find(store, aws_conn_id=role(service.url)), 1)


def test_a_web_identity_token_goes_only_where_the_machine_trusts_the_certificate(store, sts, pod, certificate):
    authority = str(certificate.with_name("authority.pem"))
    with HttpScript(sts, certificate) as service:
        there = {**pod, "AWS_ENDPOINT_URL_STS": service.url}
        for verify in (False, authority):
            reason = error_of(find(store, there, aws_conn_id=by_web_identity(verify=verify)), 1)
            assert "does not answer: SSL certificate" in reason
        assert sts.asked == []
        succeeds(find(store, {**there, "AWS_CA_BUNDLE": authority}, aws_conn_id=by_web_identity(verify=False)))


def test_sts_is_waited_for_as_long_as_the_connection_says(store):
    over = threading.Event()
    with HttpScript(lambda request: over.wait() and Answer(500)) as service:
        patience = {"connect_timeout": 0.5, "read_timeout": 0.2}
        reason = error_of(find(store, aws_conn_id=role(service.url, config_kwargs=patience)), 1)
        over.set()
    assert re.search(r"timed out after \d{3,4} milliseconds", reason), reason
