# SPDX-License-Identifier: MIT
"""A cgroup (version 2) for a dagd, as systemd delegates one, and a dagd that starts in it."""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

import pytest

from daemon import Daemon

NOBODY = 65534
# Enters the cgroup, as systemd does it with a service, becomes the user, and then dagd.
ENTER = """
import os, sys
cgroup, uid, *command = sys.argv[1:]
with open(cgroup + "/cgroup.procs", "w") as procs:
    procs.write("0")
if int(uid):
    os.setgroups([])
    os.setgid(int(uid))
    os.setuid(int(uid))
os.execv(command[0], command)
"""


class CgroupDaemon(Daemon):
    """`cgroup` is where it starts and where its tasks get theirs; it runs as `uid`."""

    def __init__(self, build, home, cgroup, uid=0):
        super().__init__(build, home)
        self.cgroup, self.uid = cgroup, uid
        self.environment["DAGD__CORE__TASK_CGROUP"] = str(cgroup)
        for path in (self.home, self.dags, cgroup, cgroup / "cgroup.procs"):
            os.chown(path, uid, uid)

    def command(self):
        return [sys.executable, "-c", ENTER, str(self.cgroup), str(self.uid), *map(str, super().command())]

    def task_cgroups(self):
        return sorted(path.name for path in self.cgroup.iterdir() if path.is_dir())


def cgroup_of(pid):
    """Its path below the mount."""
    lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return next(line[3:] for line in lines if line.startswith("0::"))


def remove(cgroup):
    """Nobody may be in it any more; who is there all the same is killed, so that the next test finds a clean place."""
    try:
        for path in sorted(cgroup.rglob("attempt-*"), reverse=True):
            path.rmdir()
        cgroup.rmdir()
    except OSError:
        (cgroup / "cgroup.kill").write_text("1")
        raise


@contextlib.contextmanager
def mounted():
    """A new cgroup, and its end. Skips where none can be mounted."""
    with tempfile.TemporaryDirectory(prefix="dagd-cgroup-") as folder:
        done = subprocess.run(["mount", "-t", "cgroup2", "none", folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no cgroup of version 2 can be mounted here: {done.stderr.strip()}")
        cgroup = pathlib.Path(folder) / f"dagd-test-{os.getpid()}"
        try:
            cgroup.mkdir()
            if not (cgroup / "cgroup.kill").exists():
                pytest.skip("cgroups cannot be killed as a whole here (before Linux 5.14)")
            yield cgroup
        finally:
            # Whatever fails: what is mounted must not be there when the folder is removed, which would change the
            # modes of the cgroups of the whole machine.
            try:
                if cgroup.exists():
                    remove(cgroup)
            finally:
                subprocess.run(["umount", "--lazy", folder], check=True)
