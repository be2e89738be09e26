# SPDX-License-Identifier: MIT
"""What a person does to runs and tasks, over REST and on the command line: marks, notes, cancels, runs one task, runs
again with another conf, moves a run to the newest version, deletes a DAG."""
import json

import pytest

from daemon import wait_until

CHAIN = """
    dag_id: chain
    tasks:
      - {task_id: first, operator: bash, bash_command: "exit {{ dag_run.conf.code }}"}
      - {task_id: second, operator: bash, bash_command: "echo begun"}
    dependencies: first >> second
"""
SLOW = """
    dag_id: slow
    tasks:
      - {task_id: wait, operator: bash, bash_command: "echo begun; exec sleep 1000"}
      - {task_id: after, operator: bash, bash_command: "echo after"}
    dependencies: wait >> after
"""
PARAMS = """
    dag_id: params
    params: {days: {type: integer, default: 1}, word: one}
    tasks:
      - {task_id: show, operator: bash, bash_command: "echo {{ params.days }} {{ params.word }}"}
"""
OLD = """
    dag_id: changing
    tasks:
      - {task_id: kept, operator: bash, bash_command: "echo old"}
      - {task_id: dropped, operator: bash, bash_command: "true"}
"""
NEW = """
    dag_id: changing
    tasks:
      - {task_id: kept, operator: bash, bash_command: "echo new"}
      - {task_id: added, operator: bash, bash_command: "true"}
    dependencies: kept >> added
"""


def instance_path(dag_id, run_id, task_id):
    return f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"


def states(dagd, dag_id, run_id):
    return {task_id: task["state"] for task_id, task in dagd.tasks(dag_id, run_id).items()}


def failed_chain(dagd):
    dagd.load_dag("chain", CHAIN)
    run_id = dagd.trigger("chain", {"code": 1})
    assert dagd.wait_run("chain", run_id)["state"] == "failed"
    assert states(dagd, "chain", run_id) == {"first": "failed", "second": "upstream_failed"}
    return run_id


def test_a_failed_task_that_is_marked_as_success_lets_those_after_it_run(dagd):
    run_id = failed_chain(dagd)
    path = instance_path("chain", run_id, "first")
    body = {"new_state": "success"}
    dry = dagd.request("PATCH", path + "/dry_run", body)
    assert dry.status == 200 and [one["task_id"] for one in dry.json["task_instances"]] == ["first"], dry
    assert [one["task_id"] for one in dry.json["cleared_task_instances"]] == ["second"]
    assert states(dagd, "chain", run_id)["first"] == "failed"
    done = dagd.request("PATCH", path, body)
    assert done.status == 200 and done.json["task_instances"][0]["state"] == "success", done
    run = dagd.wait_run("chain", run_id)
    assert run["state"] == "success" and run["clear_number"] == 1, run
    assert states(dagd, "chain", run_id) == {"first": "success", "second": "success"}
    again = dagd.request("PATCH", path, body)
    assert again.status == 200 and again.json["total_entries"] == 0, again


@pytest.mark.parametrize("mark,after,run_state", [
    ("failed", "upstream_failed", "failed"), ("success", "success", "success"), ("skipped", "skipped", "success")])
def test_a_running_task_that_is_marked_is_ended_first(dagd, mark, after, run_state):
    dagd.load_dag("slow", SLOW)
    run_id = dagd.trigger("slow")
    dagd.wait_task("slow", run_id, "wait", ("running",))
    done = dagd.request("PATCH", instance_path("slow", run_id, "wait"), {"new_state": mark})
    assert done.status == 200, done
    assert dagd.wait_run("slow", run_id)["state"] == run_state
    assert states(dagd, "slow", run_id) == {"wait": mark, "after": after}
    tries = dagd.get(f"/dags/slow/dagRuns/{run_id}/taskInstances/wait/tries")["task_instances"]
    assert [(one["state"], "signal" in one["reason"]) for one in tries] == [("failed", True)], tries


def test_a_mark_outlives_the_death_of_dagd(dagd):
    dagd.load_dag("slow", SLOW)
    run_id = dagd.trigger("slow")
    dagd.wait_task("slow", run_id, "wait", ("running",))
    assert dagd.request("PATCH", instance_path("slow", run_id, "wait"), {"new_state": "success"}).status == 200
    dagd.kill()
    dagd.start()
    assert dagd.wait_run("slow", run_id)["state"] == "success"
    assert states(dagd, "slow", run_id) == {"wait": "success", "after": "success"}


@pytest.mark.parametrize("body,sentence", [
    ({"new_state": "running"}, "can be marked as success, failed or skipped"),
    ({"new_state": None}, "can be marked as success, failed or skipped"),
    ({}, "nothing is to be changed"),
    ({"note": "x" * 1001}, "at most 1000 characters"),
    ({"new_stat": "success"}, 'did you mean "new_state"?'),
])
def test_a_wrong_mark_is_one_sentence(dagd, body, sentence):
    dagd.load_dag("chain", CHAIN)
    run_id = dagd.trigger("chain", {"code": 0})
    answer = dagd.request("PATCH", instance_path("chain", run_id, "first"), body)
    assert answer.status == 422 and sentence in answer.sentence, answer
    unknown = dagd.request("PATCH", instance_path("chain", run_id, "frist"), {"new_state": "failed"})
    assert unknown.status == 404 and 'did you mean "first"?' in unknown.sentence, unknown


def test_a_run_is_marked_noted_and_queued_again(dagd):
    run_id = failed_chain(dagd)
    path = f"/api/v2/dags/chain/dagRuns/{run_id}"
    done = dagd.request("PATCH", path, {"state": "success", "note": "done by hand"})
    assert done.status == 200 and (done.json["state"], done.json["note"]) == ("success", "done by hand"), done
    assert states(dagd, "chain", run_id) == {"first": "success", "second": "success"}
    assert dagd.request("PATCH", path, {"state": "failed"}).json["state"] == "failed"
    assert states(dagd, "chain", run_id) == {"first": "success", "second": "success"}
    assert dagd.request("PATCH", path, {"state": "queued"}).status == 200
    assert dagd.wait_run("chain", run_id, ("success",))["note"] == "done by hand"
    assert dagd.request("PATCH", path, {"note": None}).json["note"] is None
    masked = dagd.request("PATCH", path + "?update_mask=note", {"state": "failed", "note": "kept"})
    assert (masked.json["state"], masked.json["note"]) == ("success", "kept"), masked
    wrong = dagd.request("PATCH", path, {"state": "running"})
    assert wrong.status == 422 and "success, failed or queued" in wrong.sentence, wrong


def test_notes_on_tasks_are_kept_over_tries_and_restarts(dagd):
    run_id = failed_chain(dagd)
    assert dagd.dagctl("tasks", "note", "chain", run_id, "first", "looked at it").returncode == 0
    assert dagd.dagctl("tasks", "clear", "chain", "--run-id", run_id, "-y").returncode == 0
    dagd.wait_task("chain", run_id, "first", ("failed",))
    dagd.stop()
    dagd.start()
    assert dagd.dagctl("tasks", "note", "chain", run_id, "first").stdout.strip() == "looked at it"
    assert dagd.dagctl("tasks", "note", "chain", run_id, "first", "--remove").returncode == 0
    assert dagd.dagctl("tasks", "note", "chain", run_id, "first").stdout.strip() == ""
    assert dagd.dagctl("dags", "note", "chain", run_id, "two").returncode == 0
    assert dagd.dagctl("dags", "note", "chain", run_id).stdout.strip() == "two"


def test_one_task_is_run_whatever_comes_before_it(dagd):
    run_id = failed_chain(dagd)
    done = dagd.dagctl("tasks", "run", "chain", run_id, "second")
    assert done.returncode == 0, done
    dagd.wait_task("chain", run_id, "second", ("success",))
    assert dagd.tasks("chain", run_id)["first"]["try_number"] == 1
    assert dagd.wait_run("chain", run_id)["state"] == "success"
    wrong = dagd.dagctl("tasks", "run", "chain", run_id, "third")
    assert wrong.returncode == 1 and 'has no task "third"' in wrong.stderr, wrong


def test_the_xcoms_of_a_cleared_task_are_dropped_when_it_begins(dagd):
    dagd.load_dag("values", """
        dag_id: values
        tasks:
          - {task_id: give, operator: bash, bash_command: "if [ {{ ti.try_number }} = 1 ]; then echo one; fi"}
    """)
    run_id = dagd.trigger("values")
    dagd.wait_run("values", run_id)
    path = f"{instance_path('values', run_id, 'give')}/xcomEntries/return_value"
    assert dagd.request("GET", path).json["value"] == "one"
    assert dagd.dagctl("tasks", "clear", "values", "--run-id", run_id, "-y").returncode == 0
    wait_until(lambda: dagd.tasks("values", run_id)["give"]["try_number"] == 2, "the second try")
    dagd.wait_run("values", run_id)
    assert dagd.request("GET", path).status == 404
    tries = dagd.get(f"/dags/values/dagRuns/{run_id}/taskInstances/give/tries")["task_instances"]
    assert [one["try_number"] for one in tries] == [1, 2]
    assert dagd.task_log("values", run_id, "give", 1).strip().endswith("one")


def test_what_runs_already_is_not_run_once_more(dagd):
    dagd.load_dag("slow", SLOW)
    run_id = dagd.trigger("slow")
    dagd.wait_task("slow", run_id, "wait", ("running",))
    again = dagd.request("POST", f"/api/dagd/v1/dags/slow/dagRuns/{run_id}/taskInstances/wait/run")
    assert again.status == 409 and "runs already" in again.sentence, again
    deps = dagd.dagctl("tasks", "failed-deps", "slow", "after", run_id, "-o", "json")
    assert json.loads(deps.stdout) == [{"dependency": "Trigger Rule", "name": "Trigger Rule",
                                        "reason": 'waits for upstream "wait"'}], deps
    refused = dagd.dagctl("dags", "delete", "slow", "-y")
    assert refused.returncode == 1 and "unfinished" in refused.stderr, refused
    assert dagd.dagctl("dags", "cancel", "slow", run_id).returncode == 0
    assert dagd.wait_run("slow", run_id)["reason"] == "cancelled"
    ended = dagd.dagctl("dags", "cancel", "slow", run_id)
    assert ended.returncode == 1 and "has ended already" in ended.stderr, ended


def test_a_run_is_made_again_with_another_conf(dagd):
    dagd.load_dag("params", PARAMS)
    run_id = dagd.trigger("params", {"days": 3, "word": "two"})
    dagd.wait_run("params", run_id)
    done = dagd.dagctl("dags", "rerun", "params", run_id, "-p", "days=4", "--wait", "-o", "json")
    assert done.returncode == 0, done
    run = json.loads(done.stdout)
    assert run["conf"] == {"days": 4, "word": "two"} and run["dag_run_id"] != run_id
    assert dagd.task_log("params", run["dag_run_id"], "show").strip().endswith("4 two")
    wrong = dagd.dagctl("dags", "rerun", "params", run_id, "-p", "days=many")
    assert wrong.returncode == 1 and "days" in wrong.stderr, wrong


def test_a_run_is_cleared_to_the_newest_version(dagd):
    dagd.load_dag("changing", OLD)
    run_id = dagd.trigger("changing")
    dagd.wait_run("changing", run_id)
    dagd.load_dag("changing", NEW)
    body = {"dag_run_id": run_id, "task_ids": ["kept"], "only_failed": False, "run_on_latest_version": True}
    dry = dagd.request("POST", "/api/v2/dags/changing/clearTaskInstances", body)
    assert {one["task_id"]: one["change"] for one in dry.json["task_instances"]} == \
        {"kept": "clear", "added": "add", "dropped": "remove"}, dry
    assert states(dagd, "changing", run_id) == {"kept": "success", "dropped": "success"}
    done = dagd.dagctl("tasks", "clear", "changing", "--run-id", run_id, "-t", "^kept$", "--latest-version", "-y")
    assert done.returncode == 0, done
    run = dagd.wait_run("changing", run_id)
    assert run["state"] == "success" and run["version"] == dagd.version("changing")
    assert states(dagd, "changing", run_id) == {"kept": "success", "added": "success", "dropped": "removed"}
    assert dagd.task_log("changing", run_id, "kept", 2).strip().endswith("new")
    assert dagd.task_log("changing", run_id, "kept", 1).strip().endswith("old")
    dagd.stop()
    dagd.start()
    assert states(dagd, "changing", run_id) == {"kept": "success", "added": "success", "dropped": "removed"}


def test_only_what_is_new_is_run(dagd):
    dagd.load_dag("changing", OLD)
    run_id = dagd.trigger("changing")
    dagd.wait_run("changing", run_id)
    dagd.load_dag("changing", NEW)
    done = dagd.request("POST", f"/api/v2/dags/changing/dagRuns/{run_id}/clear", {"dry_run": False, "only_new": True})
    assert done.status == 200 and done.json["dag_run_id"] == run_id, done
    dagd.wait_run("changing", run_id, ("success",))
    tasks = dagd.tasks("changing", run_id)
    assert (tasks["kept"]["try_number"], tasks["added"]["state"]) == (1, "success"), tasks


def test_runs_before_and_after_are_cleared_with_one(dagd):
    dagd.load_dag("chain", CHAIN)
    runs = [dagd.trigger("chain", {"code": 0}, logical_date=f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3)]
    for run_id in runs:
        dagd.wait_run("chain", run_id)
    body = {"dag_run_id": runs[1], "task_ids": ["second"], "only_failed": False, "include_past": True}
    dry = dagd.request("POST", "/api/v2/dags/chain/clearTaskInstances", body)
    assert [one["dag_run_id"] for one in dry.json["task_instances"]] == runs[:2], dry
    done = dagd.dagctl("tasks", "clear", "chain", "--run-id", runs[1], "-t", "^second$", "--future", "-y")
    assert done.returncode == 0, done
    for run_id, tries in zip(runs, (1, 2, 2)):
        dagd.wait_run("chain", run_id)
        assert dagd.tasks("chain", run_id)["second"]["try_number"] == tries
    alone = dagd.request("POST", "/api/v2/dags/chain/clearTaskInstances", {"include_past": True})
    assert alone.status == 400 and "need dag_run_id" in alone.sentence, alone


def bulk(dagd, run_id, *actions):
    return dagd.request("PATCH", f"/api/v2/dags/chain/dagRuns/{run_id}/taskInstances", {"actions": list(actions)})


def test_task_instances_are_marked_in_bulk(dagd):
    run_id = failed_chain(dagd)
    first = {"task_id": "first", "new_state": "success", "note": "by hand"}
    missing = {"task_id": "third", "new_state": "success"}
    failed = bulk(dagd, run_id, {"action": "update", "entities": [first, missing]})
    assert failed.status == 200 and failed.json["update"]["success"] == [], failed
    assert failed.json["update"]["errors"][0]["status_code"] == 404
    assert states(dagd, "chain", run_id)["first"] == "failed"
    done = bulk(dagd, run_id, {"action": "update", "entities": [first, missing], "action_on_non_existence": "skip"},
                {"action": "update", "entities": [{"task_id": "second", "map_index": -1, "note": "seen"}]})
    assert done.json["update"] == {"success": [f"chain.{run_id}.first[-1]", f"chain.{run_id}.second[-1]"], "errors": []}
    assert dagd.wait_run("chain", run_id, ("success",))
    tasks = dagd.tasks("chain", run_id)
    assert (tasks["first"]["state"], tasks["first"]["note"], tasks["second"]["note"]) == ("success", "by hand", "seen")


@pytest.mark.parametrize("action,sentence", [
    ({"action": "delete", "entities": ["first"]}, "can only be updated"),
    ({"action": "update", "entities": [{"new_state": "success"}]}, "field required"),
    ({"action": "update", "entities": [{"task_id": "first"}]}, "nothing is to be changed"),
    ({"action": "update", "entities": [{"task_id": "first", "new_state": "queued"}]}, "success, failed or skipped"),
    ({"action": "update", "entities": [{"task_id": "first", "map_index": "0", "note": "x"}]}, "number of an instance"),
    ({"action": "update", "entities": {}}, "must be a list"),
    ({"action": "update", "entities": [], "action_on_non_existence": "overwrite"}, "expected fail or skip"),
])
def test_a_wrong_action_is_one_sentence(dagd, action, sentence):
    run_id = failed_chain(dagd)
    good = {"action": "update", "entities": [{"task_id": "first", "new_state": "success"}]}
    answer = bulk(dagd, run_id, good, action)
    assert answer.status == 422 and sentence in answer.sentence, answer
    assert states(dagd, "chain", run_id)["first"] == "failed"


def test_a_run_whose_version_cannot_be_loaded_any_more_is_saved_by_the_newest(dagd):
    plugin = dagd.home / "operators" / "say"
    plugin.mkdir(parents=True)
    manifest = "name: say\nsummary: Says it.\nrun: [bash, -c, exit 1]\n"
    (plugin / "operator.yaml").write_text(manifest)
    dagd.stop()
    dagd.start()
    dagd.load_dag("own", "dag_id: own\ntasks:\n  - {task_id: say, operator: say}\n")
    run_id = dagd.trigger("own")
    dagd.wait_run("own", run_id)
    (plugin / "operator.yaml").unlink()
    plugin.rmdir()
    dagd.stop()
    dagd.start()
    path = f"/api/v2/dags/own/dagRuns/{run_id}"
    assert dagd.request("PATCH", path, {"note": "the plugin is gone"}).status == 200
    refused = dagd.request("PATCH", instance_path("own", run_id, "say"), {"new_state": "success"})
    assert refused.status == 400 and "cannot be loaded" in refused.sentence, refused
    dagd.load_dag("own", "dag_id: own\ntasks:\n  - {task_id: say, operator: bash, bash_command: 'true'}\n")
    done = dagd.dagctl("tasks", "clear", "own", "--run-id", run_id, "--latest-version", "-y")
    assert done.returncode == 0, done
    assert dagd.wait_run("own", run_id, ("success",))["note"] == "the plugin is gone"


def test_a_deleted_dag_begins_anew_while_its_file_is_there(dagd):
    run_id = failed_chain(dagd)
    done = dagd.dagctl("dags", "delete", "chain", "-y")
    assert done.returncode == 0 and "begins anew" in done.stderr, done
    assert dagd.get("/dags/chain/dagRuns")["total_entries"] == 0
    assert [one.name.split("~")[0] for one in (dagd.home / "logs").iterdir()] == ["dag_id=chain"]
    assert "~" in next((dagd.home / "logs").iterdir()).name
    assert dagd.request("GET", f"/api/v2/dags/chain/dagRuns/{run_id}").status == 404
    (dagd.dags / "chain.yaml").unlink()
    wait_until(lambda: dagd.get("/dags/chain")["is_stale"], "the DAG is stale")
    assert dagd.request("DELETE", "/api/v2/dags/chain").status == 200
    assert dagd.request("GET", "/api/v2/dags/chain").status == 404
    dagd.stop()
    dagd.start()
    assert dagd.request("GET", "/api/v2/dags/chain").status == 404
