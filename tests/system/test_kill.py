# SPDX-License-Identifier: MIT
"""dagd and its workers are killed in the middle of what they do: no run is lost, no attempt is repeated, no
running task ends."""
import os
import pathlib
import signal
import sqlite3
import time

import pytest

import dumps
from daemon import wait_until
from gate import Gate
from held_task import hold  # noqa: F401
from workflow import DAG_ID, DATABASE, TASKS


def tries(daemon, dag_id, run_id, task_id):
    """All attempts of the task, those that were taken back too."""
    return daemon.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/tries")["task_instances"]


def pid_of(daemon, dag_id, run_id, task_id):
    """The pid of the task's program, once dagd knows it."""
    return wait_until(lambda: daemon.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")["pid"],
                      f"the pid of {task_id}")


def stat(pid):
    """What /proc/PID/stat says after the name: state, parent, ... None: it is dead, reaped or not."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields if fields[0] not in "ZX" else None


def worker_of(pid):
    """The worker that supervises the program."""
    return int(stat(pid)[1])


def identity(pid):
    """What no other process has: pid and start time. None: it is dead."""
    fields = stat(pid)
    return (pid, fields[19]) if fields else None


def end(daemon, how):
    daemon.kill() if how == "kill" else daemon.stop()


# For each task of the main job: those that are settled while it is held.
SETTLED = {
    "find_latest_postgres_dump": {"find_latest_mongodb_dump", "restore_mongodb_dump"},
    "restore_postgres_dump": {"find_latest_postgres_dump", "find_latest_mongodb_dump", "restore_mongodb_dump"},
    "find_latest_mongodb_dump": {"find_latest_postgres_dump", "restore_postgres_dump"},
    "restore_mongodb_dump": {"find_latest_mongodb_dump", "find_latest_postgres_dump", "restore_postgres_dump"},
    "process_mongodb_data": set(TASKS) - {"process_mongodb_data"},
}


def are_successful(workflow, run_id, task_ids):
    tasks = workflow.tasks(run_id)
    return all(tasks[task_id]["state"] == "success" for task_id in task_ids)


@pytest.mark.parametrize("task_id,how", [(task_id, "kill") for task_id in TASKS] + [("restore_postgres_dump", "stop")])
def test_dagd_dies_in_the_middle_of_a_task_which_goes_on_and_is_done_once(workflow, hold, task_id, how):
    daemon = workflow.daemon
    held = hold(task_id)
    run_id = workflow.start(**held.variables).trigger()
    held.wait()
    wait_until(lambda: are_successful(workflow, run_id, SETTLED[task_id]), "the others are done")
    program = identity(pid_of(daemon, DAG_ID, run_id, task_id))
    end(daemon, how)
    assert identity(program[0]) == program
    daemon.start()
    assert workflow.tasks(run_id)[task_id]["state"] == "running"
    assert pid_of(daemon, DAG_ID, run_id, task_id) == program[0] and identity(program[0]) == program
    held.let_go()
    workflow.assert_success(run_id)
    attempts = {one: tries(daemon, DAG_ID, run_id, one) for one in TASKS}
    assert {one: [(a["try_number"], a["state"]) for a in list_] for one, list_ in attempts.items()} == {
        one: [(1, "success")] for one in TASKS}
    assert attempts[task_id][0]["pid"] == program[0]
    assert workflow.log(run_id, "restore_postgres_dump").count("\npg_restore --verbose ") == 1
    assert workflow.log(run_id, "restore_mongodb_dump").count("\nmongorestore --config") == 1


def test_dagd_dies_twice_in_one_restore(workflow, hold):
    held = hold("restore_postgres_dump")
    run_id = workflow.start().trigger()
    held.wait()
    for _ in range(2):
        workflow.daemon.kill()
        workflow.daemon.start()
    held.let_go()
    workflow.assert_success(run_id)
    assert len(tries(workflow.daemon, DAG_ID, run_id, "restore_postgres_dump")) == 1


def test_a_restore_whose_worker_dies_is_lost_and_fails_although_it_may_be_retried(workflow, hold):
    daemon = workflow.daemon
    held = hold("restore_postgres_dump")
    run_id = workflow.start(workflow.text(retries=3, retry_delay="1s")).trigger()
    session = held.wait()
    program = pid_of(daemon, DAG_ID, run_id, "restore_postgres_dump")
    os.kill(worker_of(program), signal.SIGKILL)
    workflow.assert_failed(run_id, "restore_postgres_dump", "lost")
    assert identity(program) is None
    # Its session in the server ends too, although the lock is still held.
    wait_until(lambda: not dumps.psql(workflow.pg, f"SELECT 1 FROM pg_stat_activity WHERE pid = {session}"),
               "the session is gone")
    held.let_go()
    assert dumps.psql(workflow.pg, "SELECT count(*) FROM keyless", DATABASE) == "3"


def test_a_restore_whose_worker_dies_while_dagd_is_dead_too_is_lost(workflow, hold):
    daemon = workflow.daemon
    held = hold("restore_postgres_dump")
    run_id = workflow.start().trigger()
    held.wait()
    program = pid_of(daemon, DAG_ID, run_id, "restore_postgres_dump")
    worker = worker_of(program)
    daemon.kill()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: identity(program) is None, "the program ends with its worker")
    daemon.start()
    workflow.assert_failed(run_id, "restore_postgres_dump", "lost: its worker died while dagd was away")


WAITS = """
    dag_id: waits
    schedule: null
    max_active_runs: 100
    tasks:
      - {{task_id: wait, operator: bash, retries: {retries}, retry_delay: 1s, bash_command: "echo begun; {command}"}}
"""


def test_a_shell_task_whose_worker_dies_is_tried_again(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("waits", WAITS.format(retries=1, command=gate.command))
    run_id = dagd.trigger("waits")
    gate.entered()
    first = pid_of(dagd, "waits", run_id, "wait")
    os.kill(worker_of(first), signal.SIGKILL)
    wait_until(lambda: identity(first) is None, "the program of the first try is gone")
    wait_until(lambda: dagd.tasks("waits", run_id)["wait"]["try_number"] == 2, "a second try")
    assert pid_of(dagd, "waits", run_id, "wait") != first
    gate.open("second\n")
    assert dagd.wait_run("waits", run_id)["state"] == "success"
    ends = [(one["try_number"], one["state"], one["reason"]) for one in tries(dagd, "waits", run_id, "wait")]
    assert ends == [(1, "lost", "lost: its worker was killed by signal 9 (Killed)"), (2, "success", None)]
    assert dagd.task_log("waits", run_id, "wait", 1) == "begun\n"
    assert dagd.task_log("waits", run_id, "wait", 2) == "begun\nsecond\n"


def test_a_worker_that_dies_takes_what_its_task_has_started_with_it(dagd, tmp_path):
    gate, pids = Gate(tmp_path), tmp_path / "pids"
    dagd.load_dag("waits", WAITS.format(
        retries=0, command=f"setsid sleep 600 & (setsid sleep 601 & echo $! >>{pids}); echo $! >>{pids};"
                           f" {gate.command}"))
    run_id = dagd.trigger("waits")
    gate.entered()
    left = [identity(int(pid)) for pid in pids.read_text().split()]
    assert len(left) == 2 and None not in left
    os.kill(worker_of(pid_of(dagd, "waits", run_id, "wait")), signal.SIGKILL)
    assert dagd.wait_run("waits", run_id)["state"] == "failed"
    assert "lost" in dagd.tasks("waits", run_id)["wait"]["reason"]
    # Only when nothing is left of it, it counts as lost.
    assert [identity(pid) for pid, _ in left] == [None, None]


def test_runs_whose_trigger_was_answered_before_the_kill_all_happen_once(dagd, tmp_path):
    done = tmp_path / "done"
    dagd.load_dag("waits", WAITS.format(retries=0, command=f"echo $DAGD_DAG_RUN_ID >>{done}"))
    answered = []
    for _ in range(3):
        answered += [dagd.trigger("waits") for _ in range(5)]
        dagd.kill()
        dagd.start()
    for run_id in answered:
        assert dagd.wait_run("waits", run_id)["state"] == "success"
    assert sorted(done.read_text().split()) == sorted(answered)


def results_left(daemon):
    return list((daemon.home / "state" / "attempts").glob("*/result"))


@pytest.mark.parametrize("workers", ["live", "dead"])
def test_results_that_come_while_dagd_is_dead_are_taken_once(dagd, tmp_path, workers):
    gates = [Gate(tmp_path, f"gate{i}") for i in range(3)]
    done = tmp_path / "done"
    dagd.load_dag("waits", """
        dag_id: waits
        tasks:
          - {task_id: good, operator: bash, bash_command: %s}
          - {task_id: bad, operator: bash, bash_command: "%s; exit 7"}
          - {task_id: skipped, operator: bash, bash_command: "%s; exit 99"}
          - {task_id: after, operator: bash, bash_command: "echo {{ tasks.good.output }} >>%s", dependencies: good}
        """ % (*(gate.command for gate in gates), done))
    run_id = dagd.trigger("waits")
    for gate in gates:
        gate.entered()
    programs = [pid_of(dagd, "waits", run_id, task_id) for task_id in ("good", "bad", "skipped")]
    dagd.kill()
    for gate in gates:
        gate.open("the result\n")
    wait_until(lambda: not any(map(identity, programs)), "the programs have ended")
    wait_until(lambda: len(results_left(dagd)) == 3, "their results are kept")
    for pid in dagd.workers() if workers == "dead" else ():
        os.kill(pid, signal.SIGKILL)
    for _ in range(2):
        dagd.start()
        assert dagd.wait_run("waits", run_id)["state"] == "failed"
        states = {task_id: (task["state"], task["try_number"]) for task_id, task in dagd.tasks("waits", run_id).items()}
        assert states == {"good": ("success", 1), "bad": ("failed", 1), "skipped": ("skipped", 1),
                          "after": ("success", 1)}
        assert [len(tries(dagd, "waits", run_id, task_id)) for task_id in states] == [1] * 4
        assert done.read_text() == "the result\n"
        dagd.kill()
    dagd.start()
    # Acknowledged: no worker keeps a result for which nobody will ask.
    wait_until(lambda: not results_left(dagd), "no result is left")


def start_anew(dagd, attempt):
    """Kills dagd and all that runs, and makes as if the machine had been started anew since."""
    dagd.kill()
    for pid in dagd.workers():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not dagd.workers(), "nothing runs any more")
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as database:
        database.execute("UPDATE attempt SET boot_id = 'another boot' WHERE id = ?", (attempt,))
    database.close()
    dagd.start()


def test_a_task_under_way_when_the_machine_stopped_is_lost_and_can_be_run_again(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("waits", WAITS.format(retries=0, command=gate.command))
    run_id = dagd.trigger("waits")
    gate.entered()
    [one] = tries(dagd, "waits", run_id, "wait")
    start_anew(dagd, one["attempt"])
    assert dagd.wait_run("waits", run_id)["state"] == "failed"
    reason = "lost: the machine was started anew while it was under way"
    assert dagd.tasks("waits", run_id)["wait"]["reason"] == reason
    assert reason in dagd.dagctl("dags", "why", "waits", run_id, "wait").stdout
    cleared = dagd.dagctl("tasks", "clear", "waits", "--run-id", run_id, "-y")
    assert cleared.returncode == 0, cleared
    gate.open("again\n")
    assert dagd.wait_run("waits", run_id)["state"] == "success"
    assert dagd.task_log("waits", run_id, "wait", 2) == "begun\nagain\n"


@pytest.mark.parametrize("comes_due", ["while dagd is dead", "later"])
def test_a_retry_outlasts_the_death_of_dagd(dagd, comes_due):
    delay_s = 1 if comes_due == "while dagd is dead" else 8
    dagd.load_dag("retries", f"""
        dag_id: retries
        tasks:
          - task_id: second_time
            operator: bash
            retries: 1
            retry_delay: {delay_s}s
            bash_command: date +%s.%N; test $DAGD_TRY_NUMBER = 2
    """)
    run_id = dagd.trigger("retries")
    dagd.wait_task("retries", run_id, "second_time", ["up_for_retry"])
    dagd.kill()
    failed_at = float(dagd.task_log("retries", run_id, "second_time"))
    if comes_due == "while dagd is dead":
        wait_until(lambda: time.time() > failed_at + delay_s, "the retry is due")
    dagd.start()
    assert dagd.wait_run("retries", run_id)["state"] == "success"
    assert len(tries(dagd, "retries", run_id, "second_time")) == 2
    assert float(dagd.task_log("retries", run_id, "second_time", 2)) >= failed_at + delay_s


@pytest.mark.parametrize("asked", ["cancel", "clear"])
def test_what_was_asked_of_a_task_is_done_although_dagd_dies_at_once(dagd_home, tmp_path, asked):
    dagd_home.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = "1s"
    dagd = dagd_home.start()
    gate = Gate(tmp_path)
    dagd.load_dag("waits", WAITS.format(retries=0, command=f"trap '' TERM; {gate.command}"))
    run_id = dagd.trigger("waits")
    gate.entered()
    program = pid_of(dagd, "waits", run_id, "wait")
    worker = worker_of(program)
    os.kill(worker, signal.SIGSTOP)  # it hears of nothing until dagd is dead
    words = {"cancel": ("dags", "cancel", "waits", run_id),
             "clear": ("tasks", "clear", "waits", "--run-id", run_id, "-y")}
    done = dagd.dagctl(*words[asked])
    assert done.returncode == 0, done
    dagd.kill()
    os.kill(worker, signal.SIGCONT)
    dagd.start()
    wait_until(lambda: identity(program) is None, "the task is ended")
    if asked == "cancel":
        assert dagd.wait_run("waits", run_id)["state"] == "failed"
        assert len(tries(dagd, "waits", run_id, "wait")) == 1
        return
    wait_until(lambda: dagd.tasks("waits", run_id)["wait"]["try_number"] == 2, "a second try")
    gate.open("again\n")
    assert dagd.wait_run("waits", run_id)["state"] == "success"
    assert len(tries(dagd, "waits", run_id, "wait")) == 2
