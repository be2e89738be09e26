# SPDX-License-Identifier: MIT
"""What is in memory stays there: no core file of anything that knows secrets, no debugger; and a terminal that shows
what a task left takes no commands from it."""
import json
import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import tempfile
import threading

import pytest

from daemon import Daemon, wait_until
from http_script import Answer, HttpScript

OTHER = 61234
COMMANDS = "\x1b]0;title\x07\x1b[2J\x1b[31mred\x9b31m\u009b5n\r\x08\x7f\u202eevil"


@pytest.fixture
def dagd_of_another_user(open_build):
    # Not pytest's own folder: the other user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        one = Daemon(open_build, home)
        for path in (one.home, one.dags):
            os.chown(path, OTHER, OTHER)
        one.prefix = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups"]
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


def is_closed(pid):
    """The kernel gives what belongs to a process to root where nobody else may look at its memory."""
    return os.stat(f"/proc/{pid}/environ").st_uid == 0


def named(name):
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() == name and os.stat(folder).st_gid in (0, OTHER):
                found.append(int(folder.name))
        except OSError:  # it has gone
            pass
    return found


def test_nobody_looks_into_the_memory_of_dagd_a_worker_and_an_operator(dagd_of_another_user):
    dagd, asked, go_on = dagd_of_another_user, threading.Event(), threading.Event()

    def answer(request):
        asked.set()
        go_on.wait(60)
        return Answer(200, "ok")
    with HttpScript(answer) as server:
        before = set(named("http"))
        dagd.load_dag("held", json.dumps({"dag_id": "held", "tasks": [
            {"task_id": "asks", "operator": "http", "endpoint": server.url},
            {"task_id": "shell", "operator": "bash", "cwd": str(dagd.home),
             "bash_command": "echo $$ > pid.new; mv pid.new pid; read -r line < gate"}]}))
        os.mkfifo(dagd.home / "gate")
        os.chmod(dagd.home / "gate", 0o666)
        run_id = dagd.trigger("held")
        try:
            wait_until(asked.is_set, "the operator asks")
            wait_until((dagd.home / "pid").exists, "the shell runs")
            shell = int((dagd.home / "pid").read_text())
            operators = set(named("http")) - before
            assert operators and all(is_closed(pid) for pid in operators)
            assert is_closed(dagd.process.pid) and all(is_closed(pid) for pid in dagd.workers())
            assert not is_closed(shell)  # the program of a task is its author's own
        finally:
            go_on.set()
            (dagd.home / "gate").write_text("\n")
        assert dagd.wait_run("held", run_id)["state"] == "success"


def test_a_crash_leaves_no_core_file_unless_a_task_asks_for_one(dagd_home):
    dagd = dagd_home
    dagd.prefix = ["prlimit", "--core=unlimited"]
    dagd.start()
    (dagd.home / "work").mkdir()
    script = "ulimit -Sc; ulimit -Hc; kill -SEGV $$"
    dagd.load_dag("crash", json.dumps({"dag_id": "crash", "tasks": [
        {"task_id": "one", "operator": "bash", "bash_command": script, "cwd": str(dagd.home / "work")}]}))
    run_id = dagd.trigger("crash")
    assert dagd.wait_run("crash", run_id)["state"] == "failed"
    assert dagd.task_log("crash", run_id, "one") == "0\nunlimited\n"
    for pid in (dagd.process.pid, *dagd.workers()):
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file")] == ["0"]
    assert not [path for path in dagd.home.rglob("*core*") if path.is_file()]


def test_dagctl_that_reads_a_secret_leaves_no_core_file_either(dagd_of_another_user):
    dagd = dagd_of_another_user
    words = [dagd.build / "cli" / "dagctl", "variables", "set", "closed", "-"]
    value = b"v" * (1 << 17)  # more than a pipe takes: who has written half of it is being read
    with subprocess.Popen(["prlimit", "--core=unlimited", *dagd.prefix, *words], stdin=subprocess.PIPE,
                          env=dict(os.environ, DAGD_HOME=str(dagd.home))) as process:
        os.write(process.stdin.fileno(), value[:1 << 16])
        os.write(process.stdin.fileno(), value[1 << 16:-1])
        assert is_closed(process.pid)
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
        assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file")] == ["0"]
        process.communicate(value[-1:])
    assert process.returncode == 0
    assert dagd.get("/variables/closed")["value"] == value.decode()


def cores(folder):
    return [path for path in pathlib.Path(folder).glob("core*") if path.is_file()]


def crash(pid):
    """With no limit left to keep its core file away. Those that are where it would leave one, when it is gone."""
    folder = os.readlink(f"/proc/{pid}/cwd")
    resource.prlimit(pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.kill(pid, signal.SIGSEGV)
    # Who has ended has no program any more, even while nobody has asked how.
    wait_until(lambda: not os.path.exists(f"/proc/{pid}/exe"), f"{pid} has ended")
    return cores(folder)


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.fixture
def place_of_cores(tmp_path):
    """Where a program that crashes leaves its core file, as one does."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if not re.fullmatch(r"core[%\w.]*", pattern):
        pytest.skip(f"core files go to {pattern!r} on this machine")
    if os.geteuid() != 0:
        pytest.skip("only root may lift the limits of others")
    control = tmp_path / "control"
    control.mkdir()
    subprocess.run(["prlimit", "--core=unlimited", "/bin/bash", "-c", "kill -SEGV $$"], cwd=control)
    assert cores(control), "a crash leaves a core file here"
    place = tmp_path / "place"
    place.mkdir()
    return place


def test_dagd_a_worker_and_an_operator_leave_no_core_file_whatever_the_limit(dagd_home, place_of_cores):
    dagd, asked, go_on = dagd_home, threading.Event(), threading.Event()
    dagd.prefix = ["env", "-C", str(place_of_cores), "prlimit", "--core=unlimited"]
    # The address sanitizer would catch the signal, and keep the file away itself.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0:disable_coredump=0"
    dagd.environment["ASAN_OPTIONS"] = sanitizer
    dagd.start()

    def answer(request):
        asked.set()
        go_on.wait(60)
        return Answer(200, "ok")
    with HttpScript(answer) as server:
        dagd.post("/connections", {"connection_id": "web", "conn_type": "http", "host": "127.0.0.1", "login": "me",
                                   "port": server.server.server_port, "password": "core-5b0f1a77c2"})
        for dag_id, task in {"asks": {"operator": "http", "http_conn_id": "web", "endpoint": "/"},
                             "shell": {"operator": "bash", "cwd": str(place_of_cores), "bash_command":
                                       "echo $$ > pid.new; mv pid.new pid; read -r line < <(sleep 600)"}}.items():
            dagd.load_dag(dag_id, json.dumps({"dag_id": dag_id, "tasks": [
                {"task_id": "one", "env": {"ASAN_OPTIONS": sanitizer}, **task}]}))
        before = set(named("http"))
        run_id = dagd.trigger("asks")
        try:
            wait_until(asked.is_set, "the operator asks")
            operator, = set(named("http")) - before
            # Its folder goes with it: so its worker must not know yet.
            worker = parent(operator)
            os.kill(worker, signal.SIGSTOP)
            assert crash(operator) == []
            os.kill(worker, signal.SIGCONT)
        finally:
            go_on.set()
        assert dagd.wait_run("asks", run_id)["state"] == "failed"
        assert "signal 11" in dagd.tasks("asks", run_id)["one"]["reason"]
    run_id = dagd.trigger("shell")
    wait_until((place_of_cores / "pid").exists, "the shell runs")
    worker = parent(int((place_of_cores / "pid").read_text()))
    assert worker in dagd.workers() and crash(worker) == []
    assert dagd.wait_run("shell", run_id)["state"] == "failed"
    assert os.readlink(f"/proc/{dagd.process.pid}/cwd") == str(place_of_cores)
    process, dagd.process = dagd.process, None
    assert crash(process.pid) == []
    assert process.wait(60) == -signal.SIGSEGV


def on_terminal(dagd, *words):
    """What dagctl shows on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([dagd.build / "cli" / "dagctl", *words], stdout=theirs, stderr=theirs,
                               env=dict(os.environ, DAGD_HOME=str(dagd.home), TERM="xterm", NO_COLOR="1"))
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    process.wait(60)
    return shown.decode()


def test_a_terminal_is_shown_no_commands(dagd):
    note = COMMANDS.replace("\x9b", "")
    (dagd.home / "shows").write_bytes(COMMANDS.encode("utf-8", "surrogateescape") + b"\x9b31m\n")
    dagd.load_dag("shows", json.dumps({"dag_id": "shows", "description": note, "tasks": [
        {"task_id": "one", "operator": "bash",
         "bash_command": f"cat {dagd.home}/shows; cat {dagd.home}/shows >&2; exit 1"}]}))
    run_id = dagd.trigger("shows", {"x": note}, note=note)
    dagd.wait_run("shows", run_id)
    dagd.post("/variables", {"key": "shown", "value": note, "description": note})
    for words in (["tasks", "logs", "shows", run_id, "one"], ["tasks", "logs", "shows", run_id, "one", "--follow"],
                  ["tasks", "states-for-dag-run", "shows", run_id], ["dags", "list-runs", "shows"],
                  ["dags", "details", "shows"], ["dags", "why", "shows", run_id], ["variables", "list"],
                  ["variables", "get", "shown"]):
        for form in ("table", "json", "yaml", "plain"):
            shown = on_terminal(dagd, *words, "-o", form)
            assert shown, words
            found = {c for c in shown if c not in "\r\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e")}
            assert found == set(), (words, form, shown)
            assert "\r" not in shown.replace("\r\n", "")
