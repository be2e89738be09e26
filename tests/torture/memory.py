#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd gets no memory: one allocation of a scripted day fails, or all from one on, at --count places of the day. dagd
goes on, or ends at once with a sentence; what it has answered for is there afterwards, and the day ends as if nothing
had happened."""
import os
import signal
import time

from experiment import Experiment, unsound_lines
from day import in_memory, judge
from doomed import Doomed
from script import Interrupted, Refused, Script, prepare

LANES = os.cpu_count()
STAYS = 0.1
ENDS = {-signal.SIGABRT, 1}
GLIB_SAYS = "failed to allocate"
SAYS = ("out of memory", GLIB_SAYS, "Cannot allocate memory", "not enough memory",
        "start it again later")  # of dagd, GLib, libc, libuv; of a file that could not be read
EARLY, ENDS_EARLY = 200, {-signal.SIGTRAP}  # before dagd's own log is open GLib says it
ENDS_WITHOUT_ANY = {-signal.SIGSEGV, -signal.SIGABRT}  # GLib allocates to say so, and again to say that it cannot


class Starved(Doomed):
    """`memory`: what memory.so is told for the next life; a life after that is an ordinary one."""

    memory = None

    def spawn(self, *words):
        plain = dict(self.environment)
        if self.memory is not None:
            self.environment.update(self.memory, LD_PRELOAD=str(self.build / "tests" / "torture" / "memory.so"))
        self.memory = None
        super().spawn(*words)
        self.environment = plain


def first_life(daemon, played):
    """Its exit code, and whether the day came to its end. An answer may get lost."""
    is_over = False
    if daemon.begin():
        while not is_over and daemon.process.poll() is None:
            try:
                played.play()
                is_over = True
            except (Interrupted, Refused):
                time.sleep(0.1)
    return daemon.end(), is_over


def verdicts(daemon, first, stays, life):
    """Sentences on a life that was not as it has to be."""
    code, is_over = life
    said = [line for line in daemon.log if line.strip()]
    ends = ENDS | (ENDS_EARLY if first < EARLY else set())
    is_told = any(words in line for line in said[-1:] for words in SAYS)
    if code == 0:
        if not is_over:
            yield "dagd ends as if it had been asked to"
    elif not (code in ends and is_told or stays and code in ENDS_WITHOUT_ANY):
        yield f"dagd ends with {code}, and says {said[-1:]}"
    yield from unsound_lines(line for line in said if GLIB_SAYS not in line)


def starve(experiment, job):
    first, stays = job
    with experiment.home(Starved) as daemon:
        prepare(daemon, experiment.probe)
        daemon.memory = {"MEMORY_FIRST": str(first), **({"MEMORY_STAYS": "1"} if stays else {})}
        played = Script(daemon)
        life = first_life(daemon, played)
        faults = list(verdicts(daemon, first, stays, life))
        told = daemon.log[-1:] if life[0] else "goes on"
        daemon.log = []  # that of the next life is looked at for itself
        sentence = f"from allocation {first} on all fail" if stays else f"allocation {first} fails"
        judge(experiment, daemon, played, f"{sentence}: {told}", faults)


def count_allocations(experiment):
    with experiment.home(Starved) as daemon:
        prepare(daemon, experiment.probe)
        file = daemon.home.parent / "count"
        daemon.memory = {"MEMORY_COUNT": str(file)}
        played = Script(daemon)
        life = first_life(daemon, played)
        experiment.judge("none fails", verdicts(daemon, 0, False, life))
        return int(file.read_text())


def main():
    experiment = Experiment(__doc__, count=100)
    in_memory()
    n = count_allocations(experiment) or 1
    experiment.say(f"{n} allocations")
    random = experiment.random
    jobs = [(random.randint(1, n), random.random() < STAYS) for _ in range(experiment.count)]
    experiment.side_by_side(starve, jobs, LANES)
    experiment.end()


main()
