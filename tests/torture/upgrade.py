#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dagd is killed at each single system call while it changes the format of an older dagd's database, each one that
writes there fails, and the power is cut at each step; then it is started again: all that was in the database is there,
and goes on, and the copy from before is whole. --count 0 plays all of it for each older format, else so many are drawn
for one."""
import bisect
import os
import signal

from experiment import Experiment, unsound_lines
from calls import CHANGES
from day import in_memory, life
from past import FORMATS, Past, contents, format_of
from power_cut import judge_power_cuts
from script import Script, prepare
from traced import Traced
from upgraded import SECRET, database_faults, kept_faults, left_faults, next_life

LANES = 2 * os.cpu_count()
NEVER = 1 << 40
KILLED = "killed"
# A sentence, an error, the calls that fail, 0: one, 1: all from then on.
FAULTS = [
    ("no space for one write", "ENOSPC", CHANGES, 0),
    ("no space from then on", "ENOSPC", CHANGES, 1),
    ("one write or sync fails", "EIO", "write,pwrite64,ftruncate,fsync,fdatasync,renameat2", 0),
]
CUTS_SHORT = 5  # power cuts for each that is drawn of the others
BEYOND = 20  # so many system calls after the change is durable are played, too
# Its run was accepted by the older dagd, and is begun by the newer one.
LATER = """
    schedule: null
    is_paused_upon_creation: true
    tasks: [{{task_id: only, operator: bash, bash_command: "exec true"}}]
"""


def live_before(experiment, daemon):
    """The life of which older dagds have left what their formats can hold."""
    prepare(daemon, experiment.probe)
    prepare(daemon, experiment.probe, {"later": LATER})
    played = Script(daemon)
    assert life(daemon, played) == 0
    daemon.start()
    daemon.post("/variables", {"key": "word", "value": SECRET})
    daemon.post("/connections", {"connection_id": "there", "conn_type": "http", "password": SECRET})
    daemon.trigger("later")
    daemon.stop()


# ---- one upgrade ----

def begin(daemon, trace):
    """A life that ends as soon as it is ready. Returns its exit code and what the tracer says."""
    daemon.trace = trace
    daemon.begin()
    return daemon.end(), daemon.report()


def first_life_faults(daemon, is_killed, code, report):
    said = [line for line in daemon.log if line.strip()]
    if is_killed:
        if code != (-signal.SIGKILL if report.at else 0):
            yield f"it ends with {code}"
    elif code != 0 and (code not in (1, -signal.SIGABRT) or not said or report.n_failed == 0):
        yield f"it ends with {code} and says {said[-1:]}"


def upgrade(experiment, job):
    past, version, sentence, trace = job
    with experiment.home(Traced) as daemon:
        state = daemon.home / "state"
        past.leave(daemon.home, version, is_in_log=experiment.random.random() < 0.5)
        before = contents(state / "dagd.db", version)
        code, report = begin(daemon, trace)
        is_killed = sentence == KILLED
        faults = list(first_life_faults(daemon, is_killed, code, report))
        faults += database_faults(state, before, version, past.newest)
        faults += kept_faults(state, before, version)
        faults += next_life(daemon, before, version, past.newest)
        faults += left_faults(state)
        struck = f"at {report.at}" if report.at else "never"
        experiment.judge(f"from format {version}, {sentence} ({' '.join(map(str, trace))}), {struck}",
                         [*faults, *unsound_lines(daemon.log)])


# ---- all of them ----

def report_of(experiment, past, version, *trace):
    """What the tracer says of an upgrade, whether the copy was begun in it, the format in the end."""
    with experiment.home(Traced) as daemon:
        past.leave(daemon.home, version, is_in_log=False)
        _, report = begin(daemon, [*trace])
        state = daemon.home / "state"
        has_copy = any(state.glob(".*.dagd-backup")) or any(state.glob("dagd.db.before-*"))
        return report, has_copy, format_of(state / "dagd.db")


def jobs_of(experiment, past, version):
    """From the first system call for the copy to some after the one that makes the change durable."""
    report, *_ = report_of(experiment, past, version, "--kill", NEVER)
    stops = range(1, report.n_stops + 1)
    first = bisect.bisect_left(stops, True, key=lambda stop: report_of(experiment, past, version, "--kill", stop)[1])
    last = bisect.bisect_left(stops, past.newest, lo=first,
                              key=lambda stop: report_of(experiment, past, version, "--kill", stop)[2])
    end = stops[min(last + BEYOND, len(stops) - 1)]
    experiment.say(f"from format {version}: {end - first} entries into and exits out of system calls")
    for stop in stops[first:end]:
        yield past, version, KILLED, ["--kill", stop]
    for sentence, error, calls, step in FAULTS:
        report, *_ = report_of(experiment, past, version, "--kill", end, "--fail", error, calls, NEVER, step)
        for call in range(1, report.n_matched + 1):
            yield past, version, sentence, ["--fail", error, calls, call, step]


def main():
    experiment = Experiment(__doc__, count=0)
    in_memory()
    with experiment.home(Traced) as daemon:
        live_before(experiment, daemon)
        past = Past(daemon.home)
        versions = range(1, past.newest)
        assert len(FORMATS) == len(versions), "an older format is not written down in tests/formats"
        if experiment.count:
            versions = [experiment.random.choice(versions)]
        jobs = [job for version in versions for job in jobs_of(experiment, past, version)]
        if experiment.count:
            jobs = experiment.random.sample(jobs, min(experiment.count, len(jobs)))
        experiment.side_by_side(upgrade, jobs, LANES)
        cuts = [(past, version, CUTS_SHORT * experiment.count) for version in versions]
        experiment.side_by_side(judge_power_cuts, cuts, LANES)
    experiment.end()


main()
