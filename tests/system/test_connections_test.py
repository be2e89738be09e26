# SPDX-License-Identifier: MIT
"""Whether a connection works is told by the program that would use it, from the real server."""
import concurrent.futures
import json
import os
import signal
import socket
import sqlite3

import pytest

import dumps
from http_script import Answer, HttpScript
from operator_process import CANARY, Program, processes_with, wait_for
from smtp_server import SmtpServer, certificate

TESTERS = {"postgres": "sql", "sqlite": "sql", "mongo": "mongo", "http": "http", "smtp": "email"}


@pytest.fixture
def ask(build, tmp_path):
    """ask(connection, **environment): (whether it works, the sentence)."""
    def run(connection, **environment):
        connection = {"conn_id": "c", "extra": {}, **connection}
        ended = Program(build, tmp_path, TESTERS[connection["conn_type"]], {"connection": connection},
                        words=["--test-connection"], **environment).end()
        assert CANARY not in ended.log
        return ended.code == 0, ended.last.removeprefix("error: ")
    return run


@pytest.fixture
def silent():
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


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


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["conn_type"])
def test_a_server_that_never_answers_is_not_waited_for(ask, silent, kind):
    works, sentence = ask({**kind, "host": "127.0.0.1", "port": silent})
    assert not works and ("time" in sentence), sentence


# ---- through dagd ----

# What it does stands in the connection's schema.
PROBE = """#!/usr/bin/python3
import json, os, signal, sys
given = json.load(sys.stdin)["connection"]
what, folder = given["schema"], given["host"]
assert sys.argv[1:] == ["--level=3", "--test-connection"], sys.argv
if what == "tell":
    print("first line\\nprobe of", given["conn_id"], given["login"], given["port"], given["extra"]["color"])
elif what == "silent":
    pass
elif what == "leak":
    print("error: no", given["password"], "and", given["extra"]["api_key"], "here", file=sys.stderr)
    sys.exit(1)
elif what == "leak well":
    print("yes, with", given["password"])
elif what == "exit":
    sys.exit(3)
elif what == "flood":
    print("x" * (1 << 20))
elif what == "hang":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open(folder + "/pid", "w").write(str(os.getpid()))
    while True:
        signal.pause()
elif what == "wait":
    open(folder + "/begun-" + given["conn_id"], "w").close()
    open(folder + "/go").close()
    print("it may go")
"""
MANIFEST = """
name: probe
summary: Is asked by tests.
parameters:
  level: {type: text, default: "--level=3", summary: A word.}
  other: {type: text, summary: Has no value.}
run: [./probe, "{level}", "{other}"]
tests_connections: [probe]
"""
TEST = "/api/v2/connections/test"


@pytest.fixture
def probing(dagd_home):
    """A dagd with a plugin that tests connections of type probe."""
    folder = dagd_home.home / "operators" / "probe"
    folder.mkdir(parents=True)
    (folder / "operator.yaml").write_text(MANIFEST)
    (folder / "probe").write_text(PROBE)
    (folder / "probe").chmod(0o755)
    return dagd_home.start()


def probe(daemon, what, **fields):
    body = {"connection_id": "c", "conn_type": "probe", "schema": what, "host": str(daemon.home), "login": "me",
            "password": CANARY, "port": 7, "extra": json.dumps({"color": "red", "api_key": CANARY[::-1]}), **fields}
    answer = daemon.request("POST", TEST, body)
    assert CANARY not in answer.text and CANARY[::-1] not in answer.text
    return answer


@pytest.mark.parametrize("what,works,sentence", [
    ("tell", True, "probe of c me 7 red"),
    ("silent", True, "the connection works"),
    ("leak", False, "no *** and *** here"),
    ("leak well", True, "yes, with ***"),
    ("exit", False, 'the test by operator "probe" exited with 3'),
    ("flood", False, 'the test by operator "probe" printed more than it may'),
])
def test_a_plugin_tests_connections_of_its_own_type(probing, what, works, sentence):
    answer = probe(probing, what)
    assert (answer.status, answer.json) == (200, {"status": works, "message": sentence})
    assert probing.get("/connections")["connections"] == []
    assert not any(CANARY in line for line in probing.log)


def test_what_never_ends_is_ended_after_ten_seconds(probing):
    answer = probe(probing, "hang")
    assert answer.json == {"status": False, "message": f"{probing.home}:7 has not answered within 10s"}
    pid = int((probing.home / "pid").read_text())
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"))


def test_a_program_that_cannot_be_started_is_a_sentence(probing):
    (probing.home / "operators" / "probe" / "probe").chmod(0o644)
    answer = probe(probing, "tell").json
    assert not answer["status"] and "cannot be started: Permission denied" in answer["message"]


def test_many_in_a_row_are_refused(probing):
    (probing.home / "operators" / "probe" / "probe").chmod(0o644)
    statuses = [probe(probing, "tell").status for _ in range(90)]
    assert statuses[:60] == [200] * 60 and 429 in statuses
    assert "try again" in next(a for a in iter(lambda: probe(probing, "tell"), None) if a.status == 429).sentence


def test_of_twenty_at_once_four_run(probing):
    go = probing.home / "go"
    os.mkfifo(go)
    begun = lambda: sorted(probing.home.glob("begun-*"))  # noqa: E731
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(probe, probing, "wait", connection_id=f"c{n}") for n in range(20)]
        wait_for(lambda: len(begun()) == 4)
        wait_for(lambda: probe(probing, "tell").status == 429)
        assert len(begun()) == 4
        with open(go, "w"):
            assert [a.result().json for a in answers] == [{"status": True, "message": "it may go"}] * 20
    assert len(begun()) == 20


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_dagd_may_end_while_a_test_runs(probing, end):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(probe, probing, "hang")
        pid = int(wait_for(lambda: (probing.home / "pid").exists() and (probing.home / "pid").read_text()))
        getattr(probing, end)()
        if end == "kill":
            assert isinstance(answer.exception(), OSError)
            os.kill(pid, signal.SIGKILL)  # its own limit is its own affair
        else:
            assert answer.result().status == 503
            wait_for(lambda: not os.path.exists(f"/proc/{pid}"))
    probing.start()
    assert probe(probing, "tell").json["status"]


def test_a_type_that_nobody_tests_is_a_sentence(probing):
    assert probing.request("POST", TEST, {"connection_id": "c", "conn_type": "snowflake"}).json == {
        "status": False, "message": 'a connection of type "snowflake" cannot be tested; of these types it can: '
                                    'email, http, https, mongo, mongodb, postgres, postgresql, probe, smtp, sqlite'}


@pytest.mark.parametrize("change,words", [
    ({"conn_type": None}, "conn_type"), ({"connection_id": None}, "connection_id"), ({"prot": 1}, "prot"),
    ({"port": 0}, "port"), ({"password": "***"}, "stands for a hidden value"), ({"extra": "[]"}, "JSON object"),
    ({"host": 5}, "host"),
])
def test_a_body_that_is_no_connection_is_refused(dagd, change, words):
    body = {"connection_id": "c", "conn_type": "sqlite", "host": "/x", **change}
    answer = dagd.request("POST", TEST, {key: value for key, value in body.items() if value is not None})
    assert answer.status == 422 and words in answer.sentence


def test_the_command_line_says_it_and_its_exit_code(dagd, tmp_path):
    path = tmp_path / "shop.db"
    dagd.post("/connections", {"connection_id": "shop", "conn_type": "sqlite", "host": str(path)})
    told = dagd.dagctl("connections", "test", "shop")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(f"dagctl: connection shop does not work: there is no file {path}")
    sqlite3.connect(path).close()
    path.touch()
    told = dagd.dagctl("connections", "test", "shop")
    assert (told.returncode, told.stderr) == (0, "") and told.stdout.endswith(f", {path}, tables: 0\n")
    told = dagd.dagctl("connections", "test", "shop", "-o", "json")
    assert told.returncode == 0 and json.loads(told.stdout)["status"] is True
    path.write_text("no database, but a text that is long enough to be seen as none. " * 20)
    told = dagd.dagctl("connections", "test", "shop", "-o", "json")
    assert told.returncode == 1
    assert json.loads(told.stdout) == {"status": False, "message": "SQLite says: file is not a database"}
    told = dagd.dagctl("connections", "test", "shoq")
    assert told.returncode == 1 and 'there is no connection "shoq"; did you mean "shop"?' in told.stderr


def test_a_password_is_only_where_the_server_is(dagd, postgres):
    dagd.environment["DAGD__LOGGING__LOGGING_LEVEL"] = "debug"
    dagd.restart()
    stored = {name: value for name, value in postgres.items() if name != "conn_type"}
    dagd.post("/connections", {**stored, "connection_id": "pg", "conn_type": "postgres"})
    assert dagd.request("POST", "/api/dagd/v1/connections/pg/test").json["status"]
    dagd.request("PATCH", "/api/v2/connections/pg", {"password": CANARY})
    answer = dagd.request("POST", "/api/dagd/v1/connections/pg/test")
    assert not answer.json["status"] and "password authentication failed" in answer.json["message"]
    told = dagd.dagctl("connections", "test", "pg", "-o", "json")
    for text in (answer.text, told.stdout, told.stderr, "\n".join(dagd.log)):
        assert CANARY not in text and postgres["password"] not in text
    for path in dagd.home.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


def test_while_it_runs_no_secret_is_in_a_command_line_or_an_environment(probing):
    os.mkfifo(probing.home / "go")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(probe, probing, "wait")
        wait_for(lambda: (probing.home / "begun-c").exists())
        assert processes_with("--test-connection")
        assert processes_with(CANARY) == [] and processes_with(CANARY, "environ") == []
        with open(probing.home / "go", "w"):
            assert answer.result().json["status"]
