#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A task prints without end: --count MiB of lines, of one line, of any bytes. Its log holds what it printed, byte for
byte as far as the limit goes, with each secret masked wherever a read cut it, and dagd answers meanwhile."""
import mmap
import random
import sys
import time

from experiment import Experiment, unsound_lines

MIB, TAIL = 1 << 20, 64 << 10
LIMIT_MIB = 4
SECRET = b"correct horse battery staple"
ANSWER_S = 5
DAG = """
    dag_id: flood
    schedule: null
    tasks:
      - task_id: flood
        operator: bash
        do_xcom_push: false
        env: {{SECRET: "{{{{ var.value.flood_password }}}}"}}
        bash_command: "exec {python} {program} --print {kind} {mib} {seed}"
"""
CLOSES = """
    dag_id: closes
    schedule: null
    tasks: [{task_id: closes, operator: bash, bash_command: "echo last; exec >&- 2>&-; sleep 0.3; exit 3"}]
"""


# ---- what is printed ----

def lines(_, number):
    line = b"%09d the quick brown fox jumps over the lazy dog, and does so again\n" % number
    return line * (MIB // len(line))


def one_line(source, number):
    """The secret stands at places that no size of a read divides."""
    parts = [b"x" * source.randrange(1, 5000) + SECRET for _ in range(MIB // 2500)]
    return b"".join(parts) + b"%d" % number


def any_bytes(source, _):
    """NULs, broken UTF-8, newlines, escapes; without a newline at the end."""
    return source.randbytes(MIB)


KINDS = {"lines": lines, "one_line": one_line, "any_bytes": any_bytes}


def chunks(kind, mib, seed):
    source = random.Random(int(seed))
    for number in range(int(mib)):
        yield KINDS[kind](source, number)


# ---- what the log must be ----

def masked_tail(kind, mib, seed):
    """The length of the masked output, and its end."""
    size, tail = 0, b""
    for chunk in chunks(kind, mib, seed):
        shown = chunk.replace(SECRET, b"***")
        size += len(shown)
        tail = (tail + shown)[-TAIL:]
    return size, tail


def head_faults(log, limit, kind, mib, seed):
    """Compares up to the limit (None: all)."""
    at = 0
    for chunk in chunks(kind, mib, seed):
        shown = chunk.replace(SECRET, b"***")
        if limit is not None:
            shown = shown[:limit - at]
        if log[at:at + len(shown)] != shown:
            return [f"{kind}: the log differs between bytes {at} and {at + len(shown)}"]
        at += len(shown)
    return []


def end_faults(log, limit, size, tail):
    """Behind the head: nothing, or the two lines of the worker and the tail."""
    if limit is None or size <= limit + TAIL:
        return [] if len(log) == size else [f"the log has {len(log)} bytes, not {size}"]
    left_out = size - limit - TAIL
    wanted = (f"\n[dagd: the log may have {limit} bytes (logging.max_log_size); of what follows, only the end is added"
              f" when the task ends]\n[dagd: {left_out} bytes of output are left out here]\n").encode() + tail
    return [] if log[limit:] == wanted else ["the end of the log is not that of the output"]


def log_faults(path, limit, kind, mib, seed):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as log:
        faults = head_faults(log, limit, kind, mib, seed)
        return faults or end_faults(log, limit, *masked_tail(kind, mib, seed))


# ---- the experiments ----

def slowest_answer(daemon, run_id):
    """Asks for the run until it has ended; seconds."""
    slowest, state = 0, None
    while state not in ("success", "failed"):
        begun = time.monotonic()
        state = daemon.run("flood", run_id)["state"]
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.05)
    return slowest, state


def flood(experiment, kind, limit_mib):
    mib, seed = experiment.count, experiment.random.randrange(1 << 30)
    limit = limit_mib * MIB if limit_mib else None
    with experiment.home(DAGD__LOGGING__MAX_LOG_SIZE=f"{limit_mib}MiB") as daemon:
        daemon.write_dag("flood", DAG.format(python=sys.executable, program=__file__, kind=kind, mib=mib, seed=seed))
        daemon.start()
        daemon.post("/variables", {"key": "flood_password", "value": SECRET.decode()})
        slowest, state = slowest_answer(daemon, daemon.trigger("flood"))
        [one] = daemon.get("/dags/flood/dagRuns/~/taskInstances")["task_instances"]
        experiment.say(f"{kind}: {mib / one['duration']:.0f} MiB/s, slowest answer {slowest * 1000:.0f} ms")
        daemon.stop()
        faults = unsound_lines(daemon.log)
        faults += [] if state == "success" else [f"the task ended as {state}: {one['reason']}"]
        faults += [] if slowest < ANSWER_S else [f"an answer took {slowest:.1f} s"]
        [path] = daemon.home.glob("logs/**/attempt=1.log")
        faults += log_faults(path, limit, kind, mib, seed)
        experiment.judge(f"{mib} MiB of {kind}, of which {f'{limit_mib} MiB' if limit_mib else 'all'} are kept", faults)


def closed_output(experiment):
    with experiment.home() as daemon:
        daemon.write_dag("closes", CLOSES)
        daemon.start()
        run_id = daemon.trigger("closes")
        state = daemon.wait_run("closes", run_id)["state"]
        [one] = daemon.get(f"/dags/closes/dagRuns/{run_id}/taskInstances/closes/tries")["task_instances"]
        log = daemon.task_log("closes", run_id, "closes")
        daemon.stop()
        told = (state, one["exit_code"], log)
        faults = [] if told == ("failed", 3, "last\n") else [f"it is told as {told}"]
        experiment.judge("a task that closes its output goes on and ends as it ends", faults)


def main():
    if sys.argv[1:2] == ["--print"]:
        for chunk in chunks(*sys.argv[2:]):
            sys.stdout.buffer.write(chunk)
        return
    experiment = Experiment(__doc__, count=1024)
    for kind in KINDS:
        for limit_mib in (0, LIMIT_MIB):
            flood(experiment, kind, limit_mib)
    closed_output(experiment)
    experiment.end()


main()
