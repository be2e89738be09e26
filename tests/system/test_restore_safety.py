# SPDX-License-Identifier: MIT
"""What would let a restore destroy or double what it was not meant to, though every value looks right."""
import pytest

import dumps
from operator_process import operate  # noqa: F401
from test_restore_guards import mongo_connection, pg_connection, pg_precious  # noqa: F401
from test_restore_mongodb import mongo_archive, mongo_arguments, mongo_source, mongo_target  # noqa: F401
from test_restore_postgres import held, pg_arguments, pg_dump, pg_source, pg_target  # noqa: F401

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


def test_a_dump_of_inserts_does_not_double_what_is_there(pg, pg_source, pg_target, operate, tmp_path):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "--inserts", "-t", "keyless",
                               "-t", '"Größe und 表"')
    arguments = pg_arguments(pg, dump, clean=False)
    assert operate("pg_restore", arguments).code == 0
    dumps.psql(pg, 'DELETE FROM "Größe und 表"', "target")
    ended = operate("pg_restore", arguments)
    assert ended.code == 1 and "table public.keyless of database target holds rows" in ended.last, ended.log
    assert dumps.psql(pg, "SELECT count(*) FROM keyless", "target") == "500"


STANDING = [
    ("CREATE VIEW mine AS SELECT line FROM keyless", "view public.mine on public.keyless", "keyless", "500"),
    ("CREATE VIEW mine AS SELECT * FROM lending.balance", "view public.mine on lending.balance", "keyless", "500"),
    ("CREATE TABLE mine (id bigint REFERENCES lending.customer)",
     "constraint mine_id_fkey on table public.mine on lending.customer", "lending.customer", "500"),
    ("CREATE TABLE mine () INHERITS (keyless)", "table public.mine on public.keyless", "ONLY keyless", "500"),
    ("CREATE FUNCTION mine() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM keyless; END",
     "function public.mine() on public.keyless", "keyless", "500"),
]


@pytest.mark.parametrize("sql,sentence,table,rows", STANDING)
def test_what_stands_on_a_table_does_not_make_clean_double_it(
        pg, pg_source, pg_dump, pg_target, operate, sql, sentence, table, rows):
    assert operate("pg_restore", pg_arguments(pg, pg_dump)).code == 0
    dumps.psql(pg, sql, "target")
    ended = operate("pg_restore", pg_arguments(pg, pg_dump))
    assert ended.code == 1 and sentence in ended.last and "nothing was restored" in ended.last, ended.log
    assert dumps.psql(pg, f"SELECT count(*) FROM {table}", "target") == rows


@pytest.mark.parametrize("words", [["--schema=typo"], ["-v", "-ntypo"], ["--verbose", "-vn", "typo"]])
def test_a_restore_of_postgresql_that_would_restore_nothing_is_no_success(pg, pg_dump, pg_target, operate, words):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, extra_args=words))
    assert ended.code == 78 and "it holds nothing that extra_args name" in ended.last, ended.log


@pytest.mark.parametrize("words,missing", [
    (["-t", "loan", "-t", "typo"], 'table "typo"'),
    (["-t", "keyless", "--table=lending.loan"], 'table "lending.loan"'),
    (["-n", "lending", "--schema", "typo"], 'schema "typo"'),
    (["-t", "loan", "-I", "typo"], 'index "typo"'),
    (["-t", "loan", "-P", "interest(int)"], 'function "interest(int)"'),
    (["-v", "-t", "loan", "-T", "typo"], 'trigger "typo"'),
    (["-t", "loan", "-t", "balance", "--section=data"], None),
    (["-t", "loan", "-P", "interest(numeric, integer)"], None),
])
def test_each_name_that_extra_args_choose_is_in_the_dump(pg, pg_dump, pg_target, operate, words, missing):
    dumps.psql(pg, "CREATE TABLE keyless (line text)", "target")
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, extra_args=words, dry_run=not missing))
    if missing:
        assert ended.code == 78 and f"nothing was restored: {missing} of extra_args is not in {pg_dump}" in ended.last
        assert dumps.psql(pg, "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^pg_|^info'", "target") == "1"
    else:
        assert ended.code == 0, ended.log


def test_a_dump_that_is_read_with_verbose_is_counted_as_without(pg, pg_dump, pg_target, operate):
    for words in ["-t", "loan"], ["-vt", "loan"], ["--verb", "-t", "loan"]:
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, extra_args=words, dry_run=True))
        assert ended.code == 0 and (ended.value["tables"], ended.value["rows"]) == (1, 1000), ended.log


def test_a_restore_of_mongodb_that_would_restore_nothing_is_no_success(mongo, mongo_archive, mongo_target, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, ns_include="typo.*"))
    assert ended.code == 78 and "it holds nothing that ns_include names" in ended.last, ended.log


def test_a_restore_whose_lock_was_lost_is_no_success(pg, held):
    ended = dumps.psql(pg, "SELECT pg_terminate_backend(pid) FROM pg_locks"
                           " WHERE locktype = 'advisory' AND classid = 1684105060", "target")
    assert ended == "t"
    held.release()
    ended = held.program.end()
    assert ended.code == 1 and 'kept other restores out of database "target" broke' in ended.last, ended.log


def test_a_value_that_looks_like_the_head_of_rows_is_a_value(pg, pg_target, operate, tmp_path):
    dumps.postgres_create(pg, "odd")
    dumps.psql(pg, "CREATE TABLE a (v text);"
                   r" INSERT INTO a VALUES (E'\nCOPY x (a, b) FROM stdin;\n1\t2\t3\n');"
                   " CREATE TABLE b AS SELECT 1 AS n", "odd")
    dump = dumps.postgres_dump(pg, "odd", tmp_path / "dump", "-Fc", "--inserts")
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert ended.code == 0, ended.log
    assert ended.value["rows"] is None
    assert dumps.psql(pg, "SELECT count(*) FROM a", "target") == "1"


@pytest.mark.parametrize("wrong,sentence", [
    ({"ns_from": "sorce.*"}, 'ns_from: "sorce.*" renames nothing of what would be restored, which is written under its'
                             ' own names then (source.customers, for instance)'),
    ({"ns_from": ["source.*", "other.$x$"], "ns_to": ["target.*", "target.$x$"]},
     'ns_from: "other.$x$" renames nothing'),
    ({"ns_include": ["source.orders", "source.custmers"]},
     'ns_include: "source.custmers" is no collection of the dump'),
])
def test_a_name_that_nothing_of_the_dump_has_is_refused(
        mongo, mongo_source, mongo_archive, mongo_target, operate, wrong, sentence):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, **wrong))
    assert ended.code == 78 and sentence in ended.last, ended.log
    assert dumps.mongo_answers(mongo, "source") == mongo_source
    assert mongo_target.list_collection_names() == []


def test_names_of_the_dump_are_patterns_as_mongorestore_has_them(mongo, mongo_archive, mongo_target, operate):
    ended = operate("mongorestore", mongo_arguments(
        mongo, mongo_archive, ns_include=["source.o*", "source.none*", r"source.files\.chunks"],
        ns_from="source.$x$", ns_to="target.new_$x$"))
    assert ended.code == 0, ended.log
    assert set(mongo_target.list_collection_names()) == {"new_orders", "new_files.chunks"}
