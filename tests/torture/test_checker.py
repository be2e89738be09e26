# SPDX-License-Identifier: MIT
"""The checker is checked: each damage that is done to a sound home by hand must be told, and nothing else."""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from checker import Limits, check  # noqa: E402
from daemon import Daemon  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAG = """
    dag_id: small
    schedule: null
    env: {{PROBE_JOURNAL: "{journal}"}}
    tasks:
      - {{task_id: good, operator: bash, bash_command: "exec {probe} --bytes 100 --sleep 20"}}
      - {{task_id: better, operator: bash, bash_command: "exec {probe} --bytes 50 --sleep 20"}}
      - {{task_id: bad, operator: bash, dependencies: good, retries: 1, retry_delay: 0s,
         bash_command: "exec {probe} --exit 3"}}
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A home in which one run has come to its end, and dagd has stopped."""
    build = pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build-torture")).resolve()
    folder = tmp_path_factory.mktemp("sound")
    daemon = Daemon(build, folder / "home")
    daemon.write_dag("small", DAG.format(journal=folder / "journal", probe=build / "tests" / "torture" / "probe"))
    daemon.start()
    daemon.wait_run("small", daemon.trigger("small", dag_run_id="one"))
    daemon.stop()
    return folder


class Copy:
    """A copy of the sound home, to be damaged."""

    def __init__(self, sound, folder):
        shutil.copytree(sound, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock", "*.bell"))
        self.home, self.journal = folder / "home", folder / "journal"
        self.lines = self.journal.read_text().splitlines()

    def sql(self, text):
        database = sqlite3.connect(self.home / "state" / "dagd.db")
        with database:
            assert database.execute(text).rowcount != 0, "the damage does nothing"
        database.close()

    def put_all_into_one_file(self):
        database = sqlite3.connect(self.home / "state" / "dagd.db")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def write_journal(self, lines):
        self.journal.write_text("".join(line + "\n" for line in lines))

    def line(self, what, attempt):
        return next(i for i, line in enumerate(self.lines) if line.startswith(f"{what} {attempt} "))

    def log(self, task_id, try_number=1):
        return self.home / f"logs/dag_id=small/run_id=one/task_id={task_id}/attempt={try_number}.log"

    def attempt(self, task_id, try_number=1):
        database = sqlite3.connect(self.home / "state" / "dagd.db")
        rows = database.execute("SELECT id FROM attempt WHERE task_id = ? AND try_number = ?", (task_id, try_number))
        number = rows.fetchone()[0]
        database.close()
        return number

    def faults(self, accepted=("one",), **more):
        return check(self.home, self.journal, {("small", run_id) for run_id in accepted}, **more)[0]


@pytest.fixture
def copy(sound, tmp_path):
    return Copy(sound, tmp_path)


def test_a_sound_home_breaks_no_law(copy):
    some = Limits(runs={"small": 1}, tasks={"all": (2, lambda attempt: True)})
    assert copy.faults(limits=some, told={("small", "one"): "failed"}) == []


def test_a_run_that_was_accepted_and_is_gone_is_told(copy):
    assert copy.faults(accepted=("one", "two")) == ["run two of small was accepted and is gone"]


def test_another_state_than_the_api_told_is_told(copy):
    assert copy.faults(told={("small", "one"): "success"}) == [
        "run one of small: the API says success, the database failed"]


# What SQL does to the books -> what the checker must say among other things.
DAMAGES = {
    "UPDATE run SET state = 1": "run one of small has not ended: it is running",
    "DELETE FROM task": "run one of small has no tasks",
    "UPDATE task SET state = 3 WHERE task_id = 'good'": "task good of run one of small has not ended: it is running",
    "UPDATE task SET state = 5 WHERE task_id = 'good'": "task good of run one of small is failed, its last",
    "UPDATE run SET state = 2": "task bad of run one of small has failed, and its run has succeeded",
    "UPDATE run_count SET n = 7": "the database counts",
    "UPDATE task SET max_tries = 3 WHERE task_id = 'bad'": "has failed after 2 tries, it has 4",
    "DELETE FROM attempt WHERE task_id = 'good'": "is success without a try",
    "UPDATE attempt SET state = 4, exit_code = -1 WHERE task_id = 'good'": "is lost, and nobody says why",
    "UPDATE attempt SET state = 0 WHERE task_id = 'good'": "has never been settled",
    "UPDATE attempt SET state = 5 WHERE task_id = 'good'": "ran, although it was taken back",
    "UPDATE attempt SET try_number = 2 WHERE task_id = 'good'": "has the tries [2]",
    "UPDATE attempt SET state = 1 WHERE task_id = 'bad' AND try_number = 1": "was tried again after it had succeeded",
    "UPDATE attempt SET exit_code = 4 WHERE task_id = 'good'": "is known to have exited with 4, and its end says 0",
    "UPDATE attempt SET exit_code = -1, signal = 9 WHERE task_id = 'good'": "and the database says signal",
    "DELETE FROM attempt WHERE task_id = 'bad' AND try_number = 2": "ran, and the database does not know it",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_books_are_told(copy, damage):
    copy.sql(damage)
    assert any(DAMAGES[damage] in fault for fault in copy.faults())


def test_a_damaged_database_is_told(copy):
    copy.put_all_into_one_file()
    file = copy.home / "state" / "dagd.db"
    # The row of the run, or its entry in an index: now they contradict each other.
    file.write_bytes(file.read_bytes().replace(b"smallone", b"smellone", 1))
    assert any(fault.startswith("the database is damaged: ") for fault in copy.faults())


def test_a_second_start_is_told(copy):
    attempt = copy.attempt("good")
    copy.write_journal(copy.lines + [copy.lines[copy.line("start", attempt)]])
    assert any(fault.startswith(f"attempt {attempt} was started twice") for fault in copy.faults())


def test_a_task_that_was_killed_is_told(copy):
    attempt = copy.attempt("good")
    del copy.lines[copy.line("end", attempt)]
    copy.write_journal(copy.lines)
    assert f"attempt {attempt} began and was killed" in copy.faults()


def test_a_result_without_a_beginning_is_told(copy):
    attempt = copy.attempt("better")
    copy.write_journal(line for line in copy.lines if not line.split()[1] == str(attempt))
    assert any("has a result (0), and it never began" in fault for fault in copy.faults())


def test_tries_that_overlap_are_told(copy):
    at = copy.line("start", copy.attempt("bad", 2))
    words = copy.lines[at].split()
    words[4] = copy.lines[copy.line("start", copy.attempt("bad", 1))].split()[4]
    copy.lines[at] = " ".join(words)
    copy.write_journal(copy.lines)
    assert copy.faults() == ["two tries of task bad of run one of small ran at once"]


def test_more_at_once_than_allowed_are_told(copy):
    one = Limits(tasks={"all": (1, lambda attempt: True)}, runs={"small": 0})
    assert copy.faults(limits=one) == ["all: 2 ran at once, 1 at most",
                                       "1 runs of small were active at once, 0 at most"]


@pytest.mark.parametrize("damage", [lambda text: text[:-1], lambda text: text + text, lambda text: b"\0" + text[1:]])
def test_a_log_that_is_not_what_was_printed_is_told(copy, damage):
    log = copy.log("good")
    log.write_bytes(damage(log.read_bytes()))
    assert any(fault.startswith("the log of attempt") for fault in copy.faults())


def test_a_folder_that_is_left_is_told(copy):
    folder = copy.home / "state" / "attempts" / "7"
    folder.mkdir()
    (folder / "result").touch()
    assert copy.faults() == ["the folder 7 of an attempt is left"]


def test_a_process_that_is_left_is_told(copy, monkeypatch):
    monkeypatch.setattr("checker.LEFT_OVER_S", 0)
    output = f"{copy.home}/state/attempts/7/output"
    with subprocess.Popen(["/usr/bin/cat"], stdin=subprocess.PIPE, env={"DAGD_OUTPUT": output}) as left:
        assert copy.faults() == [f"process {left.pid} is left"]
        left.stdin.close()
