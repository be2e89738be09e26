# SPDX-License-Identifier: MIT
"""A task is killed: it is told whether that was for lack of memory."""
import os
import pathlib

import pytest

MEMORY = pathlib.Path("/sys/fs/cgroup/memory")
LIMIT = 50 << 20
GREEDY = f"/usr/bin/python3 -c 'x = bytearray({6 * LIMIT})'"
HUNGRY = """
    dag_id: hungry
    tasks: [{{task_id: eat, operator: bash, bash_command: "echo begins; {0}"}}]
"""
TOLD = "meanwhile the kernel killed processes for lack of memory"


@pytest.fixture
def narrow():
    """The file that takes a process where it gets 50 MB, and then is killed by the kernel."""
    cgroup = MEMORY / f"dagd-test-{os.getpid()}"
    try:
        cgroup.mkdir()
        (cgroup / "memory.limit_in_bytes").write_text(str(LIMIT))
    except OSError as error:
        pytest.skip(f"memory cannot be limited here: {error}")
    yield cgroup / "cgroup.procs"
    cgroup.rmdir()


def end(dagd, command):
    """The reason with which a task of this command has failed, and its log."""
    dagd.load_dag("hungry", HUNGRY.format(command))
    run_id = dagd.trigger("hungry")
    assert dagd.wait_run("hungry", run_id)["state"] == "failed"
    [one] = dagd.get(f"/dags/hungry/dagRuns/{run_id}/taskInstances/eat/tries")["task_instances"]
    said = dagd.dagctl("dags", "why", "hungry", run_id, "eat").stdout
    assert one["reason"] in said, said
    return one["reason"], dagd.task_log("hungry", run_id, "eat")


def test_a_task_that_the_kernel_has_killed_says_so(dagd, narrow):
    reason, log = end(dagd, f"echo $$ >{narrow}; exec {GREEDY}")
    assert reason == f"ended by signal 9 (Killed): {TOLD}"
    assert log == f"begins\n[dagd: {TOLD}]\n"


def test_so_does_one_whose_child_was_killed(dagd, narrow):
    reason, log = end(dagd, f"echo $BASHPID >{narrow}; {GREEDY}; exit $?")
    assert reason == f"exit code 137: {TOLD}"
    assert log.endswith(f"\n[dagd: {TOLD}]\n")


def test_a_task_that_somebody_has_killed_does_not(dagd):
    assert end(dagd, "kill -KILL $$") == ("ended by signal 9 (Killed)", "begins\n")
