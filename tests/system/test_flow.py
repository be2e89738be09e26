# SPDX-License-Identifier: MIT
"""Operators that decide for other tasks, and those that wait without a worker: on a dagd that is killed meanwhile."""
import json
import os
import pathlib
import signal
import sqlite3

import pytest

from daemon import wait_until
from http_script import Answer, HttpScript

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def states(dagd, dag_id, run_id):
    return {name: one["state"] for name, one in dagd.tasks(dag_id, run_id).items()}


def xcoms(dagd, dag_id, run_id, task_id):
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries"
    return {one["key"]: dagd.get(f"{path}/{one['key']}")["value"] for one in dagd.get(path)["xcom_entries"]}


def runs(dagd, dag_id):
    return dagd.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]


def tries(dagd, dag_id, run_id, task_id):
    return dagd.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/tries")["task_instances"]


def why(dagd, dag_id, run_id, task_id):
    done = dagd.dagctl("dags", "why", dag_id, run_id, task_id)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- decisions ----


def test_a_function_of_python_chooses(dagd):
    (dagd.dags / "config").mkdir()
    module = dagd.dags / "config" / "choosing.py"
    module.write_text("def which(full):\n    return 'full' if full else ['delta']\n\ndef holds():\n    return {}\n")
    dagd.load_dag("py", f"""
        params: {{full: false}}
        tasks:
          - {{task_id: choose, operator: BranchPythonOperator, file: {module}, function: which,
             op_args: ["{{{{ params.full }}}}"]}}
          - {{task_id: full, operator: empty, dependencies: choose}}
          - {{task_id: delta, operator: empty, dependencies: choose}}
          - {{task_id: gate, operator: ShortCircuitOperator, file: {module}, function: holds}}
          - {{task_id: after, operator: empty, dependencies: gate, trigger_rule: all_done}}
    """)
    for full in (False, True):
        run_id = dagd.trigger("py", {"full": full})
        dagd.wait_run("py", run_id)
        assert states(dagd, "py", run_id) == {
            "choose": "success", "full": "success" if full else "skipped",
            "delta": "skipped" if full else "success", "gate": "success", "after": "skipped"}


def test_a_branch_needs_no_process_and_its_choice_is_its_result(dagd):
    dagd.load_dag("b", """
        tasks:
          - {task_id: choose, operator: branch, follow: "{{ ['x', 'y'] if dag_run.conf.get('both') else none }}"}
          - {task_id: x, operator: empty, dependencies: choose}
          - {task_id: y, operator: empty, dependencies: choose}
    """)
    run_id = dagd.trigger("b", {"both": True})
    dagd.wait_run("b", run_id)
    assert states(dagd, "b", run_id) == {"choose": "success", "x": "success", "y": "success"}
    assert xcoms(dagd, "b", run_id, "choose") == {"return_value": ["x", "y"]}
    assert 'the result is ["x","y"]' in dagd.task_log("b", run_id, "choose")
    run_id = dagd.trigger("b")
    dagd.wait_run("b", run_id)
    assert states(dagd, "b", run_id) == {"choose": "success", "x": "skipped", "y": "skipped"}


def test_a_secret_does_not_become_the_result_of_a_task_without_process(dagd):
    assert dagd.dagctl("variables", "set", "api_password", "canary-77fe").returncode == 0
    dagd.load_dag("s", """
        tasks:
          - {task_id: gate, operator: short_circuit, condition: "{{ var.value.api_password }}"}
    """)
    run_id = dagd.trigger("s")
    dagd.wait_run("s", run_id)
    assert xcoms(dagd, "s", run_id, "gate") == {"return_value": "***"}
    assert "canary" not in dagd.task_log("s", run_id, "gate")


def test_a_value_that_no_result_can_hold_fails_the_task_and_not_dagd(dagd):
    large = ["{{ '" + '"' + "' * 16000000 }}"] * 3  # each byte becomes two
    dagd.load_dag("l", json.dumps({"dag_id": "l", "tasks": [
        {"task_id": "gate", "operator": "short_circuit", "condition": large}]}))
    run_id = dagd.trigger("l")
    assert dagd.wait_run("l", run_id)["state"] == "failed"
    assert "condition is larger than 64 MiB as JSON: leave large data in a file" in dagd.task_log("l", run_id, "gate")


# ---- another DAG ----

TARGET = """
    dag_id: target
    params:
      n: {type: integer, default: 1}
    tasks:
      - {task_id: work, operator: bash, bash_command: 'while [ ! -e %s ]; do sleep 0.05; done; exit {{ params.n }}'}
      - {task_id: leaf, operator: empty, trigger_rule: all_done}
"""
CALLER = """
    dag_id: caller
    tasks:
      - {task_id: call, operator: trigger_dag, trigger_dag_id: target, conf: {n: "{{ dag_run.conf.n }}"},
         wait_for_completion: true}
"""


def load_both(dagd, tmp_path):
    gate = tmp_path / "gate"
    dagd.load_dag("target", TARGET % gate)
    dagd.load_dag("caller", CALLER)
    return gate


@pytest.mark.parametrize("code, state", [(0, "success"), (1, "failed")])
def test_a_run_is_triggered_and_waited_for_while_dagd_is_killed(dagd, tmp_path, code, state):
    gate = load_both(dagd, tmp_path)
    run_id = dagd.trigger("caller", {"n": code})
    dagd.wait_task("caller", run_id, "call", ("deferred",))
    dagd.kill()
    dagd.start()
    made = runs(dagd, "target")
    assert len(made) == 1 and made[0]["state"] == "running" and made[0]["conf"] == {"n": code}
    assert f'waits for the end of run "{made[0]["dag_run_id"]}"' in why(dagd, "caller", run_id, "call")
    gate.touch()
    assert dagd.wait_run("caller", run_id)["state"] == state
    assert len(runs(dagd, "target")) == 1
    assert xcoms(dagd, "caller", run_id, "call") == {"trigger_run_id": made[0]["dag_run_id"]}
    assert [one["state"] for one in tries(dagd, "caller", run_id, "call")] == [state]


def test_a_conf_that_does_not_fit_fails_the_task_and_makes_no_run(dagd, tmp_path):
    load_both(dagd, tmp_path)
    run_id = dagd.trigger("caller", {"n": "many"})
    dagd.wait_run("caller", run_id)
    assert 'conf does not fit DAG "target": param "n"' in dagd.tasks("caller", run_id)["call"]["reason"]
    assert runs(dagd, "target") == []


def test_what_exists_already_is_refused_skipped_or_begun_again(dagd, tmp_path):
    gate = load_both(dagd, tmp_path)
    gate.touch()
    first = dagd.trigger("target", {"n": 0}, dag_run_id="fixed")
    dagd.wait_run("target", first)
    dagd.restart()  # the engine does not have it any more
    for name, more, state in (("refused", "", "failed"), ("skipped", ", skip_when_already_exists: true", "skipped"),
                              ("again", ", reset_dag_run: true, wait_for_completion: true", "success")):
        dagd.load_dag(name, f"""
            tasks:
              - {{task_id: call, operator: trigger_dag, trigger_dag_id: target, trigger_run_id: fixed{more}}}
        """)
        run_id = dagd.trigger(name)
        dagd.wait_run(name, run_id)
        assert states(dagd, name, run_id) == {"call": state}, dagd.tasks(name, run_id)
    assert dagd.tasks("target", "fixed")["work"]["try_number"] == 2


def test_the_example_with_two_dags_runs(dagd):
    dagd.write_dag("trigger_dag", (ROOT / "examples" / "trigger_dag.yaml").read_text())
    wait_until(lambda: dagd.version("trigger_dag") and dagd.version("trigger_dag_target"), "both are loaded")
    run_id = dagd.trigger("trigger_dag")
    assert dagd.wait_run("trigger_dag", run_id)["state"] == "success"
    assert "the run was customers_manual__" in dagd.task_log("trigger_dag", run_id, "report")


def test_a_task_of_another_dag_is_waited_for_and_heard_at_once(dagd, tmp_path):
    gate = load_both(dagd, tmp_path)
    dagd.load_dag("after", """
        tasks:
          - {task_id: w, operator: ExternalTaskSensor, external_dag_id: target, external_task_id: work}
          - {task_id: all, operator: wait.external_task, external_dag_id: target}
          - {task_id: early, operator: wait.external_task, external_dag_id: target, execution_delta: 1d,
             timeout: 1s, soft_fail: true}
          - {task_id: none, operator: wait.external_task, external_dag_id: target, external_task_id: wrok,
             check_existence: true}
    """)
    date = "2026-02-03T04:00:00Z"
    run_id = dagd.trigger("after", logical_date=date)
    for task in ("w", "all"):
        dagd.wait_task("after", run_id, task, ("up_for_reschedule",))
    dagd.wait_task("after", run_id, "early", ("skipped",))
    assert 'DAG "target" has no task "wrok"' in dagd.wait_task("after", run_id, "none", ("failed",))["reason"]
    dagd.trigger("target", {"n": 0}, logical_date=date)
    dagd.restart()
    assert "with the date 2026-02-03T04:00:00+00:00" in why(dagd, "after", run_id, "w")
    gate.touch()
    dagd.wait_task("after", run_id, "w", ("success",))
    dagd.wait_task("after", run_id, "all", ("success",))
    # What has ended already is seen with the first look.
    run_id = dagd.trigger("after", logical_date="2026-02-04T04:00:00Z", dag_run_id="second")
    dagd.wait_task("after", run_id, "early", ("success",))


# ---- sensors ----


def test_a_file_is_waited_for_over_restarts_and_no_worker_is_held(dagd_home, tmp_path):
    dagd_home.environment["DAGD__CORE__PARALLELISM"] = "1"
    dagd = dagd_home.start()
    dagd.load_dag("f", f"""
        tasks:
          - {{task_id: w, operator: FileSensor, filepath: "{tmp_path}/*.csv", poke_interval: 100ms}}
          - {{task_id: other, operator: bash, bash_command: "true"}}
          - {{task_id: read, operator: bash, bash_command: "echo found {{{{ tasks.w.output }}}}", dependencies: w}}
    """)
    run_id = dagd.trigger("f")
    dagd.wait_task("f", run_id, "w", ("up_for_reschedule",))
    dagd.wait_task("f", run_id, "other", ("success",))
    dagd.kill()
    dagd.start()
    wait_until(lambda: dagd.task_log("f", run_id, "w").count("not yet") > 3, "it looks again and again")
    assert dagd.tasks("f", run_id)["w"]["try_number"] == 1
    (tmp_path / "a.csv").touch()
    assert dagd.wait_run("f", run_id)["state"] == "success"
    assert f"found {tmp_path}/a.csv" in dagd.task_log("f", run_id, "read")
    assert [one["state"] for one in tries(dagd, "f", run_id, "w")] == ["success"]  # all looks are one try


def stop_before_a_look(dagd, run_id):
    """Stops the only worker between two looks, waits until the next one is its own, and returns its pid."""
    [worker] = dagd.workers()
    while True:
        os.kill(worker, signal.SIGSTOP)
        look = wait_until(lambda: (one := tries(dagd, "f", run_id, "w")[-1])["state"] == "running" and one,
                          "the next look is due")
        folder = dagd.home / "state" / "attempts" / str(look["attempt"])
        wait_until(lambda: folder.exists() or tries(dagd, "f", run_id, "w")[-1]["attempt"] != look["attempt"],
                   "it may be claimed")
        if folder.exists() and not (folder / "claim").exists():
            return worker
        os.kill(worker, signal.SIGCONT)  # it was stopped in the middle of one
        wait_until(lambda: tries(dagd, "f", run_id, "w")[-1]["attempt"] != look["attempt"], "that look is over")


def test_a_look_that_dagd_took_back_is_no_try_of_its_own(dagd_home, tmp_path):
    dagd_home.environment["DAGD__CORE__PARALLELISM"] = "1"
    dagd = dagd_home.start()
    dagd.load_dag("f", f"""
        tasks:
          - {{task_id: w, operator: FileSensor, filepath: "{tmp_path}/*.csv", poke_interval: 100ms}}
    """)
    run_id = dagd.trigger("f")
    dagd.wait_task("f", run_id, "w", ("up_for_reschedule",))
    worker = stop_before_a_look(dagd, run_id)
    dagd.kill()
    dagd.start()
    os.kill(worker, signal.SIGCONT)
    (tmp_path / "a.csv").touch()
    assert dagd.wait_run("f", run_id)["state"] == "success"
    assert [(one["try_number"], one["state"]) for one in tries(dagd, "f", run_id, "w")] == [(1, "success")]


def test_a_sensor_gives_up_after_its_timeout(dagd, tmp_path):
    dagd.load_dag("t", f"""
        tasks:
          - {{task_id: hard, operator: wait.file, filepath: "{tmp_path}/x", poke_interval: 50ms, timeout: 200ms,
             retries: 3}}
          - {{task_id: soft, operator: wait.file, filepath: "{tmp_path}/x", poke_interval: 1h, timeout: 200ms,
             soft_fail: true}}
          - {{task_id: wrong, operator: wait.file, filepath: x, retries: 3}}
    """)
    run_id = dagd.trigger("t")
    dagd.wait_run("t", run_id)
    tasks = dagd.tasks("t", run_id)
    assert [(tasks[name]["state"], tasks[name]["try_number"]) for name in ("hard", "soft", "wrong")] == [
        ("failed", 1), ("skipped", 1), ("failed", 1)]
    assert tasks["hard"]["reason"] == "timeout of 0.2s has passed"
    assert '"filepath" is relative' in tasks["wrong"]["reason"]


def test_an_answer_over_http_is_waited_for(dagd):
    with HttpScript(lambda request: Answer(404) if request.number == 0 else Answer(
            200, "still at it" if request.number == 1 else "it is done")) as server:
        added = dagd.dagctl("connections", "add", "web", "--conn-type", "http", "--conn-host", "127.0.0.1",
                            "--conn-port", server.url.rsplit(":", 1)[1], "--conn-login", "ann",
                            "--conn-password", "canary-3313", "--conn-extra", '{"X-Token": "t"}')
        assert added.returncode == 0, added.stderr
        dagd.load_dag("h", """
            tasks:
              - {task_id: w, operator: HttpSensor, http_conn_id: web, endpoint: "report/{{ ds }}",
                 request_params: {a: "b c&d"}, response_contains: done, poke_interval: 50ms}
        """)
        run_id = dagd.trigger("h", logical_date="2026-02-03T00:00:00Z")
        assert dagd.wait_run("h", run_id)["state"] == "success"
        assert [path for _, path, _ in server.requests] == ["/report/2026-02-03?a=b%20c%26d"] * 3
        headers = server.requests[0][2]
        assert headers["authorization"].startswith("Basic ") and headers["x-token"] == "t"
        assert "canary" not in dagd.task_log("h", run_id, "w")


def test_a_row_is_waited_for(dagd, tmp_path):
    file = tmp_path / "shop.db"
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE orders (id integer)")
    database.commit()
    added = dagd.dagctl("connections", "add", "shop", "--conn-type", "sqlite", "--conn-host", file)
    assert added.returncode == 0, added.stderr
    dagd.load_dag("q", """
        tasks:
          - {task_id: w, operator: SqlSensor, conn_id: shop, sql: "SELECT count(*) FROM orders WHERE id > ?",
             parameters: [5], poke_interval: 50ms}
    """)
    run_id = dagd.trigger("q")
    wait_until(lambda: "the query gave 0" in dagd.task_log("q", run_id, "w"), "it has looked") \
        if dagd.wait_task("q", run_id, "w", ("up_for_reschedule",)) else None
    database.execute("INSERT INTO orders VALUES (7)")
    database.commit()
    assert dagd.wait_run("q", run_id)["state"] == "success"
    assert xcoms(dagd, "q", run_id, "w") == {"return_value": 1}


def test_a_wait_for_an_instant_outlives_dagd(dagd):
    dagd.load_dag("i", """
        tasks:
          - {task_id: w, operator: wait.time_delta, delta: 3s}
          - {task_id: long, operator: wait.time, target_time: "2099-01-01T00:00:00Z"}
    """)
    run_id = dagd.trigger("i")
    dagd.wait_task("i", run_id, "w", ("deferred",))
    dagd.kill()
    dagd.start()
    dagd.wait_task("i", run_id, "w", ("success",))
    assert "waits until 2099-01-01T00:00:00+00:00" in why(dagd, "i", run_id, "long")
    dagd.dagctl("tasks", "mark", "i", run_id, "long", "success", "--yes")
    assert dagd.wait_run("i", run_id)["state"] == "success"


# ---- approvals ----

RELEASE = """
    dag_id: release
    params: {version: "1.4"}
    tasks:
      - task_id: ask
        operator: ApprovalOperator
        subject: "Release {{ params.version }}?"
        body: "**now**"
        form: {why: {type: string, default: because}, days: {type: integer, minimum: 1}}
      - {task_id: deploy, operator: bash, bash_command: "echo for {{ tasks.ask.output.params_input.days }} days",
         dependencies: ask}
"""


def hitl(run_id, task_id="ask"):
    return f"/api/v2/dags/release/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"


def test_an_answer_goes_on_and_is_recorded(dagd):
    dagd.load_dag("release", RELEASE)
    run_id = dagd.trigger("release")
    dagd.wait_task("release", run_id, "ask", ("deferred",))
    dagd.restart()
    [asked] = dagd.get("/hitlDetails")["hitl_details"]
    assert asked["subject"] == "Release 1.4?" and asked["body"] == "**now**" and not asked["response_received"]
    assert asked["options"] == ["Approve", "Reject"] and asked["task_instance"]["dag_run_id"] == run_id
    assert "Release 1.4?" in dagd.dagctl("tasks", "asked").stdout
    for body, status, sentence in (
            ({"chosen_options": ["Maybe"]}, 400, "none of the options: Approve, Reject"),
            ({"chosen_options": ["Approve", "Reject"]}, 400, "one option can be chosen"),
            ({"chosen_options": []}, 400, "no option was chosen"),
            ({"chosen_options": "Approve"}, 422, "expected a list of options"),
            ({"chosen_options": ["Approve"]}, 400, '"days" must be given'),
            ({"chosen_options": ["Approve"], "params_input": {"days": 0}}, 400, "at least 1"),
            ({"chosen_options": ["Approve"], "params_input": {"days": 1, "x": 2}}, 400, '"x" is not asked for')):
        answer = dagd.request("PATCH", hitl(run_id), body)
        assert answer.status == status and sentence in answer.sentence, answer
    done = dagd.dagctl("tasks", "answer", "release", run_id, "ask", "Approve", "--params", '{"days": 3}')
    assert done.returncode == 0, done.stderr
    assert dagd.wait_run("release", run_id)["state"] == "success"
    assert "for 3 days" in dagd.task_log("release", run_id, "deploy")
    value = xcoms(dagd, "release", run_id, "ask")["return_value"]
    assert value["chosen_options"] == ["Approve"] and value["params_input"] == {"why": "because", "days": 3}
    assert value["responded_by_user"] and value["responded_at"]
    dagd.restart()
    one = dagd.request("GET", hitl(run_id)).json
    assert one["response_received"] and one["responded_by_user"]["name"] == value["responded_by_user"]
    again = dagd.request("PATCH", hitl(run_id), {"chosen_options": ["Reject"], "params_input": {"days": 1}})
    assert again.status == 409 and "does not wait for an answer: it is success" in again.sentence
    assert dagd.get("/hitlDetails") == {"hitl_details": [], "total_entries": 0}


def test_a_rejection_skips_and_other_tasks_ask_nobody(dagd):
    dagd.load_dag("release", RELEASE)
    run_id = dagd.trigger("release")
    dagd.wait_task("release", run_id, "ask", ("deferred",))
    assert dagd.request("GET", hitl(run_id, "deploy")).status == 404
    assert dagd.request("GET", hitl(run_id, "akk")).status == 404
    assert dagd.request("PATCH", hitl("nope"), {"chosen_options": ["Reject"]}).status == 404
    answer = dagd.request("PATCH", hitl(run_id), {"chosen_options": ["Reject"], "params_input": {"days": 1}})
    assert answer.status == 200 and answer.json["chosen_options"] == ["Reject"], answer
    dagd.wait_run("release", run_id)
    assert states(dagd, "release", run_id) == {"ask": "success", "deploy": "skipped"}
    assert json.dumps(dagd.get("/hitlDetails")["hitl_details"]) == "[]"
