# SPDX-License-Identifier: MIT
"""dagd is upgraded under running tasks: their workers are those of the version before, and go on."""
import contextlib
import os
import pathlib
import shutil
import tempfile

import pytest

from daemon import Daemon, wait_until
from gate import Gate

TWO = """
    dag_id: two
    schedule: null
    tasks:
      - {{task_id: before, operator: bash, bash_command: "echo begun; {before}"}}
      - task_id: after
        operator: bash
        dependencies: before
        bash_command: "echo {{{{ tasks.before.output }}}}; {after}"
"""


class Installation:
    """A dagd whose program files can be replaced, as a package manager does it."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.worker = folder / "worker" / "dagd-worker"
        for name in ("daemon", "worker"):
            (folder / name).mkdir()
        shutil.copy(build / "daemon" / "dagd", folder / "daemon" / "dagd")
        (folder / "operators").symlink_to(build / "operators")

    def install(self, program):
        """By a new file under the old name; who runs the old one keeps it."""
        new = self.worker.with_name("dagd-worker.new")
        shutil.copy(self.build / program, new)
        new.rename(self.worker)


@pytest.fixture
def installation(build, tmp_path):
    one = Installation(build, tmp_path)
    one.install("tests/system/dagd-worker-1")
    return one


@pytest.fixture
def daemon(installation):
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        one = Daemon(installation.folder, home)
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


def programs(pids):
    """The program files of those that still are there."""
    found = set()
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):  # one that ended meanwhile
            found.add(os.readlink(f"/proc/{pid}/exe"))
    return found


def tries(daemon, run_id, task_id):
    return daemon.get(f"/dags/two/dagRuns/{run_id}/taskInstances/{task_id}/tries")["task_instances"]


def pid_of(daemon, run_id, task_id):
    path = f"/dags/two/dagRuns/{run_id}/taskInstances/{task_id}"
    return wait_until(lambda: daemon.get(path)["pid"], f"the pid of {task_id}")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_task_of_the_version_before_goes_on_and_its_result_is_taken(installation, daemon, tmp_path, end):
    before, after = Gate(tmp_path, "before"), Gate(tmp_path, "after")
    daemon.load_dag("two", TWO.format(before=before.command, after=after.command))
    run_id = daemon.trigger("two")
    before.entered()
    program = pid_of(daemon, run_id, "before")
    old = str(installation.worker)
    assert programs(daemon.workers()) == {old}
    installation.install("worker/dagd-worker")
    getattr(daemon, end)()
    daemon.start()
    assert daemon.tasks("two", run_id)["before"]["state"] == "running"
    assert pid_of(daemon, run_id, "before") == program
    assert pathlib.Path(f"/proc/{program}").exists()
    wait_until(lambda: programs(daemon.workers()) == {f"{old} (deleted)", old}, "idle workers are new ones")
    before.open("the result\n")
    after.entered()
    # The old worker has done what it had to do.
    wait_until(lambda: programs(daemon.workers()) == {old}, "all workers are new ones")
    after.open()
    assert daemon.wait_run("two", run_id)["state"] == "success"
    assert [len(tries(daemon, run_id, task_id)) for task_id in ("before", "after")] == [1, 1]
    assert daemon.task_log("two", run_id, "before") == "begun\nthe result\n"
    assert daemon.task_log("two", run_id, "after") == "the result\n"


def test_a_result_of_the_version_before_that_was_left_in_a_file_is_taken(installation, daemon, tmp_path):
    before, after = Gate(tmp_path, "before"), Gate(tmp_path, "after")
    daemon.load_dag("two", TWO.format(before=before.command, after=after.command))
    run_id = daemon.trigger("two")
    before.entered()
    daemon.kill()
    before.open("the result\n")
    wait_until(lambda: list(daemon.home.glob("state/attempts/*/result")), "the result is kept")
    for pid in daemon.workers():
        os.kill(pid, 9)
    installation.install("worker/dagd-worker")
    daemon.start()
    after.open()
    assert daemon.wait_run("two", run_id)["state"] == "success"
    assert daemon.task_log("two", run_id, "after") == "the result\n"


def test_a_dagd_that_runs_on_after_its_files_were_replaced_starts_the_workers_it_came_with(
        installation, daemon, tmp_path):
    gates = [Gate(tmp_path, f"gate{i}") for i in range(4)]
    daemon.load_dag("many", "dag_id: many\ntasks:\n" + "".join(
        f"  - {{task_id: t{i}, operator: bash, bash_command: {gate.command}}}\n" for i, gate in enumerate(gates)))
    installation.install("worker/dagd-worker")
    run_id = daemon.trigger("many")
    for gate in gates:
        gate.entered()
    assert programs(daemon.workers()) == {f"{installation.worker} (deleted)"}
    for gate in gates:
        gate.open()
    assert daemon.wait_run("many", run_id)["state"] == "success"


def test_after_a_downgrade_a_worker_of_the_newer_version_is_told_of_and_its_result_taken(build, tmp_path):
    installation = Installation(build, tmp_path)
    installation.install("tests/system/dagd-worker-9")
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        daemon = Daemon(installation.folder, home)
        try:
            before, after = Gate(tmp_path, "before"), Gate(tmp_path, "after")
            daemon.start().load_dag("two", TWO.format(before=before.command, after=after.command))
            run_id = daemon.trigger("two")
            before.entered()
            daemon.stop()
            installation.install("worker/dagd-worker")
            daemon.start()
            wait_until(lambda: any("is of a newer dagd (its protocol is 9" in line for line in daemon.log),
                       "it is told")
            before.open("the result\n")
            after.open()
            assert daemon.wait_run("two", run_id)["state"] == "success"
            assert daemon.task_log("two", run_id, "after") == "the result\n"
            daemon.stop()
        finally:
            daemon.dispose()
