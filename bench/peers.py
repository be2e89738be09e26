# SPDX-License-Identifier: MIT
"""What the same commands cost without dagd: no state, no logs, no retries."""
import resource
import shlex
import subprocess
import time


def measure(argv, **options):
    """Seconds and CPU seconds of one program and all that it runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **options)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bash_loop(commands):
    """Each command in a bash of its own, as a cron table or a script would run it."""
    script = "".join(f"bash -c {shlex.quote(command)}\n" for command in commands)
    return measure(["dash", "-c", script])


def dash_loop(command, n):
    return measure(["dash", "-c", f"i=0; while [ $i -lt {n} ]; do {command}; i=$((i+1)); done"])


def xargs(command, n, parallelism):
    words = "".join(f"{i}\n" for i in range(n)).encode()
    return measure(["xargs", f"-P{parallelism}", "-n1", command], input=words)


def makefile(path, command, needs):
    """A target for each entry of `needs`, which says what it waits for."""
    names = " ".join(f"t{i}" for i in range(len(needs)))
    lines = [f".PHONY: all {names}", f"all: {names}"]
    for i, need in enumerate(needs):
        lines += [f"t{i}: {need}", f"\t{command}"]
    path.write_text("\n".join(lines) + "\n")
    return path


def make(folder, command, n, parallelism):
    path = makefile(folder / "fan.mk", command, [""] * n)
    return measure(["make", "-s", "-r", f"-j{parallelism}", "-f", path])


def make_chain(folder, command, n):
    path = makefile(folder / "chain.mk", command, [f"t{i - 1}" if i else "" for i in range(n)])
    return measure(["make", "-s", "-r", "-f", path])
