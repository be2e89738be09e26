# SPDX-License-Identifier: MIT
"""What inotify gives to one user, which others may have used up: of users' name spaces each has limits of its own."""
import subprocess

import pytest

INSTANCES, WATCHES = "max_inotify_instances", "max_inotify_watches"
# What the kernel says where there are no more.
SENTENCES = {INSTANCES: "Too many open files", WATCHES: "No space left on device"}


def _command(name, n):
    return f"echo {n} >/proc/sys/user/{name}"


def leave(daemon, name, n):
    """It begins where so many are left to it."""
    daemon.prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{_command(name, n)} && exec "$@"', "sh"]
    if subprocess.run([*daemon.prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("no name space of users can be made here")


def leave_now(daemon, name, n):
    subprocess.run(["nsenter", f"--target={daemon.process.pid}", "--user", "sh", "-c", _command(name, n)], check=True)
