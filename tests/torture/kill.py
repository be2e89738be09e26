#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at random while it works hard, and started again at once: nothing is lost, nothing is done twice, and
no task notices."""
import shutil
import time

import load
from experiment import Experiment, percentile

KILLS_AT_ONCE = 25  # in one home
LIFE_S = (0.02, 1.2)


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


def torture(experiment, n_kills):
    """How long its restarts took: until it was ready, until it launched something."""
    restarts = []

    def kills(daemon):
        restarts.append(Restarts(daemon, experiment.random))
        for _ in range(n_kills):
            restarts[0].kill()
            if experiment.random.random() < 0.5:
                restarts[0].restart_as_systemd_does()
        return f"{n_kills} kills and {len(restarts[0].begun_us) - n_kills} restarts"
    books = load.play(experiment, kills)
    return (restarts[0].ready_s, list(restarts[0].scheduling_s(books.attempts))) if books else ([], [])


def main():
    experiment = Experiment(__doc__, count=1000)
    ready_s, scheduling_s, n_left = [], [], experiment.count
    while n_left > 0:
        n_kills = min(KILLS_AT_ONCE, n_left)
        n_left -= n_kills
        one = torture(experiment, n_kills)
        ready_s += one[0]
        scheduling_s += one[1]
    for name, values in (("ready", ready_s), ("scheduling", scheduling_s)):
        if values:
            experiment.say(f"from the start to {name}: " + ", ".join(
                f"p{p} {percentile(values, p) * 1000:.0f} ms" for p in (50, 90, 99, 100)))
    experiment.end()


main()
