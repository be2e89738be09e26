#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at each single system call of a scripted day, and at each one of the life after that, in which it
recovers; then it is started again: the day ends as if nothing had happened. --count 0 plays all of them, else so many
are drawn."""
import os
import signal

from experiment import Experiment
from day import in_memory, judge, life
from script import Script, prepare
from traced import Traced

LANES = os.cpu_count()
MIDDLE = (0.5, 0.95)  # of a day: much is under way, and recovery has something to do
NEVER = 1 << 40


def kill_dagd(experiment, stops):
    """Kills it in one life after the other, each time at the given stop. Returns the number of stops of the last."""
    with experiment.home(Traced) as daemon:
        prepare(daemon, experiment.probe)
        played, told = Script(daemon), []
        for stop in stops:
            daemon.trace = ["--kill", stop]
            code = life(daemon, played)
            report = daemon.report()
            is_killed = report.at is not None
            told.append(f"killed at stop {stop} ({report.at})" if is_killed else f"not killed at {report.n_stops}")
            assert code == (-signal.SIGKILL if is_killed else 0), f"dagd, {told[-1]}, ends with {code}"
        judge(experiment, daemon, played, "dagd, " + ", then ".join(told))
        return report.n_stops


def main():
    experiment = Experiment(__doc__, count=0)
    in_memory()
    n_stops = kill_dagd(experiment, [NEVER]) or 0
    middle = [int(n_stops * part) for part in MIDDLE]
    n_stops_after = kill_dagd(experiment, [sum(middle) // 2, NEVER]) or 0
    jobs = [[stop] for stop in range(1, n_stops + 1)]
    jobs += [[experiment.random.randint(*middle), stop] for stop in range(1, n_stops_after + 1)]
    if experiment.count:
        jobs = experiment.random.sample(jobs, min(experiment.count, len(jobs)))
    experiment.side_by_side(kill_dagd, jobs, LANES)
    experiment.end()


main()
