#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs dagd beside programs that do the same job without state, and prints ratios.

    bench.py [NAME...] [--rounds N] [--realtime]     NAME: light40, chain1k, fan10k, idle

Each round runs dagd and its peers one after the other, so that a change of the machine's mood meets
all of them; figures are medians over the rounds with the least and the most in brackets. Every round
has a new home, and nothing is deleted before the end: ext4 creates files more slowly for minutes
after many were deleted. --realtime (as root) is for machines that do other work, too: dagd and its
peers alike then have the processors whenever they want them.
"""
import argparse
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

import peers
from daemon import Dagd, dag

FIB = """def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(10))
"""


class Figures:
    """Samples of one benchmark by the name of who made them."""

    def __init__(self, title):
        print(f"\n{title}", flush=True)
        self.samples = {}

    def add(self, who, **values):
        for name, value in values.items():
            self.samples.setdefault((who, name), []).append(value)

    def median(self, who, name):
        return statistics.median(self.samples[who, name])

    def span(self, who, name, digits):
        values = self.samples[who, name]
        return (f"{statistics.median(values):.{digits}f}"
                f" [{min(values):.{digits}f}..{max(values):.{digits}f}]")

    def ratios(self, name, who, peer):
        """Of each round by itself: what disturbs a round disturbs both."""
        return [ours / theirs for ours, theirs in
                zip(self.samples[who, name], self.samples[peer, name])]

    def ratio(self, name, who, peer):
        ratios = self.ratios(name, who, peer)
        return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}..{max(ratios):.2f}]"


def row(*cells):
    print("  " + "".join(f"{cell:<26}" for cell in cells).rstrip(), flush=True)


def aim(is_met, text):
    print(f"  {'met   ' if is_met else 'MISSED'} {text}", flush=True)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def light40(folder, rounds):
    n = 40
    figures = Figures("light40: 40 tasks one after the other, each python3 computing fib(10)")
    script = folder / "fib.py"
    script.write_text(FIB)
    commands = [f"/usr/bin/python3 {script}"] * n
    for i in range(rounds):
        dagd = Dagd(folder / f"light40.{i}", {"light40": dag("light40", commands, True)})
        figures.add("dagd", s=dagd.run("light40")[0])
        dagd.stop()
        figures.add("bash -c in a loop", s=peers.bash_loop(commands)[0])
    row("", "seconds", "ratio to the loop")
    row("dagd", figures.span("dagd", "s", 3), figures.ratio("s", "dagd", "bash -c in a loop"))
    row("bash -c in a loop", figures.span("bash -c in a loop", "s", 3))
    ratio = statistics.median(figures.ratios("s", "dagd", "bash -c in a loop"))
    aim(ratio <= 1.1, f"at most 1.1 times the loop: {ratio:.2f}")


def chain1k(folder, rounds):
    n = 1000
    figures = Figures("chain1k: 1,000 times /bin/true, each after the one before")
    for i in range(rounds):
        dagd = Dagd(folder / f"chain1k.{i}",
                    {"chain1k": dag("chain1k", ["/bin/true"] * n, True)})
        wall_s, cpu_s = dagd.run("chain1k")
        dagd.stop()
        gaps = dagd.gaps_us()
        figures.add("dagd", ms=wall_s * 1e3 / n, cpu=cpu_s * 1e6 / n,
                    p50=percentile(gaps, 0.5) / 1e3, p99=percentile(gaps, 0.99) / 1e3)
        for who, (wall_s, cpu_s) in (
                ("dash loop", peers.dash_loop("/bin/true", n)),
                ("make", peers.make_chain(folder, "/bin/true", n))):
            figures.add(who, ms=wall_s * 1e3 / n, cpu=cpu_s * 1e6 / n)
    row("", "ms a task", "CPU us a task", "dagd takes times")
    row("dagd", figures.span("dagd", "ms", 2), figures.span("dagd", "cpu", 0))
    for who in ("dash loop", "make"):
        row(who, figures.span(who, "ms", 2), figures.span(who, "cpu", 0),
            figures.ratio("ms", "dagd", who))
    row("gap p50, ms", figures.span("dagd", "p50", 3))
    row("gap p99, ms", figures.span("dagd", "p99", 3))
    p50 = figures.median("dagd", "p50")
    aim(p50 <= 1, f"median gap of at most 1 ms: {p50:.3f} ms")


def fan10k_at(folder, rounds, parallelism):
    n = 10000
    xargs, make = f"xargs -P{parallelism} -n1", f"make -j{parallelism}"
    figures = Figures(f"fan10k: 10,000 times /bin/true, {parallelism} at a time")
    for i in range(rounds):
        dagd = Dagd(folder / f"fan10k.{parallelism}.{i}",
                    {"fan10k": dag("fan10k", ["/bin/true"] * n)}, parallelism)
        results = {"dagd": dagd.run("fan10k")}
        dagd.stop()
        results[xargs] = peers.xargs("/bin/true", n, parallelism)
        results[make] = peers.make(folder, "/bin/true", n, parallelism)
        for who, (wall_s, cpu_s) in results.items():
            figures.add(who, rate=n / wall_s, cpu=cpu_s * 1e6 / n)
    row("", "tasks a second", "CPU us a task", "dagd's rate is times")
    row("dagd", figures.span("dagd", "rate", 0), figures.span("dagd", "cpu", 0))
    for who in (xargs, make):
        row(who, figures.span(who, "rate", 0), figures.span(who, "cpu", 0),
            figures.ratio("rate", "dagd", who))
    ratio = statistics.median(figures.ratios("rate", "dagd", xargs))
    aim(ratio >= 1, f"at least the rate of xargs: {ratio:.2f} times")


def fan10k(folder, rounds):
    for parallelism in (2, 32):  # 32 is what dagd has by default
        fan10k_at(folder, rounds, parallelism)


def status(folder, *names):
    values = {}
    for line in (folder / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in names:
            values[name] = int(value.split()[0])
    return values


def switches(pid):
    """How often the threads of a process have been given a processor."""
    return sum(sum(status(thread, "voluntary_ctxt_switches",
                          "nonvoluntary_ctxt_switches").values())
               for thread in pathlib.Path(f"/proc/{pid}/task").iterdir())


def memory_kb(pid):
    folder = pathlib.Path(f"/proc/{pid}")
    rss = status(folder, "VmRSS")["VmRSS"]
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return rss, int(line.split()[1])
    return rss, 0


def idle(folder, rounds):
    watched_s = 10
    title = f"idle: after one run of ten tasks and with nothing due, watched for {watched_s} s"
    figures = Figures(title)
    dagd = Dagd(folder / "idle", {"idle": dag("idle", ["/bin/true"] * 10)})
    dagd.run("idle")
    # The workers that the ten tasks wanted are let go, and the log of the database is moved.
    while len(dagd.workers()) > 2:
        time.sleep(1)
    time.sleep(2)
    pids = [dagd.process.pid, *dagd.workers()]
    before, cpu_before = sum(map(switches, pids)), dagd.cpu_s()
    time.sleep(watched_s)
    wakeups = sum(map(switches, pids)) - before
    cpu_s = dagd.cpu_s() - cpu_before
    rss, pss = memory_kb(dagd.process.pid)
    worker_rss, worker_pss = memory_kb(pids[1])
    dagd.stop()
    row("", "RSS MB", "PSS MB")
    row("dagd", f"{rss / 1024:.1f}", f"{pss / 1024:.1f}")
    row("one idle worker", f"{worker_rss / 1024:.1f}", f"{worker_pss / 1024:.1f}")
    row("wakeups a second", f"{wakeups / watched_s:.1f}")
    row("CPU seconds", f"{cpu_s:.2f}")
    aim(rss <= 16 * 1024, f"dagd has at most 16 MB: {rss / 1024:.1f} MB")
    aim(wakeups == 0, f"no wakeups: {wakeups} in {watched_s} s")


def machine_print():
    model = [line.partition(":")[2].strip() for line in
             pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    print(f"{os.cpu_count()} x {model[0] if model else platform.machine()}, Linux"
          f" {platform.release()}, load {os.getloadavg()[0]:.1f} before the start", flush=True)


BENCHMARKS = {"light40": (light40, 7), "chain1k": (chain1k, 5), "fan10k": (fan10k, 3),
              "idle": (idle, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=int, help="how often each is measured")
    parser.add_argument("--realtime", action="store_true",
                        help="at a real-time priority, where other work disturbs")
    options = parser.parse_args()
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark \"{name}\": {', '.join(BENCHMARKS)}")
    if options.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dagd-bench-"))
    # Homes in different parts of the disk, where the file system (ext4) knows such a wish.
    subprocess.run(["chattr", "+T", folder], stderr=subprocess.DEVNULL, check=False)
    machine_print()
    try:
        for name in options.names or BENCHMARKS:
            benchmark, rounds = BENCHMARKS[name]
            benchmark(folder, options.rounds or rounds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
