#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed again while it recovers from having been killed, up to five times in a row: the same laws hold as
after a single kill."""
import time

import load
from experiment import Experiment

KILLS_AT_ONCE = 50  # in one home
IN_A_ROW_MAX = 5
LIFE_S = (0.02, 0.6)
RECOVERY_S = (0, 0.09)  # from the start of its process; it is ready after some 60 ms


def torture(experiment, n_kills):
    random = experiment.random

    def kills(daemon):
        n_left = n_kills
        while n_left > 0:
            time.sleep(random.uniform(*LIFE_S))
            daemon.kill()
            for _ in range(min(n_left, random.randint(1, IN_A_ROW_MAX))):
                n_left -= 1
                daemon.spawn()
                time.sleep(random.uniform(*RECOVERY_S))
                daemon.kill()
            daemon.start()
        return f"{n_kills} kills within a recovery"
    load.play(experiment, kills)


def main():
    experiment = Experiment(__doc__, count=500)
    for begin in range(0, experiment.count, KILLS_AT_ONCE):
        torture(experiment, min(KILLS_AT_ONCE, experiment.count - begin))
    experiment.end()


main()
