# SPDX-License-Identifier: MIT
"""One life of a dagd that plays the script, and what is asked when the day is over."""
import os
import tempfile

from checker import check
from experiment import unsound_lines
from script import CANCELLED, WITHOUT_PROBE, Interrupted, differences


def in_memory():
    """Thousands of homes: nothing here asks whether the disk keeps what it is given."""
    if "TMPDIR" not in os.environ and os.path.isdir("/dev/shm"):
        tempfile.tempdir = "/dev/shm"


def life(daemon, played):
    """Plays as much as dagd lives for. Returns its exit code."""
    try:
        if daemon.begin():
            played.play()
    except Interrupted:
        pass
    return daemon.end()


def judge(experiment, daemon, played, sentence, faults=(), excused=()):
    """Plays the script to its end on a dagd that nothing happens to, and looks at what has become of it all. `excused`:
    how a sentence on what has ended otherwise may begin."""
    code = life(daemon, played)
    broken, books = check(daemon.home, daemon.journal, played.accepted, without_probe=WITHOUT_PROBE,
                          cancelled=CANCELLED)
    if code != 0:
        broken.append(f"dagd ends with {code} after the restart")
    ends = [end for end in differences(books) if not end.startswith(tuple(excused))]
    experiment.judge(sentence, [*faults, *broken, *ends, *unsound_lines(daemon.log)])
