# SPDX-License-Identifier: MIT
"""Disks of a test's own, which are small, fill up, become read-only or fail."""
import contextlib
import os
import pathlib
import subprocess

import pytest


def run(*words):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True)


def demand(*words):
    done = run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of its own at the folder, of `size` ("24m"), as long as this lasts."""
    pathlib.Path(folder).mkdir(exist_ok=True)
    mounted = run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # What a task left may end a little later, and is in a folder of this disk.
        run("umount", "--lazy", folder)


def disk_fill(folder):
    """Takes all the room that is left; what this returns gives it back when it is unlinked."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with pytest.raises(OSError):
                while True:
                    file.write(bytes(size))
    return filler


class FailingDisk:
    """ext4 on a device that is itself a file on a small disk: when that is full, writes come back with EIO."""

    def __init__(self, folder, home, size):
        self.folder, self.home = folder, home
        self.image = folder / "image"
        demand("truncate", f"--size={size}", self.image)
        demand("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", self.image)
        self.device = demand("losetup", "--find", "--show", self.image)

    def mount(self):
        demand("mount", self.device, self.home)

    def unmount(self):
        demand("umount", self.home)

    def repair(self):
        done = run("e2fsck", "-y", self.device)
        assert done.returncode in (0, 1), done.stdout

    def detach(self):
        run("umount", "--lazy", self.home)
        run("losetup", "--detach", self.device)


@contextlib.contextmanager
def failing_disk(tmp_path, home, size="64m"):
    """A FailingDisk that is mounted at the home; `folder` is the disk below it, to be filled."""
    with small_disk(tmp_path / "below", "40m") as folder:
        home.mkdir(exist_ok=True)
        try:
            disk = FailingDisk(folder, home, size)
        except AssertionError as reason:
            pytest.skip(f"no device can be made here: {reason}")
        try:
            disk.mount()
            yield disk
        finally:
            disk.detach()


def is_read_only(folder):
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
