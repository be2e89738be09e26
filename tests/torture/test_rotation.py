# SPDX-License-Identifier: MIT
"""dagd is killed at any step of a change of the key: whatever it leaves, its values are read with one of the keys."""
import contextlib
import http.client
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from traced import Traced  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
N_VALUES = 3
N_POINTS = int(os.environ.get("POINTS", "24"))
NEVER = 1 << 40
CLOSE = 16
AROUND = 140  # that instant: more stops than a change has


def change(daemon):
    """Asks for the change; False when dagd dies over it."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return daemon.request("POST", "/api/dagd/v1/secrets/rotate-key", {}).status == 200
    return False


def key_of(daemon):
    return (daemon.home / "state" / "key").read_text()


def whole_life(daemon):
    """How many stops a life with a change of the key has."""
    daemon.trace = ["--kill", NEVER]
    daemon.start()
    assert change(daemon)
    daemon.stop()
    return daemon.report().n_stops


def killed_at(daemon, stop):
    """A life that is killed there, and the one after it. Returns what was left behind."""
    state, before = daemon.home / "state", key_of(daemon)
    daemon.trace = ["--kill", stop]
    was_told = daemon.begin() and change(daemon)
    daemon.end()
    left = (key_of(daemon) != before, (state / "key.new").exists())
    daemon.start()
    values = daemon.request("GET", "/api/dagd/v1/variables/export").json["variables"]
    assert [one["value"] for one in values] == [f"value {i}" for i in range(N_VALUES)], f"killed at {stop}: {left}"
    assert not (state / "key.new").exists()
    assert not was_told or key_of(daemon) != before
    daemon.stop()
    return left


def test_whenever_dagd_dies_one_of_the_keys_is_right(tmp_path):
    daemon = Traced(pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build-torture")).resolve(), tmp_path / "home")
    try:
        daemon.start()
        for i in range(N_VALUES):
            daemon.post("/variables", {"key": f"v{i}", "value": f"value {i}"})
        daemon.stop()
        # Where the new key takes the place of the old one: no two lives have the same number of stops before it.
        before, after, left = 0, whole_life(daemon), []
        while after - before > CLOSE:
            middle = (before + after) // 2
            left.append(killed_at(daemon, middle))
            before, after = (before, middle) if left[-1][0] else (middle, after)
        points = range(before - AROUND, before + AROUND, max(1, 2 * AROUND // N_POINTS))
        left += [killed_at(daemon, stop) for stop in points]
        assert {(False, True), (True, False)} <= set(left), left
    finally:
        daemon.dispose()
