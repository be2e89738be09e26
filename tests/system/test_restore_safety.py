# SPDX-License-Identifier: MIT
"""What would let a restore destroy or double what it was not meant to, though every value looks right."""
import pytest

import dumps
from operator_process import operate  # noqa: F401
from test_restore_guards import mongo_connection, pg_connection, pg_precious  # noqa: F401
from test_restore_mongodb import mongo_archive, mongo_arguments, mongo_source, mongo_target  # noqa: F401
from test_restore_postgres import pg_arguments, pg_dump, pg_source, pg_target  # noqa: F401

BOTH = ["min_size", "max_age", "sha256", "dry_run"]
NOT_EMPTY = [("pg_restore", BOTH + ["database", "postgres_conn_id"]),
             ("mongorestore", BOTH + ["mongo_conn_id", "ns_include", "ns_from", "ns_to"])]


@pytest.mark.parametrize("operator,names", NOT_EMPTY)
def test_a_value_that_comes_out_empty_is_not_the_same_as_none(dagd_home, operator, names):
    wanted = {f"{name}_{param}": (name, word) for name in names
              for param, word in [("nothing", "null"), ("blank", "empty")]}
    tasks = "".join(f"  - {{task_id: {name}_{param}, operator: {operator}, source: /nowhere, "
                    f"{name}: '{{{{ params.{param} }}}}'}}\n"
                    for name in names for param in ["nothing", "blank"])
    dagd_home.start()
    dagd_home.load_dag("empty", f"dag_id: empty\nparams: {{nothing: null, blank: ''}}\ntasks:\n{tasks}")
    run_id = dagd_home.trigger("empty")
    assert dagd_home.wait_run("empty", run_id)["state"] == "failed"
    reasons = {task: about["reason"] for task, about in dagd_home.tasks("empty", run_id).items()}
    for task, (name, word) in wanted.items():
        assert f"{name}: it is written, but comes out {word}; give it a value" in reasons[task], reasons


@pytest.mark.parametrize("guard", [{"allow_restore": ["target"]}, {"protected": True}])
@pytest.mark.parametrize("place", [{"host": "localhost"}, {"port": 1}])
def test_a_guard_is_said_of_the_server_of_its_connection(pg, pg_dump, pg_precious, operate, guard, place):
    arguments = {"source": str(pg_dump), "postgres_conn_id": pg_connection(pg, **guard), "clean": True,
                 "confirm": "target", **place}
    ended = operate("pg_restore", arguments)
    assert ended.code == 78 and "which is said of its own server" in ended.last, ended.log
    assert pg_precious()


def test_a_guard_of_mongodb_is_said_of_the_server_of_its_connection(mongo, mongo_archive, mongo_target, operate):
    mongo_target.orders.insert_one({"_id": "precious"})
    connection = mongo_connection(mongo, allow_restore=["target"])
    arguments = {"source": str(mongo_archive), "mongo_conn_id": connection, "drop": True, "host": "localhost",
                 "ns_from": "source.*", "ns_to": "target.*"}
    ended = operate("mongorestore", arguments)
    assert ended.code == 78 and "which is said of its own server" in ended.last, ended.log
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]


def test_a_host_and_port_that_are_the_same_are_no_other_server(pg, pg_source, pg_dump, pg_precious, operate):
    connection = pg_connection(pg, allow_restore=["target"])
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, postgres_conn_id=connection))
    assert ended.code == 0, ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


@pytest.mark.parametrize("variable", ["PGHOSTADDR", "PGSERVICE"])
def test_the_environment_leads_to_no_other_server(pg, pg_source, pg_dump, pg_precious, operate, variable):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump), **{variable: "elsewhere"})
    assert ended.code == 0, ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source
