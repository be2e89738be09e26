# SPDX-License-Identifier: MIT
"""The unit of systemd: it is valid, keeps the promise that tasks outlive dagd, and dagd answers its watchdog."""
import os
import pathlib
import socket
import subprocess

import pytest

from daemon import DEADLINE_S

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
    "StartLimitBurst=10": "one that cannot start is not started for ever",
    "WatchdogSec=60": "a dagd that hangs is started again",
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
