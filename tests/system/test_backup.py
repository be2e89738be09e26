# SPDX-License-Identifier: MIT
"""The database is backed up while dagd goes on, and a backup is restored as docs/operations.md says."""
import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess

import pytest

from daemon import wait_until
from gate import Gate
from test_full_disk import is_waited_at
from test_opening import slow_table_add

DAG = "schedule: null\ntasks:\n  - {task_id: say, operator: bash, bash_command: echo hello}\n"


def backed_up(dagd, file):
    done = dagd.dagctl("db", "backup", file)
    assert done.returncode == 0, done
    return done


def restore(dagd, file):
    """As docs/operations.md says; dagd is stopped."""
    state = dagd.home / "state"
    shutil.copy(file, state / "dagd.db")
    for name in ("dagd.db-wal", "dagd.db-shm"):
        (state / name).unlink(missing_ok=True)


def run_once(dagd, run_id):
    dagd.trigger("said", dag_run_id=run_id)
    dagd.wait_run("said", run_id)


def runs_of(dagd, dag_id="said"):
    return sorted(run["dag_run_id"] for run in dagd.get(f"/dags/{dag_id}/dagRuns")["dag_runs"])


def held(dagd, gate):
    """A run whose task waits at the gate."""
    dagd.load_dag("held", f"""
        schedule: null
        tasks: [{{task_id: wait, operator: bash, bash_command: "{gate.command}", on_lost: fail}}]
    """)
    dagd.trigger("held", dag_run_id="one")
    gate.entered()


@contextlib.contextmanager
def mounted(folder, options):
    """A file system of its own."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_backup_is_one_whole_file_that_shows_no_secret(dagd, tmp_path):
    dagd.load_dag("said", DAG)
    run_once(dagd, "r1")
    assert dagd.dagctl("variables", "set", "word", "a secret word").returncode == 0
    told = backed_up(dagd, tmp_path / "copy.db").stderr
    assert "has the whole database" in told and "file `key`" in told, told
    assert [one.name for one in tmp_path.iterdir()] == ["copy.db"]
    copy = tmp_path / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert b"a secret word" not in copy.read_bytes()
    with sqlite3.connect(f"file:{copy}?immutable=1", uri=True) as db:
        assert db.execute("SELECT run_id, state FROM run").fetchall() == [("r1", 2)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


def test_a_backup_that_is_there_is_replaced_only_by_force(dagd, tmp_path):
    copy = tmp_path / "copy.db"
    copy.touch()
    for kept in ("an empty file", "a backup"):
        content = copy.read_bytes()
        refused = dagd.dagctl("db", "backup", copy)
        assert refused.returncode == 1 and "is there already" in refused.stderr, (kept, refused)
        assert copy.read_bytes() == content, kept
        made = json.loads(dagd.dagctl("db", "backup", copy, "--force", "-o", "json").stdout)
        assert made == {"path": str(copy), "bytes": copy.stat().st_size}


def changed_copy(file, statement, name):
    """A copy that the statement makes no backup any more."""
    copy = shutil.copy(file, file.with_name(name))
    with sqlite3.connect(copy) as db:
        db.execute(statement)
    db.close()
    return copy


def test_what_is_no_backup_is_not_replaced_even_by_force(dagd, tmp_path):
    backed_up(dagd, tmp_path / "copy.db")
    settings = tmp_path / "settings.yaml"
    settings.write_text("core: {parallelism: 4}\n" * 10)
    for file in (
            settings,
            changed_copy(tmp_path / "copy.db", "PRAGMA application_id = 7", "of-another-program.db"),
            changed_copy(tmp_path / "copy.db", "PRAGMA journal_mode = WAL", "in-use.db")):
        content = file.read_bytes()
        refused = dagd.dagctl("db", "backup", file, "--force")
        assert refused.returncode == 1 and "is no backup of dagd" in refused.stderr, refused
        assert file.read_bytes() == content, file
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "copy.db")
    for name in ("folder", "link"):
        refused = dagd.dagctl("db", "backup", tmp_path / name, "--force")
        assert refused.returncode == 1 and "is no file" in refused.stderr, refused


def test_a_relative_file_is_seen_from_where_dagctl_is(dagd, tmp_path):
    environment = dict(os.environ, DAGD_HOME=str(dagd.home))
    words = [dagd.build / "cli" / "dagctl", "db", "backup", "here.db"]
    subprocess.run(words, cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "here.db").exists()


def test_what_cannot_be_a_backup_is_refused_with_a_sentence(dagd, tmp_path):
    for file, sentence in (
            (tmp_path / "missing" / "copy.db", "cannot write in folder"),
            (dagd.home / "state" / "dagd.db", "is dagd's own"),
            (tmp_path / ("x" * 300), "name too long")):
        for words in ((), ("--force",)):
            refused = dagd.dagctl("db", "backup", file, *words)
            assert refused.returncode == 1 and sentence.lower() in refused.stderr.lower(), refused
    assert not list(tmp_path.iterdir())


def test_a_read_only_folder_is_told(dagd, tmp_path):
    with mounted(tmp_path / "read-only", "ro") as folder:
        refused = dagd.dagctl("db", "backup", folder / "copy.db")
    assert refused.returncode == 1 and "Read-only file system" in refused.stderr, refused


def test_a_full_disk_keeps_no_half_of_a_backup(dagd, tmp_path):
    with mounted(tmp_path / "small", "size=100k") as folder:
        refused = dagd.dagctl("db", "backup", folder / "copy.db")
        assert not list(folder.iterdir())
    assert refused.returncode == 1 and "No space left" in refused.stderr, refused
    dagd.load_dag("said", DAG)
    run_once(dagd, "r1")  # dagd goes on


# ---- that come to no end ----

def begun(dagd, folder):
    """A backup whose check takes minutes: its command, and what there is of it in the folder."""
    words = [dagd.build / "cli" / "dagctl", "db", "backup", folder / "copy.db"]
    asking = subprocess.Popen(words, env=dict(os.environ, DAGD_HOME=str(dagd.home)), stderr=subprocess.PIPE)
    with contextlib.closing(sqlite3.connect(dagd.home / "state" / "dagd.db")) as database:
        n_pages, = database.execute("PRAGMA page_count").fetchone()
    whole = wait_until(lambda: [file for file in folder.glob(".*-backup") if file.stat().st_size >= n_pages * 4096],
                       "all of it is copied")
    return asking, whole[0]


def test_a_backup_whose_dagd_is_killed_is_hidden_and_removed_by_the_next_one(dagd, tmp_path):
    (tmp_path / "next").mkdir()
    dagd.stop()
    slow_table_add(dagd)
    dagd.start()
    asking, left = begun(dagd, tmp_path)
    assert re.fullmatch(r"\.[0-9a-f]{8}\.dagd-backup", left.name)
    dagd.kill()
    assert asking.wait(60) != 0
    assert not (tmp_path / "copy.db").exists() and left.exists()
    dagd.start()
    asking, _ = begun(dagd, tmp_path / "next")
    assert [file.name for file in tmp_path.iterdir()] == ["next"]
    dagd.kill()
    asking.wait(60)


def test_a_backup_that_is_given_up_leaves_nothing(dagd, tmp_path):
    dagd.stop()
    slow_table_add(dagd, 200_000)
    dagd.start()
    asking, _ = begun(dagd, tmp_path)
    asking.send_signal(signal.SIGINT)
    asking.wait(60)
    wait_until(lambda: any("there is no backup: the backup was given up" in line for line in dagd.log), "it says so")
    assert not list(tmp_path.iterdir())


# ---- that are restored ----

def test_a_restored_backup_has_its_history_and_goes_on(dagd, tmp_path):
    dagd.load_dag("said", DAG)
    run_once(dagd, "r1")
    assert dagd.dagctl("variables", "set", "word", "a secret word").returncode == 0
    backed_up(dagd, tmp_path / "copy.db")
    run_once(dagd, "r2")
    dagd.stop()
    restore(dagd, tmp_path / "copy.db")
    dagd.start()
    assert runs_of(dagd) == ["r1"]
    assert dagd.dagctl("variables", "get", "word").stdout == "a secret word\n"
    run_once(dagd, "r2")
    assert dagd.task_log("said", "r2", "say").endswith("hello\n")


def test_tasks_that_a_restored_backup_does_not_know_are_ended(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("said", DAG)
    backed_up(dagd, tmp_path / "copy.db")
    held(dagd, gate)
    dagd.stop()
    assert is_waited_at(gate)
    restore(dagd, tmp_path / "copy.db")
    dagd.start()
    wait_until(lambda: not is_waited_at(gate), "its task is ended")


def test_the_id_of_an_attempt_is_not_given_away_while_its_folder_is_there(dagd):
    dagd.load_dag("said", DAG)
    dagd.stop()
    (dagd.home / "state" / "attempts" / "500").mkdir()
    dagd.start()
    run_once(dagd, "r1")
    dagd.stop()
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as db:
        assert db.execute("SELECT min(id) FROM attempt").fetchone() == (501,)
    db.close()
    dagd.start()


def test_a_task_that_ran_when_the_backup_was_made_is_lost_and_not_run_again(dagd, tmp_path):
    gate = Gate(tmp_path)
    held(dagd, gate)
    backed_up(dagd, tmp_path / "copy.db")
    gate.open()
    assert dagd.wait_run("held", "one")["state"] == "success"
    dagd.stop()
    restore(dagd, tmp_path / "copy.db")
    dagd.start()
    assert dagd.wait_run("held", "one")["state"] == "failed"
    [attempt] = json.loads(dagd.dagctl("tasks", "tries", "held", "one", "wait", "-o", "json").stdout)
    assert attempt["state"] == "lost" and "restored" in attempt["reason"], attempt


def test_a_task_that_still_runs_goes_on_after_a_restore(dagd, tmp_path):
    gate = Gate(tmp_path)
    held(dagd, gate)
    backed_up(dagd, tmp_path / "copy.db")
    dagd.stop()
    restore(dagd, tmp_path / "copy.db")
    dagd.start()
    gate.open()
    assert dagd.wait_run("held", "one")["state"] == "success"
