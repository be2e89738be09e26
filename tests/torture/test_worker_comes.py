# SPDX-License-Identifier: MIT
"""A worker comes back to the next dagd also where that does not work at once."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from errand import Errand, prepare_errand  # noqa: E402
from traced import Traced  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMES_BACK = "comes back when the result is there"


def test_a_worker_that_got_no_socket_when_the_next_dagd_came_tries_again(tmp_path):
    build = pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build-torture")).resolve()
    daemon = Traced(build, tmp_path / "home")
    daemon.journal = tmp_path / "journal"
    prepare_errand(daemon, build / "tests" / "torture" / "probe", COMES_BACK)
    # The first is for the dagd that has just died.
    daemon.trace = ["--of-child", "--fail", "EMFILE", "socket", 2, 0]
    errand = Errand(daemon, COMES_BACK)
    try:
        daemon.start()
        errand.play()
        assert not list(errand.differences())
        assert len(daemon.get("/dags/errand/dagRuns/one/taskInstances/errand/tries")["task_instances"]) == 1
        daemon.stop()
        assert daemon.report().n_failed == 1
    finally:
        daemon.dispose()
