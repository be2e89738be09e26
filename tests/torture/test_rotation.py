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


def change(daemon):
    """Asks for the change; False when dagd dies over it."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return daemon.request("POST", "/api/dagd/v1/secrets/rotate-key", {}).status == 200
    return False


def key_of(daemon):
    return (daemon.home / "state" / "key").read_text()


def stops(daemon, changes):
    """How many stops a life has, with or without a change of the key."""
    daemon.trace = ["--kill", NEVER]
    daemon.start()
    assert not changes or change(daemon)
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
        first, last = stops(daemon, False), stops(daemon, True)
        n_stops = last - first  # of a change, which comes before those of the end of a life
        points = range(first - n_stops, first + n_stops // 2, max(1, 3 * n_stops // 2 // N_POINTS))
        left = [killed_at(daemon, stop) for stop in points]
        assert {(False, False), (False, True), (True, False)} <= set(left), left
    finally:
        daemon.dispose()
