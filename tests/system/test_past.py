# SPDX-License-Identifier: MIT
"""Tasks that wait for the run before: across restarts of dagd, and long after that run has ended."""
import datetime

from daemon import wait_until

DAG = """
    dag_id: chain
    params: {fails: false}
    tasks:
      - task_id: load
        operator: bash
        depends_on_past: true
        bash_command: '! [ -e "$FOLDER/fails" ]'
        env: {FOLDER: "%s"}
"""


def day(n):
    return datetime.datetime(2026, 1, n, tzinfo=datetime.timezone.utc).isoformat()


def wait_why(dagd, run_id, sentence):
    wait_until(lambda: sentence in dagd.dagctl("dags", "why", "chain", run_id).stdout, sentence)


def clear(dagd, run_id):
    answer = dagd.request("POST", "/api/v2/dags/chain/clearTaskInstances", {
        "dry_run": False, "only_failed": False, "dag_run_id": run_id, "task_ids": ["load"]})
    assert answer.status == 200, answer


def begin(dagd, folder):
    """A run that failed, and one that waits for it."""
    dagd.load_dag("chain", DAG % folder)
    (folder / "fails").touch()
    first = dagd.trigger("chain", logical_date=day(1))
    assert dagd.wait_run("chain", first)["state"] == "failed"
    second = dagd.trigger("chain", logical_date=day(2))
    return first, second


def test_a_failed_run_holds_the_next_one_until_it_is_cleared(dagd, tmp_path):
    first, second = begin(dagd, tmp_path)
    wait_why(dagd, second, f'"load" of {first} has failed')
    (tmp_path / "fails").unlink()
    clear(dagd, first)
    assert dagd.wait_run("chain", second)["state"] == "success"
    assert dagd.run("chain", first)["state"] == "success"


def test_a_run_waits_for_the_one_before_after_kill_9_too(dagd, tmp_path):
    first, second = begin(dagd, tmp_path)
    dagd.kill()
    dagd.start()
    wait_why(dagd, second, f'"load" of {first} has failed')
    assert dagd.run("chain", second)["state"] == "running"
    (tmp_path / "fails").unlink()
    clear(dagd, first)
    assert dagd.wait_run("chain", second)["state"] == "success"


def test_a_run_finds_the_one_before_that_ended_before_a_restart(dagd, tmp_path):
    dagd.load_dag("chain", DAG % tmp_path)
    for n in (1, 3):
        run_id = dagd.trigger("chain", logical_date=day(n))
        assert dagd.wait_run("chain", run_id)["state"] == "success"
    (tmp_path / "fails").touch()
    between = dagd.trigger("chain", logical_date=day(2))
    assert dagd.wait_run("chain", between)["state"] == "failed"
    dagd.restart()
    (tmp_path / "fails").unlink()
    last = dagd.trigger("chain", logical_date=day(4))
    assert dagd.wait_run("chain", last)["state"] == "success"
    after = dagd.trigger("chain", logical_date=day(2)[:11] + "12:00:00+00:00")
    wait_why(dagd, after, f'"load" of {between} has failed')
