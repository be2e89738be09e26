# SPDX-License-Identifier: MIT
"""What lies in the database's place may be of no use: dagd says what, where, and what to do, and leaves it as it is."""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import time

import pytest

from daemon import wait_until
from test_daemon import HELLO, refused


WAITS_S = 10  # for a database that another program holds


@pytest.fixture
def used(dagd):
    """A home that was used by a dagd, which was stopped: a run, a variable."""
    dagd.load_dag("hello", HELLO)
    dagd.wait_run("hello", dagd.trigger("hello"))
    dagd.post("/variables", {"key": "word", "value": "secret"})
    dagd.stop()
    return dagd


def database_of(daemon):
    return daemon.home / "state" / "dagd.db"


def log_remove(daemon):
    """All of it is in the database itself after a stop."""
    database_of(daemon).with_name("dagd.db-wal").unlink()


def bytes_write(path, offset, content):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


def magic_flip(daemon):
    bytes_write(database_of(daemon), 3, b"\x00")
    return '/dagd.db" is not a database: move it away, or put a backup in its place'


def tables_overwrite(daemon):
    log_remove(daemon)
    bytes_write(database_of(daemon), 100, os.urandom(3996))
    return '/dagd.db" is damaged: put a backup in its place'


def half_cut(daemon):
    log_remove(daemon)
    os.truncate(database_of(daemon), database_of(daemon).stat().st_size // 8 // 4096 * 4096)
    return '/dagd.db" is damaged: put a backup in its place'


def content_drop(daemon):
    log_remove(daemon)
    os.truncate(database_of(daemon), 0)
    return '/dagd.db" is empty, though "'


def log_overwrite(daemon):
    file = database_of(daemon).with_name("dagd.db-wal")
    bytes_write(file, 0, os.urandom(file.stat().st_size))
    return '/dagd.db-wal" is damaged'


def log_flip(daemon):
    bytes_write(database_of(daemon).with_name("dagd.db-wal"), 17, b"\xff\xff")
    return '/dagd.db-wal" is damaged'


def folder_put(daemon):
    log_remove(daemon)
    database_of(daemon).unlink()
    database_of(daemon).mkdir()
    return "/dagd.db"


def owner_change(daemon):
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(database_of(daemon), 61234, 61234)
    return '/dagd.db" belongs to user with the number 61234, but dagd runs as user root'


def key_remove(daemon):
    (daemon.home / "state" / "key").unlink()
    return '/key" is missing'


def key_exchange(daemon):
    (daemon.home / "state" / "key").write_text("ab" * 32 + "\n")
    return '/key" holds another key than the one used so far'


def version_raise(daemon):
    with sqlite3.connect(database_of(daemon)) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    return '/dagd.db" was written by a newer dagd'


def program_change(daemon):
    with sqlite3.connect(database_of(daemon)) as database:
        database.execute("PRAGMA application_id = 1")
    database.close()
    return '/dagd.db" is a database of another program'


DAMAGES = [magic_flip, tables_overwrite, half_cut, content_drop, log_overwrite, log_flip, folder_put, owner_change,
           key_remove, key_exchange, version_raise, program_change]


def contents(daemon):
    """What all that is to be kept holds; what SQLite makes anew at each start is not."""
    return {path: path.read_bytes() for path in (daemon.home / "state").rglob("*")
            if path.is_file() and path.stat().st_size > 0 and path.name != "dagd.db-shm"}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_of_no_use_is_refused_with_a_sentence_and_left_as_it_is(used, damage):
    words = damage(used)
    before = contents(used)
    for _ in range(2):  # and no attempt makes it any worse
        code, log = refused(used)
        assert code == 1 and len(log) == 1 and words in log[0] and str(used.home) in log[0], log
    assert contents(used) == before


def test_a_log_that_was_cut_off_at_its_end_is_no_damage(used):
    file = database_of(used).with_name("dagd.db-wal")
    os.truncate(file, file.stat().st_size // 2 + 100)
    used.start()
    assert used.get("/variables")["total_entries"] == 1
    assert used.get("/dags/hello/dagRuns")["total_entries"] == 1


@pytest.mark.usefixtures("open_build")
def test_a_database_that_cannot_be_read_is_refused(used):
    for folder, folders, files in os.walk(used.home):
        for name in ("", *folders, *files):
            os.chown(pathlib.Path(folder, name), 61234, 61234)
    used.prefix = ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups"]
    database_of(used).chmod(0)
    code, log = refused(used)
    assert code == 1 and len(log) == 1 and str(database_of(used)) in log[0] and "Permission denied" in log[0]
    database_of(used).chmod(0o400)
    code, log = refused(used)
    assert code == 1 and len(log) == 1 and str(database_of(used)) in log[0]
    database_of(used).chmod(0o600)
    used.start()
    assert used.get("/variables")["total_entries"] == 1


def test_a_database_that_another_program_holds_at_the_start_is_waited_for(used):
    database = sqlite3.connect(database_of(used), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    begin = time.monotonic()
    used.spawn()
    code = used.process.wait(60)
    used.process = None
    assert time.monotonic() - begin >= WAITS_S
    assert code == 1 and "is held by another program: end it" in used.log[-1]
    used.spawn()
    wait_until(lambda: is_opened(used, database_of(used)), "it has the database open")
    database.close()
    wait_until(used.is_ready, "dagd is ready")


def is_opened(daemon, path):
    links = subprocess.run(["ls", "-l", f"/proc/{daemon.process.pid}/fd"], capture_output=True, text=True).stdout
    return str(path) in links


# ---- after the machine stopped ----

def machine_stop(daemon):
    """What a dagd leaves whose machine stops: that of another boot."""
    daemon.kill()
    (daemon.home / "state" / "lock").write_text("00000000-1111-2222-3333-444444444444")


def checked(daemon):
    return [line for line in daemon.log[daemon.log_begin:] if "the database is sound: " in line]


def test_after_the_machine_stopped_the_database_is_checked(used):
    used.start()
    machine_stop(used)
    used.start()
    wait_until(lambda: checked(used), "the database is checked")
    assert used.request("GET", "/health").status == 200


def test_after_the_end_of_a_process_it_is_not(used):
    for end in (used.stop, used.kill):
        used.start()
        end()
    used.start()
    assert used.wait_run("hello", used.trigger("hello"))["state"] == "success"
    assert not any("the database is checked" in line for line in used.log)


def test_on_a_damaged_database_no_task_begins_and_what_can_be_read_is_shown(used):
    with sqlite3.connect(database_of(used)) as database:
        page = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'rendered'").fetchone()[0]
    database.close()
    used.start()
    used.kill()
    database = sqlite3.connect(database_of(used))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    bytes_write(database_of(used), (page - 1) * 4096, b"\x2a" * 4096)
    used.start()
    machine_stop(used)
    used.start()
    reason = wait_until(lambda: used.get("/monitor/health")["metadatabase"].get("reason"), "the damage is found")
    assert "/state is damaged (" in reason and reason.endswith("stop dagd and put a backup in its place")
    assert used.request("GET", "/health").status == 503
    run_id = used.trigger("hello")
    said = used.dagctl("dags", "why", "hello", run_id, "greet")
    assert reason in said.stdout
    assert used.run("hello", run_id)["state"] == "running"
    assert not list((used.home / "logs").rglob(f"run_id={run_id}/task_id=greet/attempt=1.log"))
    used.restart()  # it is no better
    wait_until(lambda: used.get("/monitor/health")["metadatabase"].get("reason"), "the damage is found again")


def slow_table_add(daemon, n_bytes=1_000_000):
    """The check computes for each row so many bytes that were not computed when it came in: that takes minutes."""
    with contextlib.closing(sqlite3.connect(database_of(daemon))) as database, database:
        database.execute("CREATE TABLE slow (n INTEGER)")
        database.executemany("INSERT INTO slow VALUES (?)", [(n_bytes,)] * 100_000)
        database.execute("PRAGMA writable_schema = ON")
        database.execute("""
            UPDATE sqlite_schema SET sql = 'CREATE TABLE slow (n INTEGER, zeros AS (hex(zeroblob(n))) NOT NULL)'
            WHERE name = 'slow'
        """)


def test_lists_are_answered_while_the_database_is_checked(used):
    slow_table_add(used)
    used.start()
    machine_stop(used)
    used.start()
    wait_until(lambda: any("the database is checked" in line for line in used.log), "the check has begun")
    for _ in range(20):  # those between two tables prove nothing
        assert used.get("/dags/hello/dagRuns")["total_entries"] == 1
    assert not checked(used)
    used.kill()
