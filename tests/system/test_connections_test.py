# SPDX-License-Identifier: MIT
"""connections test: dagd asks the program of the operator that knows the type, a few at once, and keeps the secret."""
import concurrent.futures
import json
import os
import sqlite3

import pytest

import dumps
from operator_process import CANARY, processes_with, wait_for

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
elif what == "leak long":
    print("error: " + given["password"], file=sys.stderr)
    sys.exit(1)
elif what == "exit":
    sys.exit(3)
elif what == "long":
    print(given["password"])
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
def planted(dagd_home):
    """A dagd, not started, with a plugin that tests connections of type probe."""
    folder = dagd_home.home / "operators" / "probe"
    folder.mkdir(parents=True)
    (folder / "operator.yaml").write_text(MANIFEST)
    (folder / "probe").write_text(PROBE)
    (folder / "probe").chmod(0o755)
    return dagd_home


@pytest.fixture
def probing(planted):
    return planted.start()


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


def test_a_secret_that_is_too_long_for_a_message_is_not_cut_but_masked(probing):
    answer = probe(probing, "long", password="p4" * 2000)
    assert answer.json == {"status": True, "message": "***"}


@pytest.mark.parametrize("length,sentence", [
    (2000, "***"),
    (60000, 'the test by operator "probe" exited with 1'),  # of the line only its end is there: it is not shown
])
def test_a_secret_of_an_error_is_not_cut_but_masked(probing, length, sentence):
    secret = "".join(f"{n:04x}" for n in range(length // 4))
    answer = probe(probing, "leak long", password=secret)
    assert answer.json == {"status": False, "message": sentence}


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
        else:
            assert answer.result().status == 503
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"))
    probing.start()
    assert probe(probing, "tell").json["status"]


def test_a_type_that_nobody_tests_is_a_sentence(probing):
    assert probing.request("POST", TEST, {"connection_id": "c", "conn_type": "snowflake"}).json == {
        "status": False, "message": 'a connection of type "snowflake" cannot be tested; of these types it can: '
                                    'aws, email, http, https, mongo, mongodb, postgres, postgresql, probe, s3, '
                                    'smtp, sqlite'}


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


def test_a_password_is_only_where_the_server_is(dagd, pg):
    dumps.postgres_create(pg, "conn_secret")
    dagd.environment["DAGD__LOGGING__LOGGING_LEVEL"] = "debug"
    dagd.restart()
    dagd.post("/connections", {"connection_id": "pg", "conn_type": "postgres", "host": pg["PGHOST"],
                               "port": int(pg["PGPORT"]), "login": pg["PGUSER"], "password": pg["PGPASSWORD"],
                               "schema": "conn_secret"})
    assert dagd.request("POST", "/api/dagd/v1/connections/pg/test").json["status"]
    dagd.request("PATCH", "/api/v2/connections/pg", {"password": CANARY})
    answer = dagd.request("POST", "/api/dagd/v1/connections/pg/test")
    assert not answer.json["status"] and "password authentication failed" in answer.json["message"]
    told = dagd.dagctl("connections", "test", "pg", "-o", "json")
    for text in (answer.text, told.stdout, told.stderr, "\n".join(dagd.log)):
        assert CANARY not in text and pg["PGPASSWORD"] not in text
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


@pytest.mark.parametrize("source", ["environment", "folder", "command", "store"])
def test_a_connection_of_any_source_is_tested(planted, tmp_path, source):
    fields = {"conn_type": "probe", "host": str(tmp_path), "schema": "tell", "login": "me", "password": CANARY,
              "port": 7, "extra": {"color": "red", "api_key": CANARY[::-1]}}
    command = tmp_path / "ask"
    (tmp_path / "text").write_text(json.dumps(fields))
    if source == "environment":
        planted.environment["DAGD_CONN_C"] = json.dumps(fields)
    if source == "folder":
        (tmp_path / "conn.c").write_text(json.dumps(fields))
        planted.environment["DAGD__SECRETS__FOLDER"] = str(tmp_path)
    if source == "command":
        command.write_text(f'#!/bin/sh\n[ "$*" = "connection c" ] || exit 1\nexec cat {tmp_path}/text\n')
        command.chmod(0o755)
        planted.environment["DAGD__SECRETS__COMMAND"] = str(command)
    planted.start()
    if source == "store":
        planted.post("/connections", {**fields, "connection_id": "c"})
    assert planted.request("POST", "/api/dagd/v1/connections/c/test").json == {
        "status": True, "message": "probe of c me 7 red"}
    told = planted.dagctl("connections", "test", "c")
    assert (told.returncode, told.stdout) == (0, "probe of c me 7 red\n")
    assert planted.dagctl("connections", "test", "other").returncode == 1
    assert not any(CANARY in line for line in planted.log)
