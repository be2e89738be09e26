#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs dagd beside programs that do the same job without state, and prints ratios.

    bench.py [NAME...] [--rounds N] [--realtime]     NAME: see below, or all of them

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
import subprocess
import tempfile

from burst import burst1k, herd10k
from files import idle, idle10k, load10k
from large import big100k, pending10k
from running import flood, memtask, restart
from tasks import chain1k, dense, fan10k, fanin10k, light40


def machine_print():
    model = [line.partition(":")[2].strip() for line in
             pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    print(f"{os.cpu_count()} x {model[0] if model else platform.machine()}, Linux"
          f" {platform.release()}, load {os.getloadavg()[0]:.1f} before the start", flush=True)


BENCHMARKS = {"light40": (light40, 7), "chain1k": (chain1k, 5), "fan10k": (fan10k, 3),
              "fanin10k": (fanin10k, 3), "dense": (dense, 3), "burst1k": (burst1k, 3),
              "big100k": (big100k, 3), "pending10k": (pending10k, 3), "herd10k": (herd10k, 3),
              "load10k": (load10k, 3), "idle": (idle, 1), "idle10k": (idle10k, 1),
              "restart": (restart, 3), "flood": (flood, 3), "memtask": (memtask, 3)}


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
