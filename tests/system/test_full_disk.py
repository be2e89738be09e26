# SPDX-License-Identifier: MIT
"""The disk is full while tasks run: they go on, what was promised is kept, and with room all is well again."""
import contextlib
import os
import pathlib

import pytest

from daemon import wait_until
from disk import disk_fill
from gate import Gate

DAG = """
    dag_id: writes
    max_active_runs: 100
    tasks:
      - task_id: much
        operator: bash
        bash_command: {begin}; echo before; head -c 3000000 /dev/zero | tr '\\0' x; echo; {middle}; echo after
      - {{task_id: next, operator: bash, bash_command: echo next, dependencies: much}}
"""


def is_waited_at(gate):
    """Whether a process is at the gate: it has the FIFO in its command line."""
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if os.fsencode(gate.path) in file.read_bytes():
                return True
    return False


def sleeps(pid):
    """Whether it waits for others; who waits for a disk is in another state."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S"


def trigger_until_refused(daemon, dag_id):
    """The ids of runs that were answered for, until one was refused for want of room."""
    answered = []
    for number in range(5000):
        # Large, so that it does not take long.
        body = {"logical_date": None, "dag_run_id": f"run{number}", "conf": {"filler": "x" * 100000}}
        answer = daemon.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
        if answer.status != 200:
            assert answer.status == 507 and ("space" in answer.sentence or "full" in answer.sentence), answer
            return answered
        answered.append(body["dag_run_id"])
    raise AssertionError("there was room for all of it")


def all_runs(daemon, dag_id):
    return {run["dag_run_id"]: run["state"] for run in daemon.get(f"/dags/{dag_id}/dagRuns", limit=10000)["dag_runs"]}


@pytest.mark.parametrize("end", ["with room", "without room", "without room and without dagd",
                                 "without room, which dagd does not survive"])
def test_a_task_that_logs_onto_a_full_disk_goes_on_and_nothing_is_lost(small_dagd, tmp_path, end):
    dagd = small_dagd
    begin, middle = Gate(tmp_path, "begin"), Gate(tmp_path, "middle")
    dagd.load_dag("writes", DAG.format(begin=begin.command, middle=middle.command))
    dagd.load_dag("held", """
        is_paused_upon_creation: true
        tasks: [{task_id: t, operator: empty}]
    """)
    run_id = dagd.trigger("writes")
    begin.entered()
    filler = disk_fill(dagd.home)
    begin.open()
    middle.entered()  # all of it was written, although there is no room
    answered = trigger_until_refused(dagd, "held")
    assert dagd.run("writes", run_id)["state"] == "running"
    assert sorted(all_runs(dagd, "held")) == sorted(answered)
    if end == "with room":
        filler.unlink()
    if end == "without room and without dagd":
        dagd.kill()
    middle.open()
    if end != "with room":
        wait_until(lambda: not is_waited_at(middle), "the task ends")
    if end == "without room, which dagd does not survive":
        wait_until(lambda: list(dagd.home.glob("state/attempts/*/result")) and all(map(sleeps, dagd.workers())),
                   "its worker has put down its result and told it")
        # Whoever is told now that it is kept is told too early.
        for _ in range(10):
            dagd.get("/monitor/health")
        dagd.kill()
    if end != "with room":
        filler.unlink()
    if not dagd.process:
        dagd.start()

    assert dagd.wait_run("writes", run_id)["state"] == "success"
    assert {task["try_number"] for task in dagd.tasks("writes", run_id).values()} == {1}
    if end == "with room":
        log = dagd.task_log("writes", run_id, "much")
        assert "bytes of output are missing here: No space left on device]\n" in log and log.endswith("after\n")
    assert sorted(all_runs(dagd, "held")) == sorted(answered)
    body = {"logical_date": None, "dag_run_id": "later"}
    wait_until(lambda: dagd.request("POST", "/api/v2/dags/writes/dagRuns", body).status in (200, 409),
               "there is room for a run")
    for gate in (begin, middle):
        gate.open()
    assert dagd.wait_run("writes", "later")["state"] == "success"
    assert len(dagd.task_log("writes", "later", "much")) > 3000000
    dagd.restart()
    assert sorted(all_runs(dagd, "held")) == sorted(answered)
    assert sorted(all_runs(dagd, "writes")) == sorted([run_id, "later"])
