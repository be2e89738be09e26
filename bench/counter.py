# SPDX-License-Identifier: MIT
"""What a process does meanwhile: user instructions, where the processor lets them be counted."""
import shutil
import signal
import subprocess


class Instructions:
    """Of all threads of a process, from now to stop()."""

    def __init__(self, pid):
        argv = ["perf", "stat", "-x,", "-e", "instructions:u", "-p", str(pid)]
        self.perf = shutil.which("perf") and subprocess.Popen(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self):
        """How many; None where perf is missing, or the machine is virtual and has no counter."""
        if not self.perf:
            return None
        self.perf.send_signal(signal.SIGINT)
        first = self.perf.communicate()[1].partition(",")[0]
        return int(first) if first.isdigit() else None
