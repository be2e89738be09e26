# SPDX-License-Identifier: MIT
"""Whether a connection works is told by the program that would use it, from the real server."""
import os
import shutil
import socket
import sqlite3

import pytest

import dumps
from fakes.sts import Sts
from http_script import Answer, HttpScript
from operator_process import CANARY, Program, wait_for
from smtp_server import SmtpServer, certificate

TESTERS = {"postgres": "sql", "sqlite": "sql", "mongo": "mongo", "http": "http", "smtp": "email",
           "aws": "s3_find_latest"}


class Tester:
    """The program that tests a connection, running."""

    def __init__(self, build, folder, connection, **environment):
        connection = {"conn_id": "c", "extra": {}, **connection}
        self.program = Program(build, folder, TESTERS[connection["conn_type"]], {"connection": connection},
                               words=["--test-connection"], **environment)

    def end(self):
        """(whether the connection works, the sentence)"""
        ended = self.program.end()
        assert CANARY not in ended.log
        return ended.code == 0, ended.last.removeprefix("error: ")


@pytest.fixture
def ask(build, tmp_path):
    """ask(connection, **environment): (whether it works, the sentence)."""
    return lambda connection, **environment: Tester(build, tmp_path, connection, **environment).end()


@pytest.fixture
def closed():
    """A port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


# ---- PostgreSQL ----

@pytest.fixture
def postgres(pg):
    dumps.postgres_create(pg, "conn_test")
    return {"conn_type": "postgres", "host": pg["PGHOST"], "port": int(pg["PGPORT"]), "login": pg["PGUSER"],
            "password": pg["PGPASSWORD"], "schema": "conn_test"}


def test_postgresql_says_who_answers_where_and_how(ask, pg, postgres):
    works, sentence = ask(postgres)
    assert works, sentence
    assert sentence.startswith("PostgreSQL 1")
    assert sentence.endswith(f' at {pg["PGHOST"]}:{pg["PGPORT"]} as {pg["PGUSER"]}, database conn_test, without TLS')


@pytest.mark.parametrize("change,reason", [
    ({"password": CANARY}, "password authentication failed"),
    ({"schema": "no_such"}, 'database "no_such" does not exist'),
    ({"host": "no-such-host.invalid"}, "could not translate host name"),
    ({"extra": {"sslmode": "require"}}, "server does not support SSL, but SSL was required"),
])
def test_postgresql_says_what_is_wrong(ask, postgres, change, reason):
    works, sentence = ask({**postgres, **change})
    assert not works and reason in sentence


@pytest.fixture
def encrypted(pg, postgres, tmp_path):
    """Meanwhile the server offers TLS; the connection trusts its certificate, which is for localhost."""
    file, key = certificate(tmp_path)
    data = pg.folder / "data"
    for source, target in ((file, data / "server.crt"), (key, data / "server.key")):
        shutil.copy(source, target)
        target.chmod(0o600)
        os.chown(target, data.stat().st_uid, data.stat().st_gid)
    dumps.psql(pg, "ALTER SYSTEM SET ssl = on")
    dumps.psql(pg, "SELECT pg_reload_conf()")
    yield {**postgres, "extra": {"sslmode": "verify-full", "sslrootcert": str(file)}}
    dumps.psql(pg, "ALTER SYSTEM RESET ssl")
    dumps.psql(pg, "SELECT pg_reload_conf()")


def test_postgresql_says_that_tls_is_used(ask, postgres, encrypted):
    wait_for(lambda: ask({**postgres, "extra": {"sslmode": "require"}})[0])
    works, sentence = ask({**encrypted, "host": "localhost"})
    assert works and sentence.endswith(", database conn_test, with TLSv1.3")
    works, sentence = ask(encrypted)
    assert not works and "does not match host name" in sentence


# ---- MongoDB ----

@pytest.fixture
def mongodb(mongo):
    return {"conn_type": "mongo", "host": mongo["MONGODB_HOST"], "port": int(mongo["MONGODB_PORT"]),
            "login": mongo["MONGODB_USER"], "password": mongo["MONGODB_PASS"]}


def test_mongodb_says_who_answers_where_and_how(ask, mongo, mongodb):
    works, sentence = ask(mongodb)
    assert works, sentence
    assert sentence.startswith("MongoDB ")
    assert sentence.endswith(
        f' at {mongo["MONGODB_HOST"]}:{mongo["MONGODB_PORT"]} as {mongo["MONGODB_USER"]}, without TLS')


@pytest.mark.parametrize("change,reason", [
    ({"password": CANARY}, "uthentication failed"),
    ({"login": None, "password": None}, "requires authentication"),
    ({"host": "no-such-host.invalid"}, "no-such-host.invalid"),
    ({"extra": {"tls": True}}, "cannot reach the server"),
    ({"extra": {"authSource": "no_such"}}, "uthentication failed"),
])
def test_mongodb_says_what_is_wrong(ask, mongodb, change, reason):
    works, sentence = ask({**mongodb, **change})
    assert not works and reason in sentence


# ---- HTTP ----

def page(request):
    """Who has the password is let in; /plain is for everybody."""
    if "authorization" in request.asked and request.asked["authorization"] != "Basic bWU6cmlnaHQ=":
        return Answer(403)
    return Answer(200 if "authorization" in request.asked else 401, b"a page")


def http_connection(script, **fields):
    return {"conn_type": "http", "host": "127.0.0.1", "port": int(script.url.rsplit(":", 1)[1]), **fields}


def test_http_says_with_what_status_the_server_answers(ask):
    with HttpScript(page) as script:
        url = script.url
        assert ask(http_connection(script, login="me", password="right")) == (
            True, f"{url} answers with status 200")
        assert ask(http_connection(script, login="me", password=CANARY)) == (
            False, f"{url} refuses the login: it answers with status 403")
        assert ask(http_connection(script)) == (
            True, f"{url} answers with status 401; it may want a login, and the connection has none")
        assert ask(http_connection(script, extra={"authorization": f"Bearer {CANARY}"})) == (
            False, f"{url} refuses the login: it answers with status 403")
        assert [method for method, _, _ in script.requests] == ["HEAD"] + ["HEAD", "GET"] * 3
        works, sentence = ask(http_connection(script, schema="https"))
        assert not works and "did not answer" in sentence


def test_a_redirect_is_not_followed_with_the_login(ask):
    with HttpScript(lambda request: Answer(200)) as other:
        with HttpScript(lambda request: Answer(302, headers={"Location": other.url + "/x"}.items())) as script:
            works, sentence = ask(http_connection(script, login="me", password=CANARY))
            assert works and "302, a redirect, which the test does not follow" in sentence
        assert other.requests == []


@pytest.mark.parametrize("status,works,words", [
    (204, True, "status 204"), (404, True, "nothing stands there"), (429, True, "status 429"),
    (500, False, "status 500"), (503, False, "status 503"), (407, False, "status 407")])
def test_the_status_decides(ask, status, works, words):
    with HttpScript(lambda request: Answer(status)) as script:
        told = ask(http_connection(script))
        assert told[0] == works and words in told[1]


def test_an_answer_may_be_large_and_head_unknown(ask):
    with HttpScript(lambda request: Answer(405) if request.command == "HEAD" else Answer(200, b"x" * (3 << 20))) as one:
        assert ask(http_connection(one)) == (True, f"{one.url} answers with status 200")


# ---- SMTP ----

def smtp(server, **fields):
    return {"conn_type": "smtp", "host": "localhost", "port": server.port, **fields}


def test_smtp_logs_in_and_sends_no_mail(ask):
    with SmtpServer(login=("me", "right")) as server:
        none = {"tls": "none"}
        assert ask(smtp(server, login="me", password="right", extra=none)) == (
            True, f"SMTP server at localhost, port {server.port}, tls none, logged in as me")
        works, sentence = ask(smtp(server, login="me", password=CANARY, extra=none))
        assert not works and sentence.startswith(f"localhost, port {server.port}: ")
        assert "Login denied" in sentence and "535" in sentence
        works, sentence = ask(smtp(server, login="me", password="right"))
        assert not works and "STARTTLS" in sentence
        assert server.mails == []


def test_smtp_without_a_login(ask):
    with SmtpServer() as server:
        assert ask(smtp(server, extra={"tls": "none"})) == (
            True, f"SMTP server at localhost, port {server.port}, tls none, without a login")
        works, sentence = ask(smtp(server, login="me", password=CANARY, extra={"tls": "none"}))
        assert not works and sentence.endswith("takes no login, but the connection has one")


@pytest.mark.parametrize("tls", ["ssl", "starttls"])
def test_smtp_checks_the_certificate(ask, tmp_path, tls):
    files = certificate(tmp_path)
    with SmtpServer(tls=tls, files=files, login=("me", "right")) as server:
        extra = {"tls": tls, "ca_file": str(files[0])}
        works, sentence = ask(smtp(server, login="me", password="right", extra=extra))
        assert works and f"tls {tls}, logged in as me" in sentence
        works, sentence = ask(smtp(server, login="me", password=CANARY, extra={"tls": tls}))
        assert not works and "certificate" in sentence


# ---- AWS ----

def aws(s3, **extra):
    return {"conn_type": "aws", "login": s3["AWS_ACCESS_KEY_ID"], "password": s3["AWS_SECRET_ACCESS_KEY"],
            "extra": {"endpoint_url": s3["AWS_ENDPOINT_URL"], **extra}}


ALONE = {"AWS_EC2_METADATA_DISABLED": "true"}


def test_a_server_of_s3_says_whether_it_knows_the_keys(ask, s3):
    url, key = s3["AWS_ENDPOINT_URL"], s3["AWS_ACCESS_KEY_ID"]
    works, sentence = ask(aws(s3))
    assert works, sentence
    assert sentence.startswith(f'S3 at {url} knows access key "{key}" (from ')
    assert "), which may list buckets: " in sentence
    works, sentence = ask({**aws(s3), "password": CANARY})
    assert not works and sentence.startswith(f"{url} refuses the signature")
    works, sentence = ask({**aws(s3), "login": "AKIANOBODY"})
    assert not works and sentence.startswith(f'{url} does not know the access key "AKIANOBODY"')
    works, sentence = ask({**aws(s3), "login": None, "password": None}, AWS_ACCESS_KEY_ID=key,
                          AWS_SECRET_ACCESS_KEY=s3["AWS_SECRET_ACCESS_KEY"])
    assert works and "(from the environment)" in sentence
    works, sentence = ask({**aws(s3), "login": None, "password": None}, **ALONE)
    assert not works and sentence.startswith("no AWS credentials found")


@pytest.mark.parametrize("status,body,works,words", [
    (403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>", True,
     "whether it knows the key could not be told"),
    (403, "", False, "answered 403"), (200, "<html></html>", False, "does not speak S3"),
    (200, "", False, "does not speak S3"), (404, "not found", False, "answered 404"),
    (301, "<Error><Code>PermanentRedirect</Code></Error>", False, "is not in region"),
])
def test_what_else_an_endpoint_may_answer(ask, s3, status, body, works, words):
    with HttpScript(lambda request: Answer(status, body)) as script:
        told = ask(aws(s3, endpoint_url=script.url), AWS_MAX_ATTEMPTS="2")
        assert told[0] == works and words in told[1]


def test_aws_itself_says_whose_keys_they_are(ask, s3):
    sts = Sts(("x", "y"), sources=[("AKIABASE", "right")])
    with HttpScript(sts) as script:
        def told(**fields):
            connection = {"conn_type": "aws", "login": "AKIABASE", "password": "right",
                          "extra": {"region_name": "eu-west-1"}, **fields}
            return ask(connection, AWS_ENDPOINT_URL_STS=script.url)
        works, sentence = told()
        assert works, sentence
        assert sentence.startswith(
            "AWS account 123456789012, arn:aws:iam::123456789012:user/backup, region eu-west-1, with access key"
            ' "AKIABASE"')
        works, sentence = told(password=CANARY)
        assert not works and "refuses to tell whose keys these are" in sentence and "SignatureDoesNotMatch" in sentence
        works, sentence = told(login="AKIAOTHER")
        assert not works and "InvalidClientTokenId" in sentence
    assert {form["Action"] for form in sts.asked} == {"GetCallerIdentity"}


# ---- SQLite ----

def test_a_file_is_opened_and_never_made(ask, tmp_path):
    path = tmp_path / "shop.db"
    connection = {"conn_type": "sqlite", "host": str(path)}
    works, sentence = ask(connection)
    assert not works and sentence.startswith(f"there is no file {path}") and not path.exists()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id)")
    works, sentence = ask(connection)
    assert works and sentence.endswith(f", {path}, tables: 1")
    path.write_text("this is no database, but long enough to be looked at as one\n" * 20)
    assert ask(connection) == (False, "SQLite says: file is not a database")
    assert not ask({"conn_type": "sqlite", "host": str(tmp_path)})[0]
    assert "names no file" in ask({"conn_type": "sqlite"})[1]


# ---- whatever it is ----

KINDS = [{"conn_type": "postgres", "login": "me", "password": CANARY, "schema": "x"},
         {"conn_type": "mongo", "login": "me", "password": CANARY},
         {"conn_type": "http", "login": "me", "password": CANARY},
         {"conn_type": "smtp", "login": "me", "password": CANARY}]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["conn_type"])
def test_where_nobody_listens_the_reason_is_told(ask, closed, kind):
    works, sentence = ask({**kind, "host": "127.0.0.1", "port": closed})
    assert not works and ("refused" in sentence or "Failed to connect" in sentence), sentence
    assert str(closed) in sentence


@pytest.fixture(scope="module")
def unanswered(build, tmp_path_factory):
    """Testers of all kinds, beside each other: their server takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = {"host": "127.0.0.1", "port": listener.getsockname()[1]}
        yield {kind["conn_type"]: Tester(build, tmp_path_factory.mktemp("unanswered"), {**kind, **place})
               for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["conn_type"])
def test_a_server_that_never_answers_is_not_waited_for(unanswered, kind):
    works, sentence = unanswered[kind["conn_type"]].end()
    assert not works and ("time" in sentence), sentence


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["conn_type"])
def test_an_address_without_a_route_is_told(ask, kind):
    works, sentence = ask({**kind, "host": "192.0.2.1", "port": 9})
    assert not works and "192.0.2.1" in sentence, sentence
