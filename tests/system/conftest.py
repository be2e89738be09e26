# SPDX-License-Identifier: MIT
"""Fixtures that the system tests share. DAGD_BUILD names the build folder (default: build)."""
import os
import pathlib
import subprocess
import tempfile

import pytest

import servers
import workflow as main_job
from daemon import Daemon
from disk import small_disk

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def build():
    folder = pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build")).resolve()
    assert (folder / "build.ninja").exists(), f"{folder} is no build folder; run ./dev build first"
    return folder


@pytest.fixture(scope="session")
def open_build(build):
    """The build folder, where another user may run what is in it."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    other = ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups"]
    if subprocess.run([*other, "test", "-x", build / "daemon" / "dagd"]).returncode != 0:
        pytest.skip(f"{build} is closed to other users")
    return build


def server(kind, **environment):
    # Not pytest's own folder: PostgreSQL's user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix=f"dagd-{kind}-") as folder:
        os.chmod(folder, 0o755)
        one = servers.Server(kind, folder, **environment)
        try:
            yield one
        finally:
            one.stop()


@pytest.fixture(scope="session")
def pg():
    yield from server("pg")


@pytest.fixture(scope="session")
def mongo():
    yield from server("mongo")


@pytest.fixture(scope="session")
def s3():
    yield from server("s3")


@pytest.fixture
def dagd_home(build):
    """A dagd that is not started: for files that must be there before."""
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        one = Daemon(build, home)
        try:
            yield one
            if one.process:
                one.stop()  # with exit code 0: a sanitizer that found something ends it otherwise
        finally:
            one.dispose()


@pytest.fixture
def dagd(dagd_home):
    """A dagd on an empty home, started."""
    return dagd_home.start()


@pytest.fixture
def small_dagd(build, tmp_path):
    """A dagd whose home is a disk of 24 MiB."""
    with small_disk(tmp_path / "home", "24m") as home:
        one = Daemon(build, home)
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


@pytest.fixture(scope="session")
def original(pg, mongo, tmp_path_factory):
    return main_job.Original(pg, mongo, tmp_path_factory.mktemp("dumps"))


@pytest.fixture
def workflow(dagd_home, pg, mongo, s3, original, tmp_path):
    """The main job, ready to be started: its bucket is filled, its targets hold an older state."""
    return main_job.Workflow(dagd_home, (pg, mongo, s3), original, tmp_path)
