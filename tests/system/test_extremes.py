# SPDX-License-Identifier: MIT
"""What is as long, as much or as odd as it may be, and what an attempt that never began leaves behind."""
import os

from daemon import wait_until

LONGEST = "t" * 240

LONG = f"""
    dag_id: {LONGEST}
    tasks:
      - {{task_id: {LONGEST}, operator: bash, bash_command: "true"}}
"""
UNRENDERED = """
    dag_id: unrendered
    tasks:
      - {task_id: one, operator: bash, bash_command: "echo {{ var.value.missing }}"}
"""
BEHIND = """
    dag_id: behind
    schedule: "* * * * *"
    start_date: 2020-01-01
    catchup: true
    tasks:
      - {task_id: one, operator: empty}
"""


def test_the_longest_ids_fit_the_folders_of_their_logs(dagd):
    dagd.load_dag(LONGEST, LONG)
    run_id = dagd.trigger(LONGEST)
    assert dagd.wait_run(LONGEST, run_id)["state"] == "success"


def test_an_attempt_that_could_not_be_rendered_leaves_no_folder(dagd):
    dagd.load_dag("unrendered", UNRENDERED)
    dagd.wait_run("unrendered", dagd.trigger("unrendered"))
    attempts = dagd.home / "state" / "attempts"
    wait_until(lambda: not [one for one in os.listdir(attempts) if one == "1"], "its folder is gone")


def test_a_file_whose_name_is_no_utf_8_is_an_import_error(dagd):
    name = os.fsencode(dagd.dags) + b"/caf\xe9.yaml"
    with open(name + b".new", "wb") as file:
        file.write(b"dag_id: cafe\ntasks:\n  - {task_id: one, operator: empty}\n")
    os.rename(name + b".new", name)
    errors = wait_until(lambda: dagd.get("/importErrors")["import_errors"], "it is noticed")
    assert "is not UTF-8: rename it" in errors[0]["stack_trace"]
    assert dagd.request("GET", "/api/v2/dags/cafe").status == 404


def test_years_to_catch_up_with_do_not_hold_up_anybody_else(dagd):
    """Three million runs of tasks that need no process: they come a few at a time, as the disk takes them."""
    dagd.load_dag("behind", BEHIND)

    def total():
        return dagd.get("/dags/behind/dagRuns", limit=1)["total_entries"]

    seen = wait_until(total, "the first runs")
    assert seen < 1000000
    wait_until(lambda: total() > seen, "more of them")
    dagd.load_dag(LONGEST, LONG)
    dagd.wait_run(LONGEST, dagd.trigger(LONGEST))
    answer = dagd.request("PATCH", "/api/v2/dags/behind", {"is_paused": True})
    assert answer.status == 200 and answer.json["is_paused"]
