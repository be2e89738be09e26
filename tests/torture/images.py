#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""images.py --count N: the power is cut N times, at steps spread over recorded lives of dagd (life.py), and each time
another part of what was not synced is lost (unsynced.py). What is left must keep every promise (promises.py, laws.py);
of some of these disks a real dagd is started, which must bring every run to its end as if nothing had happened but that
the tries under way were lost."""
import multiprocessing
import os
import pathlib
import random
import shutil
import tempfile

import record
from checker import Limits, check
from unsynced import Disk, Everything, PowerCut
from experiment import Daemon, Experiment, unsound_lines, wait_until
from laws import Image, faults_of
from life import WITHOUT_PROBE, Life
from promises import Promises

STARTED_ONE_IN, STARTED_MIN = 100, 10
IMAGES_OF_A_LIFE = 2500  # more of them are of other lives: a longer one has larger disks, not other ones
FAULTS_MAX = 20  # of one share; more of them say nothing new
MEMORY = pathlib.Path("/dev/shm")


def memory_folder(prefix):
    """A folder without a disk below it, where the machine has one."""
    return tempfile.mkdtemp(prefix=prefix, dir=MEMORY if os.access(MEMORY, os.W_OK) else None)


class Cuts:
    """The power cuts of one experiment, none before step `first`; cut `i` of them is the same whenever it is asked
    for."""

    def __init__(self, lived, seed, count, first=0):
        self.lived, self.seed, self.count, self.first = lived, seed, count, first

    def play(self, numbers):
        """Yields (number, step, the cut, image) for each of the numbers, which rise."""
        disk, promises = Disk(), Promises()
        for number in numbers:
            until = self.first + 1 + number * (len(self.lived.steps) - self.first) // self.count
            for step in self.lived.steps[disk.n:until]:
                disk.take(step)
                promises.hear(step)
            cut = PowerCut(disk, random.Random(f"{self.seed}/{number}"))
            yield number, until, cut, Image(disk.image(cut), promises)


def look_at(cuts, share, n_shares):
    """The faults of one share of the cuts."""
    numbers = range(share * cuts.count // n_shares, (share + 1) * cuts.count // n_shares)
    folder, faults = pathlib.Path(memory_folder("dagd-image-")), []
    try:
        for number, until, cut, image in cuts.play(numbers):
            faults += [f"image {number} ({cut}, before step {until}): {fault}" for fault in faults_of(image, folder)]
            if len(faults) > FAULTS_MAX:
                break
    finally:
        shutil.rmtree(folder)
    return faults


def in_shares(cuts):
    """The faults of all of them, each processor looking at its part."""
    def look(share, answer):
        answer.send(look_at(cuts, share, n))
        answer.close()

    n, fork = len(os.sched_getaffinity(0)), multiprocessing.get_context("fork")
    answers = []
    for share in range(n):
        ours, theirs = fork.Pipe(duplex=False)
        fork.Process(target=look, args=(share, theirs)).start()
        theirs.close()
        answers.append(ours)
    return [fault for answer in answers for fault in answer.recv()]


# ---- a real dagd on what is left ----

def write(image, folder):
    folder.mkdir(mode=0o700)
    for path, what in image.files.items():
        if what is None:
            (folder / path).mkdir(mode=0o700)
        elif not path.endswith("-shm"):
            with open(os.open(folder / path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(what[0])
                file.truncate(what[1])


class Restart:
    """dagd on the disk of one image, in a boot that knows nothing of what ran before."""

    def __init__(self, experiment, lived, image, until):
        self.image, self.experiment = image, experiment
        self.folder = pathlib.Path(memory_folder("dagd-after-"))
        self.daemon = Daemon(experiment.build, self.folder / "home")
        shutil.copytree(lived.home / "dags", self.daemon.dags, dirs_exist_ok=True)
        self.journal = self.daemon.home / "journal"
        self.journal.write_text(record.journal(lived.steps[:until]))
        write(image, self.daemon.home / "state")

    def faults(self):
        try:
            self._run()
            faults = self._judged()
        except AssertionError as error:
            faults = str(error).splitlines()[-3:]
        finally:
            self.daemon.dispose()
        if faults:
            self.experiment.keep_folder(self.folder, self.daemon)
        else:
            shutil.rmtree(self.folder)
        return faults

    def _run(self):
        self.daemon.start()
        wait_until(lambda: self.daemon.get("/dags/~/dagRuns", state=["queued", "running"])["total_entries"] == 0,
                   "all runs have ended")
        runs = self.daemon.get("/dags/~/dagRuns", limit=10000)["dag_runs"]
        self.told = {(run["dag_id"], run["dag_run_id"]): run["state"] for run in runs}
        self.daemon.stop()

    def _judged(self):
        faults, books = check(self.daemon.home, self.journal, self.image.promises.accepted, limits=Limits({"chain": 8}),
                              are_tasks_killed=True, told=self.told, without_probe=WITHOUT_PROBE)
        faults += [f"run {run} of {dag_id} is {state}" for (dag_id, run), state in self.told.items()
                   if state != "success"]
        faults += [f"{books.attempts[attempt]}, whose result was kept for dagd" for attempt in self.image.promises.kept
                   if books.attempts[attempt].state != "success"]
        return faults + unsound_lines(self.daemon.log)


def torture(experiment, seed, count):
    """`count` power cuts in one life."""
    folder = pathlib.Path(memory_folder("dagd-life-"))
    lived, n_failed = Life(experiment.build, folder, 12 + count // 100), experiment.n_failed
    lived.live()
    experiment.say(f"a life of {len(lived.steps)} steps")
    experiment.judge("the record is all that happened: what it builds is what lies there", record_faults(lived))
    cuts = Cuts(lived, seed, count)
    faults = in_shares(cuts)
    experiment.judge(f"{count} images of a disk after a power cut keep every promise", faults)
    judge_restarts(experiment, lived, cuts)
    if experiment.n_failed > n_failed:
        experiment.keep_folder(folder, lived.daemon)
    else:
        shutil.rmtree(folder)


def main():
    experiment = Experiment(__doc__, 500)
    for begin in range(0, experiment.count, IMAGES_OF_A_LIFE):
        torture(experiment, f"{experiment.seed}/{begin}", min(IMAGES_OF_A_LIFE, experiment.count - begin))
    experiment.end()


def record_faults(lived):
    """Nobody but dagd and its workers has written there, so all of it is known."""
    disk, state = Disk(), lived.home / "state"
    for step in lived.steps:
        disk.take(step)
    wanted = {path: what and bytes(what[0]).ljust(what[1], b"\0") for path, what in disk.image(Everything()).items()}
    found = {str(path.relative_to(state)): None if path.is_dir() else path.read_bytes() for path in state.rglob("*")
             if path.is_dir() or path.is_file()}
    for path in sorted(wanted.keys() | found.keys()):
        if not path.endswith("-shm") and wanted.get(path, 0) != found.get(path, 0):
            yield f"{path} is not what was recorded"


def judge_restarts(experiment, lived, cuts):
    n = min(max(STARTED_MIN, cuts.count // STARTED_ONE_IN), cuts.count)
    # One of them holds results that nobody has told dagd of.
    back = next(i for i, step in enumerate(lived.steps) if step.word == "back")
    last_away = (back - 1) * cuts.count // len(lived.steps)
    numbers = sorted({last_away, *experiment.random.sample(range(cuts.count), n)})
    faults = []
    for number, until, cut, image in cuts.play(numbers):
        faults += [f"image {number} ({cut}, before step {until}): {fault}"
                   for fault in Restart(experiment, lived, image, until).faults()]
        if len(faults) > FAULTS_MAX:
            break
    experiment.judge(f"on {n} of them dagd brings all runs to their ends", faults)


if __name__ == "__main__":
    main()
