# SPDX-License-Identifier: MIT
"""What workers do while no dagd is there."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from daemon import Daemon, wait_until
from disk import failing_disk
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


def assert_tasks_go_first(daemon):
    """Started as the unit starts it: spared when memory is short."""
    command = daemon.command
    daemon.command = lambda: ["choom", "-n", "-500", "--", *command()]
    daemon.start().load_dag("asks", """
        dag_id: asks
        tasks:
          - task_id: ask
            operator: bash
            bash_command: cat /proc/self/oom_score_adj /proc/$PPID/oom_score_adj
    """)
    run_id = daemon.trigger("asks")
    assert daemon.wait_run("asks", run_id)["state"] == "success"
    assert daemon.task_log("asks", run_id, "ask") == "0\n-500\n"
    daemon.stop()


@pytest.fixture
def sparing():
    allowed = subprocess.run(["choom", "-n", "-500", "--", "true"], capture_output=True, text=True)
    if allowed.returncode != 0:
        pytest.skip(f"no process can be spared here: {allowed.stderr.strip()}")


def test_when_memory_is_short_tasks_go_first(sparing, build, tmp_path):
    daemon = Daemon(build, tmp_path / "home")
    try:
        assert_tasks_go_first(daemon)
    finally:
        daemon.dispose()


NOBODY = 65534


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


class DaemonOfNobody(Daemon):
    """A dagd that may not kill what has become root's."""

    def __init__(self, build, home):
        super().__init__(build, home)
        for path in (self.home, self.dags):
            os.chown(path, NOBODY, NOBODY)

    def command(self):
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *super().command()]


@pytest.fixture
def unprivileged(open_build):
    with tempfile.TemporaryDirectory(prefix="dagd-nobody-") as folder:
        os.chmod(folder, 0o755)
        one = DaemonOfNobody(open_build, pathlib.Path(folder) / "home")
        root_maker = pathlib.Path(folder) / "become"
        shutil.copy(shutil.which("setpriv"), root_maker)
        root_maker.chmod(0o4755)
        one.become_root = f"{root_maker} --reuid 0 --regid 0 --clear-groups"
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


def test_when_memory_is_short_tasks_of_an_unprivileged_dagd_go_first(sparing, unprivileged):
    unprivileged.stop()
    assert_tasks_go_first(unprivileged)
    unprivileged.start()


LIVES_ON = "could not be killed and lives on"


def test_what_cannot_be_killed_does_not_hold_up_the_result(unprivileged):
    daemon = unprivileged
    pid = daemon.home / "pid"
    daemon.load_dag("roots", f"""
        dag_id: roots
        tasks:
          - task_id: leave
            operator: bash
            bash_command: >-
              {daemon.become_root} setsid sleep 600 & echo $! >{pid};
              until [ "$(ps -o ruser= -p $!)" = root ]; do sleep 0.01; done; echo done
    """)
    run_id = daemon.trigger("roots")
    try:
        assert daemon.wait_run("roots", run_id)["state"] == "success"
        log = daemon.task_log("roots", run_id, "leave")
        assert log == f"done\n[dagd: process {pid.read_text().strip()}, which the task has left, {LIVES_ON}]\n"
        wait_until(lambda: parent(int(pid.read_text())) not in daemon.workers(), "its worker has gone home")
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


def state(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


@contextlib.contextmanager
def frozen(folder):
    """Who writes there waits, and cannot be killed meanwhile."""
    done = subprocess.run(["fsfreeze", "--freeze", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no disk can be held here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", folder], check=True)


def test_what_waits_for_a_disk_does_not_hold_up_the_result_either(dagd, tmp_path):
    pid = tmp_path / "pid"
    dagd.load_dag("writes", f"""
        dag_id: writes
        tasks:
          - task_id: leave
            operator: bash
            bash_command: >-
              setsid dd if=/dev/zero of={tmp_path}/disk/file count=1 2>/dev/null & echo $! >{pid};
              until [ "$(ps -o stat= -p $! | cut -c 1)" = D ]; do sleep 0.01; done; echo done
    """)
    with failing_disk(tmp_path, tmp_path / "disk", "16m"):
        with frozen(tmp_path / "disk"):
            run_id = dagd.trigger("writes")
            assert dagd.wait_run("writes", run_id)["state"] == "success"
            left = int(pid.read_text())
            assert state(left) == "D"
        log = dagd.task_log("writes", run_id, "leave")
        assert log == f"done\n[dagd: process {left}, which the task has left, {LIVES_ON}]\n"
        wait_until(lambda: not pathlib.Path(f"/proc/{left}").exists(), "it is killed once it can be")
