# SPDX-License-Identifier: MIT
"""Callbacks, deadlines and runs that end early, in a dagd that also dies."""
import os
import pathlib
import signal

import pytest

from daemon import wait_until
from smtp_server import SmtpServer

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CANARY = "canary-77aa31"


def example(daemon, name):
    daemon.load_dag(name, (ROOT / "examples" / f"{name}.yaml").read_text())
    return daemon.trigger(name)


def wait_called(daemon, dag_id, run_id, task_id, state="success"):
    """Waits until a callback, which has no row before it is due, is in the state."""
    return wait_until(lambda: (task := daemon.tasks(dag_id, run_id).get(task_id)) and task["state"] == state and task,
                      f"{task_id} is {state}")


def test_the_example_of_callbacks_calls_all_of_them(dagd):
    run_id = example(dagd, "callbacks")
    assert dagd.wait_run("callbacks", run_id)["state"] == "failed"
    for task_id, line in {
            "fetch@on_execute_callback": "try 1 of fetch begins",
            "index@on_skipped_callback": "index had nothing to do",
            "fetch@on_retry_callback": "try 1 of fetch failed: exit code 1: no route",
            "fetch@on_success_callback": "fetch left: fetched",
            "load@on_failure_callback": "on_failure_callback: load failed: exit code 1: the disk is full",
            "@on_failure_callback": 'the run is failed: task "load" failed'}.items():
        wait_called(dagd, "callbacks", run_id, task_id)
        assert dagd.task_log("callbacks", run_id, task_id).strip() == line
    assert "fetch@on_failure_callback" not in dagd.tasks("callbacks", run_id)
    shown = dagd.dagctl("tasks", "states-for-dag-run", "callbacks", run_id).stdout
    assert "load@on_failure_callback" in shown
    assert "the disk is full" in dagd.dagctl("tasks", "logs", "callbacks", run_id, "load@on_failure_callback").stdout


def test_the_example_of_a_deadline_is_late_and_ends_well(dagd):
    run_id = example(dagd, "deadline")
    deadline = wait_until(lambda: dagd.run("deadline", run_id)["deadline"], "the deadline")
    wait_called(dagd, "deadline", run_id, "@deadline")
    assert dagd.run("deadline", run_id)["state"] == "running"
    why = dagd.dagctl("dags", "why", "deadline", run_id).stdout
    assert "has missed its deadline at" in why
    assert dagd.wait_run("deadline", run_id)["state"] == "success"
    log = dagd.task_log("deadline", run_id, "@deadline")
    assert f"{run_id} is late: it has not ended by {deadline[:19]}" in log and "2s after its start" in log


def test_the_example_of_fail_fast_ends_at_once_and_its_dag_pauses_itself(dagd):
    for n in range(3):
        run_id = example(dagd, "fail_fast") if n == 0 else dagd.trigger("fail_fast")
        run = dagd.wait_run("fail_fast", run_id)
        assert run["state"] == "failed" and run["reason"] == 'fail_fast: task "check" failed'
        tasks = dagd.tasks("fail_fast", run_id)
        assert tasks["slow"]["state"] == "failed" and tasks["after"]["state"] == "skipped"
    dag = dagd.get("/dags/fail_fast")
    reason = "its last 3 runs have failed (max_consecutive_failed_dag_runs)"
    assert dag["is_paused"] and dag["pause_reason"] == reason
    assert f"is paused: {reason}" in dagd.dagctl("dags", "why", "fail_fast").stdout
    assert any(line.endswith(f'DAG "fail_fast" is paused: {reason}') for line in dagd.log)
    dagd.restart()
    assert dagd.get("/dags/fail_fast")["pause_reason"] == reason
    dagd.dagctl("dags", "unpause", "fail_fast")
    assert dagd.get("/dags/fail_fast")["pause_reason"] is None


HELD = """
    dag_id: held
    on_failure_callback: {{operator: bash, bash_command: 'echo $$ >> {pids}; until [ -e {gate} ]; do sleep 0.05; done'}}
    tasks: [{{task_id: a, operator: bash, bash_command: exit 1}}]
"""


@pytest.fixture
def held(dagd, tmp_path):
    """A run that has ended, whose callback runs until the gate is there."""
    pids, gate = tmp_path / "pids", tmp_path / "gate"
    dagd.load_dag("held", HELD.format(pids=pids, gate=gate))
    run_id = dagd.trigger("held")
    assert dagd.wait_run("held", run_id)["state"] == "failed"
    wait_until(pids.exists, "the callback runs")
    return run_id, pids, gate


def test_dagd_is_killed_while_a_callback_of_an_ended_run_goes_on(dagd, held):
    run_id, pids, gate = held
    dagd.kill()
    dagd.start()
    assert dagd.tasks("held", run_id)["@on_failure_callback"]["state"] == "running"
    why = dagd.dagctl("dags", "why", "held", run_id).stdout.splitlines()[-1]
    assert "| @on_failure_callback |" in why and "runs since" in why
    gate.touch()
    wait_called(dagd, "held", run_id, "@on_failure_callback")
    assert len(pids.read_text().split()) == 1
    assert dagd.run("held", run_id)["state"] == "failed"


def test_a_callback_ends_while_dagd_is_away(dagd, held):
    run_id, pids, gate = held
    dagd.kill()
    gate.touch()
    pid = int(pids.read_text())
    wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the callback has ended")
    dagd.start()
    wait_called(dagd, "held", run_id, "@on_failure_callback")
    assert len(pids.read_text().split()) == 1


def test_a_callback_whose_worker_is_killed_is_lost(dagd, held):
    run_id, pids, gate = held
    pid = int(pids.read_text())
    worker = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    dagd.kill()
    os.kill(worker, signal.SIGKILL)
    dagd.start()
    task = wait_called(dagd, "held", run_id, "@on_failure_callback", "failed")
    assert task["try_number"] == 1 and "lost" in str(task)


def test_a_callback_that_waits_for_a_worker_is_not_forgotten(dagd_home, tmp_path):
    gate = tmp_path / "gate"
    (dagd_home.home / "dagd.yaml").write_text("core: {parallelism: 1}\n")
    dagd_home.start()
    dagd_home.load_dag("one", f"""
        dag_id: one
        tasks:
          - task_id: a
            operator: bash
            bash_command: until [ -e {gate} ]; do sleep 0.05; done
            on_execute_callback: {{operator: bash, bash_command: 'env | grep -E "^(AIRFLOW_CTX|DAGD)_" | sort'}}
    """)
    run_id = dagd_home.trigger("one")
    dagd_home.wait_task("one", run_id, "a", {"running"})
    why = dagd_home.dagctl("dags", "why", "one", run_id, "a@on_execute_callback").stdout
    assert "waits: all 1 workers (core.parallelism) are busy" in why
    dagd_home.kill()
    dagd_home.start()
    gate.touch()
    wait_called(dagd_home, "one", run_id, "a@on_execute_callback")
    lines = dagd_home.task_log("one", run_id, "a@on_execute_callback").splitlines()
    for line in ("AIRFLOW_CTX_TASK_ID=a", "AIRFLOW_CTX_TRY_NUMBER=1", "DAGD_CALLBACK=on_execute_callback",
                 f"AIRFLOW_CTX_DAG_RUN_ID={run_id}"):
        assert line in lines


def test_a_callback_tells_of_the_try_that_it_was_called_for(dagd):
    dagd.load_dag("tries", """
        dag_id: tries
        tasks:
          - task_id: a
            operator: bash
            bash_command: echo "reason {{ try_number }}"; exit {{ 1 if try_number < 3 else 0 }}
            retries: 2
            retry_delay: 0s
            on_retry_callback:
              {operator: bash, bash_command: 'sleep 0.3; echo "{{ try_number }} of {{ ti.max_tries }}: {{ reason }}"'}
    """)
    run_id = dagd.trigger("tries")
    assert dagd.wait_run("tries", run_id)["state"] == "success"
    wait_until(lambda: dagd.tasks("tries", run_id)["a@on_retry_callback"]["try_number"] == 2, "the second call")
    wait_called(dagd, "tries", run_id, "a@on_retry_callback")
    assert [dagd.task_log("tries", run_id, "a@on_retry_callback", n).strip() for n in (1, 2)] == [
        "1 of 2: exit code 1: reason 1", "2 of 2: exit code 1: reason 2"]


def test_a_failure_is_mailed(dagd):
    with SmtpServer() as server:
        added = dagd.dagctl("connections", "add", "mail", "--conn-json",
                            '{"conn_type": "smtp", "host": "localhost", "port": %d, "extra": {"tls": "none",'
                            ' "from_email": "dagd@example.com"}}' % server.port)
        assert added.returncode == 0, added.stderr
        text = (ROOT / "examples" / "email.yaml").read_text().replace("data@example.com", "nobody")
        dagd.load_dag("email", text)
        run_id = dagd.trigger("email")
        assert dagd.wait_run("email", run_id)["state"] == "failed"
        wait_called(dagd, "email", run_id, "report@on_failure_callback")
    [mail] = server.mails
    assert mail["Subject"] == "email: report failed" and mail.recipients == ["oncall@example.com"]
    assert f"Try 1 of {run_id}: exit code 78: error: to: \"nobody\" is no address" in mail.part("text/plain")


def test_a_dag_whose_callback_goes_on_is_not_deleted(dagd, held):
    run_id, _, gate = held
    refused = dagd.request("DELETE", "/api/v2/dags/held")
    assert refused.status == 409 and "has callbacks that have not ended" in refused.sentence
    gate.touch()
    wait_called(dagd, "held", run_id, "@on_failure_callback")
    assert dagd.request("DELETE", "/api/v2/dags/held").status == 200
