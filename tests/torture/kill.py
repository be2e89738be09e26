#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at random while it works hard, and started again at once: nothing is lost, nothing is done twice, and
no task notices."""
import random as randoms
import shutil
import tempfile
import time

import load
from experiment import Experiment, percentile

KILLS_AT_ONCE = 25  # in one home
LIFE_S = (0.02, 1.2)


class Times:
    """How long something took, gathered from processes that were forked after it was made."""

    def __init__(self, name):
        self.name, self.file = name, tempfile.TemporaryFile("a+")

    def add(self, values_s):
        self.file.write("".join(f"{value}\n" for value in values_s))
        self.file.flush()

    def __str__(self):
        self.file.seek(0)
        values = [float(line) * 1000 for line in self.file]
        told = ", ".join(f"p{p} {percentile(values, p):.0f} ms" for p in (50, 90, 99, 100)) if values else "never"
        return f"from the start to {self.name}: {told} ({len(values)} times)"


READY, SCHEDULING = Times("ready"), Times("scheduling")


class Restarts:
    """Kills and restarts one dagd. `begun_us`: when each life of it was begun, by the wall clock."""

    def __init__(self, daemon, random):
        self.daemon, self.random = daemon, random
        self.begun_us, self.ready_s = [], []

    def _start(self):
        begun = time.time()
        self.begun_us.append(int(begun * 1e6))
        self.daemon.start()
        self.ready_s.append(time.time() - begun)

    def _live(self):
        random = self.random
        time.sleep(random.uniform(*LIFE_S))

    def kill(self):
        self._live()
        self.daemon.kill()
        self._start()

    def restart_as_systemd_does(self):
        """SIGTERM to the main process only; then its folder below /run is removed."""
        self._live()
        self.daemon.stop()
        shutil.rmtree(self.daemon.socket.parent)
        self._start()

    def scheduling_s(self, attempts):
        """For each life in which something was launched: after how long."""
        launched_us = sorted(attempt.launched_us for attempt in attempts.values())
        ends = self.begun_us[1:] + [None]
        for begin, end in zip(self.begun_us, ends):
            first = next((at for at in launched_us if at >= begin), None)
            if first and (end is None or first < end):
                yield (first - begin) / 1e6


def torture(experiment, job):
    """job: its number, how many kills."""
    number, n_kills = job
    experiment.random = randoms.Random(f"{experiment.seed}/{number}")
    restarts = []

    def kills(daemon):
        restarts.append(Restarts(daemon, experiment.random))
        for _ in range(n_kills):
            restarts[0].kill()
            if experiment.random.random() < 0.5:
                restarts[0].restart_as_systemd_does()
        return f"{n_kills} kills and {len(restarts[0].begun_us) - n_kills} restarts"
    books = load.play(experiment, kills)
    if books:
        READY.add(restarts[0].ready_s)
        SCHEDULING.add(restarts[0].scheduling_s(books.attempts))


def main():
    experiment = Experiment(__doc__, count=1000)
    jobs = [(number, min(KILLS_AT_ONCE, experiment.count - begin))
            for number, begin in enumerate(range(0, experiment.count, KILLS_AT_ONCE))]
    experiment.side_by_side(torture, jobs, n_lanes=2)
    experiment.say(READY)
    experiment.say(SCHEDULING)
    experiment.end()


main()
