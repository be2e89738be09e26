#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A task is a tree of processes, below a worker. One of them is killed, while dagd is there or not: the right thing is
known of the try, and ten seconds later nothing of it is left."""
import contextlib
import os
import pathlib
import signal

from checker import LEFT_OVER_S, check, environment
from experiment import Experiment, unsound_lines, wait_until
from journal import Journal

TRIES_AT_ONCE = 100  # in one home
# bash (which does not become its last command) with a child of its session, one of another, one that has given itself
# away, and the probe.
DAG = """
    dag_id: tree
    schedule: null
    max_active_runs: 1000
    env: {{PROBE_JOURNAL: "{journal}"}}
    tasks:
      - task_id: tree
        operator: bash
        bash_command: |
          exec 2>/dev/null
          sleep 3600 &
          setsid sleep 3601 &
          (setsid nohup sleep 3602 >/dev/null 2>&1 &)
          {probe} --bytes 100 --sleep 3600000
          exit $?
"""
N_PROCESSES = 5


def parent(pid):
    """None: it is dead."""
    try:
        state, parent_pid = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return None
    return int(parent_pid) if state not in "ZX" else None


def argv0(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    return ""


class Tree:
    """The processes of one try."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.run_id = daemon.trigger("tree")
        self.attempt = None
        self.pids = wait_until(self._all, "the tree is complete")
        self.operator = next(pid for pid in self.pids if parent(pid) not in self.pids and argv0(pid) == "/bin/bash")
        self.worker = parent(self.operator)
        self.probe = next(pid for pid in self.pids if argv0(pid).endswith("/probe"))

    def _all(self):
        if not self.attempt:
            tries = self.tries()
            self.attempt = tries[0]["attempt"] if tries else None
        pids = self.living() if self.attempt else []
        names = sorted((argv0(pid) for pid in pids), key=lambda name: name.endswith("/probe"))
        is_complete = len(pids) == N_PROCESSES and names.count("sleep") == 3 and names[-1].endswith("/probe")
        # A probe that was killed before it could tell that it began looks like a result of nothing.
        return pids if is_complete and self.attempt in Journal(self.daemon.journal).lives else None

    def tries(self):
        path = f"/dags/tree/dagRuns/{self.run_id}/taskInstances/tree/tries"
        return self.daemon.get(path)["task_instances"]

    def living(self):
        """Whatever names them: the environment that the worker gave them."""
        output = os.fsencode(f"DAGD_OUTPUT={self.daemon.home}/state/attempts/") + str(self.attempt).encode() + b"/"
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if output in environment(pid)]


def kill_worker(tree, _):
    os.kill(tree.worker, signal.SIGKILL)
    return "lost"


def kill_operator(tree, _):
    os.kill(tree.operator, signal.SIGKILL)
    return "signal 9"


def kill_group(tree, _):
    os.killpg(tree.operator, signal.SIGKILL)
    return "signal 9"


def kill_probe(tree, _):
    os.kill(tree.probe, signal.SIGKILL)
    return "exit 137"  # what bash makes of it


def kill_any(tree, random):
    pid = random.choice([*tree.pids, tree.worker])
    os.kill(pid, signal.SIGKILL)
    if pid == tree.worker:
        return "lost"
    if pid == tree.operator:
        return "signal 9"
    if pid == tree.probe:
        return "exit 137"
    # The task does not need it and goes on.
    assert tree.tries()[0]["state"] == "running" and parent(tree.operator) == tree.worker
    return kill_operator(tree, random)


VICTIMS = {"worker": kill_worker, "operator": kill_operator, "process group": kill_group, "probe": kill_probe,
           "any": kill_any}


def has_ended_so(tree, end):
    one = tree.tries()[0]
    told = f"{one['state']}, {one['exit_code']}: {one['reason']}"
    wanted = {"lost": one["state"] == "lost" and "worker" in (one["reason"] or ""),
              "signal 9": one["state"] == "failed" and "signal 9" in (one["reason"] or ""),
              "exit 137": one["state"] == "failed" and one["exit_code"] == 137}
    return [] if wanted[end] else [f"the try that was to be {end} is {told}"]


def kill_one(daemon, random, victim, is_dagd_there):
    """Faults."""
    tree = Tree(daemon)
    if not is_dagd_there:
        daemon.kill()
    end = VICTIMS[victim](tree, random)
    if not is_dagd_there:
        wait_until(lambda: parent(tree.operator) is None, f"the task ends without its {victim}", LEFT_OVER_S)
        daemon.start()
    daemon.wait_run("tree", tree.run_id)
    faults = has_ended_so(tree, end)
    wait_until(lambda: not tree.living(), f"nothing is left of attempt {tree.attempt}", LEFT_OVER_S)
    return [f"{victim}, dagd {'there' if is_dagd_there else 'away'}: {fault}" for fault in faults]


def torture(experiment, victim, n):
    random = experiment.random
    with experiment.home() as daemon:
        daemon.write_dag("tree", DAG.format(probe=experiment.probe, journal=daemon.journal))
        daemon.start()
        faults = []
        for i in range(n):
            faults += kill_one(daemon, random, victim, is_dagd_there=i % 2 == 0 or victim == "any")
        daemon.stop()
        faults += check(daemon.home, daemon.journal, (), are_tasks_killed=True)[0] + unsound_lines(daemon.log)
        experiment.judge(f"{n} times a task's tree loses: {victim}", faults)


def main():
    experiment = Experiment(__doc__, count=500)
    for victim in VICTIMS:
        for begin in range(0, experiment.count, TRIES_AT_ONCE):
            torture(experiment, victim, min(TRIES_AT_ONCE, experiment.count - begin))
    experiment.end()


main()
