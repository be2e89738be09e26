# SPDX-License-Identifier: MIT
"""Connections over REST: passwords and secret extras go in and are not shown again."""
import json

import pytest

BASE = "/api/v2/connections"
FULL = {"connection_id": "pg", "conn_type": "postgres", "description": "d", "host": "h", "login": "l",
        "password": "canary-7f3a", "schema": "s", "port": 5432,
        "extra": '{"sslmode": "require", "api_key": "canary-99"}'}


def put(dagd, **fields):
    return dagd.request("POST", BASE, dict({"connection_id": "pg", "conn_type": "postgres"}, **fields))


def patch(dagd, **fields):
    return dagd.request("PATCH", f"{BASE}/pg", fields)


def stored(dagd, name="pg"):
    """The connection in clear text."""
    exported = dagd.request("GET", "/api/dagd/v1/connections/export").json["connections"]
    found = {one["connection_id"]: one for one in exported}
    return found[name]


def test_a_connection_is_made_changed_and_deleted(dagd):
    made = put(dagd, **FULL)
    assert made.status == 201
    shown = dict(FULL, password="***", extra=json.dumps({"sslmode": "require", "api_key": "***"}))
    assert made.json == shown == dagd.request("GET", f"{BASE}/pg").json
    assert stored(dagd) == FULL
    assert dagd.request("GET", BASE).json == {"connections": [shown], "total_entries": 1}
    assert patch(dagd, host="other", port=None).json == dict(shown, host="other", port=None)
    assert stored(dagd) == dict(FULL, host="other", port=None)
    assert dagd.request("DELETE", f"{BASE}/pg").status == 204
    gone = dagd.request("GET", f"{BASE}/pg")
    assert (gone.status, gone.sentence) == (404, 'there is no connection "pg"')


def test_a_secret_is_in_no_answer_no_log_and_no_file(dagd):
    texts = [put(dagd, **FULL).text, patch(dagd, host="x").text, dagd.request("GET", f"{BASE}/pg").text,
             dagd.request("GET", BASE).text, put(dagd, **FULL).text,
             patch(dagd, password=["canary-7f3a"]).text, patch(dagd, extra="canary-7f3a").text]
    dagd.restart()
    assert not any("canary" in text for text in texts + dagd.log)
    for file in (dagd.home / "state").glob("dagd.db*"):
        assert b"canary" not in file.read_bytes()
    assert stored(dagd)["password"] == "canary-7f3a"


def test_what_was_shown_can_be_sent_back(dagd):
    put(dagd, **FULL)
    shown = dagd.request("GET", f"{BASE}/pg").json
    assert patch(dagd, **dict(shown, host="new")).status == 200
    assert stored(dagd) == dict(FULL, host="new")
    extra = json.dumps({"api_key": "***", "sslmode": "disable", "token": "t"})
    assert patch(dagd, extra=extra, password="fresh").status == 200
    now = stored(dagd)
    assert now["password"] == "fresh"
    assert json.loads(now["extra"]) == {"api_key": "canary-99", "sslmode": "disable", "token": "t"}


def test_the_password_of_a_url_stays_when_the_url_is_changed(dagd):
    put(dagd, extra={"proxy": "http://u:canary-7f3a@p:80"})
    shown = json.loads(dagd.request("GET", f"{BASE}/pg").json["extra"])
    assert shown == {"proxy": "http://u:***@p:80"}
    assert patch(dagd, extra={"proxy": "http://u:***@p:81"}).status == 200
    assert json.loads(stored(dagd)["extra"]) == {"proxy": "http://u:canary-7f3a@p:81"}
    refused = patch(dagd, extra={"proxy": "***"})
    assert (refused.status, refused.sentence[:25]) == (422, '"extra" holds "***" where')
    assert json.loads(stored(dagd)["extra"]) == {"proxy": "http://u:canary-7f3a@p:81"}


def test_null_removes_a_secret(dagd):
    put(dagd, **FULL)
    assert patch(dagd, password=None, extra="").json["password"] is None
    assert (stored(dagd)["password"], stored(dagd)["extra"]) == (None, None)


def test_a_connection_with_the_least_has_nulls(dagd):
    made = put(dagd)
    assert (made.status, made.json) == (201, dict.fromkeys(FULL) | {"connection_id": "pg", "conn_type": "postgres"})


def test_extra_may_be_an_object(dagd):
    put(dagd, extra={"a": 1, "password": "p"})
    assert json.loads(stored(dagd)["extra"]) == {"a": 1, "password": "p"}
    assert json.loads(dagd.request("GET", f"{BASE}/pg").json["extra"]) == {"a": 1, "password": "***"}


@pytest.mark.parametrize("fields, sentence", [
    ({"hots": "h"}, 'did you mean "host"'),
    ({"connection_id": None}, '"connection_id" must be given'),
    ({"connection_id": "a/b"}, 'contains "/"'),
    ({"conn_type": None}, '"conn_type" must be text'), ({"conn_type": 5}, '"conn_type" must be text'),
    ({"conn_type": "my sql"}, 'contains " "'),
    ({"port": 0}, "from 1 to 65535"), ({"port": 65536}, "from 1 to 65535"), ({"port": "5432"}, "from 1 to 65535"),
    ({"port": 5432.5}, "from 1 to 65535"), ({"port": True}, "from 1 to 65535"),
    ({"extra": "[]"}, "must be a JSON object"), ({"extra": "{"}, "must be a JSON object"),
    ({"extra": '{"a": 1, "a": 2}'}, "must be a JSON object"), ({"extra": []}, '"extra" must be text'),
    ({"host": 5}, '"host" must be text'), ({"host": "h" * 5001}, "longer than 5000 bytes"),
    ({"password": "***"}, "hidden value"), ({"password": "p" * 65537}, "longer than 65536 bytes"),
])
def test_a_wrong_connection_is_refused_with_one_sentence(dagd, fields, sentence):
    refused = put(dagd, **fields)
    assert refused.status == 422 and sentence in refused.sentence, refused
    assert dagd.get("/connections")["total_entries"] == 0


def test_conn_type_must_be_given(dagd):
    refused = dagd.request("POST", BASE, {"connection_id": "pg"})
    assert (refused.status, refused.sentence) == (422, '"conn_type" must be given')


def test_a_bulk_makes_changes_and_deletes(dagd):
    put(dagd, **FULL)
    answer = dagd.request("PATCH", BASE, {"actions": [
        {"action": "create", "entities": [{"connection_id": "my", "conn_type": "mongo", "password": "p"}]},
        {"action": "update", "entities": [
            {"connection_id": "pg", "conn_type": "postgres", "password": "***", "login": "m"},
                                          {"connection_id": "my", "conn_type": "mongo", "host": "h"}]},
        {"action": "delete", "entities": ["none"], "action_on_non_existence": "skip"}]})
    assert answer.json == {"create": {"success": ["my"], "errors": []},
                           "update": {"success": ["pg", "my"], "errors": []},
                           "delete": {"success": [], "errors": []}}
    assert stored(dagd) == dict(FULL, login="m")
    assert (stored(dagd, "my")["password"], stored(dagd, "my")["host"]) == ("p", "h")


def test_a_list_is_filtered_and_sorted(dagd):
    for name, kind in (("a_pg", "postgres"), ("b_mongo", "mongo"), ("c_pg", "aws")):
        put(dagd, connection_id=name, conn_type=kind)

    def names(**query):
        return [one["connection_id"] for one in dagd.get("/connections", **query)["connections"]]
    assert names(connection_id_pattern="PG") == ["a_pg", "c_pg"]
    assert names(order_by="conn_type") == ["c_pg", "b_mongo", "a_pg"]
    assert names(order_by="-connection_id", limit=1) == ["c_pg"]


@pytest.mark.parametrize("words, stdin, is_seen", [
    (["--conn-type", "http", "--conn-password", "p4ss"], None, True),
    (["--conn-uri", "http://me:p4ss@host"], None, True),
    (["--conn-json", '{"conn_type": "http", "password": "p4ss"}'], None, True),
    (["--conn-uri", "http://me@host"], None, False),
    (["--conn-type", "http", "--conn-password", "-"], "p4ss", False),
    (["--conn-uri", "-"], "http://me:p4ss@host", False),
    (["--conn-uri", "http://me@host", "--conn-password", "-"], "p4ss", False),
])
def test_a_password_in_a_command_line_is_warned_of(dagd, words, stdin, is_seen):
    done = dagd.dagctl("connections", "add", "c", *words, stdin=stdin)
    assert done.returncode == 0 and ("is seen by all users" in done.stderr) == is_seen
    assert "p4ss" not in done.stderr
