#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""System calls of dagd fail in a scripted day, the N-th of their kind for every N: a full disk, one that turns
read-only, one that does not keep or give what it was given, no more descriptors, processes or memory. The day ends as
if nothing had happened, without a restart where the fault is one that passes. --count 0 plays all, else so many are
drawn of them."""
import dataclasses
import os
import signal
import time

from experiment import Experiment
from calls import CHANGES, DESCRIPTORS, WAITS
from script import Interrupted, Refused, Script, prepare
from traced import Traced
from day import in_memory, judge

LANES = 4 * os.cpu_count()  # they wait more than they work


@dataclasses.dataclass
class Fault:
    """`step`: 0 one call fails, 1 all from then on, n each n-th; `lasts_ms`: for so long. `every`: of so many calls one
    is played, where each takes seconds."""
    sentence: str
    error: str
    calls: str
    step: int = 0
    lasts_ms: int = 0
    does_abort: bool = False  # dagd has to end at once
    does_read: bool = False  # it may, and a try that lacks its value may fail
    every: int = 1

    def trace(self, first):
        return ["--fail", self.error, self.calls, first, self.step, "--for", self.lasts_ms]


FAULTS = [
    Fault("no space for one write", "ENOSPC", CHANGES),
    Fault("no space for a while", "ENOSPC", CHANGES, 1, 300),
    Fault("no space for seconds, in which dagd tries again", "ENOSPC", CHANGES, 1, 3500, every=20),
    Fault("a disk that is read-only for a while", "EROFS", CHANGES + ",open_write", 1, 300),
    Fault("one write fails", "EIO", "write,writev,pwrite64,pwritev"),
    Fault("one read of the database fails", "EIO", "pread64", does_read=True),
    Fault("no read of the database works for a while", "EIO", "pread64", 1, 300, does_read=True),
    Fault("the disk does not keep what it was given", "EIO", "fsync,fdatasync", does_abort=True),
    Fault("no descriptor for one call", "EMFILE", DESCRIPTORS),
    Fault("no descriptor for a while", "ENFILE", DESCRIPTORS, 1, 300),
    Fault("no process for one call", "EAGAIN", "spawn"),
    Fault("no memory for a process for a while", "ENOMEM", "spawn", 1, 1500),
    Fault("signals in between", "EINTR", WAITS, 3),
]


# Mapped to values that another task has left.
UNREAD = [f"('flow', 'each', {index}) has ended as ('failed', 1)" for index in range(3)]


class Days:
    """Plays the script as often as dagd cannot do its next step, which is told by Refused."""

    def __init__(self, daemon, played):
        self.daemon, self.played, self.n_refused = daemon, played, 0

    def play(self):
        while True:
            try:
                self.played.play()
                return
            except Refused:
                self.n_refused += 1
                time.sleep(0.1)


def first_life(daemon, played):
    """(whether it came so far that it was ready, whether the day came to its end, its exit code)"""
    is_ready = is_over = False
    try:
        is_ready = daemon.begin()
        if is_ready:
            Days(daemon, played).play()
            is_over = True
    except Interrupted:
        pass
    return is_ready, is_over, daemon.end()


def verdicts(fault, daemon, report, life):
    """Sentences on a life that was not as it has to be under this fault."""
    is_ready, is_over, code = life
    said = [line for line in daemon.log if line.strip()]
    if report.n_failed == 0:
        if not is_over or code != 0:
            yield f"nothing failed, and dagd ends with {code}"
    elif fault.does_read and code == -signal.SIGABRT and said:
        return
    elif fault.does_abort:
        if code not in (-signal.SIGABRT, 1) or not said:
            yield f"dagd ends with {code}, and not at once with a sentence"
    elif not is_ready:
        # libuv aborts, without a word, where it does not get the pipe that all loops share.
        is_libuv = code == -signal.SIGABRT and report.at == "pipe2"
        if (code <= 0 or not said) and not is_libuv:
            yield f"dagd does not begin, ends with {code}, and says {said[-1:]}"
    elif not is_over or code != 0:
        yield f"dagd does not go on: it ends with {code}"


def fail(experiment, job):
    fault, first = job
    with experiment.home(Traced) as daemon:
        prepare(daemon, experiment.probe)
        daemon.trace = fault.trace(first)
        played = Script(daemon)
        life = first_life(daemon, played)
        report = daemon.report()
        faults = list(verdicts(fault, daemon, report, life))
        struck = f"{report.n_failed} failed, the last {report.at}" if report.at else "which was never made"
        judge(experiment, daemon, played, f"{fault.sentence}: {fault.error} of call {first}, {struck}", faults,
              UNREAD if fault.does_read else ())


def count_calls(experiment, fault):
    with experiment.home(Traced) as daemon:
        prepare(daemon, experiment.probe)
        daemon.trace = fault.trace(1 << 40)
        played = Script(daemon)
        life = first_life(daemon, played)
        report = daemon.report()
        judge(experiment, daemon, played, f"{fault.sentence}: none of {report.n_matched} calls fails",
              verdicts(fault, daemon, report, life))
        return report.n_matched


def main():
    experiment = Experiment(__doc__, count=0)
    in_memory()
    jobs = []
    for fault in FAULTS:
        n_calls = count_calls(experiment, fault) or 0
        firsts = range(1, n_calls + 1, fault.every) if fault.step < 2 else range(1, fault.step + 1)
        jobs += [(fault, first) for first in firsts]
    if experiment.count:
        jobs = experiment.random.sample(jobs, min(experiment.count, len(jobs)))
    experiment.side_by_side(fail, jobs, LANES)
    experiment.end()


main()
