# SPDX-License-Identifier: MIT
"""The main job, end to end: the DAG file of the repository on real servers, and what goes wrong around it."""
import datetime
import json

import pytest

import dumps
from daemon import wait_until
from fakes.imds import Imds
from gate import Gate
from http_script import HttpScript
from workflow import BUCKET, DAG_ID, DAGS, MONGO_KEY, POSTGRES_KEY, TASKS, DATABASE, Workflow


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def dagctl(workflow, *words, stdin=None):
    done = workflow.daemon.dagctl(*words, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_dag_of_the_repository_restores_both_databases_by_commands_alone(workflow):
    daemon = workflow.daemon
    daemon.environment["DAGD__CORE__DAGS_FOLDER"] = str(DAGS)
    daemon.start()
    dagctl(workflow, "variables", "import", DAGS / "config" / "variables.json")
    dagctl(workflow, "variables", "set", "POSTGRES_PORT", workflow.pg["PGPORT"])
    dagctl(workflow, "variables", "set", "MONGODB_PORT", workflow.mongo["MONGODB_PORT"])
    dagctl(workflow, "variables", "set", "POSTGRES_PASS", "-", stdin=workflow.pg["PGPASSWORD"])
    dagctl(workflow, "variables", "set", "MONGODB_PASS", "-", stdin=workflow.mongo["MONGODB_PASS"])
    dagctl(workflow, "dags", "trigger", DAG_ID, "--run-id", "first", "--wait")
    workflow.assert_success("first")
    tasks = json.loads(dagctl(workflow, "tasks", "states-for-dag-run", "-o", "json", DAG_ID, "first"))
    assert {task["task_id"] for task in tasks} == set(TASKS)
    log = dagctl(workflow, "tasks", "logs", DAG_ID, "first", "restore_postgres_dump")
    assert "--verbose --clean --if-exists --no-acl --no-owner" in log
    path = f"/dags/{DAG_ID}/dagRuns/first/taskInstances/find_latest_mongodb_dump/xcomEntries/return_value"
    found = daemon.get(path)["value"]
    assert found["key"] == MONGO_KEY and found["size"] == len(workflow.original.mongo_dump)


def test_the_role_of_the_instance_and_credentials_of_systemd_are_all_it_needs(workflow, tmp_path):
    daemon, pg, mongo = workflow.daemon, workflow.pg, workflow.mongo
    passwords = {"var.POSTGRES_PASS": pg["PGPASSWORD"], "var.MONGODB_PASS": mongo["MONGODB_PASS"]}
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    for name, password in passwords.items():
        (credentials / name).write_text(password)
    keys = (workflow.s3["AWS_ACCESS_KEY_ID"], workflow.s3["AWS_SECRET_ACCESS_KEY"])
    with HttpScript(Imds(keys)) as service:
        del daemon.environment["AWS_SHARED_CREDENTIALS_FILE"]
        daemon.environment.update(CREDENTIALS_DIRECTORY=str(credentials), HOME=str(tmp_path),
                                  AWS_EC2_METADATA_SERVICE_ENDPOINT=service.url)
        workflow.start(POSTGRES_PASS=None, MONGODB_PASS=None)
        workflow.assert_success(workflow.trigger())
    left = [path for path in daemon.home.rglob("*") if path.is_file()
            and any(secret.encode() in path.read_bytes() for secret in (*passwords.values(), keys[1]))]
    assert left == []


def test_a_second_restore_on_top_of_the_first_is_equal(workflow):
    workflow.start()
    for _ in range(2):
        workflow.assert_success(workflow.trigger())


def test_a_wrong_secret_of_s3_fails_for_good_with_a_sentence(workflow):
    workflow.credentials_write("wrong" * 8)
    run_id = workflow.start().trigger()
    workflow.assert_failed(run_id, "find_latest_postgres_dump", "secret")
    workflow.assert_failed(run_id, "find_latest_mongodb_dump", "secret")
    assert workflow.tasks(run_id)["process_mongodb_data"]["state"] == "upstream_failed"
    workflow.assert_postgres_untouched()
    workflow.assert_mongo_untouched()


def test_a_missing_bucket_fails_with_its_name(workflow):
    workflow.bucket_remove()
    run_id = workflow.start().trigger()
    workflow.assert_failed(run_id, "find_latest_postgres_dump", f'"{BUCKET}"')
    workflow.assert_postgres_untouched()


def test_a_prefix_without_dumps_fails_with_what_was_looked_at(workflow):
    workflow.client.delete_object(Bucket=BUCKET, Key=POSTGRES_KEY)
    workflow.client.delete_object(Bucket=BUCKET, Key=POSTGRES_KEY.replace("newest", "old"))
    run_id = workflow.start(workflow.text(retries=0)).trigger()
    workflow.assert_failed(run_id, "find_latest_postgres_dump", '"*.dump"')
    assert BUCKET in workflow.tasks(run_id)["find_latest_postgres_dump"]["reason"]
    workflow.assert_postgres_untouched()


@pytest.mark.parametrize("kind", ["postgres", "mongodb"])
def test_a_truncated_dump_leaves_the_target_as_it_was(workflow, kind):
    key, whole = {"postgres": (POSTGRES_KEY, workflow.original.postgres_dump),
                  "mongodb": (MONGO_KEY, workflow.original.mongo_dump)}[kind]
    workflow.put(key, whole[:-1000])
    run_id = workflow.start(workflow.text(retries=0)).trigger()
    workflow.assert_failed(run_id, f"restore_{kind}_dump", f"s3://{BUCKET}/{key}")
    tasks = workflow.tasks(run_id)
    assert tasks["process_mongodb_data"]["state"] == "upstream_failed"
    if kind == "postgres":
        workflow.assert_postgres_untouched()
        assert tasks["restore_mongodb_dump"]["state"] == "success"
    else:
        workflow.assert_mongo_untouched()
        assert tasks["restore_postgres_dump"]["state"] == "success"
        assert dumps.postgres_answers(workflow.pg, DATABASE) == workflow.original.postgres


def test_an_object_that_is_replaced_between_find_and_restore_is_not_restored(workflow, tmp_path):
    gate = Gate(tmp_path)
    text = Workflow.text(retries=0).replace(
        "tasks:\n", f"tasks:\n  - {{task_id: gate, operator: bash, bash_command: {gate.command}}}\n", 1)
    text = text.replace("find_latest_postgres_dump >> restore_postgres_dump",
                        "find_latest_postgres_dump >> gate >> restore_postgres_dump")
    run_id = workflow.start(text).trigger()
    gate.entered()
    sound = dumps.postgres_dump(workflow.pg, DATABASE, tmp_path / "other.dump")
    workflow.put(POSTGRES_KEY, sound.read_bytes())
    gate.open()
    workflow.assert_failed(run_id, "restore_postgres_dump", "replaced")
    workflow.assert_postgres_untouched()


def test_a_server_that_is_away_and_comes_back_is_restored_by_a_retry(workflow):
    pg = workflow.pg
    port = pg["PGPORT"]
    pg.stop()
    try:
        run_id = workflow.start(workflow.text(retry_delay="1s", retries=100)).trigger()
        wait_until(lambda: workflow.tasks(run_id)["restore_postgres_dump"]["try_number"] > 1, "another try")
        log = workflow.log(run_id, "restore_postgres_dump")
        assert "Connection refused" in log
    finally:
        pg.start(port)
    workflow.assert_success(run_id)
    path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/restore_postgres_dump/tries"
    tries = workflow.daemon.get(path)["task_instances"]
    assert [one["try_number"] for one in tries] == list(range(1, len(tries) + 1))
    assert [one["state"] for one in tries] == ["failed"] * (len(tries) - 1) + ["success"]
    assert {t["try_number"] for i, t in workflow.tasks(run_id).items() if i != "restore_postgres_dump"} == {1}


def test_two_triggers_run_one_after_the_other(workflow):
    workflow.start()
    with workflow.held() as restore_waits:
        first = workflow.trigger()
        restore_waits()
        second = workflow.trigger()
        assert workflow.daemon.run(DAG_ID, second)["state"] == "queued"
        assert {task["state"] for task in workflow.tasks(second).values()} == {None}
        why = workflow.daemon.request("GET", f"/api/dagd/v1/dags/{DAG_ID}/dagRuns/{second}/why").text
        assert "max_active_runs" in why
    workflow.assert_success(second)
    runs = [workflow.daemon.run(DAG_ID, run_id) for run_id in (first, second)]
    assert runs[0]["state"] == "success"
    assert instant(runs[0]["end_date"]) <= instant(runs[1]["start_date"])
    begun = min(instant(task["start_date"]) for task in workflow.tasks(second).values())
    assert max(instant(task["end_date"]) for task in workflow.tasks(first).values()) <= begun
