# SPDX-License-Identifier: MIT
"""What workers do while no dagd is there."""
import os
import pathlib
import shutil

import pytest

from daemon import wait_until
from gate import Gate

WAITS = """
    dag_id: waits
    schedule: null
    tasks: [{{task_id: wait, operator: bash, bash_command: {command}}}]
"""


@pytest.mark.parametrize("order", ["home, task", "task, home"])
def test_a_worker_whose_home_is_deleted_ends_when_its_task_does(dagd, tmp_path, order):
    gate = Gate(tmp_path)
    dagd.load_dag("waits", WAITS.format(command=gate.command))
    dagd.trigger("waits")
    gate.entered()
    dagd.kill()
    wait_until(lambda: len(dagd.workers()) == 1, "the idle workers are gone")
    if order == "home, task":
        shutil.rmtree(dagd.home)
        gate.open("")
    else:
        gate.open("")
        wait_until(lambda: list(dagd.home.glob("state/attempts/*/result")), "its result is kept")
        assert dagd.workers()
        shutil.rmtree(dagd.home)
    wait_until(lambda: not dagd.workers(), "no worker is left")


def inotify_instances(pid):
    names = pathlib.Path(f"/proc/{pid}/fd").iterdir()
    return sum("inotify" in os.readlink(name) for name in names)


def test_a_worker_that_waits_for_dagd_takes_no_inotify_instance(dagd, tmp_path):
    """A user has 128 of them, dagd needs one to start, and more tasks than that may run."""
    gate = Gate(tmp_path)
    dagd.load_dag("waits", WAITS.format(command=gate.command))
    run = dagd.trigger("waits")
    gate.entered()
    dagd.kill()
    wait_until(lambda: len(dagd.workers()) == 1, "the idle workers are gone")
    assert [inotify_instances(pid) for pid in dagd.workers()] == [0]
    dagd.start()
    gate.open("")
    assert dagd.wait_run("waits", run)["state"] == "success"
