# SPDX-License-Identifier: MIT
"""What the probes say of themselves: when each attempt began, when and how it was about to end, what it printed."""
import dataclasses
import pathlib
import struct

MASK = (1 << 64) - 1


@dataclasses.dataclass
class Life:
    """One attempt as its probe told it."""
    attempt: int
    try_number: int
    pid: int
    started_us: int  # CLOCK_BOOTTIME
    n_bytes: int  # what it prints until its end
    ended_us: int = None  # None: it was killed before it could tell
    exit_code: int = None


class Journal:
    """`lives` by attempt; `faults` are sentences about what no sound dagd lets be written."""

    def __init__(self, path):
        self.lives, self.faults = {}, []
        path = pathlib.Path(path)
        # The first half of a line: the machine's power was cut, or the probe was killed within its write.
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        for line in lines:
            self._take(line)

    def _take(self, line):
        what, *numbers = line.split(" ")
        attempt, try_number, pid, at_us, number = map(int, numbers)
        if what == "start":
            if attempt in self.lives:
                self.faults.append(f"attempt {attempt} was started twice (pids {self.lives[attempt].pid} and {pid})")
            else:
                self.lives[attempt] = Life(attempt, try_number, pid, at_us, number)
            return
        life = self.lives.get(attempt)
        if not life or life.pid != pid or life.ended_us is not None:
            self.faults.append(f"attempt {attempt} ends (pid {pid}) without having begun")
        else:
            life.ended_us, life.exit_code = at_us, number


def printed(attempt, n_bytes):
    """The bytes that the probe of the attempt prints, as far as asked for."""
    words = []
    for n in range((n_bytes + 7) // 8):
        z = ((attempt << 32) + (n + 1) * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        words.append(z ^ (z >> 31))
    return struct.pack(f"={len(words)}Q", *words)[:n_bytes]
