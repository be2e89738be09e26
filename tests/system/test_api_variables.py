# SPDX-License-Identifier: MIT
"""Variables over REST: what is stored, what is shown, what is refused."""
import concurrent.futures
import json

import pytest

BASE = "/api/v2/variables"
EXPORT = "/api/dagd/v1/variables/export"


def put(dagd, key, value, **more):
    return dagd.request("POST", BASE, dict({"key": key, "value": value}, **more))


def stored(dagd, key):
    """The value in clear text."""
    found = {one["key"]: one for one in dagd.request("GET", EXPORT).json["variables"]}
    return found[key]["value"]


def test_a_variable_is_made_changed_and_deleted(dagd):
    made = put(dagd, "region", "eu", description="where")
    assert (made.status, made.json) == (
        201, {"key": "region", "value": "eu", "description": "where", "is_encrypted": True})
    assert dagd.request("GET", f"{BASE}/region").json == made.json
    changed = dagd.request("PATCH", f"{BASE}/region", {"key": "region", "value": "us"})
    assert (changed.status, changed.json["value"], changed.json["description"]) == (200, "us", "where")
    assert dagd.request("DELETE", f"{BASE}/region").status == 204
    gone = dagd.request("GET", f"{BASE}/region")
    assert (gone.status, gone.sentence) == (404, 'there is no variable "region"')
    assert dagd.request("DELETE", f"{BASE}/region").status == 404
    assert dagd.request("PATCH", f"{BASE}/region", {"value": "x"}).status == 404


def test_a_variable_survives_kill(dagd):
    put(dagd, "region", "eu")
    dagd.kill()
    dagd.start()
    assert dagd.request("GET", f"{BASE}/region").json["value"] == "eu"


def test_an_existing_variable_is_not_made_again(dagd):
    put(dagd, "region", "eu")
    again = put(dagd, "region", "us")
    assert (again.status, again.sentence) == (409, 'there is a variable "region" already')
    assert stored(dagd, "region") == "eu"


def test_of_many_who_make_one_variable_at_once_one_succeeds(dagd):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda i: put(dagd, "contested", str(i)), range(16)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 15
    winner = next(answer for answer in answers if answer.status == 201)
    assert stored(dagd, "contested") == winner.json["value"]


def test_two_who_change_different_fields_at_once_both_have_their_way(dagd):
    put(dagd, "both", "old", description="old")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for i in range(20):
            done = [pool.submit(dagd.request, "PATCH", f"{BASE}/both", {field: f"new {i}"})
                    for field in ("value", "description")]
            assert [one.result().status for one in done] == [200, 200]
            now = dagd.request("GET", f"{BASE}/both").json
            assert (now["value"], now["description"]) == (f"new {i}", f"new {i}")


@pytest.mark.parametrize("value, text", [
    ("plain", "plain"), ("", ""), ("ünïcode ☃", "ünïcode ☃"), (5, "5"), (True, "true"), (None, "null"),
    ({"a": [1, 2.5]}, '{"a": [1, 2.5]}'), (["x"], '["x"]'), ("line\nline", "line\nline")])
def test_a_value_that_is_no_text_is_kept_as_json_text(dagd, value, text):
    assert put(dagd, "v", value).status == 201
    assert stored(dagd, "v") == text


@pytest.mark.parametrize("key, value, shown", [
    ("db_password", "hunter2", "***"),
    ("API_TOKEN", "12345", "***"),
    ("api_secret", '{"a": 1}', "***"),
    ("settings", '{"user": "u", "password": "p", "n": 1}', {"user": "u", "password": "***", "n": 1}),
    ("nested", '[{"deep": {"token": ["a", 7]}}]', [{"deep": {"token": ["***", "***"]}}]),
    ("broken", '{"password": "p", ', "***"),
    ("twice", '{"password": "p", "password": null}', "***"),
    ("huge", '{"password": "p", "n": 1000000000000000000000000}', "***"),
    ("harmless", '{"b":1,  "a":2}', '{"b":1,  "a":2}'),
])
def test_a_secret_is_shown_nowhere_but_in_the_export(dagd, key, value, shown):
    answers = [put(dagd, key, value), dagd.request("GET", f"{BASE}/{key}"),
               dagd.request("PATCH", f"{BASE}/{key}", {"description": "d"})]
    texts = [answer.json["value"] for answer in answers]
    texts.append(dagd.request("GET", BASE).json["variables"][0]["value"])
    for text in texts:
        assert (text if isinstance(shown, str) else json.loads(text)) == shown
    assert stored(dagd, key) == value
    assert not any("hunter2" in line for line in dagd.log)
    for file in (dagd.home / "state").glob("dagd.db*"):
        assert b"hunter2" not in file.read_bytes()


@pytest.mark.parametrize("key, value, sent, result", [
    ("db_password", "hunter2", "***", "hunter2"),
    ("db_password", "hunter2", "new", "new"),
    ("plain", "x", "***", "***"),
    ("settings", '{"user": "u", "password": "p"}', '{"user": "w", "password": "***"}',
     '{"user": "w", "password": "p"}'),
    ("dsn", "https://u:hunter22@h/db", "https://u:***@h/other", "https://u:hunter22@h/other"),
    ("settings", '{"password": "p"}', '{"password": "***", "token": "t"}', '{"password": "p", "token": "t"}'),
    ("list", '[{"token": "a"}]', '[{"token": "***"}, 2]', '[{"token": "a"}, 2]'),
])
def test_what_hides_a_secret_comes_back_as_the_secret(dagd, key, value, sent, result):
    put(dagd, key, value)
    assert dagd.request("PATCH", f"{BASE}/{key}", {"value": sent}).status == 200
    assert stored(dagd, key) == result


def test_what_hides_a_secret_is_refused_where_nobody_knows_which(dagd):
    put(dagd, "dsn", "https://u:hunter22@h/db")
    refused = dagd.request("PATCH", f"{BASE}/dsn", {"value": "https://***/db"})
    assert (refused.status, "write the value itself" in refused.sentence) == (422, True)
    assert stored(dagd, "dsn") == "https://u:hunter22@h/db"


def test_what_hides_a_secret_is_no_first_value(dagd):
    refused = put(dagd, "db_password", "***")
    assert (refused.status, "hidden value" in refused.sentence) == (422, True)


@pytest.mark.parametrize("body, sentence", [
    ({"key": "k", "valeu": "v"}, 'did you mean "value"'),
    ({"key": "k"}, '"value" must be given'),
    ({"value": "v"}, '"key" must be given'),
    ({"key": 5, "value": "v"}, '"key" must be text'),
    ({"key": "", "value": "v"}, "key is empty"),
    ({"key": "a/b", "value": "v"}, 'contains "/"'),
    ({"key": "a b", "value": "v"}, 'contains " "'),
    ({"key": "k" * 241, "value": "v"}, "at most 240"),
    ({"key": "k", "value": "v", "description": 1}, '"description" must be text'),
    ({"key": "k", "value": "v", "description": "d" * 5001}, "longer than 5000 bytes"),
    ({"key": "k", "value": "v" * (1 << 20) + "v"}, "larger than 1 MiB"),
    (b"[]", "JSON object"), (b"{", "not valid JSON"), (b"", "JSON object"), (b'{"key": "\xff"}', "not valid JSON"),
    (b'{"key": "k", "value": "a\\u0000b"}', "not valid JSON"),
])
def test_a_wrong_body_is_refused_with_one_sentence(dagd, body, sentence):
    refused = dagd.request("POST", BASE, body)
    assert refused.status == 422 and sentence in refused.sentence, refused
    assert dagd.request("GET", BASE).json == {"variables": [], "total_entries": 0}


def test_a_value_of_the_wrong_size_is_not_sent_back(dagd):
    assert "canary" not in put(dagd, "k", "canary" * 200000).text


def test_a_patch_changes_what_update_mask_names(dagd):
    put(dagd, "k", "old", description="old")
    path = f"{BASE}/k?update_mask=description"
    assert dagd.request("PATCH", path, {"key": "k", "value": "new", "description": "new"}).status == 200
    now = dagd.request("GET", f"{BASE}/k").json
    assert (now["value"], now["description"]) == ("old", "new")
    assert dagd.request("PATCH", f"{BASE}/k", {"description": None}).json["description"] is None
    unknown = dagd.request("PATCH", f"{BASE}/k?update_mask=colour", {"value": "x"})
    assert (unknown.status, "colour" in unknown.sentence) == (422, True)
    renamed = dagd.request("PATCH", f"{BASE}/k", {"key": "other", "value": "x"})
    assert (renamed.status, "cannot be renamed" in renamed.sentence) == (400, True)


def test_a_list_is_sorted_cut_and_filtered(dagd):
    for key in ("alpha", "beta", "gamma", "Alphabet"):
        put(dagd, key, "v")

    def keys(**query):
        return [one["key"] for one in dagd.get("/variables", **query)["variables"]]
    assert keys(order_by="key", limit=2, offset=1) == ["alpha", "beta"]
    assert keys(order_by="-key")[0] == "gamma"
    assert sorted(keys(variable_key_pattern="alpha")) == ["Alphabet", "alpha"]
    assert len(keys(variable_key_pattern="~")) == 4
    assert dagd.get("/variables", limit=1)["total_entries"] == 4
    assert dagd.request("GET", f"{BASE}?order_by=colour").status == 400
    assert dagd.request("GET", f"{BASE}?limit=-1").status == 422


def bulk(dagd, *actions):
    return dagd.request("PATCH", BASE, {"actions": list(actions)})


def entity(key, value="v"):
    return {"key": key, "value": value}


def test_a_bulk_creates_updates_and_deletes_in_order(dagd):
    put(dagd, "old", "1")
    answer = bulk(dagd, {"action": "create", "entities": [entity("a"), entity("b")]},
                  {"action": "update", "entities": [entity("a", "changed")]},
                  {"action": "delete", "entities": ["old", "b"]})
    assert answer.status == 200, answer
    assert answer.json == {verb: {"success": names, "errors": []} for verb, names in (
        ("create", ["a", "b"]), ("update", ["a"]), ("delete", ["old", "b"]))}
    assert [one["key"] for one in dagd.get("/variables")["variables"]] == ["a"]
    assert stored(dagd, "a") == "changed"


@pytest.mark.parametrize("action, success, status", [
    ({"action": "create", "entities": [entity("new"), entity("old", "2")]}, [], 409),
    ({"action": "create", "entities": [entity("new"), entity("old", "2")], "action_on_existence": "skip"},
     ["new"], None),
    ({"action": "create", "entities": [entity("old", "2")], "action_on_existence": "overwrite"}, ["old"], None),
    ({"action": "update", "entities": [entity("old", "2"), entity("new")]}, [], 404),
    ({"action": "update", "entities": [entity("old", "2"), entity("new")], "action_on_non_existence": "skip"}, ["old"],
     None),
    ({"action": "delete", "entities": ["old", "new"]}, [], 404),
    ({"action": "delete", "entities": ["old", "new"], "action_on_non_existence": "skip"}, ["old"], None),
    ({"action": "create", "entities": [entity("new"), entity("new")]}, [], 409),
    ({"action": "create", "entities": []}, [], None),
])
def test_a_bulk_action_is_done_as_a_whole_or_not_at_all(dagd, action, success, status):
    put(dagd, "old", "1")
    answer = bulk(dagd, action)
    done = answer.json[action["action"]]
    assert (answer.status, done["success"]) == (200, success), answer
    assert [error["status_code"] for error in done["errors"]] == ([status] if status else [])
    if status:
        assert [one["key"] for one in dagd.get("/variables")["variables"]] == ["old"]
        assert stored(dagd, "old") == "1"


@pytest.mark.parametrize("body, sentence", [
    ({}, '"actions" must be a list'), ({"actions": 5}, '"actions" must be a list'),
    ({"actions": [5]}, "must be an object"), ({"actions": [{}]}, "must be one of create, update, delete"),
    ({"actions": [{"action": "creat", "entities": []}]}, "must be one of create, update, delete"),
    ({"actions": [{"action": "create"}]}, '"entities" must be a list'),
    ({"actions": [{"action": "create", "entities": [5]}]}, "must be an object"),
    ({"actions": [{"action": "create", "entities": [entity("a/b")]}]}, 'contains "/"'),
    ({"actions": [{"action": "create", "entities": [], "action_on_existence": "no"}]}, "fail, skip, overwrite"),
    ({"actions": [{"action": "delete", "entities": [{}]}]}, "must be a name"),
    ({"actions": [{"action": "delete", "entities": [], "action_on_non_existence": "overwrite"}]},
     "cannot be overwritten"),
    ({"action": []}, 'did you mean "actions"'),
    ({"actions": [{"action": "create", "entities": [entity(f"k{i}") for i in range(10001)]}]}, "more than 10000"),
])
def test_a_wrong_bulk_is_refused_and_does_nothing(dagd, body, sentence):
    good = {"action": "create", "entities": [entity("good")]}
    if isinstance(body.get("actions"), list):
        body = {"actions": [good] + body["actions"]}
    answer = dagd.request("PATCH", BASE, body)
    assert answer.status == 422 and sentence in answer.sentence, answer
    assert dagd.get("/variables")["total_entries"] == 0


def test_a_bulk_of_ten_thousand_is_one_change(dagd):
    assert bulk(dagd, {"action": "create", "entities": [entity(f"k{i:05}") for i in range(10000)]}).status == 200
    assert dagd.get("/variables", limit=1)["total_entries"] == 10000
    assert len(dagd.request("GET", EXPORT).json["variables"]) == 10000
