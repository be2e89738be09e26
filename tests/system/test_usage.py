# SPDX-License-Identifier: MIT
"""What a try took of the machine is measured, recorded and shown."""
import json
import pathlib

import pytest

from daemon import wait_until
from gate import Gate

MIB = 1 << 20
# Each of them burns 0.2 s of a processor.
BURN = "import time\nwhile time.process_time() < 0.2: pass\n"
# Twice: by a child, and by one that fled and became the worker's.
BURNS = """
    dag_id: burns
    tasks:
      - task_id: burn
        operator: bash
        bash_command: |
          mkfifo done
          (setsid python3 burn.py >done &)
          python3 burn.py
          cat done
        cwd: %s
"""


def tries(daemon, dag_id, run_id, task_id):
    return daemon.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/tries")["task_instances"]


def only_try(daemon, dag_id, run_id, task_id):
    [one] = tries(daemon, dag_id, run_id, task_id)
    return one


def ended(daemon, dag_id, text):
    """Runs the DAG and returns the id of the run, which was a success."""
    daemon.load_dag(dag_id, text)
    run_id = daemon.trigger(dag_id)
    assert daemon.wait_run(dag_id, run_id)["state"] == "success"
    return run_id


def test_the_processors_time_of_all_that_a_task_started_is_counted(dagd, tmp_path):
    (tmp_path / "burn.py").write_text(BURN)
    run_id = ended(dagd, "burns", BURNS % tmp_path)
    one = only_try(dagd, "burns", run_id, "burn")
    assert 0.4 <= one["user_cpu_seconds"] + one["system_cpu_seconds"] < 10


def test_the_memory_is_that_of_the_largest_process(dagd):
    run_id = ended(dagd, "memory", """
        dag_id: memory
        tasks:
          - {task_id: small, operator: bash, bash_command: "true"}
          - {task_id: large, operator: bash, bash_command: "python3 -c 'print(len(bytearray(100 << 20)))'"}
    """)
    assert MIB / 2 < only_try(dagd, "memory", run_id, "small")["peak_memory_bytes"] < 100 * MIB
    assert 100 * MIB < only_try(dagd, "memory", run_id, "large")["peak_memory_bytes"] < 200 * MIB


def test_what_was_written_to_a_disk_is_counted(dagd):
    run_id = ended(dagd, "writes", """
        dag_id: writes
        tasks:
          - task_id: write
            operator: bash
            bash_command: stat -f -c %T .; head -c 8388608 /dev/zero | dd of=file bs=1M conv=fsync 2>/dev/null
    """)
    if dagd.task_log("writes", run_id, "write").strip() == "tmpfs":
        pytest.skip("the home is on no disk")
    one = only_try(dagd, "writes", run_id, "write")
    assert 8 * MIB <= one["written_bytes"] < 64 * MIB and one["read_bytes"] >= 0


def test_a_try_that_never_ran_or_was_lost_has_no_usage(dagd):
    dagd.load_dag("never", """
        dag_id: never
        tasks: [{task_id: never, operator: bash, bash_command: "true", cwd: /no/such/folder}]
    """)
    run_id = dagd.trigger("never")
    assert dagd.wait_run("never", run_id)["state"] == "failed"
    one = only_try(dagd, "never", run_id, "never")
    assert {one[key] for key in ("user_cpu_seconds", "system_cpu_seconds", "peak_memory_bytes", "read_bytes",
                                 "written_bytes")} == {None}


def test_a_try_that_runs_shows_its_process_and_no_usage_yet(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("waits", "dag_id: waits\ntasks: [{task_id: wait, operator: bash, bash_command: %s}]" % gate.command)
    run_id = dagd.trigger("waits")
    gate.entered()
    pid = wait_until(lambda: only_try(dagd, "waits", run_id, "wait")["pid"], "its pid")
    assert pathlib.Path(f"/proc/{pid}").exists()
    assert only_try(dagd, "waits", run_id, "wait")["peak_memory_bytes"] is None
    gate.open()
    assert dagd.wait_run("waits", run_id)["state"] == "success"
    assert only_try(dagd, "waits", run_id, "wait")["pid"] == pid


def test_dagctl_shows_each_try_and_what_it_took(dagd):
    dagd.load_dag("again", """
        dag_id: again
        tasks:
          - task_id: again
            operator: bash
            retries: 1
            retry_delay: 0s
            bash_command: 'exit $((8 - {{ ti.try_number }}))'
    """)
    run_id = dagd.trigger("again")
    dagd.wait_run("again", run_id)
    shown = dagd.dagctl("tasks", "tries", "again", run_id, "again")
    assert shown.returncode == 0, shown.stderr
    header, _, *rows = [[cell.strip() for cell in line.split("|")] for line in shown.stdout.splitlines()]
    assert header[:5] == ["try", "state", "start_date", "end_date", "exit_code"]
    assert header[5:] == ["cpu", "memory", "read", "written", "reason"]
    assert [row[:2] + row[4:5] for row in rows] == [["1", "failed", "7"], ["2", "failed", "6"]]
    assert all(row[header.index("memory")].endswith(" MiB") for row in rows)
    listed = json.loads(dagd.dagctl("-o", "json", "tasks", "tries", "again", run_id, "again").stdout)
    assert [(one["try_number"], one["exit_code"]) for one in listed] == [(1, 7), (2, 6)]
    assert all(one["peak_memory_bytes"] > 0 for one in listed)
