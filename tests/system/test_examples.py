# SPDX-License-Identifier: MIT
"""The DAGs that the repository shows: every one loads without a warning, and those that need no server
of others run as their comments say."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from daemon import wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
DAG_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)

# What the log of a run is to hold, line by line.
RUNS = {
    "approval": ["ask: deferred", "released 1.4, answered Approve"],
    "backfill": ["report of 20"],
    "bash_environment": ['stage production, labels {"team":"data","region":"eu"}, in /',
                         "task show of bash_environment, run manual__", ", try 1"],
    "branch": ["full_load: skipped", "new rows", "published"],
    "catchup": ["loads 20"],
    "continuous": ["fetches what is new"],
    "cron_in_a_time_zone": ["due at 20"],
    "data_interval": ["counts orders from 20"],
    "dates": ["closes the quarter"],
    "every_ten_seconds": ["looks at "],
    "fan_out_and_join": ["customers", "orders", "products"],
    "exit_codes": ["nothing_to_do: skipped", "busy: success, try 3 of 4", "wrong: failed (exit code 64)",
                   "alarm | wrong"],
    "first": ["The date was 20"],
    "latest_only": ["loaded", "refreshed"],
    "month_ends": ["closes what is due on 20"],
    "newest_wins": ["refreshes the cache"],
    "once": ["migrates the tables"],
    "group_retry": ["staged for the 1. time", "transfer.load: up_for_retry", "staged for the 2. time",
                    "loaded", "transfer is done"],
    "limits": ["table[2] | table products", "large | large"],
    "params": ["the first 10 rows of customers as csv"],
    "past": ["fetches 20", "loads 20", "checks 20", "adds 20"],
    "pool": ["big has both slots", "small has one", "also small has one"],
    "python_function": ["the mean is 6"],
    "retries": ["try 1", "try 2", "try 3", "flaky: up_for_retry", "flaky: success"],
    "several_crons": ["reports 20"],
    "mapping": ["load[2] | loading it's $HOME.csv", "copy[1] | from /tmp to paris, number 1",
                "pairs[1] | 20 rows of customers", "two in /", "nothing: skipped (it is mapped over no values)",
                "loading orders.csv, loading customers.csv, loading it's $HOME.csv", "pairs: 2"],
    "mapped_group": ["each.dump[1] | dump of customers",
                     "checked the dump of orders and checked the dump of customers"],
    "summer_time": ["reports 20"],
    "task_groups": ["orders of the shop", "42 orders are there", "all of load is done"],
    "setup_teardown": ["the server has started", "load: failed", "recovered", "the server has stopped"],
    "sensors": ["a_moment: deferred", "found /etc/hostname", "count: success"],
    "short_circuit": ["load: skipped", "always"],
    "skip": ["is_there: skipped", "process: skipped"],
    "time_limits": ["slow: up_for_retry", "execution_timeout", "the second try was quick"],
    "templates": ["HELLO", "1 day ago: 20", "7 days ago: 20", " [1,7]"],
    "working_days": ["sends the invoices"],
    "trigger_rules": ["all have ended", "one has failed", "none has failed, one has succeeded", "never: skipped"],
    "xcom": ["rows: 42", "status: ok", "bytes: 2048", "file: a.csv", "file: b.csv"],
}
# When they are due after 2026-03-28.
NEXT = {
    "backfill": ["2026-03-29T00:00:00+00:00", "2026-03-30T00:00:00+00:00", "2026-03-31T00:00:00+00:00"],
    "catchup": ["2026-03-30T06:00:00+00:00", "2026-03-31T06:00:00+00:00", "2026-04-01T06:00:00+00:00"],
    "continuous": [],
    "cron_in_a_time_zone": ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
    "data_interval": ["2026-03-29T00:00:00+00:00", "2026-03-30T00:00:00+00:00", "2026-03-31T00:00:00+00:00"],
    "dates": ["2026-06-26T18:00:00+01:00", "2026-09-25T18:00:00+01:00", "2026-12-18T18:00:00+00:00"],
    "every_ten_seconds": ["2026-03-28T00:00:10+00:00", "2026-03-28T00:00:20+00:00", "2026-03-28T00:00:30+00:00"],
    "latest_only": ["2026-03-29T00:00:00+00:00", "2026-03-30T00:00:00+00:00", "2026-03-31T00:00:00+00:00"],
    "month_ends": ["2026-03-31T22:00:00+00:00", "2026-04-14T04:00:00+00:00", "2026-04-15T09:00:00+00:00"],
    "newest_wins": ["2026-03-28T00:04:21+00:00", "2026-03-28T01:04:21+00:00", "2026-03-28T02:04:21+00:00"],
    "once": [],
    "several_crons": ["2026-03-30T03:00:00+02:00", "2026-03-30T15:00:00+02:00", "2026-03-31T03:00:00+02:00"],
    "summer_time": ["2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00", "2026-03-31T02:30:00+02:00"],
    "working_days": ["2026-04-01T06:00:00+02:00", "2026-05-04T06:00:00+02:00", "2026-06-01T06:00:00+02:00"],
}
# These need a connection, or servers.
# Those that fail, and their callbacks, are in test_callbacks.py, those of credentials in test_examples_credentials.py.
NEED_MORE = {"assets", "aws_instance_role", "aws_profile", "aws_role", "aws_web_identity", "callbacks",
             "credentials_command", "credentials_environment", "credentials_folder", "credentials_store", "deadline",
             "email", "fail_fast", "http", "restore_postgres", "restore_safely", "s3_to_file",
             "sql", "trigger_dag"}


def dagctl(build, *words, stdin=None, home=None):
    environment = dict(os.environ, DAGD_HOME=str(home or "/nonexistent"))
    return subprocess.run([build / "cli" / "dagctl", *map(str, words)], input=stdin, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def problems(build, *files):
    return json.loads(dagctl(build, "dags", "check", "-o", "json", *files).stdout)["problems"]


def test_every_example_is_known_here():
    assert {path.stem for path in EXAMPLES} == set(RUNS) | NEED_MORE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_loads_without_a_problem(build, path):
    assert problems(build, path) == []


def test_a_mistake_in_an_example_is_found(build, tmp_path):
    broken = tmp_path / "first.yaml"
    broken.write_text((ROOT / "examples" / "first.yaml").read_text().replace("schedule", "shcedule"))
    assert [p["message"] for p in problems(build, broken)] == [
        'unknown key "shcedule"; did you mean "schedule"?']


def test_the_dags_of_the_repository_load(build):
    assert problems(build, *(ROOT / "dags").glob("*.yaml")) == []


@pytest.mark.parametrize("page", ["README.md", "docs/dag-file.md"])
def test_the_dags_of_a_page_load(build, page, tmp_path):
    blocks = [b for b in DAG_BLOCK.findall((ROOT / page).read_text()) if re.search("^tasks:", b, re.M)]
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"block{number}.yaml"
        path.write_text(block)
        assert problems(build, path) == []


def test_the_first_dag_of_the_readme_is_the_first_example():
    text = (ROOT / "examples" / "first.yaml").read_text().split("\n", 1)[1]
    assert f"```yaml\n{text}```" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(RUNS))
def test_an_example_runs_as_it_says(build, name):
    done = dagctl(build, "dags", "test", ROOT / "examples" / f"{name}.yaml")
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert [line for line in RUNS[name] if line not in text] == []


@pytest.mark.parametrize("name", sorted(NEXT))
def test_an_example_is_due_when_it_says(build, name):
    done = dagctl(build, "dags", "next-execution", "-o", "json", "--after", "2026-03-28", "-n", 3,
                  ROOT / "examples" / f"{name}.yaml")
    assert json.loads(done.stdout) == NEXT[name]


def test_a_param_that_breaks_its_rule_is_refused(build):
    done = dagctl(build, "dags", "test", ROOT / "examples" / "params.yaml", "-p", "rows=1001")
    assert done.returncode == 1
    assert 'param "rows" is 1001: at most 1000 was expected (maximum)' in done.stderr


def test_the_asset_example_runs_the_reader_when_the_asset_is_new(build, dagd):
    dagd.load_dag("assets", (ROOT / "examples" / "assets.yaml").read_text())
    wait_until(lambda: dagd.version("assets_report"), "the second DAG of the file")
    run_id = dagd.trigger("assets")
    assert dagd.wait_run("assets", run_id)["state"] == "success"

    def runs():
        return dagd.get("/dags/assets_report/dagRuns")["dag_runs"]

    [run] = wait_until(runs, "a run of the reader")
    assert run["run_type"] == "asset_triggered"
    assert dagd.wait_run("assets_report", run["dag_run_id"])["state"] == "success"


def test_the_sql_example_runs_with_its_connection(build, dagd, tmp_path):
    dagd.load_dag("sql", (ROOT / "examples" / "sql.yaml").read_text())
    added = dagctl(build, "connections", "add", "shop", "--conn-type", "sqlite",
                   "--conn-host", tmp_path / "shop.db", home=dagd.home)
    assert added.returncode == 0, added.stderr
    for orders in (1, 2):
        done = dagctl(build, "dags", "trigger", "sql", "--follow", home=dagd.home)
        text = done.stdout + done.stderr
        assert done.returncode == 0 and f"Ada O'Neill has {orders} orders" in text, text
