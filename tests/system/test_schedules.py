# SPDX-License-Identifier: MIT
"""Schedules of a real daemon: runs of all forms, and slots that have none."""
import datetime
import json

from daemon import wait_until

SKIPS = """
    dag_id: skips
    schedule: {cron: "* * * * * *", seconds: true}
    overlap: skip
    tasks: [{task_id: t, operator: bash, bash_command: exec sleep 1000}]
"""
ONCE = """
    dag_id: once
    schedule: "@once"
    start_date: 2020-02-03
    tasks: [{task_id: t, operator: empty}]
"""
CONTINUOUS = """
    dag_id: continuous
    schedule: "@continuous"
    tasks: [{task_id: t, operator: bash, bash_command: "echo {{ data_interval_start }}"}]
"""
INTERVAL = """
    dag_id: interval
    schedule: {cron: 0 3 * * *, interval: true}
    start_date: 2026-01-01
    end_date: 2026-01-02
    catchup: true
    tasks: [{task_id: t, operator: empty}]
"""


def missed(dagd, dag_id):
    return dagd.request("GET", f"/api/dagd/v1/dags/{dag_id}/missedSlots").json


def runs(dagd, dag_id):
    return dagd.request("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=run_after").json["dag_runs"]


def test_missed_slots_are_listed_and_outlast_a_restart(dagd):
    dagd.load_dag("skips", SKIPS)
    wait_until(lambda: [row for row in missed(dagd, "skips")["missed_slots"] if row["slots"] > 1],
               "two missed slots")
    dagd.request("PATCH", "/api/v2/dags/skips", {"is_paused": True})
    (row,) = missed(dagd, "skips")["missed_slots"]
    assert row["reason"] == "overlap: skip: a run was unfinished"
    assert row["dag_id"] == "skips" and row["first_slot"] < row["last_slot"]
    (listed,) = json.loads(dagd.dagctl("dags", "list-missed", "skips", "-o", "json").stdout)
    assert listed["slots"] == row["slots"] and listed["reason"] == row["reason"]
    dagd.restart()
    assert missed(dagd, "skips") == {"missed_slots": [row], "total_entries": 1}
    why = dagd.dagctl("dags", "why", "skips").stdout
    assert f"missed {row['slots']} slots" in why, why


def test_missed_slots_of_an_unknown_dag_are_not_found(dagd):
    assert dagd.request("GET", "/api/dagd/v1/dags/nothing/missedSlots").status == 404
    done = dagd.dagctl("dags", "list-missed", "nothing")
    assert done.returncode == 1 and '"nothing"' in done.stderr


def test_once_runs_once(dagd):
    dagd.load_dag("once", ONCE)
    wait_until(lambda: [run for run in runs(dagd, "once") if run["state"] == "success"], "the run")
    dagd.restart()
    (run,) = runs(dagd, "once")
    assert run["dag_run_id"] == "scheduled__2020-02-03T00:00:00+00:00"


def test_intervals_of_continuous_runs_are_without_gaps(dagd):
    dagd.load_dag("continuous", CONTINUOUS)
    wait_until(lambda: len(runs(dagd, "continuous")) >= 3, "three runs")
    dagd.request("PATCH", "/api/v2/dags/continuous", {"is_paused": True})
    found = runs(dagd, "continuous")
    for before, after in zip(found, found[1:]):
        assert after["data_interval_start"] == before["data_interval_end"]
        assert after["data_interval_end"] == after["logical_date"] == after["run_after"]
        assert after["data_interval_end"] > before["data_interval_end"]


def test_a_run_is_for_the_interval_that_has_ended(dagd):
    dagd.load_dag("interval", INTERVAL)
    wait_until(lambda: len(runs(dagd, "interval")) == 1, "the run")
    (run,) = runs(dagd, "interval")
    start, end = "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"
    assert run["logical_date"] == run["data_interval_start"] == start
    assert run["run_after"] == run["data_interval_end"] == end
    made = dagd.request("POST", "/api/v2/dags/interval/dagRuns",
                        {"logical_date": "2026-03-05T12:00:00Z"}).json
    assert made["logical_date"] == "2026-03-05T12:00:00Z"
    assert made["data_interval_start"] == "2026-03-04T03:00:00Z"
    assert made["data_interval_end"] == "2026-03-05T03:00:00Z"


def test_the_next_run_is_told_with_its_interval(dagd):
    dagd.load_dag("yearly", """
        dag_id: yearly
        schedule: {cron: "@yearly", interval: true, jitter: 1h}
        start_date: 2020-01-01
        tasks: [{task_id: t, operator: empty}]
    """)
    dag = dagd.request("GET", "/api/v2/dags/yearly").json
    year = datetime.datetime.now(datetime.timezone.utc).year
    assert dag["next_dagrun_logical_date"] == dag["next_dagrun_data_interval_start"]
    assert dag["next_dagrun_data_interval_start"] == f"{year}-01-01T00:00:00Z"
    assert dag["next_dagrun_data_interval_end"] == f"{year + 1}-01-01T00:00:00Z"
    assert dag["next_dagrun_run_after"].startswith(f"{year + 1}-01-01T00:")
    (instant,) = dagd.request("GET", "/api/dagd/v1/dags/yearly/next").json["instants"]
    assert instant[:19] == dag["next_dagrun_run_after"][:19]
