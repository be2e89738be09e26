# SPDX-License-Identifier: MIT
"""Backfills over REST and on the command line, with a real dagd."""
import json
import pathlib

import pytest

from daemon import wait_until
from gate import Gate

DAILY = """
    dag_id: daily
    schedule: 1d
    start_date: 2024-01-01
    catchup: false
    max_active_runs: 1
    params: {{word: ""}}
    tasks:
      - {{task_id: work, operator: bash, bash_command: "{command}"}}
"""


def daily(dagd, command="true"):
    dagd.load_dag("daily", DAILY.format(command=command))


def wanted(first, last, **more):
    return dict({"dag_id": "daily", "from_date": f"2024-01-{first:02}T00:00:00Z",
                 "to_date": f"2024-01-{last:02}T00:00:00Z"}, **more)


def create(dagd, first, last, **more):
    return dagd.request("POST", "/api/v2/backfills", wanted(first, last, **more))


def dry_run(dagd, first, last, **more):
    answer = dagd.request("POST", "/api/v2/backfills/dry_run", wanted(first, last, **more))
    assert answer.status == 200, answer
    assert answer.json["total_entries"] == len(answer.json["backfills"])
    return [(one["logical_date"][:10], one["action"]) for one in answer.json["backfills"]]


def runs(dagd, **query):
    """State by day of the runs of backfills."""
    found = dagd.get("/dags/daily/dagRuns", run_type="backfill", **query)["dag_runs"]
    return {run["logical_date"][:10]: run["state"] for run in found}


def wait_end(dagd, backfill_id):
    return wait_until(
        lambda: (one := dagd.get(f"/backfills/{backfill_id}"))["completed_at"] and one, "the end of the backfill")


def put(dagd, backfill_id, verb):
    return dagd.request("PUT", f"/api/v2/backfills/{backfill_id}/{verb}")


def test_each_slot_of_the_past_gets_a_run(dagd):
    daily(dagd)
    assert dry_run(dagd, 3, 5) == [("2024-01-03", "new"), ("2024-01-04", "new"), ("2024-01-05", "new")]
    assert runs(dagd) == {}
    made = create(dagd, 3, 5, dag_run_conf={"word": "x"})
    assert made.status == 200, made
    assert {key: made.json[key] for key in made.json if not key.endswith("_at")} == {
        "id": 1, "dag_id": "daily", "from_date": "2024-01-03T00:00:00Z", "to_date": "2024-01-05T00:00:00Z",
        "dag_run_conf": {"word": "x"}, "is_paused": False, "reprocess_behavior": "none", "run_backwards": False,
        "max_active_runs": 10}
    assert wait_end(dagd, 1)["completed_at"] >= made.json["created_at"]
    assert runs(dagd) == {"2024-01-03": "success", "2024-01-04": "success", "2024-01-05": "success"}
    run = dagd.run("daily", "backfill__2024-01-04T00:00:00+00:00")
    assert (run["run_type"], run["triggered_by"], run["conf"], run["backfill_id"]) == (
        "backfill", "backfill", {"word": "x"}, 1)
    assert run["data_interval_start"] == run["logical_date"] == run["run_after"] == "2024-01-04T00:00:00Z"
    assert dagd.get("/backfills", dag_id="daily")["total_entries"] == 1


def test_it_goes_on_after_the_daemon_was_killed_with_its_own_limit(dagd, tmp_path):
    go = tmp_path / "go"
    daily(dagd, f"until test -e {go}; do sleep 0.05; done")
    assert create(dagd, 3, 5, max_active_runs=1).status == 200
    dagd.wait_task("daily", "backfill__2024-01-03T00:00:00+00:00", "work", {"running"})
    dagd.kill()
    dagd.start()
    assert runs(dagd) == {"2024-01-03": "running", "2024-01-04": "queued", "2024-01-05": "queued"}
    again = create(dagd, 6, 6)
    assert again.status == 409 and "has a backfill that goes on (1)" in again.sentence
    run_id = dagd.trigger("daily")  # the DAG's own limit is another one
    assert dagd.wait_run("daily", run_id, {"running"})["state"] == "running"
    go.touch()
    wait_end(dagd, 1)
    assert set(runs(dagd).values()) == {"success"}


def test_paused_it_begins_no_run_and_cancelled_its_queued_ones_fail(dagd, tmp_path):
    gate = Gate(tmp_path)
    daily(dagd, gate.command)
    create(dagd, 3, 6, max_active_runs=1, run_backwards=True)
    gate.entered()
    assert put(dagd, 1, "pause").json["is_paused"] is True
    gate.open()
    wait_until(lambda: runs(dagd)["2024-01-06"] == "success", "the newest run")
    assert sorted(runs(dagd, state="queued")) == ["2024-01-03", "2024-01-04", "2024-01-05"]
    path = "/api/dagd/v1/dags/daily/dagRuns/backfill__2024-01-05T00:00:00+00:00/why"
    assert dagd.request("GET", path).json["reasons"][0]["sentence"] == (
        "waits: backfill 1 is paused; dagctl backfill unpause 1")
    dagd.restart()
    assert put(dagd, 1, "unpause").json["is_paused"] is False
    gate.entered()
    cancelled = put(dagd, 1, "cancel")
    assert cancelled.status == 200 and cancelled.json["completed_at"]
    assert runs(dagd) == {"2024-01-03": "failed", "2024-01-04": "failed", "2024-01-05": "running",
                          "2024-01-06": "success"}
    assert dagd.run("daily", "backfill__2024-01-03T00:00:00+00:00")["reason"] == "its backfill was cancelled"
    for verb in "pause", "unpause", "cancel":
        refused = put(dagd, 1, verb)
        assert (refused.status, refused.sentence) == (409, "backfill 1 has ended")
    gate.open()
    wait_until(lambda: runs(dagd)["2024-01-05"] == "success", "what ran")


def test_runs_that_failed_are_run_again_with_the_newest_version(dagd):
    daily(dagd, "test {{ ds }} = 2024-01-03")
    create(dagd, 3, 4)
    wait_end(dagd, 1)
    assert runs(dagd) == {"2024-01-03": "success", "2024-01-04": "failed"}
    assert dry_run(dagd, 3, 4) == []
    assert dry_run(dagd, 3, 5, reprocess_behavior="failed", run_backwards=True) == [
        ("2024-01-05", "new"), ("2024-01-04", "again")]
    assert dry_run(dagd, 3, 4, reprocess_behavior="completed") == [("2024-01-03", "again"), ("2024-01-04", "again")]
    daily(dagd, "echo {{ ds }}")
    assert create(dagd, 3, 4, reprocess_behavior="failed").json["id"] == 2
    wait_end(dagd, 2)
    assert runs(dagd) == {"2024-01-03": "success", "2024-01-04": "success"}
    again = dagd.run("daily", "backfill__2024-01-04T00:00:00+00:00")
    assert (again["backfill_id"], again["clear_number"]) == (2, 1)
    task = dagd.tasks("daily", "backfill__2024-01-04T00:00:00+00:00")["work"]
    assert (task["state"], task["try_number"]) == ("success", 2)


def test_a_backfill_with_nothing_to_do_is_complete_at_once(dagd):
    daily(dagd)
    create(dagd, 3, 3)
    wait_end(dagd, 1)
    made = create(dagd, 3, 3)
    assert made.status == 200 and made.json["id"] == 2 and made.json["completed_at"]
    dagd.restart()
    assert create(dagd, 4, 4).json["id"] == 3


@pytest.mark.parametrize("body, status, sentence", [
    ({"dag_id": None}, 422, '"dag_id" must be given'),
    ({"dag_id": "dayly"}, 404, 'there is no DAG "dayly"; did you mean "daily"?'),
    ({"from_date": None}, 422, '"from_date" must be given'),
    ({"to_date": "tomorrow"}, 422, "tomorrow"),
    ({"max_active_runs": 0}, 422, '"max_active_runs" must be a whole number from 1 to 10000'),
    ({"max_active_runs": "2"}, 422, '"max_active_runs" must be a whole number from 1 to 10000'),
    ({"reprocess_behavior": "all"}, 422, '"reprocess_behavior" must be none, failed or completed'),
    ({"run_backwards": 1}, 422, '"run_backwards" must be true or false'),
    ({"dag_run_conf": []}, 422, "dag_run_conf must be an object"),
    ({"dag_run_conf": {"word": 1}}, 400, "word"),
    ({"max_runs": 1}, 422, 'unknown key "max_runs"'),
    ({"from_date": "2024-02-01T00:00:00Z"}, 400, "the backfill ends before it begins"),
    ({"from_date": "2023-01-01T00:00:00Z", "to_date": "2023-02-01T00:00:00Z"}, 400,
     'the schedule of DAG "daily" has no slot that has come from 2023-01-01T00:00:00+00:00'),
])
def test_what_is_wrong_is_named(dagd, body, status, sentence):
    text = DAILY.format(command="true").replace('{word: ""}', "{word: {type: string, default: x}}")
    dagd.load_dag("daily", text)
    for path in "/api/v2/backfills", "/api/v2/backfills/dry_run":
        refused = dagd.request("POST", path, wanted(3, 5, **body))
        assert refused.status == status, refused
        told = refused.json["detail"][0]["msg"] if status == 422 else refused.sentence
        assert sentence in told, told
    assert dagd.get("/backfills")["total_entries"] == 0


def test_unknown_ones_are_404(dagd):
    for path in "/backfills/7", "/backfills/x", "/backfills/-1":
        assert dagd.request("GET", "/api/v2" + path).status == 404
    assert put(dagd, 7, "cancel").sentence == 'there is no backfill "7"'
    assert dagd.request("GET", "/api/v2/backfills", query={"dag_id": "no"}).status == 404


def test_backfills_on_the_command_line(dagd, tmp_path):
    gate = Gate(tmp_path)
    daily(dagd, gate.command)
    options = ["--dag-id", "daily", "--from-date", "2024-01-03", "--to-date", "2024-01-04", "--max-active-runs", "1"]
    dry = dagd.dagctl("backfill", "create", *options, "--dry-run", "-o", "json")
    assert [one["run_id"] for one in json.loads(dry.stdout)] == [
        "backfill__2024-01-03T00:00:00+00:00", "backfill__2024-01-04T00:00:00+00:00"]
    made = dagd.dagctl("backfill", "create", *options, "-o", "json")
    assert made.returncode == 0 and json.loads(made.stdout)["id"] == 1, made
    assert dagd.dagctl("backfill", "create", *options).returncode == 1
    assert dagd.dagctl("backfill", "pause", "1").returncode == 0
    listed = json.loads(dagd.dagctl("backfill", "list", "--dag-id", "daily", "-o", "json").stdout)
    assert [(one["id"], one["is_paused"]) for one in listed] == [(1, True)]
    assert dagd.dagctl("backfill", "unpause", "1").returncode == 0
    assert dagd.dagctl("backfill", "cancel", "1").returncode == 0
    ended = dagd.dagctl("backfill", "cancel", "1")
    assert ended.returncode == 1 and "backfill 1 has ended" in ended.stderr
    all_runs = json.loads(dagd.dagctl("dags", "list-runs", "daily", "-o", "json").stdout)
    others = json.loads(dagd.dagctl("dags", "list-runs", "daily", "--no-backfill", "-o", "json").stdout)
    assert len(all_runs) == 2 + len(others)
    assert {run["run_type"] for run in others} <= {"scheduled"}
    for words, sentence in [(options[2:], "--dag-id must be given"), (options[:4], "--to-date must be given"),
                            ([*options, "--dag-run-conf", "{"], "--dag-run-conf"),
                            ([*options, "--max-active-runs", "0"], "--max-active-runs must be a whole number")]:
        wrong = dagd.dagctl("backfill", "create", *words)
        assert wrong.returncode == 2 and sentence in wrong.stderr, wrong
    gate.open()


def test_the_example_is_filled(dagd):
    dagd.load_dag("backfill", (pathlib.Path(__file__).parents[2] / "examples" / "backfill.yaml").read_text())
    made = dagd.dagctl("backfill", "create", "--dag-id", "backfill", "--from-date", "2026-01-01",
                       "--to-date", "2026-01-03", "-o", "json")
    assert made.returncode == 0, made
    wait_end(dagd, json.loads(made.stdout)["id"])
    assert "report of 2026-01-02" in dagd.task_log("backfill", "backfill__2026-01-02T00:00:00+00:00", "report")
