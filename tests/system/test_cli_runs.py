# SPDX-License-Identifier: MIT
"""dagctl with a daemon: runs that are made and ended from the command line."""
import json

from daemon import wait_until

WAITING = """
    dag_id: waiting
    tasks:
      - {task_id: wait, operator: bash, bash_command: exec sleep 1000}
"""
LENGTH = """
    dag_id: length
    params: {word: ""}
    tasks:
      - {task_id: show, operator: empty}
"""


def test_a_run_is_stopped_and_what_has_ended_is_not_stopped_again(dagd):
    dagd.load_dag("waiting", WAITING)
    run_id = dagd.trigger("waiting")
    wait_until(lambda: dagd.tasks("waiting", run_id)["wait"]["state"] == "running", "the task")
    done = dagd.dagctl("dags", "stop", "waiting", run_id)
    assert done.returncode == 0 and run_id in done.stderr, done
    assert dagd.wait_run("waiting", run_id)["state"] == "failed"
    again = dagd.dagctl("dags", "stop", "waiting", run_id)
    assert again.returncode == 1 and "has ended already" in again.stderr, again


def test_a_conf_that_is_too_long_for_a_command_line_comes_on_stdin(dagd):
    dagd.load_dag("length", LENGTH)
    word = "x" * 1_000_000
    done = dagd.dagctl("dags", "trigger", "length", "-o", "json", "--wait", "--conf", "-",
                       stdin=json.dumps({"word": word}))
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert run["state"] == "success" and run["conf"] == {"word": word}
