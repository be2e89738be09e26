# SPDX-License-Identifier: MIT
"""Logs of tasks as people and programs read them: every byte, whatever it is and however many there are."""
import os
import subprocess

from daemon import wait_until
from gate import Gate

BYTES = bytes(range(256)) + "\u00fcber \u2713\n".encode() + b"\xff\xfe\x00 after a zero byte\nno end of line"
PRINTS = """
    schedule: null
    tasks:
      - {task_id: print, operator: bash, bash_command: cat "$FILE", env: {FILE: "%s"}}
"""


def log_path(run_id, dag_id="odd", task_id="print"):
    return f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1"


def printed(dagd, tmp_path, content):
    """A run whose only task printed this."""
    file = tmp_path / "content"
    file.write_bytes(content)
    dagd.load_dag("odd", PRINTS % file)
    run_id = dagd.trigger("odd", dag_run_id="one")
    dagd.wait_run("odd", run_id)
    return run_id


def test_the_log_is_printed_byte_by_byte(dagd, tmp_path):
    run_id = printed(dagd, tmp_path, BYTES)
    with open(tmp_path / "log", "wb") as file:
        subprocess.run([dagd.build / "cli" / "dagctl", "tasks", "logs", "odd", run_id, "print"], stdout=file,
                       env=dict(os.environ, DAGD_HOME=str(dagd.home)), check=True)
    assert (tmp_path / "log").read_bytes() == BYTES


def test_clients_of_airflow_get_it_as_text_or_as_json_lines_in_parts(dagd, tmp_path):
    many = b"".join(b"line %d of a long log\n" % i for i in range(100_000))  # more than two parts
    run_id = printed(dagd, tmp_path, many + BYTES)
    text = dagd.request("GET", log_path(run_id), headers={"Accept": "text/html, text/plain;q=0.9"})
    assert text.body == many + BYTES and text.headers["Content-Type"].startswith("text/plain")

    lines, token, n_parts = [], "0", 0
    while token:
        part = dagd.request("GET", log_path(run_id), query={"token": token}, headers={"Accept": "*/*"}).json
        lines += [line["event"] for line in part["content"]]
        token, n_parts = part["continuation_token"], n_parts + 1
    assert n_parts > 2
    # What is no UTF-8, and the byte that ends texts in C, is replaced; nothing after it is lost.
    assert lines[-2].endswith(" after a zero byte") and lines[-1] == "no end of line"
    assert lines[:100_000] == many.decode().splitlines()


def test_of_a_running_task_there_is_what_it_has_printed(dagd, tmp_path):
    gate = Gate(tmp_path)
    dagd.load_dag("held", f"""
        schedule: null
        tasks:
          - {{task_id: print, operator: bash, bash_command: "echo so far; {gate.command}"}}
    """)
    run_id = dagd.trigger("held", dag_run_id="one")
    gate.entered()
    wait_until(lambda: dagd.dagctl("tasks", "logs", "held", run_id, "print").stdout == "so far\n", "it is shown")
    gate.open()
    dagd.wait_run("held", run_id)
