# SPDX-License-Identifier: MIT
"""The machine lacks what tasks need to begin: none begins, those that run go on, dagd says why, and goes on itself."""
import os
import re
import socket
import sqlite3


from daemon import Daemon, wait_until
from disk import demand, disk_fill, small_disk
from gate import Gate

HELD = """
    dag_id: held
    tasks: [{{task_id: wait, operator: bash, bash_command: "{0}"}}]
"""
HELLO = """
    dag_id: hello
    tasks: [{task_id: greet, operator: bash, bash_command: echo good day}]
"""


def probe(dagd):
    return dagd.request("GET", "/health")


def is_well(dagd):
    return probe(dagd).status == 200


def wait_trouble(dagd, part="scheduler"):
    """Waits until a part is not well, and returns its reason."""
    return wait_until(lambda: dagd.get("/monitor/health")[part].get("reason"), f"the {part} says why it is not well")


def assert_told(dagd, reason, run_id):
    """Everybody who asks why the run of hello does not begin is told the same reason."""
    assert probe(dagd).status == 503
    said = dagd.dagctl("health")
    assert said.returncode == 1 and reason in said.stdout, said
    for words in (("hello",), ("hello", run_id), ("hello", run_id, "greet")):
        said = dagd.dagctl("dags", "why", *words)
        assert said.returncode == 0, said
        assert re.search(r"no task begins since \S+: " + re.escape(reason) + "; running tasks go on", said.stdout), said
    told = f"{reason}; no task begins until that is mended; running tasks go on"
    assert any(line.endswith(told) for line in dagd.log), dagd.log


def assert_begun_once(dagd, run_id):
    """The run went on by itself, and what held it cost it no try."""
    assert dagd.wait_run("hello", run_id)["state"] == "success"
    assert dagd.tasks("hello", run_id)["greet"]["try_number"] == 1
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as database:
        rows = database.execute("SELECT try_number FROM attempt JOIN run ON run.id = attempt.run WHERE run_id = ?",
                                (run_id,)).fetchall()
    assert rows == [(1,)]
    wait_until(lambda: is_well(dagd), "dagd is well again")


def test_on_a_full_disk_no_task_begins_and_results_are_recorded(small_dagd, tmp_path):
    dagd = small_dagd
    gate = Gate(tmp_path, "gate")
    dagd.load_dag("held", HELD.format(gate.command))
    dagd.load_dag("hello", HELLO)
    running = dagd.trigger("held")
    gate.entered()
    filler = disk_fill(dagd.home)
    waiting = dagd.trigger("hello")  # there is a reserve for what is small
    reason = wait_trouble(dagd)
    assert reason == f"the disk of {dagd.home}/state is full"
    assert_told(dagd, reason, waiting)
    gate.open()
    assert dagd.wait_run("held", running)["state"] == "success"
    assert dagd.run("hello", waiting)["state"] == "running"
    filler.unlink()
    assert_begun_once(dagd, waiting)


def test_a_run_that_waits_for_a_full_disk_can_be_ended(small_dagd):
    dagd = small_dagd
    dagd.load_dag("hello", HELLO)
    filler = disk_fill(dagd.home)
    run_id = dagd.trigger("hello")
    wait_trouble(dagd)
    assert dagd.dagctl("dags", "cancel", "hello", run_id).returncode == 0
    assert dagd.wait_run("hello", run_id)["state"] == "failed"
    filler.unlink()
    wait_until(lambda: is_well(dagd), "dagd is well again")
    assert not list((dagd.home / "logs").rglob("attempt=*")), "it never ran"


def test_a_full_disk_takes_the_results_of_all_that_run(small_dagd, tmp_path):
    dagd = small_dagd
    names = [f"t{number}" for number in range(16)]
    gates = [Gate(tmp_path, name) for name in names]
    tasks = "".join(f'\n      - {{task_id: {name}, operator: bash, bash_command: "{gate.command}"}}'
                    for name, gate in zip(names, gates))
    dagd.load_dag("many", f"\n    dag_id: many\n    tasks:{tasks}\n")
    run_id = dagd.trigger("many")
    for gate in gates:
        gate.entered()
    disk_fill(dagd.home)
    for gate in gates:
        gate.open("ended on a full disk\n")
    assert dagd.wait_run("many", run_id)["state"] == "success"
    dagd.kill()
    dagd.start()
    assert {task["state"] for task in dagd.tasks("many", run_id).values()} == {"success"}


def test_a_log_folder_that_is_read_only_holds_tasks_until_it_is_not(build, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with small_disk(home / "logs", "4m") as logs:
        dagd = Daemon(build, home)
        try:
            dagd.start()
            dagd.load_dag("hello", HELLO)
            demand("mount", "-o", "remount,ro", logs)
            run_id = dagd.trigger("hello")
            reason = wait_trouble(dagd)
            assert reason.startswith(f"the log folder {logs}/") and "Read-only file system" in reason
            assert_told(dagd, reason, run_id)
            demand("mount", "-o", "remount,rw", logs)
            assert_begun_once(dagd, run_id)
            dagd.stop()
        finally:
            dagd.dispose()


def test_a_full_disk_of_logs_costs_output_and_nothing_else(build, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    middle = Gate(tmp_path, "middle")
    with small_disk(home / "logs", "1m") as logs:
        dagd = Daemon(build, home)
        try:
            dagd.start()
            dagd.load_dag("held", HELD.format(
                f"echo before; head -c 3000000 /dev/zero | tr '\\\\0' x; echo; {middle.command}; echo after"))
            run_id = dagd.trigger("held")
            middle.entered()  # it is not held up, although there is no room for its output
            assert is_well(dagd)
            large = next(logs.rglob("attempt=1.log"))
            os.truncate(large, 1000)
            middle.open()
            assert dagd.wait_run("held", run_id)["state"] == "success"
            log = dagd.task_log("held", run_id, "wait")
            missing = re.search(r"\n\[dagd: (\d+) bytes of output are missing here: No space left on device\]\n", log)
            assert missing and int(missing[1]) > 1900000 and log.endswith("after\n")
            dagd.stop()
        finally:
            dagd.dispose()


def test_a_database_that_another_program_holds_is_told_and_written_later(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("held", HELD.format(gate.command))
    dagd.load_dag("hello", HELLO)
    running = dagd.trigger("held")
    gate.entered()
    database = sqlite3.connect(dagd.home / "state" / "dagd.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    refused = dagd.request("POST", "/api/v2/dags/hello/dagRuns", {"logical_date": None, "dag_run_id": "early"})
    assert refused.status == 503 and "is held by another program" in refused.sentence
    reason = wait_trouble(dagd, "metadatabase")
    assert f'"{dagd.home}/state/dagd.db" is held by another program' in reason
    assert dagd.get("/dags/hello/dagRuns")["total_entries"] == 0
    gate.open()
    wait_until(lambda: list(dagd.home.glob("state/attempts/*/result")), "its worker keeps the result")
    assert dagd.run("held", running)["state"] == "running"
    database.close()
    wait_until(lambda: is_well(dagd), "dagd is well again")
    assert dagd.wait_run("held", running)["state"] == "success"
    assert dagd.tasks("held", running)["wait"]["try_number"] == 1
    assert dagd.wait_run("hello", dagd.trigger("hello"))["state"] == "success"


def test_systemd_is_told_what_is_wrong_and_when_it_is_not_any_more(build, tmp_path):
    with small_disk(tmp_path / "home", "24m") as home, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.bind(str(tmp_path / "notify"))
        service.settimeout(60)
        dagd = Daemon(build, home, NOTIFY_SOCKET=str(tmp_path / "notify"))
        try:
            dagd.start()
            assert service.recv(4096) == b"READY=1"
            dagd.load_dag("hello", HELLO)
            filler = disk_fill(home)
            dagd.trigger("hello")
            assert service.recv(4096).decode() == f"STATUS=the disk of {home}/state is full"
            filler.unlink()
            assert service.recv(4096) == b"STATUS=all is well"
            dagd.stop()
        finally:
            dagd.dispose()
