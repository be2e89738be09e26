# SPDX-License-Identifier: MIT
"""The unit of systemd: it is valid, keeps the promise that tasks outlive dagd, and dagd answers its watchdog."""
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from daemon import DEADLINE_S, wait_until
from gate import Gate
from test_daemon import refused
from test_stop import loop_held

# What must not be lost from the unit, since tasks die or hang without it.
PROMISES = {
    "Type=notify": "READY comes after the recovery only",
    "NotifyAccess=main": "no task speaks for dagd",
    "KillMode=process": "a stop ends dagd and no task",
    "OOMPolicy=continue": "a task that is killed for want of memory takes nobody with it",
    "Delegate=yes": "each try has a cgroup of its own",
    "PrivateTmp=no": "/tmp outlives a restart",
    "RuntimeDirectoryPreserve=restart": "the socket's folder outlives a restart",
    "Restart=always": "dagd comes back",
    "RestartSec=1": "it comes back at once",
    "StartLimitIntervalSec=60": "one that cannot start is not started for ever",
    "StartLimitBurst=10": "nor one that ends again and again",
    "WatchdogSec=60": "a dagd that hangs is started again",
    "TimeoutStartSec=infinity": "one that changes the format of a large database is let do so",
    "LimitCORE=0": "a core file would hold secrets",
    "NoNewPrivileges=yes": "no task becomes root",
}


@pytest.fixture
def unit(build):
    return (build / "systemd" / "dagd.service").read_text()


def test_systemd_finds_nothing_wrong_with_the_unit(build, unit, tmp_path):
    # Not installed here: the program is that of the build.
    text = "".join(f"ExecStart={build}/daemon/dagd\n" if line.startswith("ExecStart=") else line + "\n"
                   for line in unit.splitlines())
    file = tmp_path / "dagd.service"
    file.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    file.write_text(text.replace("KillMode=process", "KilMode=process"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True)
    assert "KilMode" in done.stderr, "systemd-analyze tells of an unknown key"


@pytest.mark.parametrize("line", PROMISES)
def test_the_unit_says_what_the_promises_rest_on(unit, line):
    assert line in unit.splitlines(), PROMISES[line]


def test_the_unit_turns_no_controller_on(unit):
    # With one, processes could not stand beside the cgroups of the tries.
    assert not [line for line in unit.splitlines() if line.startswith(("MemoryMax=", "CPUQuota=", "Slice="))]


@pytest.fixture
def notified(dagd_home, tmp_path):
    """A dagd that is not started, and the socket on which it speaks with systemd."""
    path = pathlib.Path(tmp_path) / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.bind(str(path))
        service.settimeout(DEADLINE_S)
        dagd_home.environment["NOTIFY_SOCKET"] = str(path)
        yield dagd_home, service


def test_dagd_pings_the_watchdog_as_long_as_it_runs(notified):
    daemon, service = notified
    daemon.environment["WATCHDOG_USEC"] = "100000"
    daemon.start()
    while service.recv(100) != b"READY=1":
        pass
    assert [service.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    daemon.stop()
    rest = []
    service.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            rest.append(service.recv(100))
    assert rest.index(b"STOPPING=1") == len(rest) - 1


def test_a_watchdog_that_is_meant_for_another_process_gets_no_ping(notified):
    daemon, service = notified
    daemon.environment.update(WATCHDOG_USEC="1000", WATCHDOG_PID=str(os.getpid()))
    daemon.start()
    # Each answer is a turn of the loop, in which many pings would be due.
    for _ in range(20):
        daemon.get("/version")
    daemon.stop()
    assert [service.recv(100) for _ in range(2)] == [b"READY=1", b"STOPPING=1"]


WAITS = """
    dag_id: waits
    schedule: null
    tasks: [{task_id: wait, operator: bash, retries: 3, retry_delay: 0s, bash_command: %s}]
"""


def lives(pid):
    return pathlib.Path(f"/proc/{pid}").exists()


class Held:
    """A run whose task waits at its gate."""

    def __init__(self, daemon, folder):
        self.daemon, self.gate = daemon, Gate(folder)
        daemon.load_dag("waits", WAITS % self.gate.command)
        self.run_id = daemon.trigger("waits")
        self.gate.entered()
        self.path = f"/dags/waits/dagRuns/{self.run_id}/taskInstances/wait"
        self.pid = wait_until(lambda: daemon.get(self.path)["pid"], "the pid of the task")

    def assert_done_once(self):
        assert self.daemon.wait_run("waits", self.run_id)["state"] == "success"
        tries = self.daemon.get(f"{self.path}/tries")["task_instances"]
        assert [(one["state"], one["pid"]) for one in tries] == [("success", self.pid)]
        assert self.daemon.task_log("waits", self.run_id, "wait") == "the result\n"


def watch(service, process, watchdog_s):
    """What systemd does: who is silent for too long is ended, and continued where it stands still, so that it ends."""
    service.settimeout(watchdog_s)
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        try:
            service.recv(100)
        except TimeoutError:
            process.send_signal(signal.SIGABRT)
            process.send_signal(signal.SIGCONT)
            return process.wait(DEADLINE_S)
    raise AssertionError("it tells the watchdog that its loop turns")


@pytest.mark.parametrize("how", ["all of it stands still", "its loop stands still"])
def test_a_dagd_that_hangs_is_ended_by_the_watchdog_and_its_tasks_go_on(notified, tmp_path, how):
    daemon, service = notified
    held = Held(daemon.start(), tmp_path)
    daemon.stop()
    watchdog_s = 1
    daemon.environment["WATCHDOG_USEC"] = str(watchdog_s * 1000000)
    process = daemon.start().process
    while service.recv(100) != b"WATCHDOG=1":
        pass
    if how == "its loop stands still":
        with loop_held(daemon):
            code = watch(service, process, watchdog_s)
    else:
        process.send_signal(signal.SIGSTOP)
        code = watch(service, process, watchdog_s)
    daemon.process = None
    assert code == -signal.SIGABRT and lives(held.pid)
    daemon.start()
    held.gate.open("the result\n")
    held.assert_done_once()


def test_while_dagd_cannot_start_tasks_go_on_and_their_results_wait(dagd, tmp_path):
    held = Held(dagd, tmp_path)
    dagd.kill()
    config = dagd.home / "dagd.yaml"
    config.write_text("core: {paralelism: 4}\n")
    for number in range(10):  # then systemd gives up
        code, log = refused(dagd)
        assert code == 1 and 'unknown key "paralelism"' in log[0], log
        if number == 4:
            assert lives(held.pid)
            held.gate.open("the result\n")
            wait_until(lambda: list(dagd.home.glob("state/attempts/*/result")), "its result is kept")
    config.unlink()
    dagd.start()
    held.assert_done_once()
