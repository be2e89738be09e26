# SPDX-License-Identifier: MIT
"""The rules of a time zone change while dagd runs."""
import pathlib
import shutil
import signal

import pytest

import watches
from daemon import Daemon, wait_until
from test_dag_files import import_errors

ZONES = pathlib.Path("/usr/share/zoneinfo/Etc")
DAILY = """
    dag_id: daily
    schedule: "0 3 * * *"
    timezone: Land/Here
    tasks: [{task_id: only, operator: empty}]
"""


@pytest.fixture
def zones(tmp_path):
    folder = tmp_path / "zones"
    (folder / "Land").mkdir(parents=True)
    shutil.copy(ZONES / "GMT-3", folder / "Real")
    return folder


def replace(file, name):
    """As a package manager does it."""
    new = file.with_name(file.name + ".new")
    shutil.copy(ZONES / name, new)
    new.rename(file)


def hour_of_next_run(daemon):
    return daemon.get("/dags/daily")["next_dagrun_run_after"][11:13]


@pytest.mark.parametrize("is_link", [False, True])
def test_the_next_run_goes_by_the_new_rules(build, zones, tmp_path, is_link):
    here = zones / "Land" / "Here"
    if is_link:
        here.symlink_to("../Real")
    else:
        (zones / "Real").rename(here)
    daemon = Daemon(build, tmp_path / "home", TZDIR=str(zones))
    try:
        daemon.start().load_dag("daily", DAILY)
        assert hour_of_next_run(daemon) == "00"
        replace(here.resolve(), "GMT-2")
        wait_until(lambda: hour_of_next_run(daemon) == "01", "the next run is by the new rules")
        wait_until(lambda: any(line.endswith("time zone Land/Here has new rules") for line in daemon.log),
                   "the log says so")
        daemon.stop()
    finally:
        daemon.dispose()


@pytest.mark.parametrize("name, n", [(watches.INSTANCES, 0), (watches.INSTANCES, 1), (watches.WATCHES, 0),
                                     (watches.WATCHES, 1), (watches.WATCHES, 2)])
def test_where_tzdata_cannot_be_watched_it_is_told_and_read_after_a_reload(build, zones, tmp_path, name, n):
    here = zones / "Land" / "Here"
    (zones / "Real").rename(here)
    daemon = Daemon(build, tmp_path / "home", TZDIR=str(zones))
    watches.leave(daemon, name, n)
    try:
        daemon.start().load_dag("daily", DAILY)
        told = f"{zones} cannot be watched: {watches.SENTENCES[name]}; new rules of time zones are taken after SIGHUP"
        assert any(line.endswith(told) for line in daemon.log), daemon.log
        replace(here, "GMT-2")
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: hour_of_next_run(daemon) == "01", "the next run is by the new rules")
        daemon.stop()
    finally:
        daemon.dispose()


def test_a_dag_whose_zone_is_unknown_without_tzdata_goes_on_with_it(build, zones, tmp_path):
    (zones / "Real").rename(zones / "Land" / "Here")
    daemon = Daemon(build, tmp_path / "home", TZDIR=str(zones))
    try:
        daemon.start().load_dag("daily", DAILY)
        run_id = daemon.trigger("daily")
        assert daemon.wait_run("daily", run_id)["state"] == "success"
        daemon.stop()
        zones.rename(tmp_path / "removed")
        daemon.start()
        told = f'unknown time zone "Land/Here": there is no {zones} here; install tzdata and restart dagd'
        assert told in import_errors(daemon)["daily.yaml"]["stack_trace"]
        assert daemon.run("daily", run_id)["state"] == "success"
        (tmp_path / "removed").rename(zones)
        daemon.restart()
        assert import_errors(daemon) == {} and hour_of_next_run(daemon) == "00"
        daemon.stop()
    finally:
        daemon.dispose()


def test_the_time_zone_of_the_machine_does_not_count(build, tmp_path):
    daemon = Daemon(build, tmp_path / "home", TZ="Pacific/Auckland")
    try:
        daemon.start().load_dag("daily", DAILY.replace("    timezone: Land/Here\n", ""))
        assert hour_of_next_run(daemon) == "03"
        wait_until(lambda: daemon.log, "it says something")
        assert all(line.split()[0].endswith("Z") for line in daemon.log), daemon.log
        daemon.stop()
    finally:
        daemon.dispose()
