# SPDX-License-Identifier: MIT
"""The DAG folder cannot be watched when dagd begins, as where other programs have taken all inotify instances."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from daemon import wait_until  # noqa: E402
from test_daemon import HELLO  # noqa: E402
from traced import Traced  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_a_folder_that_could_not_be_watched_is_watched_as_soon_as_it_can_be(tmp_path):
    daemon = Traced(pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build-torture")).resolve(), tmp_path / "home")
    daemon.trace = ["--fail", "EMFILE", "inotify_init1", 1, 0]
    try:
        daemon.start()
        assert any("cannot be watched: Too many open files" in line for line in daemon.log)
        daemon.write_dag("before", HELLO.replace("hello", "before"))
        wait_until(lambda: any("is watched now" in line for line in daemon.log), "the folder is watched")
        wait_until(lambda: daemon.version("before"), "what came before is loaded")  # read after that was said
        daemon.load_dag("after", HELLO.replace("hello", "after"))
        daemon.stop()
    finally:
        daemon.dispose()
