# SPDX-License-Identifier: MIT
"""What the database of a dagd that is not running says, read from a copy: nothing of the original is touched."""
import dataclasses
import pathlib
import shutil
import sqlite3
import tempfile

# The numbers of lib/engine/state.h.
RUN_STATES = ("queued", "running", "success", "failed")
TASK_STATES = ("none", "scheduled", "queued", "running", "success", "failed", "skipped", "upstream_failed",
               "up_for_retry", "restarting", "removed", "deferred", "up_for_reschedule")
ATTEMPT_STATES = ("launching", "success", "failed", "skipped", "lost", "taken_back", "deferred", "up_for_reschedule")


@dataclasses.dataclass
class Run:
    number: int
    dag_id: str
    run_id: str
    state: str
    started_us: int  # wall clock, as everything here
    ended_us: int

    def __str__(self):
        return f"run {self.run_id} of {self.dag_id}"


@dataclasses.dataclass
class Task:
    run: Run
    task_id: str
    map_index: int
    state: str
    try_number: int
    max_tries: int
    attempt: int
    reason: str

    def __str__(self):
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"task {self.task_id}{index} of {self.run}"


@dataclasses.dataclass
class Attempt:
    number: int
    run: Run
    task_id: str
    map_index: int
    try_number: int
    state: str
    launched_us: int
    ended_us: int
    exit_code: int
    signal: int
    reason: str

    @property
    def task(self):
        """Which task it is of, as Books.tasks names it."""
        return self.run.number, self.task_id, self.map_index

    def log(self, logs):
        """The file of its try."""
        index = f"map_index={self.map_index}/" if self.map_index >= 0 else ""
        return pathlib.Path(logs) / (f"dag_id={self.run.dag_id}/run_id={self.run.run_id}/task_id={self.task_id}/{index}"
                                     f"attempt={self.try_number}.log")

    def __str__(self):
        return f"attempt {self.number} ({self.task_id}, try {self.try_number}, {self.state})"


class Books:
    """`runs` by their number, `tasks` by (run number, task_id, map_index), `attempts` by their number."""

    def __init__(self, home):
        self.faults = []
        with tempfile.TemporaryDirectory(prefix="dagd-books-") as folder:
            for file in pathlib.Path(home, "state").glob("dagd.db*"):
                if file.suffix != ".db-shm":
                    shutil.copy(file, folder)
            self.database = sqlite3.connect(f"{folder}/dagd.db")
            try:
                self._read()
            finally:
                self.database.close()

    def _read(self):
        sound = [row[0] for row in self.database.execute("PRAGMA integrity_check")]
        if sound != ["ok"]:
            self.faults.append(f"the database is damaged: {sound[0]}")
        self.runs = {row[0]: Run(row[0], row[1], row[2], RUN_STATES[row[3]], *row[4:]) for row in self.database.execute(
            "SELECT id, dag_id, run_id, state, started_at, ended_at FROM run")}
        self.tasks = {row[:3]: Task(self.runs[row[0]], row[1], row[2], TASK_STATES[row[3]], *row[4:])
                      for row in self.database.execute(
                          "SELECT run, task_id, map_index, state, try_number, max_tries, attempt, reason FROM task")}
        self.attempts = {row[0]: Attempt(row[0], self.runs[row[1]], *row[2:5], ATTEMPT_STATES[row[5]], *row[6:])
                         for row in self.database.execute(
                             "SELECT id, run, task_id, map_index, try_number, state, launched_at, ended_at, exit_code,"
                             " signal, reason FROM attempt ORDER BY id")}
        self._count_runs()

    def _count_runs(self):
        told = {(dag_id, RUN_STATES[state]): n for dag_id, state, n in self.database.execute(
            "SELECT dag_id, state, n FROM run_count WHERE n <> 0")}
        counted = {}
        for run in self.runs.values():
            counted[run.dag_id, run.state] = counted.get((run.dag_id, run.state), 0) + 1
        if told != counted:
            self.faults.append(f"the database counts {told}, there are {counted}")

    def run_of(self, dag_id, run_id):
        return next((run for run in self.runs.values() if (run.dag_id, run.run_id) == (dag_id, run_id)), None)
