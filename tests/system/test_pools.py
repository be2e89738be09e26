# SPDX-License-Identifier: MIT
"""Pools over REST and on the command line: slots that tasks of all DAGs share."""
import json
import pathlib

import pytest

from daemon import wait_until
from gate import Gate

BASE = "/api/v2/pools"
EMPTY = {"occupied_slots": 0, "running_slots": 0, "queued_slots": 0, "scheduled_slots": 0, "deferred_slots": 0}


def pool(dagd, name):
    return dagd.request("GET", f"{BASE}/{name}").json


def put(dagd, name, slots, **more):
    return dagd.request("POST", BASE, dict({"name": name, "slots": slots}, **more))


def why(dagd, dag_id, run_id, task_id):
    path = f"/api/dagd/v1/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/why"
    return [reason["sentence"] for reason in dagd.request("GET", path).json["reasons"]]


def test_the_default_pool_is_there_at_the_first_start(dagd):
    assert dagd.get("/pools") == {"total_entries": 1, "pools": [
        {"name": "default_pool", "slots": 128, "description": "Default pool",
         "include_deferred": False, "open_slots": 128, **EMPTY}]}


def test_the_slots_of_the_default_pool_are_a_setting_of_the_first_start(dagd_home):
    dagd_home.environment["DAGD__CORE__DEFAULT_POOL_TASK_SLOT_COUNT"] = "7"
    dagd_home.start()
    assert pool(dagd_home, "default_pool")["slots"] == 7
    assert dagd_home.request("PATCH", f"{BASE}/default_pool", {"slots": 9}).status == 200
    dagd_home.restart()
    assert pool(dagd_home, "default_pool")["slots"] == 9


def test_a_pool_is_made_changed_and_deleted(dagd):
    made = put(dagd, "database", 2, description="what it bears")
    assert (made.status, made.json) == (201, {
        "name": "database", "slots": 2, "description": "what it bears", "include_deferred": False,
        "open_slots": 2, **EMPTY})
    assert pool(dagd, "database") == made.json
    again = put(dagd, "database", 3)
    assert (again.status, again.sentence) == (409, 'there is a pool "database" already')
    changed = dagd.request("PATCH", f"{BASE}/database", {"pool": "database", "slots": -1, "include_deferred": True})
    assert (changed.status, changed.json["slots"], changed.json["open_slots"]) == (200, -1, -1)
    assert changed.json["description"] == "what it bears" and changed.json["include_deferred"]
    masked = dagd.request(
        "PATCH", f"{BASE}/database", {"slots": 5, "description": None}, query={"update_mask": "slots"})
    assert (masked.json["slots"], masked.json["description"]) == (5, "what it bears")
    dagd.kill()
    dagd.start()
    assert pool(dagd, "database") == masked.json
    assert dagd.request("DELETE", f"{BASE}/database").status == 204
    gone = dagd.request("DELETE", f"{BASE}/databse")
    assert (gone.status, gone.sentence) == (404, 'there is no pool "databse"')


def test_a_pool_may_have_any_text_as_its_name(dagd):
    assert put(dagd, "a/b ü", 1).status == 201
    assert dagd.request("GET", f"{BASE}/a%2Fb%20%C3%BC").json["slots"] == 1
    assert dagd.get("/pools", pool_name_pattern="/B")["total_entries"] == 1
    assert dagd.request("DELETE", f"{BASE}/a%2Fb%20%C3%BC").status == 204


def test_the_default_pool_cannot_be_deleted(dagd):
    refused = dagd.request("DELETE", f"{BASE}/default_pool")
    assert (refused.status, refused.sentence) == (400, 'pool "default_pool" cannot be deleted')
    bulk = dagd.request("PATCH", BASE, {"actions": [{"action": "delete", "entities": ["default_pool"]}]})
    assert bulk.json["delete"] == {"success": [], "errors": [
        {"error": 'pool "default_pool" cannot be deleted', "status_code": 400}]}


@pytest.mark.parametrize("body, field, sentence", [
    ({"name": "p"}, "slots", '"slots" must be given'),
    ({"slots": 1}, "name", '"name" must be given'),
    ({"name": "", "slots": 1}, "name", '"name" is empty'),
    ({"name": "x" * 257, "slots": 1}, "name", '"name" has more than 256 characters'),
    ({"name": "a\nb", "slots": 1}, "name", '"name" has a control character in it'),
    ({"name": 1, "slots": 1}, "name", '"name" must be text'),
    ({"name": "p", "slots": -2}, "slots", "slots must be a whole number from 0 to 2147483647, or -1 for no limit"),
    ({"name": "p", "slots": "2"}, "slots", "slots must be a whole number from 0 to 2147483647, or -1 for no limit"),
    ({"name": "p", "slots": 1.5}, "slots", "slots must be a whole number from 0 to 2147483647, or -1 for no limit"),
    ({"name": "p", "slots": 2**31}, "slots", "slots must be a whole number from 0 to 2147483647, or -1 for no limit"),
    ({"name": "p", "slots": None}, "slots", "slots must be a whole number from 0 to 2147483647, or -1 for no limit"),
    ({"name": "p", "slots": 1, "include_deferred": "yes"}, "include_deferred",
     '"include_deferred" must be true or false'),
    ({"name": "p", "slots": 1, "description": "x" * 5001}, "description", "the description is longer than 5000 bytes"),
    ({"name": "p", "slots": 1, "descripton": ""}, "descripton",
     'unknown key "descripton"; did you mean "description"?'),
])
def test_a_wrong_field_is_named(dagd, body, field, sentence):
    refused = dagd.request("POST", BASE, body)
    assert refused.status == 422
    assert refused.json["detail"][0]["loc"] == ["body", field]
    assert refused.json["detail"][0]["msg"] == sentence
    assert dagd.get("/pools")["total_entries"] == 1


def test_a_pool_cannot_be_renamed(dagd):
    put(dagd, "a", 1)
    refused = dagd.request("PATCH", f"{BASE}/a", {"pool": "b"})
    assert refused.status == 400 and "cannot be renamed" in refused.sentence


def test_many_pools_are_changed_in_one_request(dagd):
    put(dagd, "old", 1)
    answer = dagd.request("PATCH", BASE, {"actions": [
        {"action": "create", "entities": [{"name": "a", "slots": 1}, {"name": "b", "slots": 2}]},
        {"action": "update", "entities": [{"name": "a", "slots": 3}]},
        {"action": "delete", "entities": ["old"]}]})
    assert answer.status == 200, answer
    assert {one["name"]: one["slots"] for one in dagd.get("/pools")["pools"]} == {"a": 3, "b": 2, "default_pool": 128}


def test_lists_are_sorted_as_asked(dagd):
    put(dagd, "a", 9)
    put(dagd, "b", 3)
    names = [one["name"] for one in dagd.get("/pools", order_by="-slots")["pools"]]
    assert names == ["default_pool", "a", "b"]
    assert [one["name"] for one in dagd.get("/pools", limit=1, offset=1)["pools"]] == ["b"]


POOLED = """
    dag_id: {dag_id}
    max_active_tasks: 16
    tasks:
      - {{task_id: first, operator: bash, pool: database, priority_weight: 2, bash_command: "{command}"}}
      - {{task_id: second, operator: bash, pool: database, bash_command: "true"}}
"""


def test_tasks_of_a_pool_wait_for_its_slots(dagd, tmp_path):
    gate = Gate(tmp_path)
    put(dagd, "database", 1)
    dagd.load_dag("pooled", POOLED.format(dag_id="pooled", command=gate.command))
    run_id = dagd.trigger("pooled")
    gate.entered()
    now = pool(dagd, "database")
    assert (now["running_slots"], now["scheduled_slots"], now["open_slots"]) == (1, 1, 0)
    assert why(dagd, "pooled", run_id, "second") == [
        'waits: 1 of the 1 slots of the pool "database" is taken by "first"']
    gate.open()
    assert dagd.wait_run("pooled", run_id)["state"] == "success"
    assert pool(dagd, "database")["occupied_slots"] == 0


def test_a_pool_that_grows_lets_the_next_task_begin(dagd, tmp_path):
    gate = Gate(tmp_path)
    put(dagd, "database", 1)
    dagd.load_dag("pooled", POOLED.format(dag_id="pooled", command=gate.command))
    run_id = dagd.trigger("pooled")
    gate.entered()
    dagd.kill()
    dagd.start()
    assert dagd.tasks("pooled", run_id)["second"]["state"] == "scheduled"
    assert dagd.dagctl("pools", "set", "database", "2").returncode == 0
    dagd.wait_task("pooled", run_id, "second", {"success"})
    gate.open()
    assert dagd.wait_run("pooled", run_id)["state"] == "success"


def test_tasks_wait_for_a_pool_that_is_not_there(dagd, tmp_path):
    dagd.load_dag("pooled", POOLED.format(dag_id="pooled", command="true"))
    run_id = dagd.trigger("pooled")
    sentence = 'waits: there is no pool "database"; dagctl pools set database SLOTS DESCRIPTION makes it'
    assert wait_until(lambda: why(dagd, "pooled", run_id, "first"), "a reason") == [sentence]
    put(dagd, "database", 0)
    assert "can never start" in why(dagd, "pooled", run_id, "first")[0]
    assert dagd.request("DELETE", f"{BASE}/database").status == 204
    assert why(dagd, "pooled", run_id, "first") == [sentence]
    assert put(dagd, "database", 1).json["scheduled_slots"] == 2
    assert dagd.wait_run("pooled", run_id)["state"] == "success"


def test_the_example_waits_for_its_pool_and_runs(dagd):
    dagd.load_dag("pool", (pathlib.Path(__file__).parents[2] / "examples" / "pool.yaml").read_text())
    run_id = dagd.trigger("pool")
    assert dagd.tasks("pool", run_id)["big"]["state"] == "scheduled"
    assert dagd.dagctl("pools", "set", "database", "2", "what it can bear").returncode == 0
    assert dagd.wait_run("pool", run_id)["state"] == "success"
    ends = {name: task["end_date"] for name, task in dagd.tasks("pool", run_id).items()}
    assert ends["big"] == min(ends.values())


def test_pools_on_the_command_line(dagd, tmp_path):
    done = dagd.dagctl("pools", "set", "database", "2", "what it bears", "--include-deferred")
    assert (done.returncode, done.stderr) == (0, "pool database is set\n")
    done = dagd.dagctl("pools", "set", "endless", "-1")
    assert done.returncode == 0, done.stderr
    listed = json.loads(dagd.dagctl("pools", "list", "-o", "json").stdout)
    assert [(one["pool"], one["slots"], one["include_deferred"]) for one in listed] == [
        ("database", 2, True), ("default_pool", 128, False), ("endless", -1, False)]
    assert json.loads(dagd.dagctl("pools", "get", "database", "-o", "json").stdout)["description"] == "what it bears"
    done = dagd.dagctl("pools", "delete", "default_pool")
    assert (done.returncode, "cannot be deleted" in done.stderr) == (1, True)
    done = dagd.dagctl("pools", "set", "database", "many")
    assert done.returncode == 2 and 'not "many"' in done.stderr
    done = dagd.dagctl("pools", "get", "databse")
    assert done.returncode == 1 and 'there is no pool "databse"; did you mean "database"?' in done.stderr


def test_pools_move_from_one_dagd_to_another_in_airflows_file(dagd, tmp_path):
    dagd.dagctl("pools", "set", "database", "2", "what it bears", "--include-deferred")
    file = tmp_path / "pools.json"
    assert dagd.dagctl("pools", "export", file).returncode == 0
    assert json.loads(file.read_text()) == {
        "database": {"slots": 2, "description": "what it bears", "include_deferred": True},
        "default_pool": {"slots": 128, "description": "Default pool", "include_deferred": False}}
    assert json.loads(dagd.dagctl("pools", "export", "-").stdout) == json.loads(file.read_text())
    assert dagd.dagctl("pools", "delete", "database").returncode == 0
    assert dagd.dagctl("pools", "import", file).returncode == 0
    assert pool(dagd, "database")["slots"] == 2
    for text, sentence in [('{"a": 1}', 'pool "a" is no object'), ('[1]', "pools"),
                           ('{"a": {"slots": "x"}}', 'pool "a": slots must be a whole number'),
                           ('{"a": {"slot": 1}}', 'unknown key "slot"; did you mean "slots"?')]:
        file.write_text(text)
        refused = dagd.dagctl("pools", "import", file)
        assert refused.returncode == 1 and sentence in refused.stderr, refused
