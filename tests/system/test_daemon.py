# SPDX-License-Identifier: MIT
"""dagd's own life: it starts, stops, is killed, and knows what it knew; where it cannot start it says why."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile

import pytest

from daemon import Daemon, wait_until
from gate import Gate

HELLO = """
    dag_id: hello
    tasks:
      - {task_id: greet, operator: bash, bash_command: echo good day}
"""


def refused(daemon):
    """Starts dagd, which must end by itself: its exit code and what it said."""
    daemon.spawn()
    code = daemon.process.wait(60)
    daemon.reader.join(60)
    daemon.process = None
    return code, daemon.log[daemon.log_begin:]


def test_a_dag_is_loaded_run_and_logged(dagd):
    dagd.load_dag("hello", HELLO)
    run_id = dagd.trigger("hello")
    assert dagd.wait_run("hello", run_id)["state"] == "success"
    assert "good day" in dagd.task_log("hello", run_id, "greet")


def test_a_stop_and_a_kill_forget_no_run(dagd):
    dagd.load_dag("hello", HELLO)
    first = dagd.trigger("hello")
    dagd.wait_run("hello", first)
    dagd.restart()
    second = dagd.trigger("hello")
    dagd.kill()
    dagd.start()
    assert dagd.wait_run("hello", second)["state"] == "success"
    assert dagd.run("hello", first)["state"] == "success"


# ---- where it cannot start ----


def test_a_second_dagd_on_one_home_is_refused_with_the_pid_of_the_first(dagd, build):
    code, log = refused(Daemon(build, dagd.home))
    assert code == 75
    assert len(log) == 1 and log[0].endswith(
        f"another dagd (pid {dagd.process.pid}) runs on this home; its state is {dagd.home}/state")
    dagd.load_dag("hello", HELLO)
    assert dagd.wait_run("hello", dagd.trigger("hello"))["state"] == "success"


def test_a_home_is_free_again_when_its_dagd_was_killed(dagd, build):
    dagd.kill()
    dagd.start()


def test_a_home_below_a_file_is_refused(build, tmp_path):
    one = Daemon(build, tmp_path)
    (tmp_path / "file").write_text("")
    one.home = tmp_path / "file" / "home"
    code, log = refused(one)
    assert code == 1
    assert len(log) == 1 and str(one.home) in log[0] and "Not a directory" in log[0]


def test_a_home_that_is_not_writable_is_refused(build):
    with tempfile.TemporaryDirectory(prefix="dagd-closed-") as folder:
        # Where the other user gets at it: the build may be in somebody's own folder.
        os.chmod(folder, 0o755)
        program = shutil.copy(build / "daemon" / "dagd", folder)
        home = pathlib.Path(folder, "home")
        home.mkdir(mode=0o555)
        other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        environment = {k: v for k, v in os.environ.items() if k == "PATH" or k.endswith("SAN_OPTIONS")}
        done = subprocess.run([*other, program, "--home", home], capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "Permission denied" in done.stderr
    assert f"{home}/state" in done.stderr and "--home" in done.stderr


def test_a_database_of_a_newer_dagd_is_refused_and_left_as_it_is(dagd):
    dagd.load_dag("hello", HELLO)
    dagd.stop()
    file = dagd.home / "state" / "dagd.db"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    before = file.read_bytes()
    code, log = refused(dagd)
    assert code == 1
    assert len(log) == 1 and f'"{file}" was written by a newer dagd' in log[0] and "999" in log[0]
    assert file.read_bytes() == before


@pytest.mark.parametrize("content,sentence", [
    (b"this is no database, but it is long enough to look like one" * 100, "not a database"),
    (b"SQLite format 3\0" + b"\xff" * 4096, "dagd.db"),
])
def test_a_database_that_is_none_is_refused_and_left_as_it_is(dagd_home, content, sentence):
    file = dagd_home.home / "state" / "dagd.db"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(content)
    code, log = refused(dagd_home)
    assert code == 1 and len(log) == 1
    assert sentence in log[0]
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_as_it_is(dagd_home):
    file = dagd_home.home / "state" / "dagd.db"
    file.parent.mkdir(mode=0o700)
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE precious (id INTEGER)")
    database.close()
    before = file.read_bytes()
    code, log = refused(dagd_home)
    assert code == 1 and len(log) == 1 and "of another program" in log[0]
    assert file.read_bytes() == before


def test_the_mistakes_of_dagd_yaml_are_told_all_at_once_with_their_places(dagd_home):
    (dagd_home.home / "dagd.yaml").write_text(
        "core:\n  paralelism: 4\n  max_xcom_size: huge\n  default_timezone: Europe/Wein\n"
        "  dags_are_paused_at_creation: yes\nloging:\n  logging_level: info\napi: [1]\n")
    dagd_home.environment["DAGD__CORE__PARALLELISM"] = "many"
    code, log = refused(dagd_home)
    text = "\n".join(log)
    assert code == 1
    for place, sentence in (("2:3", 'unknown key "paralelism"'), ("3:18", '"huge"'), ("5:32", '"yes"'),
                            ("6:1", 'unknown section "loging"'), ("8:6", 'section "api" is')):
        line = next((line for line in log if f"dagd.yaml:{place}: " in line), None)
        assert line and sentence in line, (place, text)
    assert "did you mean \"parallelism\"?" in text and "did you mean \"logging\"?" in text
    assert "Europe/Wein" in text
    assert "DAGD__CORE__PARALLELISM" in text and '"many" is no whole number' in text
    assert not (dagd_home.home / "state").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"core: {", b"- a\n- b\n", b"---\n---\n{}\n", b"core: &a [*a]\n"])
def test_a_dagd_yaml_that_cannot_be_read_is_refused_with_a_sentence(dagd_home, content):
    (dagd_home.home / "dagd.yaml").write_bytes(content)
    code, log = refused(dagd_home)
    assert code == 1
    assert log and all("dagd.yaml" in line for line in log if line and not line.startswith(" ")), log


# ---- what changes while it runs ----

WAITS = """
    dag_id: waits
    tasks:
      - {{task_id: a, operator: bash, bash_command: "{0}"}}
      - {{task_id: b, operator: bash, bash_command: "{1}"}}
      - {{task_id: c, operator: bash, bash_command: "{2}"}}
"""


def n_running(daemon, run_id):
    return [task["state"] for task in daemon.tasks("waits", run_id).values()].count("running")


def test_sighup_reloads_parallelism_and_looks_at_every_dag_file(dagd_home, tmp_path):
    gates = [Gate(tmp_path, name) for name in "abc"]
    config = dagd_home.home / "dagd.yaml"
    config.write_text("core: {parallelism: 1}\n")
    # Changes behind a link are not seen by who watches the folder.
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text("tasks: [{task_id: t, operator: empty}]\n")
    (dagd_home.dags / "linked.yaml").symlink_to(elsewhere)
    dagd = dagd_home.start()
    dagd.load_dag("waits", WAITS.format(*(gate.command for gate in gates)))
    run_id = dagd.trigger("waits")
    gates[0].entered()
    assert n_running(dagd, run_id) == 1
    config.write_text("core: {parallelism: 3}\n")
    before = dagd.version("linked")
    elsewhere.write_text("tasks: [{task_id: another, operator: empty}]\n")
    dagd.process.send_signal(signal.SIGHUP)
    for gate in gates[1:]:
        gate.entered()
    assert n_running(dagd, run_id) == 3
    wait_until(lambda: dagd.version("linked") != before, "the file behind the link is read again")
    assert dagd.get("/config/section/core/option/parallelism")["sections"][0]["options"][0]["value"] == "3"
    for gate in gates:
        gate.open()
    assert dagd.wait_run("waits", run_id)["state"] == "success"


def test_a_wrong_dagd_yaml_at_sighup_leaves_the_configuration_as_it_was(dagd_home):
    config = dagd_home.home / "dagd.yaml"
    config.write_text("core: {parallelism: 2}\n")
    dagd = dagd_home.start()
    config.write_text("core: {parallelism: 0}\n")
    dagd.process.send_signal(signal.SIGHUP)
    wait_until(lambda: any("is left as it was" in line for line in dagd.log), "the refusal")
    assert any("dagd.yaml:1:21: " in line and '"0" is out of range' in line for line in dagd.log), dagd.log
    assert dagd.get("/config/section/core/option/parallelism")["sections"][0]["options"][0]["value"] == "2"
    dagd.load_dag("hello", HELLO)
    assert dagd.wait_run("hello", dagd.trigger("hello"))["state"] == "success"


# ---- who may speak with it ----


def sockets_of(pid):
    """The inodes of the sockets that a process has."""
    found = set()
    for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder itself, which is closed by now
            name = os.readlink(path)
            found |= {name[len("socket:["):-1]} if name.startswith("socket:[") else set()
    return found


def sockets_of_the_network():
    """The inodes of all sockets of this machine that are not of the kind unix or netlink."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "packet"):
        path = pathlib.Path("/proc/net") / name
        rows = path.read_text().splitlines()[1:] if path.exists() else []
        found |= {row.split()[8 if name == "packet" else 9] for row in rows}
    return found


def test_no_port_is_opened(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("waits", f"""
        dag_id: waits
        tasks: [{{task_id: wait, operator: bash, bash_command: {gate.command}}}]
    """)
    run_id = dagd.trigger("waits")
    gate.entered()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
        other.bind(("::1", 0))
        assert len(sockets_of("self") & sockets_of_the_network()) == 2 and server, "the search is not blind"
        pids = [dagd.process.pid, *dagd.workers()]
        assert len(pids) >= 2 and all(sockets_of(pid) for pid in pids)
        assert [pid for pid in pids if sockets_of(pid) & sockets_of_the_network()] == []
    gate.open()
    assert dagd.wait_run("waits", run_id)["state"] == "success"


@contextlib.contextmanager
def as_user(uid, gid):
    os.setegid(gid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def test_the_socket_is_for_root_and_dagds_user_alone(open_build):
    if os.getuid() != 0:
        pytest.skip("only root can be someone else")
    user, other = 61234, 61235
    # Not pytest's own folder: the others must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        daemon = Daemon(open_build, home)
        for path in (daemon.home, daemon.dags):
            os.chown(path, user, user)
        daemon.prefix = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        try:
            socket_path = daemon.start().home / "run" / "dagd.sock"
            assert stat.S_IMODE(socket_path.stat().st_mode) == 0o660
            for path in (daemon.home, socket_path.parent):
                path.chmod(0o755)
            for uid, gid, status in ((0, 0, 200), (user, user, 200), (other, user, 403)):
                with as_user(uid, gid):
                    answer = daemon.request("POST", "/api/v2/variables", {"key": f"of_{uid}", "value": "x"})
                assert answer.status == (201 if status == 200 else status), answer
            with as_user(other, other), pytest.raises(PermissionError):
                daemon.request("GET", "/api/v2/dags")
            socket_path.chmod(0o666)
            with as_user(other, other):
                assert daemon.request("GET", "/api/v2/dags").status == 403
            assert [one["key"] for one in daemon.get("/variables")["variables"]] == ["of_0", f"of_{user}"]
            daemon.stop()
        finally:
            daemon.dispose()
