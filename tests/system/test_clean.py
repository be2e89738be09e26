# SPDX-License-Identifier: MIT
"""Old runs and their logs are removed, by hand and by themselves, and nothing else is."""
import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import pytest

from daemon import wait_until
from gate import Gate
from test_full_disk import disk_fill

DAG = "schedule: null\ntasks:\n  - {task_id: say, operator: bash, bash_command: echo hello}\n"
LONG_AGO = time.time() - 400 * 86400


def log_folder(dagd, run_id, dag_id="said"):
    return dagd.home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"


def runs_of(dagd, dag_id="said"):
    return sorted(run["dag_run_id"] for run in dagd.get(f"/dags/{dag_id}/dagRuns", limit=1000)["dag_runs"])


def ended_runs(dagd, *run_ids):
    """Runs that ended one after the other; the instant after each end."""
    dagd.load_dag("said", DAG)
    ends = []
    for run_id in run_ids:
        dagd.trigger("said", dag_run_id=run_id)
        dagd.wait_run("said", run_id)
        ends.append(time.time())
    return ends


def iso(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1e6):06d}Z"


def clean(dagd, at, *words):
    return dagd.dagctl("db", "clean", "--clean-before-timestamp", iso(at), *words)


def nothing_is_aside(dagd):
    folder = dagd.home / "logs" / ".removed"
    return not folder.exists() or not any(folder.iterdir())


def make_older(dagd, seconds, where="1"):
    """All that has happened to these runs was earlier; dagd is stopped."""
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as db:
        db.execute(f"UPDATE run SET ended_at = ended_at - {seconds * 1_000_000} WHERE {where}")
    db.close()


def test_runs_that_ended_before_an_instant_go_with_their_logs(dagd):
    _, second, _, _ = ended_runs(dagd, "r1", "r2", "r3", "r4")
    dry = json.loads(clean(dagd, second, "--dry-run", "-o", "json").stdout)
    assert dry == {"dag_runs": 2, "task_instances": 2, "other_rows": 0}
    assert runs_of(dagd) == ["r1", "r2", "r3", "r4"]
    done = clean(dagd, second, "-y")
    assert done.returncode == 0 and "removed 2 runs with 2 task instances, 2 logs" in done.stderr, done
    assert runs_of(dagd) == ["r3", "r4"]
    assert sorted(one.name for one in log_folder(dagd, "").parent.iterdir()) == ["run_id=r3", "run_id=r4"]
    assert nothing_is_aside(dagd)
    # Nobody is asked where there is no terminal.
    asked = clean(dagd, second)
    assert asked.returncode == 1 and "--yes" in asked.stderr, asked


def test_the_newest_run_and_unfinished_ones_stay_however_old(dagd, tmp_path):
    gate = Gate(tmp_path)
    ended_runs(dagd, "r1", "r2")
    dagd.load_dag("held", f"schedule: null\ntasks:\n  - {{task_id: a, operator: bash, bash_command: {gate.command}}}\n")
    dagd.trigger("held", dag_run_id="going")
    gate.entered()
    sums = json.loads(clean(dagd, time.time() + 60, "-y", "-o", "json").stdout)
    assert sums["dag_runs"] == 1 and sums["logs"] == 1, sums
    assert runs_of(dagd) == ["r2"] and runs_of(dagd, "held") == ["going"]
    gate.open()
    assert dagd.wait_run("held", "going")["state"] == "success"


def test_a_slot_whose_run_was_removed_is_not_run_again(dagd):
    dagd.load_dag("slots", f"""
        schedule: "@daily"
        start_date: {iso(time.time() - 5 * 86400)}
        catchup: true
        tasks: [{{task_id: a, operator: empty}}]
    """)
    wait_until(lambda: len(runs_of(dagd, "slots")) >= 5, "all slots have run")
    before = runs_of(dagd, "slots")
    wait_until(lambda: all(dagd.run("slots", one)["state"] == "success" for one in before), "all runs have ended")
    assert clean(dagd, time.time() + 60, "-y").returncode == 0
    dagd.restart()
    assert runs_of(dagd, "slots") == before[-1:]
    # The next is one that is still to come.
    coming = json.loads(dagd.dagctl("dags", "next-execution", "slots", "-o", "json").stdout)
    assert coming[0] > iso(time.time()), coming


def test_one_run_is_deleted_and_its_name_is_free(dagd):
    ended_runs(dagd, "r1", "r2")
    (log_folder(dagd, "r1") / "task_id=say" / "attempt=1.log").write_text("old")
    done = dagd.dagctl("dags", "delete", "said", "r1", "-y")
    assert done.returncode == 0 and 'run "r1" of DAG "said" is deleted' in done.stderr, done
    assert dagd.request("DELETE", "/api/v2/dags/said/dagRuns/r1").status == 404
    assert not log_folder(dagd, "r1").exists()
    dagd.trigger("said", dag_run_id="r1")
    dagd.wait_run("said", "r1")
    assert dagd.task_log("said", "r1", "say") == "hello\n"
    assert dagd.request("DELETE", "/api/v2/dags/said/dagRuns/r1").status == 204
    wait_until(lambda: nothing_is_aside(dagd), "the logs are gone")


def test_an_unfinished_run_is_not_deleted(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("held", f"schedule: null\ntasks:\n  - {{task_id: a, operator: bash, bash_command: {gate.command}}}\n")
    dagd.trigger("held", dag_run_id="going")
    gate.entered()
    refused = dagd.request("DELETE", "/api/v2/dags/held/dagRuns/going")
    assert refused.status == 409 and "is unfinished" in refused.sentence, refused
    gate.open()
    assert dagd.wait_run("held", "going")["state"] == "success"


def test_nothing_outside_of_the_log_folder_is_removed(dagd, tmp_path):
    ended_runs(dagd, "r1", "r2")
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "attempt=1.log").write_text("precious")
    os.symlink(outside, log_folder(dagd, "r1") / "linked")
    os.symlink(outside / "deep" / "attempt=1.log", log_folder(dagd, "r1") / "attempt=2.log")
    os.symlink(outside, dagd.home / "logs" / "dag_id=elsewhere")
    (outside / "run_id=ghost").mkdir()
    os.utime(outside / "run_id=ghost", (LONG_AGO, LONG_AGO))
    assert clean(dagd, time.time() + 60, "-y").returncode == 0
    assert not log_folder(dagd, "r1").exists() and nothing_is_aside(dagd)
    assert (outside / "deep" / "attempt=1.log").read_text() == "precious"
    assert (outside / "run_id=ghost").exists()


def test_logs_without_a_run_are_removed_as_what_a_crash_left(dagd):
    ended_runs(dagd, "r1")
    ghost = log_folder(dagd, "ghost") / "task_id=say"
    ghost.mkdir(parents=True)
    (ghost / "attempt=1.log").write_text("left")
    # So recent a folder may belong to a run that begins.
    assert clean(dagd, time.time() - 60, "-y").returncode == 0
    assert ghost.exists()
    assert clean(dagd, time.time() + 60, "-y").returncode == 0
    assert not ghost.exists() and log_folder(dagd, "r1").exists()
    # What was put aside, and then dagd died.
    dagd.kill()
    aside = dagd.home / "logs" / ".removed" / "1" / "task_id=say"
    aside.mkdir(parents=True)
    (aside / "attempt=1.log").write_text("left")
    dagd.start()
    wait_until(lambda: nothing_is_aside(dagd), "what was aside is gone")


def test_runs_and_logs_are_kept_as_long_as_the_configuration_says(dagd_home):
    (dagd_home.home / "dagd.yaml").write_text("core: {keep_runs_for: 30d}\nlogging: {keep_logs_for: 10d}\n")
    dagd = dagd_home.start()
    ended_runs(dagd, "r1", "r2", "r3", "r4")
    dagd.stop()
    make_older(dagd, 40 * 86400, "run_id IN ('r1', 'r2')")
    old = log_folder(dagd, "r3") / "task_id=say" / "attempt=1.log"
    for file in (old, old.with_suffix(".idx")):
        os.utime(file, (LONG_AGO, LONG_AGO))
    dagd.start()
    wait_until(lambda: runs_of(dagd) == ["r3", "r4"], "old runs are removed")
    wait_until(lambda: not old.exists(), "old logs are removed")
    assert dagd.task_log("said", "r4", "say") == "hello\n"
    wait_until(lambda: any("removed 2 runs" in line for line in dagd.log), "it is told")


def test_a_span_without_a_unit_removes_nothing(dagd_home):
    (dagd_home.home / "dagd.yaml").write_text("core: {keep_runs_for: 90}\n")
    refused = subprocess.run([dagd_home.build / "daemon" / "dagd", "--home", dagd_home.home, "--check"],
                             capture_output=True, text=True)
    assert refused.returncode == 1 and '"90" is out of range: from 1h' in refused.stderr, refused


def test_a_full_disk_is_made_empty_by_logs_first(small_dagd):
    dagd = small_dagd
    dagd.load_dag("noisy", """
        schedule: null
        tasks: [{task_id: say, operator: bash, bash_command: head -c 2000000 /dev/zero | base64}]
    """)
    for run_id in ("r1", "r2", "r3"):
        dagd.trigger("noisy", dag_run_id=run_id)
        dagd.wait_run("noisy", run_id)
    at = time.time() + 60
    dagd.load_dag("said", DAG)
    assert dagd.dagctl("dags", "pause", "said").returncode == 0  # what is triggered takes no room for logs
    disk_fill(dagd.home)
    body = {"logical_date": None, "conf": {"filler": "x" * 100000}}
    wait_until(lambda: dagd.request("POST", "/api/v2/dags/said/dagRuns", body).status == 507, "the disk is full")
    first = clean(dagd, at, "-y", "-o", "json")
    assert first.returncode == 1 and json.loads(first.stdout)["log_bytes"] > 5_000_000, first
    assert re.search("not all was removed: no space left for .*; the same command goes on with it", first.stderr), first
    wait_until(lambda: clean(dagd, at, "-y").returncode == 0, "there is room for the rest")
    assert "r1" not in runs_of(dagd, "noisy")


def fabricate(dagd, n):
    """So many old runs with logs, as if they had been run; dagd is stopped."""
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as db:
        row = list(db.execute("SELECT * FROM run WHERE run_id = 'first'").fetchone())
        names = [column[1] for column in db.execute("PRAGMA table_info(run)")]
        for number in range(n):
            row[names.index("id")], row[names.index("run_id")] = 1000 + number, f"old{number}"
            row[names.index("ended_at")] = row[names.index("run_after")] = int(LONG_AGO * 1e6) + number
            db.execute(f"INSERT INTO run VALUES ({','.join('?' * len(row))})", row)
            folder = log_folder(dagd, f"old{number}") / "task_id=say"
            folder.mkdir(parents=True)
            (folder / "attempt=1.log").write_text("old")
    db.close()


@contextlib.contextmanager
def cleaning_of(dagd, n):
    """A cleaning of so many old runs that has begun: the process of dagctl."""
    ended_runs(dagd, "first")
    dagd.stop()
    fabricate(dagd, n)
    dagd.start()
    words = [dagd.build / "cli" / "dagctl", "db", "clean", "--clean-before-timestamp", iso(LONG_AGO + 86400), "-y"]
    with subprocess.Popen(words, env=dict(os.environ, DAGD_HOME=str(dagd.home)), stderr=subprocess.PIPE) as cleaning:
        wait_until(lambda: not log_folder(dagd, "old0").exists(), "it has begun")
        yield cleaning


def test_a_cleaning_that_dies_in_the_middle_is_finished_by_the_next_one(dagd):
    with cleaning_of(dagd, 900) as cleaning:
        dagd.kill()
        cleaning.communicate()
    dagd.start()
    runs = set(runs_of(dagd))
    assert "first" in runs and len(runs) > 1, "it was in the middle"
    for folder in log_folder(dagd, "").parent.iterdir():
        runs.discard(folder.name.removeprefix("run_id="))
    assert not runs, "logs went before their runs"
    done = clean(dagd, LONG_AGO + 86400, "-y")
    assert done.returncode == 0, done
    assert runs_of(dagd) == ["first"] and nothing_is_aside(dagd)
    # Folders of runs that are gone, which were touched just now, are too recent to be taken for leftovers.
    assert clean(dagd, time.time() + 60, "-y").returncode == 0
    assert [one.name for one in log_folder(dagd, "").parent.iterdir()] == ["run_id=first"]


OLD_ROWS = {
    "missed": (
        "INSERT INTO missed VALUES ('said', 1, 1, 1, 'why', 1), ('said', 2, 2, 1, 'why', 2), ('said', 3, 3, 1, '', 3)",
        {"other_rows": 2, "dag_versions": 0}),
    "version": (
        "INSERT INTO version VALUES ('unused', 'said', 'said.yaml', 'tasks: []')",
        {"other_rows": 0, "dag_versions": 1}),
}


@pytest.mark.parametrize("table", OLD_ROWS)
def test_only_what_was_removed_is_told_as_removed(dagd, table):
    insert, removed = OLD_ROWS[table]
    ended_runs(dagd, "first")
    dagd.stop()
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as db:
        db.execute(insert)
        db.execute(f"CREATE TRIGGER refuse BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'not now'); END")
    db.close()
    dagd.start()
    words = (time.time() + 60, "-y", "-o", "json")
    refused = clean(dagd, *words)
    assert refused.returncode == 1 and "not now" in refused.stderr, refused
    sums = json.loads(refused.stdout)
    assert (sums["other_rows"], sums["dag_versions"]) == (0, 0), sums
    dagd.stop()
    with sqlite3.connect(dagd.home / "state" / "dagd.db") as db:
        db.execute("DROP TRIGGER refuse")
    db.close()
    dagd.start()
    sums = json.loads(clean(dagd, *words).stdout)
    assert removed.items() <= sums.items(), sums


def test_what_is_free_in_the_database_and_on_the_disk_is_shown(dagd):
    ended_runs(dagd, "first")
    dagd.stop()
    fabricate(dagd, 300)
    dagd.start()
    before = json.loads(dagd.dagctl("info", "-o", "json").stdout)
    assert before["database_bytes"] > 100_000 and before["database_wal_bytes"] > 0, before
    assert clean(dagd, LONG_AGO + 86400, "-y").returncode == 0
    after = json.loads(dagd.dagctl("info", "-o", "json").stdout)
    assert after["database_spare_bytes"] > before["database_spare_bytes"], after
    disk = os.statvfs(dagd.home)
    assert abs(after["state_disk_free_bytes"] - disk.f_bavail * disk.f_frsize) < disk.f_blocks * disk.f_frsize // 4


def test_a_reload_makes_a_shorter_span_count_at_once(dagd):
    ended_runs(dagd, "r1", "r2")
    dagd.stop()
    make_older(dagd, 2 * 3600, "run_id = 'r1'")
    dagd.start()
    (dagd.home / "dagd.yaml").write_text("core: {keep_runs_for: 1h}\n")
    os.kill(dagd.process.pid, signal.SIGHUP)
    wait_until(lambda: runs_of(dagd) == ["r2"], "the old run is removed")


def test_a_cleaning_whose_client_leaves_ends_and_another_one_may_begin(dagd):
    with cleaning_of(dagd, 300) as cleaning:
        cleaning.kill()
    wait_until(lambda: clean(dagd, LONG_AGO + 86400, "-y").returncode == 0, "another one may begin")
    assert runs_of(dagd) == ["first"] and nothing_is_aside(dagd)
