# SPDX-License-Identifier: MIT
"""libuv is not built with a sanitizer, so none sees what it does with memory that dagd gave it. Valgrind does."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from daemon import Daemon  # noqa: E402
from test_daemon import refused  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNSOUND = 9


class Watched(Daemon):
    def command(self):
        return ["valgrind", "-q", f"--error-exitcode={UNSOUND}", *super().command()]


def test_nothing_is_touched_that_was_freed_when_dagd_closes_what_it_has_opened(tmp_path):
    build = pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build-torture")).resolve()
    # Valgrind does not know pidfd_open, so dagd ends at its first worker, with almost everything open.
    code, log = refused(Watched(build, tmp_path))
    assert code == 1 and "dagd: cannot watch the worker" in log[-1], "\n".join(log)
