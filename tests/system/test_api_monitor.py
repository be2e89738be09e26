# SPDX-License-Identifier: MIT
"""What dagd says of itself: version, health, configuration, mistakes in DAG files, operators."""
import pytest

from daemon import wait_until

BROKEN = "dag_id: broken\ntasks:\n  - {task_id: t, operator: bash, bash_comand: date}\n"
FINE = "dag_id: fine\ntasks:\n  - {task_id: t, operator: bash, bash_command: date}\n"


def test_the_version_is_told(dagd):
    assert dagd.get("/version")["version"].count(".") == 2


def test_a_ready_dagd_is_healthy(dagd):
    health = dagd.get("/monitor/health")
    assert [health[part]["status"] for part in ("metadatabase", "scheduler", "dag_processor", "triggerer")] == [
        "healthy", "healthy", "healthy", None]
    assert health["scheduler"]["latest_scheduler_heartbeat"].endswith("Z")
    assert dagd.request("GET", "/health").status == 200


def test_the_configuration_is_the_one_that_is_used(dagd_home):
    (dagd_home.home / "dagd.yaml").write_text("core: {parallelism: 7}\n")
    dagd_home.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = "90s"
    dagd = dagd_home.start()
    sections = {one["name"]: {o["key"]: o["value"] for o in one["options"]} for one in dagd.get("/config")["sections"]}
    assert sections["core"]["parallelism"] == "7"
    assert sections["core"]["killed_task_cleanup_time"] == "1m30s"
    assert set(sections) >= {"core", "logging", "api"}
    assert [one["name"] for one in dagd.get("/config", section="core")["sections"]] == ["core"]
    assert dagd.get("/config/section/core/option/parallelism")["sections"] == [
        {"name": "core", "options": [{"key": "parallelism", "value": "7"}]}]
    for path in ("/config?section=cor", "/config/section/core/option/none"):
        refused = dagd.request("GET", "/api/v2" + path)
        assert refused.status == 404 and "the configuration has no" in refused.sentence


def test_a_mistake_in_a_file_is_told_with_its_place_until_it_is_mended(dagd):
    dagd.write_dag("broken", BROKEN)
    found = wait_until(lambda: dagd.get("/importErrors")["import_errors"], "the mistake is told")
    assert dagd.get("/importErrors")["total_entries"] == 1
    error = found[0]
    assert error["filename"] == "broken.yaml"
    assert "broken.yaml:3:34: " in error["stack_trace"] and "bash_command" in error["stack_trace"]
    problem = error["problems"][0]
    assert (problem["line"], problem["column"], problem["severity"]) == (3, 34, "error")
    assert dagd.get(f"/importErrors/{error['import_error_id']}") == error
    dagd.restart()
    assert dagd.get("/importErrors")["import_errors"][0]["import_error_id"] == error["import_error_id"]
    dagd.load_dag("broken", FINE.replace("fine", "broken"))
    assert dagd.get("/importErrors") == {"import_errors": [], "total_entries": 0}
    assert dagd.request("GET", f"/api/v2/importErrors/{error['import_error_id']}").status == 404


def test_import_errors_are_sorted_and_cut(dagd_home):
    for name in ("a", "b", "c"):
        dagd_home.write_dag(name, BROKEN)
    (dagd_home.dags / "latin.yaml").write_bytes(b"dag_id: \xe9\n")
    dagd = dagd_home.start()

    def names(**query):
        return [one["filename"] for one in dagd.get("/importErrors", **query)["import_errors"]]
    assert names() == ["a.yaml", "b.yaml", "c.yaml", "latin.yaml"]
    assert names(order_by="-filename", limit=2, offset=1) == ["c.yaml", "b.yaml"]
    assert len(names(order_by="timestamp")) == len(names(order_by="import_error_id")) == 4
    assert names(offset=9) == []
    refused = dagd.request("GET", "/api/v2/importErrors?order_by=colour")
    assert (refused.status, "colour" in refused.sentence) == (400, True)
    assert dagd.request("GET", "/api/v2/importErrors/x").status == 422


def test_operators_are_described_by_their_manifests(dagd):
    answer = dagd.request("GET", "/api/dagd/v1/operators").json
    by_name = {one["name"]: one for one in answer["operators"]}
    assert answer["total_entries"] == len(by_name) and {"bash", "python", "empty"} <= set(by_name)
    assert dagd.request("GET", "/api/dagd/v1/operators/bash").json == by_name["bash"]
    assert dagd.request("GET", "/api/dagd/v1/operators/BashOperator").json == by_name["bash"]


@pytest.mark.parametrize("name, sentence", [
    ("bas", 'there is no operator "bas"; did you mean "bash"?'), ("xxxxxxxxxx", 'there is no operator "xxxxxxxxxx"')])
def test_an_unknown_operator_is_refused_with_what_was_meant(dagd, name, sentence):
    refused = dagd.request("GET", f"/api/dagd/v1/operators/{name}")
    assert (refused.status, refused.sentence) == (404, sentence)
