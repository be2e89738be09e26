# SPDX-License-Identifier: MIT
"""The laws that hold after every experiment, whatever was killed, cut off or refused meanwhile. dagd is not running."""
import dataclasses
import os
import pathlib
import re
import time

from books import Books
from journal import Journal, printed

LEFT_OVER_S = 10  # so long may what was killed take to be gone


@dataclasses.dataclass
class Limits:
    """What was never to be exceeded: `runs` by dag_id; `tasks`: a name -> (how many, which attempts count)."""
    runs: dict = dataclasses.field(default_factory=dict)
    tasks: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Scene:
    """`accepted`: the (dag_id, run_id) that were answered with 2xx. `are_tasks_killed`: the experiment kills workers or
    tasks, so a try may be lost or end by a signal. `told`: what the API said at last, (dag_id, run_id) -> state.
    `without_probe`: the task_ids of those that run none, `cancelled`: of those whose probe is ended by dagd.
    `may_logs_lack`: bytes for which there was no room, a line of the log tells how many; `may_logs_end_early`: there
    was no room for that line either."""
    home: pathlib.Path
    journal: Journal
    accepted: set
    limits: Limits = dataclasses.field(default_factory=Limits)
    are_tasks_killed: bool = False
    told: dict = None
    without_probe: frozenset = frozenset()
    cancelled: frozenset = frozenset()
    may_logs_lack: bool = False
    may_logs_end_early: bool = False
    books: Books = None

    def __post_init__(self):
        self.books = Books(self.home)
        self.logs = pathlib.Path(self.home, "logs")
        # From the wall clock of the database to the clock of the journal.
        self.boottime_minus_wall_us = int((time.clock_gettime(time.CLOCK_BOOTTIME) - time.time()) * 1e6)


def check(home, journal, accepted, **more):
    """(sentences, books): a sentence for each law that is broken, none where all hold. `journal` is the file of the
    probes; `more` as in Scene."""
    scene = Scene(pathlib.Path(home), Journal(journal), set(accepted), **more)
    faults = scene.journal.faults + scene.books.faults
    for law in LAWS:
        faults += law(scene)
    return faults, scene.books


# ---- runs and tasks ----

def accepted_runs_are_there(scene):
    there = {(run.dag_id, run.run_id) for run in scene.books.runs.values()}
    for dag_id, run_id in sorted(scene.accepted - there):
        yield f"run {run_id} of {dag_id} was accepted and is gone"


def runs_end_whole(scene):
    """Also those whose acceptance nobody heard of."""
    with_tasks = {task.run.number for task in scene.books.tasks.values()}
    for run in scene.books.runs.values():
        if run.state not in ("success", "failed"):
            yield f"{run} has not ended: it is {run.state}"
        if run.number not in with_tasks:
            yield f"{run} has no tasks"
    for task in scene.books.tasks.values():
        if task.state not in ("success", "failed", "skipped", "upstream_failed", "removed"):
            yield f"{task} has not ended: it is {task.state}"
        if task.state == "failed" and task.run.state == "success":
            yield f"{task} has failed, and its run has succeeded"


def runs_are_as_told(scene):
    if scene.told is None:
        return
    there = {(run.dag_id, run.run_id): run.state for run in scene.books.runs.values()}
    for name in sorted(there.keys() | scene.told.keys()):
        if there.get(name) != scene.told.get(name):
            yield f"run {name[1]} of {name[0]}: the API says {scene.told.get(name)}, the database {there.get(name)}"


# ---- tries ----

def tries_by_task(books):
    """The attempts that began, in the order of their numbers."""
    tries = {key: [] for key in books.tasks}
    for attempt in books.attempts.values():
        if attempt.state != "taken_back":
            tries.setdefault(attempt.task, []).append(attempt)
    return tries


def each_try_is_made_once(scene):
    for key, tries in tries_by_task(scene.books).items():
        numbers = [attempt.try_number for attempt in tries]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{scene.books.tasks.get(key, key)} has the tries {numbers}"


def tasks_end_as_their_last_try(scene):
    ends = {"success": "success", "failed": "failed", "skipped": "skipped", "lost": "failed"}
    for key, tries in tries_by_task(scene.books).items():
        task = scene.books.tasks.get(key)
        if not task:
            yield f"{tries[-1]} belongs to no task"
            continue
        ran = task.state in ("success", "failed", "skipped")
        if not tries and task.state in ("success", "failed") and task.task_id not in scene.without_probe:
            yield f"{task} is {task.state} without a try"
        elif tries and ran and ends.get(tries[-1].state) != task.state:
            yield f"{task} is {task.state}, its last {tries[-1]} says otherwise"
        elif tries and any(attempt.state in ("success", "skipped") for attempt in tries[:-1]):
            yield f"{task} was tried again after it had succeeded"


def failed_tasks_had_all_their_tries(scene):
    for key, tries in tries_by_task(scene.books).items():
        task = scene.books.tasks.get(key)
        if not task or task.state != "failed" or not tries or tries[-1].exit_code == 78 or tries[-1].state == "lost":
            continue
        if len(tries) != task.max_tries + 1:
            yield f"{task} has failed after {len(tries)} tries, it has {task.max_tries + 1}"


def losses_have_a_reason(scene):
    for attempt in scene.books.attempts.values():
        if attempt.state == "lost" and not attempt.reason:
            yield f"{attempt} is lost, and nobody says why"
        if attempt.state == "lost" and not scene.are_tasks_killed:
            yield f"{attempt} is lost, although nothing of it was killed: {attempt.reason}"
        if attempt.state == "launching":
            yield f"{attempt} has never been settled"


# ---- what ran is what is known ----

def starts_are_known(scene):
    for life in scene.journal.lives.values():
        attempt = scene.books.attempts.get(life.attempt)
        if not attempt:
            yield f"attempt {life.attempt} ran, and the database does not know it"
        elif attempt.state == "taken_back":
            yield f"{attempt} ran, although it was taken back"
        elif attempt.try_number != life.try_number:
            yield f"{attempt} ran as try {life.try_number}"


def result_of(attempt):
    """What the database says that its process did: an exit code, "signal", or None: it did not run to its end."""
    if attempt.signal:
        return "signal"
    return attempt.exit_code if attempt.exit_code >= 0 else None


def results_are_true(scene):
    wanted = {"success": (0,), "skipped": (99,)}
    for attempt in scene.books.attempts.values():
        life, result = scene.journal.lives.get(attempt.number), result_of(attempt)
        if attempt.state in wanted and result not in wanted[attempt.state]:
            yield f"{attempt} with exit code {attempt.exit_code}, signal {attempt.signal}"
        if not life and (result is None or attempt.task_id in scene.without_probe):
            continue
        if not life and not (attempt.task_id in scene.cancelled and result == "signal"):
            yield f"{attempt} has a result ({result}), and it never began"
        # Where tasks are killed, the probe may be the child of one.
        elif isinstance(result, int) and life.exit_code != result and not (
                scene.are_tasks_killed and life.ended_us is None):
            yield f"{attempt} is known to have exited with {result}, and its end says {life.exit_code}"


def ends_are_known(scene):
    for life in scene.journal.lives.values():
        attempt = scene.books.attempts.get(life.attempt)
        result = result_of(attempt) if attempt else None
        is_cancelled = attempt and attempt.task_id in scene.cancelled
        if life.ended_us is None and not scene.are_tasks_killed and not is_cancelled:
            yield f"attempt {life.attempt} began and was killed"
        # It may have been killed in the instant between its last word and its end.
        elif life.ended_us is not None and result != life.exit_code and not scene.are_tasks_killed:
            yield f"attempt {life.attempt} exited with {life.exit_code}, and the database says {result}"


# ---- never too many at once ----

def span(scene, attempt):
    """When it ran, by the journal's clock; of one that was killed until dagd had settled it."""
    life = scene.journal.lives.get(attempt.number)
    if not life:
        return None
    end = life.ended_us if life.ended_us is not None else (attempt.ended_us or 0) + scene.boottime_minus_wall_us
    return life.started_us, max(end, life.started_us)


def most_at_once(spans):
    moves = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    n = most = 0
    for _, move in moves:
        n += move
        most = max(most, n)
    return most


def spans_of(scene, counts):
    spans = (span(scene, attempt) for attempt in scene.books.attempts.values() if counts(attempt))
    return [one for one in spans if one]


def limits_hold(scene):
    for name, (limit, counts) in scene.limits.tasks.items():
        most = most_at_once(spans_of(scene, counts))
        if most > limit:
            yield f"{name}: {most} ran at once, {limit} at most"
    for dag_id, limit in scene.limits.runs.items():
        most = most_at_once([(run.started_us, run.ended_us or run.started_us) for run in scene.books.runs.values()
                             if run.dag_id == dag_id and run.started_us])
        if most > limit:
            yield f"{most} runs of {dag_id} were active at once, {limit} at most"


def tries_of_a_task_never_overlap(scene):
    for key, tries in tries_by_task(scene.books).items():
        if len(tries) > 1 and most_at_once([one for one in (span(scene, attempt) for attempt in tries) if one]) > 1:
            yield f"two tries of {scene.books.tasks.get(key, key)} ran at once"


# ---- logs, files, processes ----

MISSING = re.compile(rb"\n\[dagd: (\d+) bytes of output are missing here: [^\n]*\]\n")
# Of a task that was killed, when somebody else's memory was short at that time.
SHORT_OF_MEMORY = b"[dagd: meanwhile the kernel killed processes for lack of memory]\n"


def n_accounted_for(text, whole):
    """How many of the bytes that were printed are there, or are told to be missing; -1: the log holds others."""
    at, pieces = 0, MISSING.split(text)
    for piece, n_missing in zip(pieces[::2], [*map(int, pieces[1::2]), 0]):
        if whole[at:at + len(piece)] != piece:
            return -1
        at += len(piece) + n_missing
    return at


def logs_are_what_was_printed(scene):
    for life in scene.journal.lives.values():
        attempt = scene.books.attempts.get(life.attempt)
        if not attempt or attempt.state == "taken_back":
            continue
        file = attempt.log(scene.logs)
        text = file.read_bytes().removesuffix(SHORT_OF_MEMORY) if file.exists() else b""
        whole = printed(life.attempt, life.n_bytes)
        n_lacking = len(whole) - n_accounted_for(text, whole)
        if scene.may_logs_lack and (n_lacking == 0 or 0 < n_lacking <= len(whole) and scene.may_logs_end_early):
            continue
        if life.ended_us is not None and not scene.are_tasks_killed and text != whole:
            yield f"the log of {attempt} has {len(text)} bytes, not the {len(whole)} that were printed"
        elif not whole.startswith(text):
            yield f"the log of {attempt} holds what it has not printed"


def folders_are_put_away(scene):
    """A folder without claim and result is one that is kept to be used again."""
    for folder in pathlib.Path(scene.home, "state", "attempts").iterdir():
        if folder.suffix == ".gone" or (folder / "claim").exists() or (folder / "result").exists():
            yield f"the folder {folder.name} of an attempt is left"


def environment(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # gone, or of somebody else
        return b""


def processes_left(home):
    """pids of tasks, and of workers, of this home."""
    output = b"DAGD_OUTPUT=" + os.fsencode(home) + b"/state/attempts/"
    state = os.fsencode(pathlib.Path(home, "state"))
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            argv = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if (argv[0] == b"dagd-worker" and argv[1:2] == [state]) or output in environment(entry.name):
            yield int(entry.name)


def nothing_runs_on(scene):
    deadline = time.monotonic() + LEFT_OVER_S
    while list(processes_left(scene.home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in processes_left(scene.home):
        yield f"process {pid} is left"


LAWS = (accepted_runs_are_there, runs_end_whole, runs_are_as_told, each_try_is_made_once, tasks_end_as_their_last_try,
        failed_tasks_had_all_their_tries, losses_have_a_reason, starts_are_known, results_are_true, ends_are_known,
        limits_hold, tries_of_a_task_never_overlap, logs_are_what_was_printed, folders_are_put_away, nothing_runs_on)
