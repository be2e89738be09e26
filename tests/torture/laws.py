# SPDX-License-Identifier: MIT
"""What must hold of a disk right after a power cut, before any dagd has touched it. Each law takes the image: its
files (path below the state folder -> (bytes, length), None for a folder), its database, and what was promised."""
import re
import sqlite3
import zlib

LAUNCHING = 0
RUN_STATES = ("queued", "running", "success", "failed")
ENDED_RUNS, ENDED_TASKS = "(2, 3)", "(4, 5, 6, 7, 10)"
CLAIM_SIZE, SEAL = 192, re.compile(rb"dagd-result 1 (\d{10}) ([0-9a-f]{8})\n")


class Image:
    """`write_database` puts the database where SQLite can open it."""

    def __init__(self, files, promises):
        self.files, self.promises = files, promises
        self.database = None

    def write_database(self, folder):
        for name in ("dagd.db", "dagd.db-journal", "dagd.db-wal", "dagd.db-shm"):
            path = folder / name
            path.unlink(missing_ok=True)
            if self.files.get(name) and not name.endswith("-shm"):
                data, length = self.files[name]
                with open(path, "wb") as file:
                    file.write(data)
                    file.truncate(length)
        return folder / "dagd.db"

    def attempt_folders(self):
        for path, what in self.files.items():
            if what is None and (match := re.fullmatch(r"attempts/(\d+)", path)):
                yield int(match.group(1))

    def rows(self, sql, *values):
        return self.database.execute(sql, values).fetchall()


def faults_of(image, folder):
    """Sentences, one for each law that is broken."""
    path = image.write_database(folder)
    if not path.exists():
        return ["the database is gone"] if image.promises.is_ready else []
    image.database = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
    try:
        return list(_faults(image))
    except sqlite3.DatabaseError as error:
        return [f"the database cannot be read: {error}"]
    finally:
        image.database.close()


def _faults(image):
    sound = image.rows("PRAGMA integrity_check")
    if sound != [("ok",)]:
        yield f"the database is damaged: {sound[0][0]}"
        return
    if not image.rows("SELECT 1 FROM sqlite_schema WHERE name = 'run_asset_event'"):
        if image.promises.is_ready:
            yield "dagd was ready, and its tables are gone"
        return
    for law in LAWS:
        yield from law(image)


# ---- promises ----

def accepted_runs_are_there(image):
    there = {(dag_id, run_id): RUN_STATES[state] for dag_id, run_id, state in image.rows(
        "SELECT dag_id, run_id, state FROM run")}
    for run in sorted(image.promises.accepted - there.keys()):
        yield f"run {run[1]} of {run[0]} was accepted and is gone"
    for run, state in image.promises.ended.items():
        if there.get(run) != state:
            yield f"run {run[1]} of {run[0]} was told to be {state}, and it is {there.get(run)}"
    for dag_id in sorted(image.promises.deleted & {run[0] for run in there}):
        yield f"{dag_id} was deleted, and has runs"


def attempts_are_known(image):
    promises = image.promises
    states = dict(image.rows("SELECT id, state FROM attempt"))
    [(highest,)] = image.rows("SELECT max(last_attempt, (SELECT ifnull(max(id), 0) FROM attempt)) FROM meta")
    for attempt in sorted(promises.started.union(image.attempt_folders()) - states.keys()):
        if attempt > highest or not promises.deleting:
            yield f"attempt {attempt} was started and is gone: its number would be given again"
    for attempt in sorted(promises.settled & states.keys()):
        if states[attempt] == LAUNCHING:
            yield f"the end of attempt {attempt} was acknowledged and is gone"
    for attempt in sorted(promises.kept & states.keys()):
        if states[attempt] == LAUNCHING and not has_result(image.files, attempt):
            yield f"the result of attempt {attempt}, which its worker kept for the next dagd, is gone"


def has_result(files, attempt):
    """Whether the folder holds a whole result (lib/wire/seal.c)."""
    data, _ = files.get(f"attempts/{attempt}/result") or (b"", 0)
    match = SEAL.match(data, CLAIM_SIZE)
    if not match:
        return False
    size = int(match.group(1))
    frame = bytes(data[match.end():match.end() + size]).ljust(size, b"\0")
    return zlib.crc32(frame) == int(match.group(2), 16)


def variables_are_there_with_their_key(image):
    there = {key for key, in image.rows("SELECT key FROM variable")}
    for key in sorted(image.promises.stored - there):
        yield f"variable {key} was accepted and is gone"
    key, _ = image.files.get("key") or (b"", 0)
    if there and not re.fullmatch(rb"[0-9a-f]{64}\n", key):
        yield "there are variables, and the key that opens them is gone"


# ---- rows that contradict each other ----

CONTRADICTIONS = {
    "run {0} has ended, and its task {1} has not":
        f"SELECT run, task_id FROM task JOIN run ON run.id = task.run"
        f" WHERE run.state IN {ENDED_RUNS} AND task.state NOT IN {ENDED_TASKS}",
    "run {0} has no tasks":
        f"SELECT id FROM run WHERE state IN {ENDED_RUNS} AND id NOT IN (SELECT run FROM task)",
    "task {1} belongs to run {0}, which is not there":
        "SELECT run, task_id FROM task WHERE run NOT IN (SELECT id FROM run)",
    "attempt {0} belongs to a task that is not there":
        "SELECT id FROM attempt WHERE NOT EXISTS (SELECT 1 FROM task WHERE task.run = attempt.run"
        " AND task.task_id = attempt.task_id AND task.map_index = attempt.map_index)",
    "task {1} of run {0} has two attempts under way":
        f"SELECT run, task_id FROM attempt WHERE state = {LAUNCHING}"
        " GROUP BY run, task_id, map_index HAVING count(*) > 1",
    "attempt {0} is under way, and its task has ended":
        f"SELECT id FROM attempt JOIN task USING (run, task_id, map_index)"
        f" WHERE attempt.state = {LAUNCHING} AND task.state IN {ENDED_TASKS}",
    "task {1} of run {0} has ended well, and none of its attempts did":
        "SELECT run, task_id FROM task WHERE state = 4 AND NOT EXISTS (SELECT 1 FROM attempt"
        " WHERE attempt.run = task.run AND attempt.task_id = task.task_id AND attempt.map_index = task.map_index"
        " AND attempt.state = 1)",
    "{0} has {2} runs in state {1}, counted are {3}":
        "SELECT dag_id, state, ifnull(there.n, 0), counted.n FROM run_count AS counted LEFT JOIN"
        " (SELECT dag_id, state, count(*) AS n FROM run GROUP BY dag_id, state) AS there USING (dag_id, state)"
        " WHERE ifnull(there.n, 0) <> counted.n",
    "run {0} goes by a version of its DAG that is not there":
        "SELECT id FROM run WHERE version NOT IN (SELECT hash FROM version)",
}


def rows_do_not_contradict(image):
    for sentence, sql in CONTRADICTIONS.items():
        for row in image.rows(sql):
            yield sentence.format(*row)


LAWS = (accepted_runs_are_there, attempts_are_known, variables_are_there_with_their_key, rows_do_not_contradict)
