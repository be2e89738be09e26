# SPDX-License-Identifier: MIT
"""/proc is mounted with hidepid=2: a dagd that is not root sees neither processes of others nor its own workers, which
nobody may look into. Its promises are the same."""
import os
import pathlib
import platform
import signal
import subprocess
import tempfile

import pytest

from daemon import Daemon, wait_until
from gate import Gate
from roots_child import roots_child_load
from test_daemon import refused
from test_worker import NOBODY, parent

MOUNTS = 'mount -t proc -o "$0" proc /proc && exec setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"'
WAITS = """
    dag_id: waits
    schedule: null
    tasks:
      - task_id: wait
        operator: bash
        retries: 0
        on_lost: fail
        bash_command: "(setsid sleep 600 & echo $! >{pid}) >/dev/null 2>&1; {command}"
"""


def hiding(*command, options="hidepid=2"):
    """In a mount namespace of its own, so that nobody else is kept from seeing anything."""
    unshare = ["unshare", "--mount", "--propagation", "private"]
    return [*unshare, "bash", "-c", MOUNTS, options, str(NOBODY), *map(str, command)]


class Blind(Daemon):
    """Sees only processes that it may look into."""

    options = "hidepid=2"

    def __init__(self, build, home):
        super().__init__(build, home)
        for path in (self.home, self.dags):
            os.chown(path, NOBODY, NOBODY)

    def command(self):
        return hiding(*super().command(), options=self.options)


@pytest.fixture
def blind(open_build):
    if tuple(map(int, platform.release().split(".")[:2])) < (5, 8):
        pytest.skip("before Linux 5.8 all mounts of /proc have the same options")
    tried = subprocess.run(hiding("test", "!", "-e", "/proc/1"), capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"processes cannot be hidden here: {tried.stderr.strip()}")
    with tempfile.TemporaryDirectory(prefix="dagd-blind-") as folder:
        os.chmod(folder, 0o755)
        one = Blind(open_build, pathlib.Path(folder) / "home")
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


def lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Held:
    """A run whose task waits at a gate, beside a process of a session of its own."""

    def __init__(self, daemon):
        self.daemon, self.gate = daemon, Gate(daemon.home)
        os.chown(self.gate.path, NOBODY, NOBODY)
        file = daemon.home / "pid"
        daemon.load_dag("waits", WAITS.format(pid=file, command=self.gate.command))
        self.run_id = daemon.trigger("waits")
        self.gate.entered()
        self.program = wait_until(lambda: self.task()["pid"], "the pid of the task")
        self.worker, self.left = parent(self.program), int(file.read_text())
        assert lives(self.left)

    def task(self):
        return self.daemon.get(f"/dags/waits/dagRuns/{self.run_id}/taskInstances/wait")

    def tries(self):
        path = f"/dags/waits/dagRuns/{self.run_id}/taskInstances/wait/tries"
        return [(one["state"], one["reason"]) for one in self.daemon.get(path)["task_instances"]]


def test_a_task_goes_on_when_its_worker_cannot_be_seen(blind):
    held = Held(blind)
    for _ in range(2):
        blind.kill()
        blind.start()
        assert held.task()["state"] == "running" and lives(held.program)
    held.gate.open()
    assert blind.wait_run("waits", held.run_id)["state"] == "success"
    assert held.tries() == [("success", None)] and not lives(held.left)


SAYS = {True: "its worker was killed by signal 9 (Killed)", False: "its worker died while dagd was away"}


@pytest.mark.parametrize("is_dagd_there", [True, False])
def test_a_task_whose_worker_is_killed_is_lost_and_nothing_of_it_is_left(blind, is_dagd_there):
    held = Held(blind)
    if not is_dagd_there:
        blind.kill()
    os.kill(held.worker, signal.SIGKILL)
    if not is_dagd_there:
        wait_until(lambda: not lives(held.program), "the program ends with its worker")
        blind.start()
    assert blind.wait_run("waits", held.run_id)["state"] == "failed"
    [(state, reason)] = held.tries()
    assert state == "lost" and reason == f"lost: {SAYS[is_dagd_there]}"
    assert not lives(held.program) and not lives(held.left)


def test_what_has_become_roots_and_cannot_be_seen_does_not_hold_up_the_result(blind):
    pid = roots_child_load(blind, "while [ -e /proc/$! ]")
    run_id = blind.trigger("roots")
    try:
        assert blind.wait_run("roots", run_id)["state"] == "success"
        log = blind.task_log("roots", run_id, "leave")
        assert log.startswith("done\n[dagd: ") and "could not be killed and lives on]" in log
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_where_no_boot_is_told_from_another_dagd_does_not_start_and_tasks_go_on(blind):
    held = Held(blind)
    blind.kill()
    blind.options = "subset=pid"
    code, log = refused(blind)
    assert code == 1 and len(log) == 1
    assert 'cannot read "/proc/sys/kernel/random/boot_id"' in log[0] and "ProcSubset=" in log[0]
    blind.options = "hidepid=2"
    blind.start()
    assert held.task()["state"] == "running" and lives(held.program)
    held.gate.open()
    assert blind.wait_run("waits", held.run_id)["state"] == "success"
    assert held.tries() == [("success", None)]
