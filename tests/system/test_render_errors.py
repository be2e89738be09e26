# SPDX-License-Identifier: MIT
"""A template that cannot be rendered fails its task with a sentence, in which no secret is to be read."""
import json

import pytest

SECRET = 'se"cr\\et-' + "8f41c0d7a9" * 30

OPERATOR = """
name: picky
summary: Wants a number, a choice and a list.
parameters:
  count: {type: integer, summary: How many.}
  mode: {type: text, choices: [fast, slow], summary: How.}
  names: {type: list, summary: Which.}
run: ["true"]
"""
DAG = """
    dag_id: picky
    tasks:
      - {task_id: one, operator: picky, %s}
"""
CAUSES = {
    "count": ("""count: '{{ var.value.DB_PASSWORD }}'""", "expected"),
    "mode": ("""mode: '{{ var.value.DB_PASSWORD }}'""", "expected one of fast, slow"),
    "names": ("""names: '{{ conn.db.password }}'""", "expected"),
    "macro": ("""mode: "{{ macros.ds_format(conn.db.password, '%%Y', '%%d') }}\"""", "does not have the form"),
    "date": ("""mode: '{{ macros.ds_add(var.value.DB_PASSWORD, 1) }}'""", "***"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_cannot_be_rendered_is_said_without_the_secret(dagd_home, cause):
    argument, sentence = CAUSES[cause]
    folder = dagd_home.home / "operators" / "picky"
    folder.mkdir(parents=True)
    (folder / "operator.yaml").write_text(OPERATOR)
    dagd_home.start()
    dagd_home.post("/variables", {"key": "DB_PASSWORD", "value": SECRET})
    dagd_home.post("/connections", {"connection_id": "db", "conn_type": "postgres", "password": SECRET})
    dagd_home.load_dag("picky", DAG % argument.replace("%%", "%"))
    run_id = dagd_home.trigger("picky")
    assert dagd_home.wait_run("picky", run_id)["state"] == "failed"
    reason = dagd_home.tasks("picky", run_id)["one"]["reason"]
    log = dagd_home.task_log("picky", run_id, "one")
    assert sentence in reason
    for text in (reason, log):
        assert "8f41c0d7a9" not in text and "***" in text


LARGE = {
    "many texts": ["{{ 'x' * 16000000 }}"] * 5,
    "one text many times": "{{ ['x' * 1000000] * 1000 }}",
    "lists in lists": "{{ [[[['x'] * 1000] * 1000] * 1000] * 1000 }}",
}


@pytest.mark.parametrize("kind", LARGE)
def test_what_is_larger_than_any_task_may_have_fails_the_task_and_not_dagd(dagd, kind):
    dagd.load_dag("large", json.dumps({"dag_id": "large", "tasks": [
        {"task_id": "one", "operator": "short_circuit", "condition": LARGE[kind]}]}))
    run_id = dagd.trigger("large")
    assert dagd.wait_run("large", run_id)["state"] == "failed"
    log = dagd.task_log("large", run_id, "one")
    assert "what the task's templates give is larger than 64 MiB in all: leave large data in a file" in log
