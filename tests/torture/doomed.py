# SPDX-License-Identifier: MIT
"""A dagd that may end by itself, also before it is ready."""
import signal

from daemon import DEADLINE_S, Daemon, wait_until


class Doomed(Daemon):
    """`log_s`: how long the end of its log is waited for; None: until nobody can write to it any more."""

    log_s = None

    def begin(self):
        """Starts it; whether it came so far that it was ready."""
        self.spawn()
        wait_until(lambda: self.is_ready() or self.process.poll() is not None, "dagd is ready, or has ended")
        return self.is_ready()

    def end(self):
        """Its exit code, -N after signal N; asks it to end where it still runs."""
        if self.process.poll() is None:
            return self._end(signal.SIGTERM)
        process, self.process = self.process, None
        self.reader.join(self.log_s)
        return process.wait(DEADLINE_S)
