# SPDX-License-Identifier: MIT
"""XComs over REST: what tasks have left."""
import json
import urllib.parse

import pytest

DAG = """
    dag_id: values
    tasks:
      - task_id: many
        operator: bash
        bash_command: |
          echo '{"return_value": {"a": [1, 2.5, null]}, "text": "plain", "number": 5}' > "$DAGD_OUTPUT"
      - {task_id: line, operator: bash, bash_command: echo first; echo last}
      - {task_id: none, operator: empty}
"""


@pytest.fixture
def entries(dagd):
    """The path of a task's XComs in a run that is done."""
    dagd.load_dag("values", DAG)
    run_id = dagd.trigger("values")
    assert dagd.wait_run("values", run_id)["state"] == "success"
    return lambda task_id: f"/dags/values/dagRuns/{urllib.parse.quote(run_id)}/taskInstances/{task_id}/xcomEntries"


def keys(dagd, path, **query):
    return sorted(one["key"] for one in dagd.get(path, **query)["xcom_entries"])


def test_the_keys_of_a_task_are_listed_without_values(dagd, entries):
    answer = dagd.get(entries("many"))
    assert answer["total_entries"] == 3
    one = answer["xcom_entries"][0]
    assert (one["dag_id"], one["task_id"], one["map_index"], "value" in one) == ("values", "many", -1, False)
    assert keys(dagd, entries("many")) == ["number", "return_value", "text"]
    assert keys(dagd, entries("many"), xcom_key="text") == ["text"]
    assert len(keys(dagd, entries("many"), limit=1, offset=1)) == 1
    assert keys(dagd, entries("~")) == ["number", "return_value", "return_value", "text"]
    assert keys(dagd, entries("none")) == []
    assert keys(dagd, entries("many"), map_index=3) == []


@pytest.mark.parametrize("task_id, key, value", [
    ("many", "return_value", {"a": [1, 2.5, None]}), ("many", "text", "plain"), ("many", "number", 5),
    ("line", "return_value", "last")])
def test_a_value_is_json_or_text(dagd, entries, task_id, key, value):
    path = f"{entries(task_id)}/{key}"
    assert dagd.get(path)["value"] == value
    text = dagd.get(path, stringify="true")["value"]
    assert isinstance(text, str) and (text == value or json.loads(text) == value)


@pytest.mark.parametrize("task_id, key, sentence", [
    ("many", "nope", "has left no value"), ("none", "return_value", "has left no value"),
    ("man", "x", 'did you mean "many"')])
def test_what_is_not_there_is_refused(dagd, entries, task_id, key, sentence):
    refused = dagd.request("GET", f"/api/v2{entries(task_id)}/{key}")
    assert refused.status == 404 and sentence in refused.sentence, refused


def test_an_unknown_run_is_refused(dagd, entries):
    for path in ("/dags/values/dagRuns/none/taskInstances/many/xcomEntries",
                 "/dags/none/dagRuns/none/taskInstances/many/xcomEntries/k"):
        assert dagd.request("GET", "/api/v2" + path).status == 404
