# SPDX-License-Identifier: MIT
"""Where S3 is and how it is spoken to: by argument, connection, environment and profile, as botocore has it."""
import itertools
import pathlib
import socket
import subprocess
import tempfile
import threading
import urllib.parse

import boto3
import botocore.config
import pytest

from operator_run import operator_run
from s3_fake import BUCKET, KEY_ID, SECRET, TOKEN, FakeS3, Store
from s3_faults import complaint, cut, good, to

DATA = bytes(range(256)) * 1000
AWS = "s3.us-east-1.amazonaws.com"
PASSWORD = "password-90b1-of-the-proxy"


class Proxy:
    """Remembers what it is asked for, and refuses it."""

    def __init__(self):
        self.asked, self.heads = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret_url = f"http://dagd:{PASSWORD}@127.0.0.1:{self.port}"
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head and (more := client.recv(65536)):
                head += more
            self.heads.append(head.decode())
            self.asked.append(head.decode().split(" ")[1])
            client.sendall(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
            client.close()


def run(build, name="wait.s3_key", extra=None, environment=None, profile=None, **arguments):
    """With one try; `profile`: the text of ~/.aws/config."""
    connection = {"conn_id": "c", "conn_type": "aws", "login": KEY_ID, "password": SECRET,
                  "extra": {"aws_session_token": TOKEN, **(extra or {})}}
    if name == "wait.s3_key":
        arguments = {"bucket_key": "k.dump", "bucket_name": BUCKET, **arguments}
    with tempfile.TemporaryDirectory(prefix="dagd-aws-") as folder:
        config = pathlib.Path(folder, "config")
        config.write_text(profile or "")
        return operator_run(build, name, {"aws_conn_id": connection, **arguments},
                            {"AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": str(config), **(environment or {})})


def host_asked(build, environment=None, **more):
    """The host that S3 is looked for at, as the proxy hears it."""
    with Proxy() as proxy:
        outcome = run(build, environment={"HTTPS_PROXY": proxy.url, **(environment or {})}, **more)
        assert proxy.asked, outcome.error
        assert len(proxy.asked) == 1 and proxy.asked[0].endswith(":443")
        return proxy.asked[0].removesuffix(":443")


def error_of(outcome, status=78):
    assert outcome.status == status, outcome.log + outcome.error
    assert len(outcome.error.splitlines()) == 1
    assert PASSWORD not in outcome.error + outcome.log and SECRET not in outcome.error + outcome.log
    return outcome.reason


class Asked(Exception):
    pass


def host_of_botocore(region, fips, dual_stack):
    config = botocore.config.Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack,
                                    s3={"us_east_1_regional_endpoint": "regional"})
    client = boto3.client("s3", region_name=region, config=config, aws_access_key_id="A", aws_secret_access_key="S")

    def stop(request, **_):
        raise Asked(request.url)

    client.meta.events.register("before-send.s3.HeadObject", stop)
    with pytest.raises(Asked) as asked:
        client.head_object(Bucket=BUCKET, Key="k")
    return urllib.parse.urlsplit(str(asked.value)).hostname


@pytest.mark.parametrize("region, fips, dual_stack", [
    *itertools.product(["us-east-1", "eu-central-1", "us-gov-west-1"], [False, True], [False, True]),
    ("cn-north-1", False, False), ("cn-north-1", False, True), ("us-iso-east-1", False, False),
    ("us-isob-east-1", False, False), ("xx-new-7", False, False), ("cn-new-7", False, False),
    ("us-gov-new-7", True, False)])
def test_s3_is_where_botocore_looks_for_it(build, region, fips, dual_stack):
    config = {"use_fips_endpoint": fips, "use_dualstack_endpoint": dual_stack}
    asked = host_asked(build, region=region, extra={"config_kwargs": config})
    assert asked == host_of_botocore(region, fips, dual_stack)


IN_HOST = f"{BUCKET}.{AWS}"
FIPS, DUAL_STACK = f"{BUCKET}.s3-fips.us-east-1.amazonaws.com", f"{BUCKET}.s3.dualstack.us-east-1.amazonaws.com"
SERVICES = "[default]\nservices = mine\nendpoint_url = https://other.example\n[services mine]\ns3 =\n" \
    "  endpoint_url = https://services.example\n"


@pytest.mark.parametrize("host, given", [
    (IN_HOST, {}),
    (AWS, {"bucket_name": "with.dots"}),
    # The region: the first that says one.
    (f"{BUCKET}.s3.eu-a-1.amazonaws.com", {"region": "eu-a-1", "extra": {"region_name": "eu-b-1"},
                                           "environment": {"AWS_REGION": "eu-d-1"}}),
    (f"{BUCKET}.s3.eu-b-1.amazonaws.com", {"extra": {"region_name": "eu-b-1",
                                                     "config_kwargs": {"region_name": "eu-c-1"}}}),
    (f"{BUCKET}.s3.eu-c-1.amazonaws.com", {"extra": {"config_kwargs": {"region_name": "eu-c-1"}},
                                           "environment": {"AWS_REGION": "eu-d-1"}}),
    (f"{BUCKET}.s3.eu-d-1.amazonaws.com", {"environment": {"AWS_REGION": "eu-d-1", "AWS_DEFAULT_REGION": "eu-e-1"}}),
    (f"{BUCKET}.s3.eu-e-1.amazonaws.com", {"environment": {"AWS_DEFAULT_REGION": "eu-e-1"},
                                           "profile": "[default]\nregion = eu-f-1"}),
    (f"{BUCKET}.s3.eu-f-1.amazonaws.com", {"profile": "[default]\nregion = eu-f-1"}),
    # The kind of endpoint.
    (FIPS, {"environment": {"AWS_USE_FIPS_ENDPOINT": "true"}}),
    (FIPS, {"profile": "[default]\nuse_fips_endpoint = true"}),
    (IN_HOST, {"environment": {"AWS_USE_FIPS_ENDPOINT": "false"}, "profile": "[default]\nuse_fips_endpoint = true"}),
    (IN_HOST, {"extra": {"config_kwargs": {"use_fips_endpoint": False}},
               "environment": {"AWS_USE_FIPS_ENDPOINT": "true"}}),
    (DUAL_STACK, {"environment": {"AWS_USE_DUALSTACK_ENDPOINT": "true"}}),
    (DUAL_STACK, {"profile": "[default]\nuse_dualstack_endpoint = true"}),
    (DUAL_STACK, {"profile": "[default]\ns3 =\n  use_dualstack_endpoint = true"}),
    (DUAL_STACK, {"extra": {"config_kwargs": {"s3": {"use_dualstack_endpoint": True}}}}),
    # The bucket in the path.
    (AWS, {"path_style": True}),
    (AWS, {"extra": {"path_style": "true"}}),
    (AWS, {"extra": {"config_kwargs": {"s3": {"addressing_style": "path"}}}}),
    (AWS, {"profile": "[default]\ns3 =\n  addressing_style = path"}),
    (IN_HOST, {"path_style": False, "profile": "[default]\ns3 =\n  addressing_style = path"}),
    # Another address.
    ("argument.example", {"endpoint_url": "https://argument.example",
                          "extra": {"endpoint_url": "https://extra.example"}}),
    ("service.example", {"extra": {"endpoint_url": "https://extra.example",
                                   "service_config": {"s3": {"endpoint_url": "https://service.example"}}}}),
    ("extra.example", {"extra": {"endpoint_url": "https://extra.example"},
                       "environment": {"AWS_ENDPOINT_URL_S3": "https://s3.example"}}),
    ("s3.example", {"environment": {"AWS_ENDPOINT_URL_S3": "https://s3.example",
                                    "AWS_ENDPOINT_URL": "https://all.example"}}),
    ("all.example", {"environment": {"AWS_ENDPOINT_URL": "https://all.example"}, "profile": SERVICES}),
    ("services.example", {"profile": SERVICES}),
    ("other.example", {"profile": "[default]\nendpoint_url = https://other.example"}),
    (IN_HOST, {"profile": SERVICES, "environment": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
                                                    "AWS_ENDPOINT_URL": "https://all.example"}}),
    (IN_HOST, {"profile": SERVICES, "extra": {"config_kwargs": {"ignore_configured_endpoint_urls": True}}}),
    (IN_HOST, {"profile": "[default]\nendpoint_url = https://other.example\nignore_configured_endpoint_urls = true"}),
    ("extra.example", {"extra": {"endpoint_url": "https://extra.example"},
                       "environment": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}}),
])
def test_the_first_that_says_where_s3_is_wins(build, host, given):
    assert host_asked(build, **given) == host


@pytest.mark.parametrize("sentence, given", [
    ('"config_kwargs.use_fips_endpoint" is neither true nor false', {"config_kwargs": {"use_fips_endpoint": "maybe"}}),
    ('unknown key "config_kwargs.use_fips_endpoints"', {"config_kwargs": {"use_fips_endpoints": True}}),
    ('unknown key "config_kwargs.s3.style"', {"config_kwargs": {"s3": {"style": "path"}}}),
    ('"config_kwargs" is not a map', {"config_kwargs": "x"}),
    ('"service_config.s3" is not a map', {"service_config": {"s3": 1}}),
    ('auto, path or virtual is expected', {"config_kwargs": {"s3": {"addressing_style": "dns"}}}),
    ('"config_kwargs.s3.use_accelerate_endpoint" is not supported', {"config_kwargs": {
        "s3": {"use_accelerate_endpoint": True}}}),
    ('"config_kwargs.client_cert" is not supported', {"config_kwargs": {"client_cert": "/x"}}),
    ('only s3v4 is supported', {"config_kwargs": {"signature_version": "s3"}}),
    ('"config_kwargs.read_timeout" is not a number above 0', {"config_kwargs": {"read_timeout": -1}}),
    ('"config_kwargs.retries.total_max_attempts" is not a number above 0 and up to 50', {"config_kwargs": {
        "retries": {"total_max_attempts": 1000}}}),
    ('"config_kwargs.proxies.https" is not a text', {"config_kwargs": {"proxies": {"https": 5}}}),
    ('use_fips_endpoint is for endpoints of AWS', {"endpoint_url": "http://127.0.0.1:9", "config_kwargs": {
        "use_fips_endpoint": True}}),
    ('S3 has none in region "cn-north-1"', {"region_name": "cn-north-1", "config_kwargs": {"use_fips_endpoint": True}}),
    ('"verify" is neither true nor false', {"verify": 5}),
])
def test_a_wrong_setting_is_one_sentence(build, sentence, given):
    assert sentence in error_of(run(build, extra=given))


@pytest.mark.parametrize("given", [
    {"environment": {"AWS_USE_FIPS_ENDPOINT": "yes"}},
    {"profile": "[default]\nuse_dualstack_endpoint = 1"},
    {"environment": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "on"}}])
def test_a_choice_that_is_none_is_not_taken_for_no(build, given):
    assert "is neither true nor false" in error_of(run(build, **given))


def test_settings_of_botocore_without_a_meaning_here_are_no_mistake(build):
    config = {"max_pool_connections": 10, "user_agent_extra": "x", "retries": {"mode": "standard"},
              "tcp_keepalive": True, "signature_version": "s3v4", "s3": {"payload_signing_enabled": True}}
    assert host_asked(build, extra={"config_kwargs": config}) == IN_HOST


def test_tries_are_counted_as_botocore_counts_them(build):
    for retries, tries in (({"total_max_attempts": 2}, 2), ({"max_attempts": 1}, 2), ({"max_attempts": 0}, 1)):
        with FakeS3(complaint(503, "SlowDown"), Store(DATA)) as server:
            run(build, extra={"endpoint_url": server.url, "config_kwargs": {"retries": retries}},
                environment={"AWS_MAX_ATTEMPTS": "5"})
            assert len(server.requests) == tries
    with FakeS3(complaint(503, "SlowDown"), Store(DATA)) as server:
        run(build, extra={"endpoint_url": server.url}, environment={"AWS_MAX_ATTEMPTS": ""},
            profile="[default]\nmax_attempts = 3")
        assert len(server.requests) == 3


# Proxies


def test_a_proxy_of_the_connection_wins_and_its_password_is_not_shown(build):
    with Proxy() as proxy, Proxy() as other:
        outcome = run(build, extra={"config_kwargs": {"proxies": {"https": proxy.secret_url}}},
                      environment={"HTTPS_PROXY": other.url})
        assert proxy.asked == [IN_HOST + ":443"] and other.asked == []
        assert "Proxy-Authorization: Basic " in proxy.heads[0]
        assert SECRET not in proxy.heads[0] and TOKEN not in proxy.heads[0]
        error_of(outcome, 1)


def test_a_proxy_may_be_for_plain_http_alone(build):
    with Proxy() as proxy:
        error_of(run(build, extra={"endpoint_url": "http://s3.example", "config_kwargs": {
            "proxies": {"http": proxy.secret_url}}}), 1)
        assert proxy.asked == [f"http://s3.example/{BUCKET}/k.dump"]


@pytest.mark.parametrize("environment, is_used", [
    ({"HTTP_PROXY": "A"}, True), ({"HTTP_PROXY": "A", "http_proxy": "B"}, False),
    ({"HTTP_PROXY": "A", "http_proxy": ""}, False), ({"HTTP_PROXY": "A", "NO_PROXY": "127.0.0.1"}, False),
    ({"HTTP_PROXY": "A", "no_proxy": "*"}, False)])
def test_the_proxy_for_plain_http_has_two_names(build, environment, is_used):
    """As for Python: the one in small letters wins, and turns it off when it is empty."""
    with Proxy() as proxy, Proxy() as other, FakeS3(good, Store(DATA)) as server:
        urls = {"A": proxy.url, "B": other.url}
        run(build, extra={"endpoint_url": server.url}, environment={
            name: urls.get(value, value) for name, value in environment.items()})
        assert len(proxy.asked) == is_used
        assert len(other.asked) == ("B" in environment.values())


def test_no_proxy_says_nothing_of_the_proxy_of_a_connection(build):
    with Proxy() as proxy, FakeS3(good, Store(DATA)) as server:
        run(build, extra={"endpoint_url": server.url, "config_kwargs": {"proxies": {"http": proxy.url}}},
            environment={"NO_PROXY": "127.0.0.1"})
        assert len(proxy.asked) == 1 and server.requests == []


def test_hosts_of_no_proxy_are_asked_directly(build):
    with Proxy() as proxy, FakeS3(good, Store(DATA)) as server:
        outcome = run(build, extra={"endpoint_url": server.url},
                      environment={"http_proxy": proxy.secret_url, "NO_PROXY": "example.com,127.0.0.1"})
        assert outcome.status == 0, outcome.error
        assert proxy.asked == []


@pytest.mark.parametrize("address", [
    f"http://dagd:{PASSWORD}@[::1", f"nothing://dagd:{PASSWORD}@127.0.0.1:1", f"http://dagd:{PASSWORD}@no.invalid:1",
    f"http://dagd:{PASSWORD}@127.0.0.1:1"])
def test_the_password_of_a_wrong_proxy_is_not_shown(build, address):
    error_of(run(build, environment={"HTTPS_PROXY": address}), 1)


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path,
                    "-out", f"{path}.crt"], check=True, capture_output=True)
    authority = path.with_name("authority.pem")
    authority.write_bytes(pathlib.Path(f"{path}.crt").read_bytes())
    path.write_bytes(path.read_bytes() + authority.read_bytes())
    return path


def test_a_certificate_is_trusted_by_each_way_to_say_so(build, certificate):
    authority = str(certificate.with_name("authority.pem"))
    with FakeS3(good, Store(DATA), certificate) as server:
        extra = {"endpoint_url": server.url}
        for given in ({"extra": {**extra, "verify": authority}},
                      {"extra": {**extra, "verify": False}},
                      {"extra": {**extra, "verify": "false"}},
                      {"extra": extra, "environment": {"AWS_CA_BUNDLE": authority}},
                      {"extra": extra, "profile": f"[default]\nca_bundle = {authority}"},
                      {"extra": extra, "environment": {"REQUESTS_CA_BUNDLE": authority}},
                      {"extra": extra, "environment": {"REQUESTS_CA_BUNDLE": "/nothing", "AWS_CA_BUNDLE": authority}},
                      {"extra": extra, "environment": {"REQUESTS_CA_BUNDLE": "/nothing"},
                       "profile": f"[default]\nca_bundle = {authority}"},
                      {"extra": {**extra, "verify": authority}, "environment": {"AWS_CA_BUNDLE": "/nothing"}},
                      {"extra": extra, "environment": {"AWS_CA_BUNDLE": authority},
                       "profile": "[default]\nca_bundle = /nothing"}):
            outcome = run(build, **given)
            assert outcome.status == 0, (given, outcome.error)


def test_a_certificate_that_nobody_trusts_fails_for_good(build, certificate):
    with FakeS3(good, Store(DATA), certificate) as server:
        extra = {"endpoint_url": server.url}
        assert "cannot be trusted" in error_of(run(build, extra=extra, environment={"AWS_MAX_ATTEMPTS": "5"}))
        assert "cannot be trusted" in error_of(run(build, extra={**extra, "verify": True}))
        assert "cannot be trusted" in error_of(run(build, extra={**extra, "verify": "/nothing"}))
        assert server.requests == []


def test_tls_that_is_cut_is_no_end_of_an_object(build, certificate, tmp_path):
    authority = str(certificate.with_name("authority.pem"))
    for fault, tries, status in ((to("get", cut(70000), 0), 3, 0), (to("get", cut(70000)), 2, 1)):
        with FakeS3(fault, Store(DATA), certificate) as server:
            outcome = run(build, "s3_copy", source=f"s3://{BUCKET}/k.dump", destination=str(tmp_path / "out"),
                          extra={"endpoint_url": server.url, "verify": authority}, environment={
                              "AWS_MAX_ATTEMPTS": str(tries)})
            assert outcome.status == status, outcome.error
        if status == 0:
            assert (tmp_path / "out").read_bytes() == DATA
            (tmp_path / "out").unlink()
        assert list(tmp_path.iterdir()) == []


def test_plain_http_where_tls_is_expected_is_one_sentence(build):
    with FakeS3(good, Store(DATA)) as server:
        error_of(run(build, extra={"endpoint_url": server.url.replace("http:", "https:"),
                                   "config_kwargs": {"connect_timeout": 0.5}}), 1)


# What goes along


def test_who_pays_is_said_in_every_request(build):
    for given in ({"requester_pays": True}, {"extra": {"requester_pays": "true"}}):
        with FakeS3(good, Store(DATA)) as server:
            extra = {**given.get("extra", {}), "endpoint_url": server.url}
            arguments = {name: value for name, value in given.items() if name != "extra"}
            outcome = run(build, "s3_find_latest", bucket=BUCKET, extra=extra, **arguments)
            assert outcome.status == 0, outcome.error
            assert [request.headers.get("x-amz-request-payer") for request in server.requests] == ["requester"] * 2
            assert server.forged == []


@pytest.mark.parametrize("size", [1000, 33 << 20])
def test_what_is_written_is_encrypted_as_asked(build, tmp_path, size):
    (tmp_path / "in").write_bytes(bytes(size))
    with FakeS3(good, Store(DATA)) as server:
        outcome = run(build, "s3_copy", source=str(tmp_path / "in"), destination=f"s3://{BUCKET}/k",
                      server_side_encryption="aws:kms", sse_kms_key_id="alias/dumps",
                      extra={"endpoint_url": server.url})
        assert outcome.status == 0, outcome.error
        assert server.forged == []
        told = {request.what for request in server.requests
                if request.headers.get("x-amz-server-side-encryption") == "aws:kms"
                and request.headers.get("x-amz-server-side-encryption-aws-kms-key-id") == "alias/dumps"}
        assert told == {"put"} if size == 1000 else {"create"}


@pytest.mark.parametrize("sentence, arguments", [
    ("AES256, aws:kms or aws:kms:dsse is expected", {"server_side_encryption": "rot13"}),
    ('"sse_kms_key_id" needs "server_side_encryption"', {"sse_kms_key_id": "k", "server_side_encryption": "AES256"}),
    ('"sse_kms_key_id" needs "server_side_encryption"', {"sse_kms_key_id": "k"}),
    ("control character", {"server_side_encryption": "aws:kms", "sse_kms_key_id": "k\r\nx-amz-acl: public-read"})])
def test_an_encryption_that_is_none_is_one_sentence(build, tmp_path, sentence, arguments):
    (tmp_path / "in").write_bytes(b"x")
    with FakeS3(good, Store(DATA)) as server:
        outcome = run(build, "s3_copy", source=str(tmp_path / "in"), destination=f"s3://{BUCKET}/k",
                      extra={"endpoint_url": server.url}, **arguments)
        assert sentence in error_of(outcome)
        assert server.requests == []


def test_an_etag_cannot_smuggle_a_header(build, tmp_path):
    with FakeS3(good, Store(DATA)) as server:
        source = {"bucket": BUCKET, "key": "k.dump", "etag": "e\"\r\nx-amz-acl: public-read"}
        outcome = run(build, "s3_copy", source=source, destination=str(tmp_path / "out"),
                      extra={"endpoint_url": server.url})
        assert "control character" in error_of(outcome)
        assert server.requests == []
