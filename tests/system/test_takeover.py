# SPDX-License-Identifier: MIT
"""Somebody removes the lock of a home whose dagd only stands still: a second one takes over, and the first one can
write nothing any more."""
import pathlib
import signal

import pytest

from daemon import Daemon, wait_until
from gate import Gate

DAG = """
    dag_id: waits
    tasks:
      - {task_id: wait, operator: bash, bash_command: %s}
      - {task_id: after, operator: bash, dependencies: wait, bash_command: "echo {{ tasks.wait.output }}"}
"""


def stand_still(daemon):
    daemon.process.send_signal(signal.SIGSTOP)
    pathlib.Path(daemon.home, "state", "lock").unlink()


@pytest.fixture
def first(dagd, tmp_path):
    """It stands still within a task that waits at its gate, and its lock is gone."""
    dagd.gate = Gate(tmp_path)
    dagd.load_dag("waits", DAG % dagd.gate.command)
    dagd.run_id = dagd.trigger("waits")
    dagd.gate.entered()
    stand_still(dagd)
    yield dagd
    dagd.process = None


@pytest.fixture
def second(build, first):
    one = Daemon(build, first.home).start()
    yield one
    one.stop()


def end(daemon, signal_number):
    """The exit code of one that stood still, after the signal."""
    daemon.process.send_signal(signal_number)
    daemon.process.send_signal(signal.SIGCONT)
    code = daemon.process.wait(60)
    daemon.reader.join()
    return code


def assert_done_once(daemon, run_id):
    assert daemon.wait_run("waits", run_id)["state"] == "success"
    for task_id in ("wait", "after"):
        tries = daemon.get(f"/dags/waits/dagRuns/{run_id}/taskInstances/{task_id}/tries")["task_instances"]
        assert [one["state"] for one in tries] == ["success"]
        assert daemon.task_log("waits", run_id, task_id) == "the result\n"


def test_a_dagd_that_has_been_succeeded_ends_before_it_writes(first, second):
    first.process.send_signal(signal.SIGCONT)
    first.gate.open("the result\n")
    assert end(first, signal.SIGCONT) == -signal.SIGABRT
    assert any("another dagd has taken over" in line for line in first.log)
    assert_done_once(second, first.run_id)


def test_a_dagd_that_has_been_succeeded_leaves_the_sockets_to_the_other(first, second):
    # It stops, or finds out first that it has been succeeded.
    assert end(first, signal.SIGTERM) in (0, -signal.SIGABRT)
    first.gate.open("the result\n")
    assert_done_once(second, first.run_id)


def test_a_dagd_that_has_been_succeeded_ends_although_it_has_nothing_to_write(dagd, build):
    stand_still(dagd)
    other = Daemon(build, dagd.home).start()
    assert end(dagd, signal.SIGCONT) == -signal.SIGABRT
    dagd.process = None
    other.stop()
