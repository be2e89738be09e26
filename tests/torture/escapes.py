#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a task starts does not outlive it, whatever it does to escape: a few seconds after the task has ended, by itself
or not, all of it is dead, and its result was not held up. Each way out is tried --count times, and as often with a
cgroup for each try; then also where its worker is killed."""
import contextlib
import datetime
import functools
import os
import pathlib
import signal
import sys
import time

import pytest

import escapee
from checker import environment
from experiment import Experiment, unsound_lines, wait_until

import cgroups  # of the system tests, which experiment has made known

DEAD_S = 10
# How long after its end, by itself or by force, the end of a try may be.
TOLD_S = {"exit": 5, "kill": 6, "worker": DEAD_S}
ENDS = {"exit": "success", "timeout": "failed", "kill": "failed"}
# Without a cgroup, what has neither environment nor session of the try is not found then.
ENDS_WITH_CGROUP = dict(ENDS, worker="lost")
DAG = """
    dag_id: escapes
    schedule: null
    max_active_runs: 100
    params: {{kind: setsid, file: "", end: exit}}
    tasks:
      - task_id: escape
        operator: bash
        do_xcom_push: false
        execution_timeout: {timeout}
        bash_command: 'exec {python} {program} "{{{{ params.kind }}}}" "{{{{ params.file }}}}" "{{{{ params.end }}}}"'
"""


def lives(pid, started):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()[0]
        return state not in "ZX" and escapee.started(pid) == started
    except OSError:
        return False


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


class Escape:
    """One run, of which a task plays a way out."""

    def __init__(self, daemon, folder, kind, end, number):
        self.daemon, self.kind, self.end = daemon, kind, end
        self.file = folder / f"{kind}.{number}"
        dag_id = "escapes_timeout" if end == "timeout" else "escapes"
        self.dag_id = dag_id
        self.run_id = daemon.trigger(dag_id, {"kind": kind, "file": str(self.file),
                                              "end": "exit" if end == "exit" else "wait"})
        self.ended_at = None

    def lines(self):
        return [line.split() for line in escapee.lines(self.file)]

    def has_begun(self):
        return any(line[0] == "task" for line in self.lines())

    def finish(self):
        """Ends the task where it does not end itself."""
        if self.end == "timeout":
            return  # that may come sooner than all have fled
        wait_until(self.has_begun, f"{self.kind} has fled")
        if self.end == "kill":
            self.ended_at = time.time()
            answer = self.daemon.request("PATCH", f"/api/v2/dags/{self.dag_id}/dagRuns/{self.run_id}",
                                         {"state": "failed"})
            assert answer.status == 200, answer
        if self.end == "worker":
            task = next(int(pid) for word, pid, _ in self.lines() if word == "task")
            self.ended_at = time.time()
            os.kill(parent(task), signal.SIGKILL)

    def faults(self):
        self.finish()
        name = f"{self.kind}, ended by {self.end}"
        [one] = wait_until(self.ended_tries, f"{name}: the try has ended")
        seen_at = time.monotonic()
        ended_at = self.ended_at or next((float(line[0]) for line in self.lines() if line[0][0].isdigit()), None)
        living = self.living(one["attempt"])
        while living and time.monotonic() < seen_at + DEAD_S:
            time.sleep(0.02)
            living = self.living(one["attempt"])
        wanted = ENDS_WITH_CGROUP[self.end]
        if one["state"] != wanted:
            yield f"{name}: the try is {one['state']}: {one['reason']}"
        # Nobody knows when a timeout came.
        late_s = datetime.datetime.fromisoformat(one["end_date"]).timestamp() - ended_at if ended_at else 0
        if late_s > TOLD_S.get(self.end, 0):
            yield f"{name}: it ended {late_s:.1f} s late"
        for pid in living:
            yield f"{name}: process {pid} lives on"
            os.kill(pid, signal.SIGKILL)

    def ended_tries(self):
        path = f"/dags/{self.dag_id}/dagRuns/{self.run_id}/taskInstances/escape/tries"
        tries = self.daemon.get(path)["task_instances"]
        return tries if tries and tries[0]["state"] not in ("running", None) else None

    def living(self, attempt):
        """Those that have written themselves down, and whoever else has the environment of the attempt."""
        output = os.fsencode(f"DAGD_OUTPUT={self.daemon.home}/state/attempts/{attempt}/")
        known = {int(pid) for word, pid, started in self.lines() if word == "escaped" and lives(pid, started)}
        return known | {pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if output in environment(pid)}


GRACE_S = 1
N_LANES = 4
# So many of a kind at once; a storm has 500 processes.
AT_ONCE = {"storm": 1}


@contextlib.contextmanager
def home_in(experiment, cgroup):
    """A dagd that is not started, in a cgroup below this one, or (None) without."""
    if not cgroup:
        with experiment.home() as daemon:
            yield daemon
        return
    own = cgroup / f"dagd-{os.getpid()}"
    own.mkdir()
    with experiment.home(functools.partial(cgroups.CgroupDaemon, cgroup=own)) as daemon:
        yield daemon
    left = [path for path in own.iterdir() if path.is_dir()]
    experiment.judge(f"no cgroup is left of {cgroup.name}", [f"{path.name} is left" for path in left])
    for path in (*left, own):
        path.rmdir()


def torture(experiment, job):
    kind, cgroup = job
    ends = tuple(ENDS_WITH_CGROUP if cgroup else ENDS)
    with home_in(experiment, cgroup) as daemon:
        daemon.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = f"{GRACE_S}s"
        folder = daemon.home.parent
        text = DAG.format(python=sys.executable, program=escapee.__file__, timeout="1h")
        daemon.write_dag("escapes", text)
        daemon.write_dag("escapes_timeout", text.replace("dag_id: escapes", "dag_id: escapes_timeout").replace(
            "execution_timeout: 1h", "execution_timeout: 2s"))
        daemon.start()
        faults, n_at_once = [], AT_ONCE.get(kind, 10)
        for begin in range(0, experiment.count, n_at_once):
            escapes = [Escape(daemon, folder, kind, experiment.random.choice(ends), number)
                       for number in range(begin, min(experiment.count, begin + n_at_once))]
            faults += [fault for one in escapes for fault in one.faults()]
        daemon.stop()
        experiment.judge(f"{experiment.count} times a task leaves behind{' in a cgroup' if cgroup else ''}: {kind}",
                         faults + unsound_lines(daemon.log))


def main():
    experiment = Experiment(__doc__, count=20)
    with contextlib.ExitStack() as stack:
        places = [None]
        try:
            places.append(stack.enter_context(cgroups.mounted()))
        except pytest.skip.Exception as reason:
            experiment.say(f"without cgroups: {reason}")
        jobs = [(kind, place) for place in places for kind in escapee.KINDS]
        experiment.side_by_side(torture, jobs, N_LANES)
    experiment.end()


main()
