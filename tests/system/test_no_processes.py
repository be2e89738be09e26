# SPDX-License-Identifier: MIT
"""The system has no process or descriptor for one more task: it waits for its own, and takes no try."""
import os
import resource
import signal
import subprocess
import tempfile

import pytest

from daemon import Daemon, wait_until
from gate import Gate
from test_nothing_begins import assert_told, is_well, wait_trouble

HELLO = """
    dag_id: hello
    tasks: [{task_id: greet, operator: bash, bash_command: echo good day}]
"""


def many_dag(gates):
    tasks = "".join(f'\n      - {{task_id: {gate.path.name}, operator: bash, bash_command: "{gate.command}"}}'
                    for gate in gates)
    return f"\n    dag_id: many\n    tasks:{tasks}\n"


def assert_all_end_well(dagd, gates, **runs):
    """Once the gates are open each run (dag_id=run_id) succeeds, each task with its first try."""
    for gate in gates:
        gate.open()
    for dag_id, run_id in runs.items():
        assert dagd.wait_run(dag_id, run_id)["state"] == "success"
        assert {task["try_number"] for task in dagd.tasks(dag_id, run_id).values()} == {1}
    wait_until(lambda: is_well(dagd), "dagd is well again")


def test_tasks_have_the_limit_of_files_that_dagd_was_given(dagd_home):
    dagd = dagd_home
    dagd.prefix = ["prlimit", "--nofile=500:4000"]
    dagd.start()
    assert resource.prlimit(dagd.process.pid, resource.RLIMIT_NOFILE) == (4000, 4000)
    dagd.load_dag("limits", """
        dag_id: limits
        tasks: [{task_id: show, operator: bash, bash_command: 'echo "$(ulimit -Sn) $(ulimit -Hn)"'}]
    """)
    run_id = dagd.trigger("limits")
    dagd.wait_run("limits", run_id)
    assert dagd.task_log("limits", run_id, "show") == "500 4000\n"


def test_tasks_for_which_there_are_no_descriptors_begin_when_others_have_ended(dagd_home, tmp_path):
    dagd = dagd_home
    dagd.prefix = ["prlimit", "--nofile=64:64"]
    dagd.start()
    dagd.load_dag("hello", HELLO)
    gates = [Gate(tmp_path, f"t{number}") for number in range(16)]
    dagd.load_dag("many", many_dag(gates))
    run_id = dagd.trigger("many")
    waiting = dagd.trigger("hello")
    reason = wait_trouble(dagd)
    assert "Too many open files" in reason and "LimitNOFILE" in reason
    assert_told(dagd, reason, waiting)
    assert_all_end_well(dagd, gates, many=run_id, hello=waiting)


@pytest.fixture
def dagd_of_another_user(open_build):
    """Root may have as many processes as it likes."""
    # Not pytest's own folder: the other user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        one = Daemon(open_build, home)
        for path in (one.home, one.dags):
            os.chown(path, 61234, 61234)
        one.prefix = ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups"]
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


def processes_limit(dagd, n_max, pid=None):
    """How many processes its user may have when dagd, or another process of it, starts one more."""
    subprocess.run([*dagd.prefix, "prlimit", f"--nproc={n_max}:", f"--pid={pid or dagd.process.pid}"], check=True)


def test_a_task_for_which_there_is_no_worker_begins_when_there_is_one(dagd_of_another_user):
    dagd = dagd_of_another_user
    gates = [Gate(dagd.home, f"t{number}") for number in range(5)]
    for gate in gates:
        gate.path.chmod(0o666)
    dagd.load_dag("many", many_dag(gates))
    dagd.load_dag("hello", HELLO)
    processes_limit(dagd, 1)  # the idle workers are there already, and take two of the tasks
    run_id = dagd.trigger("many")
    waiting = dagd.trigger("hello")
    reason = wait_trouble(dagd)
    assert reason.startswith("cannot start the worker ") and reason.endswith("Resource temporarily unavailable")
    assert_told(dagd, reason, waiting)
    processes_limit(dagd, 1000)
    assert_all_end_well(dagd, gates, many=run_id, hello=waiting)


def test_a_task_whose_worker_gets_no_process_begins_when_it_does(dagd_of_another_user):
    dagd = dagd_of_another_user
    dagd.load_dag("hello", HELLO)
    workers = wait_until(lambda: len(dagd.workers()) == 2 and dagd.workers(), "there are idle workers")
    for pid in workers:
        processes_limit(dagd, 1, pid)
    run_id = dagd.trigger("hello")
    reason = wait_trouble(dagd)
    assert reason == "cannot start its program: Resource temporarily unavailable"
    assert_told(dagd, reason, run_id)
    for pid in workers:
        processes_limit(dagd, 1000, pid)
    assert dagd.wait_run("hello", run_id)["state"] == "success"
    assert dagd.tasks("hello", run_id)["greet"]["try_number"] == 1
    assert dagd.task_log("hello", run_id, "greet") == "good day\n"
    wait_until(lambda: is_well(dagd), "dagd is well again")


def test_a_task_that_needs_secrets_command_waits_for_its_process(dagd_of_another_user):
    dagd = dagd_of_another_user
    (dagd.home / "dagd.yaml").write_text("secrets: {command: echo}\n")
    dagd.process.send_signal(signal.SIGHUP)
    dagd.load_dag("reads", """
        dag_id: reads
        tasks: [{task_id: show, operator: bash, bash_command: 'echo "{{ var.value.REGION }}"'}]
    """)
    wait_until(lambda: len(dagd.workers()) == 2, "there are idle workers")
    processes_limit(dagd, 1)
    run_id = dagd.trigger("reads")
    told = ('secrets.command "echo" cannot be started: Resource temporarily unavailable; '
            "what needs its values waits for them; all else goes on")
    wait_until(lambda: any(line.endswith(told) for line in dagd.log), "it says why it does not ask")
    assert "waits for the values" in dagd.dagctl("dags", "why", "reads", run_id, "show").stdout
    processes_limit(dagd, 1000)
    assert dagd.wait_run("reads", run_id)["state"] == "success"
    assert dagd.tasks("reads", run_id)["show"]["try_number"] == 1
    assert dagd.task_log("reads", run_id, "show") == "variable REGION\n"
    wait_until(lambda: any("secrets.command is asked again" in line for line in dagd.log), "all is well again")
