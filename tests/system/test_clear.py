# SPDX-License-Identifier: MIT
"""Clearing over REST: which runs and tasks are meant, and what the record of their tries says afterwards."""

TWO = """
    dag_id: shrinking
    tasks:
      - {task_id: kept, operator: bash, bash_command: "true"}
      - {task_id: dropped, operator: bash, bash_command: "true"}
"""
ONE = """
    dag_id: shrinking
    tasks:
      - {task_id: kept, operator: bash, bash_command: "true"}
"""
SLOW = """
    dag_id: slow
    tasks:
      - {task_id: wait, operator: bash, bash_command: "echo begun; exec sleep 1000"}
"""


def clear(dagd, dag_id, **body):
    body = dict({"dry_run": False, "only_failed": False}, **body)
    return dagd.request("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", body)


def test_a_task_that_one_of_the_runs_does_not_have_clears_none(dagd):
    dagd.load_dag("shrinking", TWO)
    old = dagd.trigger("shrinking")
    dagd.wait_run("shrinking", old)
    dagd.load_dag("shrinking", ONE)
    new = dagd.trigger("shrinking")
    dagd.wait_run("shrinking", new)
    answer = clear(dagd, "shrinking", task_ids=["dropped"])
    assert answer.status == 404 and '"dropped"' in answer.sentence, answer
    # What is decided now is behind anything that the refused request had begun.
    third = dagd.trigger("shrinking")
    dagd.wait_run("shrinking", third)
    assert dagd.tasks("shrinking", old)["dropped"]["try_number"] == 1
    assert clear(dagd, "shrinking", task_ids=["dropped"], dag_run_id=old).status == 200


def test_a_try_that_was_cleared_while_it_ran_keeps_its_end_and_its_reason(dagd):
    dagd.load_dag("slow", SLOW)
    run_id = dagd.trigger("slow")
    dagd.wait_task("slow", run_id, "wait", ("running",))
    assert clear(dagd, "slow", dag_run_id=run_id).status == 200
    dagd.wait_task("slow", run_id, "wait", ("running",))
    path = f"/dags/slow/dagRuns/{run_id}/taskInstances/wait/tries"
    first = dagd.get(path)["task_instances"][0]
    assert first["state"] == "failed" and first["end_date"] and "signal" in first["reason"], first
    assert dagd.request("PATCH", f"/api/v2/dags/slow/dagRuns/{run_id}", {"state": "failed"}).status == 200
    dagd.wait_run("slow", run_id)
