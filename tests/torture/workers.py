#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A worker is killed at each single system call of an attempt, or the call fails, while dagd lives, dies, comes back.
What has become of the attempt is known then: its result, or that it is lost and why; it is never begun twice.
--count 0 plays all there is, else so many are drawn."""
import dataclasses
import os

from experiment import Experiment, unsound_lines
from calls import CHANGES, DESCRIPTORS, WAITS
from checker import check
from day import in_memory
from errand import DAGD, Errand, prepare_errand
from traced import Traced

LANES = 2 * os.cpu_count()


@dataclasses.dataclass
class Blow:
    """What happens to the worker; `{}` stands for the number of the call or stop."""
    sentence: str
    trace: list
    is_kill: bool = False

    def at(self, number):
        return ["--of-child", *(number if word == "{}" else word for word in self.trace)]


KILL = Blow("killed", ["--kill", "{}"], is_kill=True)
BLOWS = [
    KILL,
    Blow("no space for one write", ["--fail", "ENOSPC", CHANGES, "{}", 0]),
    Blow("no space for a while", ["--fail", "ENOSPC", CHANGES, "{}", 1, "--for", 300]),
    Blow("one write or sync fails", ["--fail", "EIO", CHANGES + ",fsync,fdatasync", "{}", 0]),
    Blow("no descriptor for one call", ["--fail", "EMFILE", DESCRIPTORS, "{}", 0]),
    Blow("no process for one call", ["--fail", "EAGAIN", "spawn", "{}", 0]),
    Blow("signals in between", ["--fail", "EINTR", WAITS, "{}", 3]),
]


def play(experiment, blow, dagd, number):
    """Plays the errand to its end. Returns the tracer's report."""
    with experiment.home(Traced) as daemon:
        prepare_errand(daemon, experiment.probe, dagd)
        daemon.trace = blow.at(number)
        errand = Errand(daemon, dagd)
        daemon.start()
        errand.play()
        faults = list(errand.differences())
        daemon.stop()
        report = daemon.report()
        broken, books = check(daemon.home, daemon.journal, errand.accepted, are_tasks_killed=blow.is_kill,
                              may_logs_lack=not blow.is_kill, may_logs_end_early="--for" in blow.trace)
        if not blow.is_kill and len(books.attempts) != 1 + sum(
                one.state == "taken_back" for one in books.attempts.values()):
            faults.append(f"there were {len(books.attempts)} attempts: {[str(one) for one in books.attempts.values()]}")
        struck = f"at {number} ({report.at})" if report.at else f"{number} was never reached"
        experiment.judge(f"dagd {dagd}; its worker: {blow.sentence}, {struck}",
                         [*faults, *broken, *unsound_lines(daemon.log)])
        return report


def play_job(experiment, job):
    play(experiment, *job)


def numbers(experiment, blow, dagd):
    report = play(experiment, blow, dagd, 1 << 40)
    if not report:
        return ()
    if blow.is_kill:
        return range(1, report.n_stops + 1)
    return range(1, (min(report.n_matched, 3) if "EINTR" in blow.trace else report.n_matched) + 1)


def main():
    experiment = Experiment(__doc__, count=0)
    in_memory()
    jobs = [(blow, dagd, number) for blow in BLOWS for dagd in DAGD for number in numbers(experiment, blow, dagd)]
    if experiment.count:
        jobs = experiment.random.sample(jobs, min(experiment.count, len(jobs)))
    experiment.side_by_side(play_job, jobs, LANES)
    experiment.end()


main()
