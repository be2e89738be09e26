# SPDX-License-Identifier: MIT
"""What all experiments have in common: their options, a home for each, and TAP."""
import argparse
import contextlib
import copy
import functools
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from checker import processes_left  # noqa: E402
from daemon import Daemon, wait_until  # noqa: E402, F401


class Experiment:
    """Reads the options; `random` is seeded with --seed, which is printed."""

    def __init__(self, description, count):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build-torture"))
        parser.add_argument("--count", type=int, default=count)
        parser.add_argument("--seed", type=int, default=int(time.time()))
        parser.add_argument("--keep", type=pathlib.Path, help="where the homes of failed experiments are kept")
        options = parser.parse_args()
        self.build, self.count, self.seed = options.build.resolve(), options.count, options.seed
        self.keep = options.keep or pathlib.Path(tempfile.gettempdir())
        self.random = random.Random(self.seed)
        self.probe = self.build / "tests" / "torture" / "probe"
        self.n = self.n_failed = 0
        print(f"# seed {self.seed}", flush=True)

    @contextlib.contextmanager
    def home(self, kind=Daemon, **environment):
        """A dagd (of class `kind`) that is not started, its home beside the probes' journal. `judge(sentence, faults)`
        says how the experiment went; a home of one that failed is kept."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"dagd-torture-{self.seed}-"))
        daemon = kind(self.build, folder / "home", **environment)
        daemon.journal = folder / "journal"
        n_failed = self.n_failed
        try:
            yield daemon
        except Exception:  # pylint: disable=broad-except
            self.judge("the experiment comes to its end", traceback.format_exc().splitlines()[-25:])
        finally:
            daemon.dispose()
            # What a dagd that is broken has left; a sound one leaves nothing.
            for pid in processes_left(daemon.home):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self.n_failed > n_failed:
                self.keep_folder(folder, daemon)
            else:
                shutil.rmtree(folder, ignore_errors=True)

    def keep_folder(self, folder, daemon):
        """Keeps the folder of an experiment that failed, with what dagd said."""
        (folder / "dagd.log").write_text("\n".join(daemon.log) + "\n")
        self.keep.mkdir(parents=True, exist_ok=True)
        kept = self.keep / folder.name
        if kept != folder:
            # To another disk, too; shutil.move() takes no FIFOs there.
            subprocess.run(["mv", folder, kept], check=True)
        self.say(f"kept in {kept}")

    def say(self, text):
        print(f"# {text}", flush=True)

    def judge(self, sentence, faults):
        faults = list(faults)
        self.n += 1
        self.n_failed += bool(faults)
        self.tell(sentence, faults)

    def tell(self, sentence, faults):
        print(f"{'not ok' if faults else 'ok'} {self.n} - {sentence}")
        for fault in faults[:50]:
            print(f"# {fault}")
        sys.stdout.flush()

    def side_by_side(self, play, jobs, n_lanes):
        """Calls play(experiment, job) for each of the jobs, `n_lanes` of them at once, each in a process."""
        with multiprocessing.get_context("fork").Pool(n_lanes) as lanes:
            for verdicts in lanes.imap_unordered(functools.partial(play_apart, self, play), jobs):
                for sentence, faults in verdicts:
                    self.judge(sentence, faults)

    def end(self):
        print(f"1..{self.n}", flush=True)
        sys.exit(self.n_failed > 0)


def play_apart(experiment, play, job):
    """Plays in a process of its own, and gives its verdicts to who numbers and prints them."""
    verdicts = []
    apart = copy.copy(experiment)
    apart.tell = lambda sentence, faults: verdicts.append((sentence, faults))
    play(apart, job)
    return verdicts


UNSOUND = ("CRITICAL", "ERROR **", "assert", "Assertion", "AddressSanitizer", "runtime error", "Bail out")


def unsound_lines(log):
    """Of dagd's own log, the lines that no sound dagd writes."""
    return [f"dagd says: {line}" for line in log if any(word in line for word in UNSOUND)]


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else None
