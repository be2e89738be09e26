#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at each single system call of a scripted day, and started again: the day ends as if nothing had
happened. --count 0 plays all of them, else so many are drawn."""
import os
import signal

from experiment import Experiment
from day import in_memory, judge, life
from script import Script, prepare
from traced import Traced

LANES = os.cpu_count()


def kill_dagd(experiment, stop):
    with experiment.home(Traced) as daemon:
        prepare(daemon, experiment.probe)
        daemon.trace = ["--kill", stop]
        played = Script(daemon)
        code = life(daemon, played)
        report = daemon.report()
        where = f"killed at stop {stop} ({report.at})" if report.at else f"not killed, {stop} was never reached"
        assert code == (-signal.SIGKILL if report.at else 0), f"dagd, {where}, ends with {code}"
        judge(experiment, daemon, played, f"dagd, {where}")


def count_stops(experiment):
    """How many there are in a whole day; it is never quite the same."""
    with experiment.home(Traced) as daemon:
        prepare(daemon, experiment.probe)
        daemon.trace = []
        played = Script(daemon)
        assert life(daemon, played) == 0
        n_stops = daemon.report().n_stops
        judge(experiment, daemon, played, f"nobody is killed at {n_stops} stops")
        return n_stops


def main():
    experiment = Experiment(__doc__, count=0)
    in_memory()
    stops = range(1, (count_stops(experiment) or 0) + 1)
    if experiment.count:
        stops = sorted(experiment.random.sample(stops, min(experiment.count, len(stops))))
    experiment.side_by_side(kill_dagd, stops, LANES)
    experiment.end()


main()
