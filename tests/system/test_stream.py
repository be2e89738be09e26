# SPDX-License-Identifier: MIT
"""Following a run: nobody misses its end, and no number of followers or odd text ends dagd."""
import json

from daemon import UnixConnection

QUICK = """
    dag_id: quick
    tasks:
      - {task_id: one, operator: bash, bash_command: "true"}
"""
WAITING = """
    dag_id: waiting
    tasks:
      - {task_id: wait, operator: bash, bash_command: "exec sleep 1000"}
"""
# 100 bytes, the opening quote among them, end in the middle of one of these letters.
ODD = """
    dag_id: odd
    tasks:
      - {task_id: one, operator: odd, count: "{{ params.text }}"}
    params: {text: "%s"}
""" % ("é" * 200)
ODD_OPERATOR = """
name: odd
summary: Wants a number.
parameters:
  count: {type: integer, required: true, summary: How many.}
run: ["true"]
"""


def follow(dagd, dag_id, run_id, logs="true"):
    connection = UnixConnection(dagd.socket)
    connection.request("GET", f"/api/dagd/v1/dags/{dag_id}/dagRuns/{run_id}/stream?logs={logs}")
    return connection, connection.getresponse()


def events(dagd, dag_id, run_id):
    connection, response = follow(dagd, dag_id, run_id)
    try:
        return [json.loads(line) for line in response.read().splitlines()]
    finally:
        connection.close()


def test_more_followers_than_the_kernel_has_watches_for(dagd):
    dagd.load_dag("waiting", WAITING)
    run_id = dagd.trigger("waiting")
    dagd.wait_task("waiting", run_id, "wait", ("running",))
    followers = [follow(dagd, "waiting", run_id) for _ in range(200)]
    assert {response.status for _, response in followers} <= {200, 503}
    assert dagd.request("PATCH", f"/api/v2/dags/waiting/dagRuns/{run_id}", {"state": "failed"}).status == 200
    for connection, response in followers:
        last = json.loads(response.read().splitlines()[-1])
        assert response.status == 503 or (last["event"], last["state"]) == ("run", "failed")
        connection.close()


def test_a_follower_that_comes_while_a_change_is_being_stored_is_told_of_it(dagd):
    dagd.load_dag("quick", QUICK)
    for _ in range(10):
        run_id = dagd.trigger("quick")
        followers = []
        while dagd.run("quick", run_id)["state"] != "success":
            followers.append(follow(dagd, "quick", run_id, logs="false"))
        for connection, response in followers:
            last = json.loads(response.read().splitlines()[-1])
            assert (last["event"], last["state"]) == ("run", "success")
            connection.close()


def test_a_reason_that_was_cut_inside_of_a_letter_is_told(dagd_home):
    folder = dagd_home.home / "operators" / "odd"
    folder.mkdir(parents=True)
    (folder / "operator.yaml").write_text(ODD_OPERATOR)
    dagd_home.start()
    dagd_home.load_dag("odd", ODD)
    run_id = dagd_home.trigger("odd")
    assert dagd_home.wait_run("odd", run_id)["state"] == "failed"
    assert "expected" in dagd_home.tasks("odd", run_id)["one"]["reason"]
    last = events(dagd_home, "odd", run_id)[-1]
    assert (last["event"], last["state"]) == ("run", "failed")
