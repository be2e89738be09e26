# SPDX-License-Identifier: MIT
"""What the same work costs without dagd: no state, no logs, no retries."""
import pathlib
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


def bash(script):
    return measure(["bash", "-c", script])


def bash_loop(commands):
    """Each command in a bash of its own, as a cron table or a script would run it."""
    script = "".join(f"bash -c {shlex.quote(command)}\n" for command in commands)
    return measure(["dash", "-c", script])


def dash_loop(command, n):
    return measure(["dash", "-c", f"i=0; while [ $i -lt {n} ]; do {command}; i=$((i+1)); done"])


def xargs(command, n, parallelism):
    words = "".join(f"{i}\n" for i in range(n)).encode()
    return measure(["xargs", f"-P{parallelism}", "-n1", command], input=words)


def make(folder, command, needs, parallelism, *options):
    """A target for each entry of `needs`, which says what it waits for."""
    names = " ".join(f"t{i}" for i in range(len(needs)))
    lines = [f".PHONY: all {names}", f"all: {names}"]
    for i, need in enumerate(needs):
        lines += [f"t{i}: {need}", f"\t{command}"]
    path = folder / "peer.mk"
    path.write_text("\n".join(lines) + "\n")
    return measure(["make", "-s", "-r", f"-j{parallelism}", "-f", path, *options])


def make_chain(folder, command, n):
    return make(folder, command, [f"t{i - 1}" if i else "" for i in range(n)], 1)


def ninja(folder, command, needs, parallelism, *options):
    lines = ["rule run", f"  command = {command}"]
    lines += [f"build t{i}: run {need}" for i, need in enumerate(needs)]
    path = folder / "peer.ninja"
    path.write_text("\n".join(lines) + "\n")
    (folder / ".ninja_log").unlink(missing_ok=True)
    return measure(["ninja", f"-j{parallelism}", "-f", path, *options], cwd=folder)


def yaml_paths(dags):
    return "".join(f"{path}\n" for path in sorted(pathlib.Path(dags).rglob("*.yaml")))


def yaml_events(folder, dags):
    """Seconds that libyaml takes for the events of all files, and for nothing else."""
    program = folder / "yaml_events"
    if not program.exists():
        source = pathlib.Path(__file__).with_name("yaml_events.c")
        subprocess.run(["cc", "-O2", "-o", program, source, "-lyaml"], check=True)
    done = subprocess.run([program], input=yaml_paths(dags), capture_output=True, text=True,
                          check=True)
    return float(done.stdout)


def python_yaml(dags, n):
    """Seconds that PyYAML's C loader takes for the first n files."""
    script = ("import sys, time, yaml\nbegan = time.monotonic()\n"
              "for path in sys.stdin.read().split():\n"
              "    with open(path, encoding='utf-8') as file:\n"
              "        yaml.load(file, yaml.CSafeLoader)\n"
              "print(time.monotonic() - began)\n")
    paths = "".join(yaml_paths(dags).splitlines(keepends=True)[:n])
    done = subprocess.run(["/usr/bin/python3", "-c", script], input=paths, capture_output=True,
                          text=True, check=True)
    return float(done.stdout)
