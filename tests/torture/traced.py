# SPDX-License-Identifier: MIT
"""A dagd under the tracer: it, or the first worker it starts, is killed at one of its system calls, or some fail."""
import pathlib
import re

from daemon import wait_until
from doomed import Doomed

CALL_NUMBERS = ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h")


def call_names():
    """Number of a system call -> its name."""
    for file in map(pathlib.Path, CALL_NUMBERS):
        if file.exists():
            return {int(n): name for name, n in re.findall(r"#define __NR_(\w+) (\d+)", file.read_text())}
    return {}


class Report:
    """What the tracer says at its end. `n_stops`: entries into and exits out of system calls; `n_matched`: calls that
    could have failed, `n_failed`: that did; `at`: the call at which it was killed, or the last that failed, or None."""

    def __init__(self, text):
        words = dict(line.split() for line in text.splitlines())
        self.n_stops, self.n_matched, self.n_failed = (int(words[name]) for name in ("stops", "matched", "failed"))
        self.at = call_names().get(int(words["at"]), words["at"]) if "at" in words else None


class Traced(Doomed):
    """`trace`: the tracer's options for the next life; a life after that is an ordinary one."""

    trace = None
    log_s = 0.2

    def command(self):
        if self.trace is None:
            return super().command()
        self._report.unlink(missing_ok=True)
        words, self.trace = self.trace, None
        return [self.build / "tests" / "torture" / "tracer", "--report", self._report, *map(str, words),
                *super().command()]

    @property
    def _report(self):
        return self.home.parent / "report"

    def report(self):
        """Of the traced life, once what was traced has ended."""
        return Report(wait_until(lambda: self._report.exists() and self._report.read_text(), "the tracer's report"))
