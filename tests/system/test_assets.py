# SPDX-License-Identifier: MIT
"""Assets over REST, on the command line and in templates, with a real dagd."""
import json
import urllib.parse

from daemon import wait_until
from gate import Gate

MAKER = """
    dag_id: maker
    schedule: null
    tasks:
      - {task_id: make, operator: bash, bash_command: "%s", outlets: [orders, "s3://lake/orders"]}
"""
READER = """
    dag_id: reader
    schedule: {assets: [orders, customers]}
    max_active_runs: 1
    tasks:
      - task_id: read
        operator: bash
        inlets: orders
        env: {EVENTS: "{{ triggering_asset_events }}"}
        bash_command: >-
          echo "{{ triggering_asset_events.keys() | list | length }}
          {{ triggering_asset_events['orders'][0].source_task_id }}
          {{ triggering_asset_events['customers'][0].extra.rows | default('none') }}"
"""


def load(dagd, command="true"):
    dagd.load_dag("maker", MAKER % command)
    dagd.load_dag("reader", READER)
    wait_until(lambda: dagd.get("/assets")["total_entries"] == 3, "the assets are stored")


def asset(dagd, name, **query):
    found = dagd.get("/assets", name_pattern=name, only_active="false", **query)["assets"]
    return next(one for one in found if one["name"] == name)


def update(dagd, name, **extra):
    body = {"asset_id": asset(dagd, name)["id"]}
    if extra:
        body["extra"] = extra
    return dagd.post("/assets/events", body)


def runs(dagd, dag_id="reader"):
    return dagd.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]


def wait_runs(dagd, n, dag_id="reader"):
    """All runs of the DAG, once there are n that have ended."""
    return wait_until(lambda: len(found := runs(dagd, dag_id)) >= n
                      and all(run["state"] in ("success", "failed") for run in found) and found, f"{n} runs")


def queued(dagd, path, **query):
    answer = dagd.request("GET", f"/api/v2{path}/queuedEvents", query=query)
    if answer.status == 404:
        return []
    assert answer.status == 200, answer
    return [(one["dag_id"], one["asset_id"]) for one in answer.json["queued_events"]]


def test_an_asset_is_shown_with_who_makes_reads_and_waits_for_it(dagd):
    load(dagd)
    listed = dagd.get("/assets", order_by="name")
    assert [one["name"] for one in listed["assets"]] == ["customers", "orders", "s3://lake/orders"]
    assert listed["total_entries"] == 3
    orders = asset(dagd, "orders")
    assert dagd.get(f"/assets/{orders['id']}") == orders
    assert (orders["uri"], orders["group"], orders["extra"], orders["aliases"]) == ("orders", "asset", {}, [])
    assert [one["dag_id"] for one in orders["consuming_dags"]] == ["reader"]
    assert [(one["dag_id"], one["task_id"]) for one in orders["producing_tasks"]] == [("maker", "make")]
    assert [(one["dag_id"], one["task_id"]) for one in orders["consuming_tasks"]] == [("reader", "read")]
    assert orders["updated_at"] == orders["created_at"]
    assert orders["last_asset_event"] == {"id": None, "timestamp": None}
    event = update(dagd, "orders")
    orders = asset(dagd, "orders")
    assert orders["updated_at"] == event["timestamp"] > orders["created_at"]
    assert orders["last_asset_event"] == {"id": event["id"], "timestamp": event["timestamp"]}
    assert asset(dagd, "customers")["producing_tasks"] == []


def test_lists_have_conditions_and_an_order(dagd):
    load(dagd)
    dagd.load_dag("other", "dag_id: other\ntasks: [{task_id: a, operator: empty, outlets: old}]\n")
    wait_until(lambda: dagd.get("/assets")["total_entries"] == 4, "the asset is stored")

    def names(**query):
        return [one["name"] for one in dagd.get("/assets", **dict({"order_by": "name"}, **query))["assets"]]
    assert names(name_pattern="ORD") == ["orders", "s3://lake/orders"]
    assert names(uri_pattern="s3:%orders") == ["s3://lake/orders"]
    assert names(name_pattern="ord", uri_pattern="s3") == ["s3://lake/orders"]
    assert names(dag_ids="maker") == ["orders", "s3://lake/orders"]
    assert names(dag_ids=["other", "nobody"]) == ["old"]
    assert names(order_by="-name", limit=1, offset=1) == ["orders"]
    dagd.load_dag("other", "dag_id: other\ntasks: [{task_id: a, operator: empty}]\n")
    assert names(name_pattern="old") == []
    assert names(name_pattern="old", only_active="false") == ["old"]
    for query, status, sentence in [
            ({"order_by": "colour"}, 400, "assets cannot be sorted by \"colour\""),
            ({"only_active": "perhaps"}, 422, "\"only_active\" must be true or false")]:
        refused = dagd.request("GET", "/api/v2/assets", query=query)
        assert refused.status == status and sentence in refused.sentence, refused
    refused = dagd.request("GET", "/api/v2/assets/77")
    assert (refused.status, refused.sentence) == (404, "there is no asset with the id \"77\"")


def test_what_a_task_updates_is_told_with_the_runs_that_follow(dagd):
    load(dagd)
    made = dagd.trigger("maker")
    dagd.wait_run("maker", made)
    update(dagd, "customers", rows=12)
    run, = wait_runs(dagd, 1)
    assert (run["run_type"], run["triggered_by"], run["logical_date"]) == ("asset_triggered", "asset", None)
    assert run["state"] == "success"
    events = dagd.get("/assets/events", order_by="id")
    assert events["total_entries"] == 3
    assert [one["name"] for one in events["asset_events"]] == ["orders", "s3://lake/orders", "customers"]
    first, second, last = events["asset_events"]
    assert (first["source_dag_id"], first["source_run_id"], first["source_task_id"], first["source_map_index"]) == (
        "maker", made, "make", -1)
    assert first["extra"] == {} and last["extra"] == {"rows": 12, "from_rest_api": True}
    assert (last["source_dag_id"], last["source_run_id"], last["source_task_id"]) == (None, None, None)
    assert second["created_dagruns"] == []
    reference, = last["created_dagruns"]
    assert set(reference) == {"run_id", "dag_id", "logical_date", "start_date", "end_date", "state",
                              "data_interval_start", "data_interval_end"}
    assert (reference["dag_id"], reference["run_id"]) == ("reader", run["dag_run_id"])
    assert first["created_dagruns"] == last["created_dagruns"]

    def ids(**query):
        return [one["id"] for one in dagd.get("/assets/events", **query)["asset_events"]]
    assert ids(asset_id=first["asset_id"]) == [first["id"]]
    assert ids(source_dag_id="maker", source_task_id="make", order_by="-id") == [second["id"], first["id"]]
    assert ids(source_run_id="other") == [] and ids(source_map_index=0) == []
    assert ids(timestamp_gte=last["timestamp"]) == [last["id"]]
    path = f"/dags/reader/dagRuns/{urllib.parse.quote(run['dag_run_id'])}/upstreamAssetEvents"
    assert dagd.get(path) == {"asset_events": [first, last], "total_entries": 2}
    path = f"/dags/maker/dagRuns/{urllib.parse.quote(made)}/upstreamAssetEvents"
    assert dagd.get(path) == {"asset_events": [], "total_entries": 0}


def test_templates_read_why_the_run_was_made(dagd):
    load(dagd)
    dagd.wait_run("maker", dagd.trigger("maker"))
    update(dagd, "customers", rows=12, password="s3cr3t-word")
    run, = wait_runs(dagd, 1)
    assert dagd.task_log("reader", run["dag_run_id"], "read") == "2 make 12\n"
    rendered = dagd.dagctl("tasks", "render", "reader", "read", run["dag_run_id"], "-o", "json").stdout
    assert "s3cr3t-word" not in rendered
    events = json.loads(json.loads(rendered)["env"]["EVENTS"]) if isinstance(
        json.loads(rendered)["env"]["EVENTS"], str) else json.loads(rendered)["env"]["EVENTS"]
    assert events["customers"][0]["extra"]["rows"] == 12
    assert set(events["orders"][0]) == {"timestamp", "extra", "source_dag_id", "source_run_id", "source_task_id",
                                        "source_map_index"}
    # A run by hand was made by none.
    by_hand = dagd.trigger("reader")
    assert dagd.wait_run("reader", by_hand)["state"] == "failed"


def test_bodies_that_are_wrong_are_refused(dagd):
    load(dagd)
    for body, status, sentence in [
            ({}, 422, "\"asset_id\" must be the id of an asset: a whole number"),
            ({"asset_id": "orders"}, 422, "\"asset_id\" must be the id of an asset: a whole number"),
            ({"asset_id": 77}, 404, "there is no asset with the id \"77\""),
            ({"asset_id": 1, "extra": [1]}, 422, "extra must be an object"),
            ({"asset_id": 1, "extras": {}}, 422, "unknown key \"extras\"; did you mean \"extra\"?")]:
        refused = dagd.request("POST", "/api/v2/assets/events", body)
        assert (refused.status, refused.sentence) == (status, sentence), refused
    assert dagd.get("/assets/events")["total_entries"] == 0


def test_an_asset_is_materialized_by_the_one_dag_that_makes_it(dagd):
    load(dagd)
    orders, customers = asset(dagd, "orders")["id"], asset(dagd, "customers")["id"]
    run = dagd.post(f"/assets/{orders}/materialize", None)
    assert (run["dag_id"], run["run_type"], run["triggered_by"]) == ("maker", "manual", "rest_api")
    assert dagd.wait_run("maker", run["dag_run_id"])["state"] == "success"
    refused = dagd.request("POST", f"/api/v2/assets/{customers}/materialize")
    assert (refused.status, refused.sentence) == (404, "no DAG has the asset \"customers\" among its outlets")
    dagd.load_dag("another", "dag_id: another\ntasks: [{task_id: a, operator: empty, outlets: orders}]\n")
    refused = dagd.request("POST", f"/api/v2/assets/{orders}/materialize")
    assert (refused.status, refused.sentence) == (
        409, "2 DAGs update the asset \"orders\", \"another\" and \"maker\" among them: trigger one of them")
    with_param = MAKER.replace("schedule: null", "params: {day: {type: string}}\n    schedule: null")
    dagd.load_dag("maker", with_param % "true")
    dagd.load_dag("another", "dag_id: another\ntasks: [{task_id: a, operator: empty}]\n")
    refused = dagd.request("POST", f"/api/v2/assets/{orders}/materialize")
    assert refused.status == 400 and "day" in refused.sentence, refused


def test_what_dags_have_heard_of_is_shown_and_forgotten(dagd):
    load(dagd)
    dagd.load_dag("third", READER.replace("dag_id: reader", "dag_id: third"))
    orders = asset(dagd, "orders")["id"]
    first = update(dagd, "orders")
    update(dagd, "orders")
    assert queued(dagd, f"/assets/{orders}") == [("reader", orders), ("third", orders)]
    assert queued(dagd, "/dags/reader/assets") == [("reader", orders)]
    one = dagd.get(f"/dags/reader/assets/{orders}/queuedEvents")
    assert one == {"dag_id": "reader", "dag_display_name": "reader", "asset_id": orders,
                   "created_at": first["timestamp"]}
    path = f"/api/v2/dags/reader/assets/{orders}/queuedEvents"
    early = dagd.request("DELETE", path, query={"before": first["timestamp"]})
    assert (early.status, early.sentence) == (404, "DAG \"reader\" has not heard of that asset")
    assert dagd.request("DELETE", path).status == 204
    assert queued(dagd, "/dags/reader/assets") == []
    refused = dagd.request("DELETE", path)
    assert (refused.status, refused.sentence) == (404, "DAG \"reader\" has not heard of that asset")
    dagd.restart()
    update(dagd, "customers")
    run, = wait_runs(dagd, 1, "third")
    assert run["run_type"] == "asset_triggered" and runs(dagd) == []
    assert dagd.dagctl("dags", "why", "reader", "-o", "plain").stdout.count("waits for the assets \"orders\"") == 1
    assert dagd.request("DELETE", "/api/v2/dags/reader/assets/queuedEvents").status == 204
    assert queued(dagd, "/dags/reader/assets") == []
    update(dagd, "orders")
    assert dagd.request("DELETE", f"/api/v2/assets/{orders}/queuedEvents").status == 204
    assert queued(dagd, f"/assets/{orders}") == []
    refused = dagd.request("GET", "/api/v2/dags/raeder/assets/queuedEvents")
    assert (refused.status, refused.sentence) == (404, "there is no DAG \"raeder\"; did you mean \"reader\"?")


def test_a_killed_daemon_makes_exactly_one_run_of_an_update(dagd, tmp_path):
    """The update and what follows are one transaction: killed at any time, neither is lost nor done twice."""
    gate = Gate(tmp_path)
    load(dagd, gate.command)
    for n in range(1, 6):
        update(dagd, "customers")
        made = dagd.trigger("maker")
        gate.entered()
        gate.open()
        dagd.kill()  # the task ends now; its result is told before, during or after
        dagd.start()
        assert dagd.wait_run("maker", made)["state"] == "success"
        assert len(wait_runs(dagd, n)) == n
        assert dagd.get("/assets/events", source_run_id=made)["total_entries"] == 2
    assert len(runs(dagd)) == 5


def test_a_deleted_dag_has_heard_of_nothing_when_it_comes_back(dagd):
    load(dagd)
    update(dagd, "orders")
    update(dagd, "customers")
    run, = wait_runs(dagd, 1)
    update(dagd, "orders")
    assert dagd.request("DELETE", "/api/v2/dags/reader").status == 200
    wait_until(lambda: dagd.version("reader"), "it begins anew")
    assert queued(dagd, "/dags/reader/assets") == [] and runs(dagd) == []
    assert [one["created_dagruns"] for one in dagd.get("/assets/events")["asset_events"]] == [[], [], []]
    dagd.restart()
    update(dagd, "customers")
    update(dagd, "orders")
    assert len(wait_runs(dagd, 1)) == 1


def test_a_dag_shows_its_condition(dagd):
    load(dagd)
    details = dagd.get("/dags/reader/details")
    assert details["asset_expression"] == {"all": [
        {"asset": {"uri": "orders", "name": "orders", "group": "asset"}},
        {"asset": {"uri": "customers", "name": "customers", "group": "asset"}}]}
    assert (details["timetable_summary"], details["timetable_description"]) == ("Asset", "Triggered by assets")
    assert dagd.get("/dags/maker")["asset_expression"] is None
    listed = json.loads(dagd.dagctl("dags", "list", "-o", "json").stdout)
    assert {one["dag_id"]: one["schedule"] for one in listed} == {"maker": None, "reader": "Asset"}


def test_the_command_line_lists_updates_and_materializes(dagd):
    load(dagd)
    listed = json.loads(dagd.dagctl("assets", "list", "-o", "json").stdout)
    assert [one["name"] for one in listed] == ["customers", "orders", "s3://lake/orders"]
    assert "customers" in dagd.dagctl("assets", "list").stdout
    for words in ["orders"], ["--name", "orders"], ["--uri", "orders"]:
        details = json.loads(dagd.dagctl("assets", "details", *words, "-o", "json").stdout)
        assert details["producing_tasks"][0]["dag_id"] == "maker"
    run = json.loads(dagd.dagctl("assets", "materialize", "s3://lake/orders", "-o", "json").stdout)
    assert dagd.wait_run("maker", run["dag_run_id"])["state"] == "success"
    event = json.loads(dagd.dagctl("assets", "update", "customers", "--extra", '{"rows": 3}', "-o", "json").stdout)
    assert event["extra"] == {"rows": 3, "from_rest_api": True} and event["name"] == "customers"
    assert event["created_dagruns"][0]["dag_id"] == "reader"
    event = json.loads(dagd.dagctl("assets", "update", "customers", "--extra", "-", "-o", "json",
                                   stdin='{"rows": 4}').stdout)
    assert event["extra"]["rows"] == 4
    for words, code, sentence in [
            (["update", "custmers"], 1, "there is no asset \"custmers\"; did you mean \"customers\"?"),
            (["details"], 2, "which asset? NAME was expected"),
            (["details", "orders", "--name", "orders"], 2, "one NAME was expected, not 2"),
            (["update", "orders", "--extra", "[1]"], 2, "--extra must be a JSON object such as {\"rows\": 12}"),
            (["update", "orders", "--extra", "{"], 2, "--extra is not JSON"),
            (["materialize", "customers"], 1, "no DAG has the asset \"customers\" among its outlets")]:
        done = dagd.dagctl("assets", *words)
        assert done.returncode == code and sentence in done.stderr, done
