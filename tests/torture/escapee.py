#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A task that leaves processes behind: escapee.py KIND FILE END. Each of them writes its pid and start time to the
file; once all have, the task ends by itself (END: exit) or waits to be ended (wait)."""
import ctypes
import os
import signal
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_TRACEME, PR_SET_NAME = 0, 15
STORM = 500


def started(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[19]


class Escapee:
    def __init__(self, path):
        self.path = path

    def sign(self, word="escaped", pid=None):
        """One line in the file, whole whoever else writes to it."""
        pid = pid or os.getpid()
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(fd, f"{word} {pid} {started(pid)}\n".encode())
        os.close(fd)

    def stay(self):
        self.sign()
        while True:
            signal.pause()

    def exec_sleep(self, environment):
        self.sign()
        os.execve("/bin/sleep", ["sleep", "3600"], environment)

    # ---- the ways out; each is a process of its own when it begins ----

    def double_fork(self):
        os.setsid()
        if os.fork() == 0:
            self.stay()

    def setsid(self):
        os.setsid()
        self.stay()

    def daemon(self):
        libc.daemon(0, 0)
        self.stay()

    def nohup(self):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.exec_sleep(os.environ)

    def disown(self):
        os.setpgid(0, 0)
        self.exec_sleep(os.environ)

    def storm(self):
        """A tree, half of which lives in sessions of its own."""
        for number in range(STORM):
            if os.fork() == 0:
                if number % 2:
                    os.setsid()
                self.stay()

    def pipe_holder(self):
        os.setsid()
        self.sign()
        while True:
            os.write(1, b"still here\n")
            time.sleep(0.1)

    def closed_output(self):
        os.setsid()
        os.closerange(0, 1024)
        self.stay()

    def empty_environment(self):
        os.setsid()
        self.exec_sleep({})

    def other_session(self):
        """Again and again, as a shell of a shell of a shell does it."""
        for _ in range(5):
            os.setsid()
            if os.fork():
                os._exit(0)
        self.stay()

    def traced(self):
        """It is stopped for a debugger that has fled as well."""
        os.setsid()
        child = os.fork()
        if child == 0:
            libc.ptrace(PTRACE_TRACEME, 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            os._exit(1)
        os.waitpid(child, os.WUNTRACED)
        self.sign(pid=child)
        self.stay()

    def stopped(self):
        os.setsid()
        self.sign()
        os.kill(os.getpid(), signal.SIGSTOP)

    def renamed(self):
        os.setsid()
        libc.prctl(PR_SET_NAME, b"kworker) 0 Z (", 0, 0, 0)
        self.stay()

    def deaf(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        os.setsid()
        self.stay()

    def hopper(self):
        """Never the same process for long."""
        os.setsid()
        self.sign()
        while True:
            time.sleep(0.01)
            if os.fork():
                os._exit(0)


KINDS = {name: 1 for name in ("double_fork", "setsid", "daemon", "nohup", "disown", "pipe_holder", "closed_output",
                              "empty_environment", "other_session", "stopped", "renamed", "deaf", "hopper")}
KINDS.update(storm=STORM, traced=2)


def lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readlines()
    except FileNotFoundError:
        return []


def main():
    kind, path, end = sys.argv[1:]
    if os.fork() == 0:
        getattr(Escapee(path), kind)()
        os._exit(0)
    while len(lines(path)) < KINDS[kind]:
        time.sleep(0.01)
    Escapee(path).sign("task")
    while end == "wait":
        signal.pause()
    Escapee(path).sign(f"{time.time()}")


if __name__ == "__main__":
    main()
