#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is stopped in the middle of work. A second one is refused; when somebody has removed the lock, it takes over.
The first one, continued, finds that it is not the master any more, and ends without having written anything."""
import pathlib
import signal
import sqlite3
import time

import load
from experiment import Experiment, wait_until

ROUNDS_AT_ONCE = 10  # in one home
LIFE_S = (0.02, 0.6)
REFUSED_CODE = 75


def epoch(home):
    database = sqlite3.connect(f"file:{home}/state/dagd.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT epoch FROM meta").fetchone()[0]
    finally:
        database.close()


def refused_fault(daemon):
    """A second dagd while the first one has the lock."""
    daemon.spawn()
    code, log = daemon.process.wait(), daemon.log
    daemon.process = None
    daemon.reader.join()
    if code != REFUSED_CODE or "another dagd" not in log[-1]:
        return [f"a second dagd exits with {code} and says: {log[-1:]}"]
    return []


class Successor:
    """One dagd after the other on one home, each the successor of one that was stopped."""

    def __init__(self, daemon, random):
        self.daemon, self.random, self.faults = daemon, random, []

    def _stop(self):
        """The process of the dagd that was stopped, its reader, and how much it had said until then."""
        stopped = self.daemon.process, self.daemon.reader, len(self.daemon.log)
        stopped[0].send_signal(signal.SIGSTOP)
        self.daemon.process = None
        self.faults += refused_fault(self.daemon)
        pathlib.Path(self.daemon.home, "state", "lock").unlink()
        return stopped

    def _start(self, stopped):
        """Starts the successor. One that was stopped within a commit holds the database until it may go on."""
        while True:
            self.daemon.spawn()
            wait_until(lambda: self.daemon.is_ready() or self.daemon.process.poll() is not None, "dagd is ready")
            if self.daemon.is_ready():
                return
            self.daemon.reader.join()
            assert "is held by another program" in self.daemon.log[-1], "\n".join(self.daemon.log[-20:])
            self.daemon.process = None
            stopped.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            stopped.send_signal(signal.SIGSTOP)

    def play(self):
        random = self.random
        time.sleep(random.uniform(*LIFE_S))
        before = epoch(self.daemon.home)
        stopped, reader, n_lines = self._stop()
        self._start(stopped)
        time.sleep(random.uniform(*LIFE_S))
        stopped.send_signal(signal.SIGCONT)
        wait_until(lambda: stopped.poll() is not None, "the first one ends")
        reader.join()
        last_words = [line for line in self.daemon.log[n_lines:] if "another dagd has taken over" in line]
        if stopped.returncode != -signal.SIGABRT or len(last_words) != 1:
            self.faults.append(f"the first dagd ends with {stopped.returncode} and says {last_words}")
        if epoch(self.daemon.home) != before + 1:
            self.faults.append(f"the epoch was {before}, and is {epoch(self.daemon.home)}")


def torture(experiment, n_rounds):
    successors = []

    def rounds(daemon):
        successors.append(Successor(daemon, experiment.random))
        for _ in range(n_rounds):
            successors[0].play()
        return f"{n_rounds} times another dagd takes over from one that was stopped"
    load.play(experiment, rounds)
    if successors:
        experiment.judge("the second is refused, the first one ends", successors[0].faults)


def main():
    experiment = Experiment(__doc__, count=50)
    for begin in range(0, experiment.count, ROUNDS_AT_ONCE):
        torture(experiment, min(ROUNDS_AT_ONCE, experiment.count - begin))
    experiment.end()


main()
