# SPDX-License-Identifier: MIT
"""A place where a task waits until the test lets it go on: it reads a FIFO that nobody has opened for writing."""
import errno
import os
import shlex

from daemon import wait_until


class Gate:
    """`command` is the bash command of a task that waits; `entered` waits until it does."""

    def __init__(self, folder, name="gate"):
        self.path = folder / name
        self.fd = None
        os.mkfifo(self.path)
        self.command = f"cat {shlex.quote(str(self.path))}"

    def _open(self):
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nobody reads yet
                raise
            return None

    def entered(self):
        """Waits until a task is there. It goes on waiting."""
        self.fd = wait_until(self._open, f"a task waits at {self.path.name}")

    def open(self, text=""):
        """Lets the task go; it prints the text."""
        if self.fd is None:
            self.entered()
        try:
            os.write(self.fd, text.encode())
        except BrokenPipeError:  # who waited is gone, and the next try is not there yet
            os.close(self.fd)
            self.entered()
            os.write(self.fd, text.encode())
        os.close(self.fd)
        self.fd = None
