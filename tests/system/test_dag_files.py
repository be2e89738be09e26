# SPDX-License-Identifier: MIT
"""The DAG folder is followed as it changes; a mistake leaves the last good version at work, and schedules fire."""
from daemon import wait_until

GOOD = """
    dag_id: edited
    tasks:
      - {task_id: say, operator: bash, bash_command: echo the good one}
"""
BROKEN = """\
dag_id: edited
tasks:
  - {task_id: say, operator: bash, bash_comand: echo}
"""


def import_errors(daemon):
    return {one["filename"]: one for one in daemon.get("/importErrors")["import_errors"]}


def says(daemon):
    """What the task of a new run prints."""
    run_id = daemon.trigger("edited")
    assert daemon.wait_run("edited", run_id)["state"] == "success"
    return daemon.task_log("edited", run_id, "say").strip()


def test_a_saved_file_is_active_without_a_restart(dagd):
    for text in ("one", "two", "three"):
        dagd.load_dag("edited", GOOD.replace("the good one", text))
        assert says(dagd) == text


def test_a_file_that_is_written_in_place_is_read_when_it_is_closed(dagd):
    dagd.load_dag("edited", GOOD)
    before = dagd.version("edited")
    with open(dagd.dags / "edited.yaml", "w") as file:
        file.write("dag_id: edited\n")
        file.flush()
        file.write("tasks:\n  - {task_id: say, operator: bash, bash_command: echo in place}\n")
    wait_until(lambda: dagd.version("edited") != before, "the new version")
    assert import_errors(dagd) == {}
    assert says(dagd) == "in place"


def test_files_in_new_subfolders_are_found(dagd):
    folder = dagd.dags / "team" / "deep"
    folder.mkdir(parents=True)
    (folder / "below.yaml").write_text("tasks: [{task_id: t, operator: empty}]\n")
    wait_until(lambda: dagd.version("below"), "the DAG of the subfolder")
    assert dagd.wait_run("below", dagd.trigger("below"))["state"] == "success"


def test_a_broken_edit_shows_its_place_and_leaves_the_last_good_version_at_work(dagd):
    dagd.load_dag("edited", GOOD)
    good = dagd.version("edited")
    (dagd.dags / "edited.yaml").write_text(BROKEN)
    error = wait_until(lambda: import_errors(dagd).get("edited.yaml"), "the import error")
    assert "edited.yaml:3:" in error["stack_trace"]
    [problem] = [one for one in error["problems"] if "bash_comand" in one["message"]]
    assert (problem["file"], problem["line"], problem["column"]) == ("edited.yaml", 3, 36)
    assert 'did you mean "bash_command"?' in problem["message"]
    dag = dagd.get("/dags/edited")
    assert dag["has_import_errors"] and not dag["is_stale"] and dag["version"] == good
    assert says(dagd) == "the good one"
    listed = dagd.dagctl("dags", "list-import-errors")
    assert listed.returncode == 1 and "edited.yaml:3:36" in listed.stdout + listed.stderr

    for end in (dagd.stop, dagd.kill):
        end()
        dagd.start()
        assert says(dagd) == "the good one"
        assert "edited.yaml" in import_errors(dagd)

    dagd.load_dag("edited", GOOD.replace("good one", "mended one"))
    assert import_errors(dagd) == {}
    assert says(dagd) == "the mended one"


def test_a_file_changed_while_dagd_was_down_is_noticed_at_start(dagd):
    dagd.load_dag("edited", GOOD)
    before = dagd.version("edited")
    dagd.stop()
    dagd.write_dag("edited", GOOD.replace("good one", "new one"))
    dagd.start()
    wait_until(lambda: dagd.version("edited") not in (None, before), "the new version")
    assert says(dagd) == "the new one"


def test_a_deleted_file_leaves_a_stale_dag_with_its_history(dagd):
    dagd.load_dag("edited", GOOD)
    run_id = dagd.trigger("edited")
    dagd.wait_run("edited", run_id)
    (dagd.dags / "edited.yaml").unlink()
    wait_until(lambda: dagd.get("/dags/edited")["is_stale"], "the DAG is stale")
    assert dagd.get("/dags")["dags"] == []
    refused = dagd.request("POST", "/api/v2/dags/edited/dagRuns", {"logical_date": None})
    assert refused.status in (400, 404, 409) and "edited" in refused.sentence
    assert dagd.run("edited", run_id)["state"] == "success"
    dagd.restart()
    assert dagd.get("/dags/edited")["is_stale"]
    dagd.write_dag("edited", GOOD)
    wait_until(lambda: not dagd.get("/dags/edited")["is_stale"], "the DAG is back")
    assert says(dagd) == "the good one"


def test_one_dag_in_two_files_is_a_mistake_of_the_second(dagd):
    dagd.load_dag("edited", GOOD)
    dagd.write_dag("other", GOOD.replace("the good one", "a copy"))
    error = wait_until(lambda: import_errors(dagd).get("other.yaml"), "the import error")
    assert 'dag_id "edited" is defined in edited.yaml already' in error["stack_trace"]
    assert says(dagd) == "the good one"
    (dagd.dags / "edited.yaml").unlink()
    wait_until(lambda: not import_errors(dagd), "the copy is the only one")
    assert says(dagd) == "a copy"


SCHEDULED = """
    dag_id: ticks
    schedule: 1s
    max_active_runs: 3
    tasks:
      - {task_id: tick, operator: bash, bash_command: "echo {{ logical_date }}"}
"""


def slots(daemon, state=None):
    runs = daemon.get("/dags/ticks/dagRuns", limit=1000)["dag_runs"]
    return [run["logical_date"] for run in runs
            if run["run_type"] == "scheduled" and state in (None, run["state"])]


def test_a_schedule_fires_each_slot_once_also_across_kills(dagd):
    dagd.load_dag("ticks", SCHEDULED)
    for more in (2, 3, 4):
        wait_until(lambda: len(slots(dagd, "success")) >= more, f"{more} scheduled runs")
        dagd.kill()
        dagd.start()
    found = slots(dagd)
    assert None not in found and len(set(found)) == len(found)
    assert dagd.request("PATCH", "/api/v2/dags/ticks", {"is_paused": True}).status == 200
    wait_until(lambda: slots(dagd, "success") == slots(dagd), "all runs end")
    paused_at = len(slots(dagd))
    assert dagd.request("PATCH", "/api/v2/dags/ticks", {"is_paused": False}).status == 200
    wait_until(lambda: len(slots(dagd, "success")) > paused_at, "another slot")
