#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at random while it works hard, and started again at once: nothing is lost, nothing is done twice, and
no task notices."""
import shutil
import time

import load
from checker import check
from experiment import Experiment, percentile, unsound_lines

KILLS_AT_ONCE = 25  # in one home
LIFE_S = (0.02, 1.2)
REST_S = 120


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
    with experiment.home() as daemon:
        load.prepare(daemon, experiment.probe)
        restarts = Restarts(daemon, experiment.random)
        with load.People(daemon, experiment.random, rate_per_s=15) as people:
            for _ in range(n_kills):
                restarts.kill()
                if experiment.random.random() < 0.5:
                    restarts.restart_as_systemd_does()
        told = load.rest(daemon, REST_S)
        daemon.stop()
        faults, books = check(daemon.home, daemon.journal, people.accepted, limits=load.limits(), told=told)
        faults += people.faults + unsound_lines(daemon.log)
        scheduling_s = list(restarts.scheduling_s(books.attempts))
        experiment.judge(f"{n_kills} kills and {len(restarts.begun_us) - n_kills} restarts, {len(books.runs)} runs,"
                         f" {len(books.attempts)} attempts", faults)
        return restarts.ready_s, scheduling_s


def main():
    experiment = Experiment(__doc__, count=1000)
    ready_s, scheduling_s, n_left = [], [], experiment.count
    while n_left > 0:
        n_kills = min(KILLS_AT_ONCE, n_left)
        n_left -= n_kills
        one = torture(experiment, n_kills) or ([], [])
        ready_s += one[0]
        scheduling_s += one[1]
    for name, values in (("ready", ready_s), ("scheduling", scheduling_s)):
        if values:
            experiment.say(f"from the start to {name}: " + ", ".join(
                f"p{p} {percentile(values, p) * 1000:.0f} ms" for p in (50, 90, 99, 100)))
    experiment.end()


main()
