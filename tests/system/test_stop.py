# SPDX-License-Identifier: MIT
"""dagd is asked to stop: it waits for nobody, neither tasks nor clients nor the disk, and forgets nothing."""
import contextlib
import ctypes
import os
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

from daemon import UnixConnection, wait_until
from gate import Gate

WAITING = """
    dag_id: waiting
    tasks: [{{task_id: wait, operator: bash, bash_command: "{0}"}}]
"""
STOP_MAX_S = 1
# On a machine that is busy with other tests it may take longer now and then; who waits for somebody does each time.
STOPS_MAX = 3


@contextlib.contextmanager
def database_held(home):
    """Another program has the database for itself: what dagd wants to write waits."""
    database = sqlite3.connect(home / "state" / "dagd.db", isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        yield
    finally:
        database.close()


def stop(dagd, n_signals=1):
    """Its exit code, and how long it took; what any end of a dagd takes on this machine now is not counted."""
    process, dagd.process = dagd.process, None
    begin = time.monotonic()
    for _ in range(n_signals):
        process.send_signal(signal.SIGTERM)
    code, took_s = process.wait(60), time.monotonic() - begin
    wait_until(lambda: any(line for line in dagd.log[dagd.log_begin:] if "running tasks go on" in line), "it says so")
    begin = time.monotonic()
    subprocess.run([dagd.build / "daemon" / "dagd", "--version"], check=True, stdout=subprocess.DEVNULL)
    return code, took_s - (time.monotonic() - begin)


def trigger_in_background(dagd, run_id):
    """Asks for a run and waits for no answer."""
    def ask():
        with contextlib.suppress(OSError, AssertionError):
            dagd.trigger("waiting", dag_run_id=run_id)
    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def is_known(dagd, run_id):
    """Whether dagd has decided on the run, be it stored or not."""
    sentences = dagd.request("GET", "/api/dagd/v1/dags/waiting/why").json["reasons"]
    return any(one["dag_run_id"] == run_id for one in sentences)


def stop_in_time(dagd, attempt):
    """`attempt()` stops it, as stop() does, and is called again until that was in time; dagd is started each time."""
    times_s = []
    while not times_s or times_s[-1] >= STOP_MAX_S:
        assert len(times_s) < STOPS_MAX, f"each stop took too long: {times_s}"
        code, took_s = attempt()
        times_s.append(took_s)
        assert code == 0
        dagd.start()


@pytest.mark.parametrize("n_signals", [1, 20])
def test_a_stop_waits_for_no_disk_that_takes_its_time(dagd, tmp_path, n_signals):
    gate = Gate(tmp_path, "gate")
    dagd.load_dag("waiting", WAITING.format(gate.command))
    run_id = dagd.trigger("waiting")
    gate.entered()

    def attempt():
        with database_held(dagd.home):
            asking = trigger_in_background(dagd, "not_stored")
            wait_until(lambda: is_known(dagd, "not_stored"), "the run is decided")
            ended = stop(dagd, n_signals)
        asking.join()
        return ended
    stop_in_time(dagd, attempt)
    assert [run["dag_run_id"] for run in dagd.get("/dags/waiting/dagRuns")["dag_runs"]] == [run_id]
    gate.open()
    assert dagd.wait_run("waiting", run_id)["state"] == "success"
    assert dagd.tasks("waiting", run_id)["wait"]["try_number"] == 1


def test_a_stop_waits_for_no_client(dagd, tmp_path):
    gate = Gate(tmp_path, "gate")
    dagd.load_dag("waiting", WAITING.format(gate.command))
    run_id = dagd.trigger("waiting")
    gate.entered()
    for number in range(100):
        dagd.post("/variables", {"key": f"large{number}", "value": "x" * 10000})

    def attempt():
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(contextlib.closing(UnixConnection(dagd.socket))) for _ in range(20)]
            for number, client in enumerate(clients):
                # Half of them follow the run, half take nothing of 1 MB.
                path = (f"/api/dagd/v1/dags/waiting/dagRuns/{run_id}/stream?logs=true" if number % 2
                        else "/api/v2/variables?limit=100")
                client.request("GET", path)
            for client in clients[1::2]:
                assert client.getresponse().status == 200
            return stop(dagd)
    stop_in_time(dagd, attempt)
    gate.open()
    assert dagd.wait_run("waiting", run_id)["state"] == "success"


@contextlib.contextmanager
def loop_held(dagd):
    """The thread of the loop stands still, wherever it is; the others do not."""
    seize, interrupt, every_thread = 0x4206, 0x4207, 0x40000000
    libc = ctypes.CDLL(None, use_errno=True)
    pid = ctypes.c_long(dagd.process.pid)
    if libc.ptrace(seize, pid, None, None) != 0:
        pytest.skip(f"processes cannot be traced here: {os.strerror(ctypes.get_errno())}")
    assert libc.ptrace(interrupt, pid, None, None) == 0
    os.waitpid(dagd.process.pid, every_thread)
    yield


def test_a_stop_does_not_wait_until_the_loop_hears_of_it(dagd, tmp_path):
    gate = Gate(tmp_path, "gate")
    dagd.load_dag("waiting", WAITING.format(gate.command))
    run_id = dagd.trigger("waiting")
    gate.entered()
    with loop_held(dagd):
        begin = time.monotonic()
        dagd.stop()
        took_s = time.monotonic() - begin
    assert took_s < 10  # it would not have ended at all
    dagd.start()
    gate.open()
    assert dagd.wait_run("waiting", run_id)["state"] == "success"
    assert dagd.tasks("waiting", run_id)["wait"]["try_number"] == 1


def test_many_restarts_in_a_row_lose_nothing(dagd, tmp_path):
    gate = Gate(tmp_path, "gate")
    dagd.load_dag("waiting", WAITING.format(gate.command))
    run_id = dagd.trigger("waiting")
    gate.entered()
    for _ in range(20):
        dagd.restart()
    gate.open()
    assert dagd.wait_run("waiting", run_id)["state"] == "success"
    assert dagd.tasks("waiting", run_id)["wait"]["try_number"] == 1
