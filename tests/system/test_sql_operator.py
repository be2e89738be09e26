# SPDX-License-Identifier: MIT
"""The sql operator as a program of its own, on a real PostgreSQL and on SQLite."""
import sqlite3

import pytest

import dumps
from operator_process import CANARY, operate  # noqa: F401

HOSTILE = "'; DROP TABLE t; -- \" $1 ? \\ \n ü 🙂 %s {{ x }}"
MARK = {"postgres": "${}", "sqlite": "?"}


class Database:
    """One kind of database with a table t of its own."""

    def __init__(self, kind, connection, operate_):
        self.kind, self.connection, self.operate = kind, connection, operate_

    def run(self, sql, **arguments):
        return self.operate("sql", dict({"conn_id": self.connection, "sql": sql}, **arguments))

    def marks(self, n):
        return ", ".join(MARK[self.kind].format(i + 1) for i in range(n))


@pytest.fixture(params=["postgres", "sqlite"])
def database(request, pg, tmp_path, operate):  # noqa: F811
    if request.param == "postgres":
        dumps.postgres_create(pg, "sql_test")
        connection = {"conn_type": "postgres", "host": pg["PGHOST"], "port": int(pg["PGPORT"]), "login": pg["PGUSER"],
                      "password": pg["PGPASSWORD"], "schema": "sql_test"}
    else:
        connection = {"conn_type": "sqlite", "host": str(tmp_path / "test.db")}
    one = Database(request.param, dict(connection, conn_id="c", extra={}), operate)
    ended = one.run("CREATE TABLE t (id integer PRIMARY KEY, line text)")
    assert ended.code == 0, ended.log
    return one


def test_hostile_text_is_bound_and_never_sql(database):
    ended = database.run(f"INSERT INTO t VALUES ({database.marks(2)})", parameters=[1, HOSTILE])
    assert ended.code == 0, ended.log
    assert ended.value == {"columns": [], "rows": [], "row_count": 0, "rows_affected": 1}
    ended = database.run(f"SELECT id, line FROM t WHERE line = {database.marks(1)}", parameters=[HOSTILE])
    assert ended.value == {"columns": ["id", "line"], "rows": [[1, HOSTILE]], "row_count": 1, "rows_affected": 0}


def test_the_rows_are_those_of_the_last_statement(database):
    ended = database.run("INSERT INTO t VALUES (1, 'a'), (2, NULL); SELECT line FROM t;"
                         " SELECT id, line FROM t ORDER BY id")
    assert ended.code == 0, ended.log
    assert ended.value == {"columns": ["id", "line"], "rows": [[1, "a"], [2, None]], "row_count": 2, "rows_affected": 2}
    ended = database.run(["SELECT id FROM t", "UPDATE t SET line = 'x'"])
    assert ended.value == {"columns": [], "rows": [], "row_count": 0, "rows_affected": 2}


def test_a_statement_without_rows_has_columns_still(database):
    assert database.run("SELECT id AS one FROM t").value["columns"] == ["one"]


def test_a_failure_undoes_what_came_before(database):
    ended = database.run(["INSERT INTO t VALUES (1, 'a')", "INSERT INTO nowhere VALUES (1)"])
    assert ended.code == 1 and "nowhere" in ended.last and ended.value is None
    assert database.run("SELECT count(*) FROM t").value["rows"] == [[0]]


def test_with_autocommit_what_came_before_stays(database):
    ended = database.run(["INSERT INTO t VALUES (1, 'a')", "INSERT INTO nowhere VALUES (1)"], autocommit=True)
    assert ended.code == 1
    assert database.run("SELECT count(*) FROM t").value["rows"] == [[1]]
    assert database.run("VACUUM", autocommit=True).code == 0
    assert database.run("VACUUM").code == 1


def test_more_rows_than_wanted_are_a_failure(database):
    rows = ", ".join(f"({i}, 'x')" for i in range(10))
    assert database.run("INSERT INTO t VALUES " + rows).code == 0
    assert database.run("SELECT * FROM t", max_rows=10).value["row_count"] == 10
    ended = database.run("SELECT * FROM t", max_rows=9)
    assert ended.code == 1 and "the query gives more than 9 rows" in ended.last


@pytest.mark.parametrize("arguments,sentence", [
    ({"sql": ""}, "sql: neither a text with a statement nor a list of such"),
    ({"sql": " ; "}, "sql: neither a text"),
    ({"sql": []}, "sql: an empty list"),
    ({"sql": [1]}, "sql: neither a text"),
    ({"sql": "SELECT 1", "parameters": {"a": 1}}, "parameters: not a list"),
    ({"sql": ["SELECT 1", "SELECT 2"], "parameters": [1]}, "parameters belong to one statement"),
    ({"sql": "SELECT 1", "conn_id": {"conn_id": "m", "conn_type": "mysql"}}, 'connection "m" is of type "mysql"'),
])
def test_wrong_arguments_fail_for_good(operate, arguments, sentence):  # noqa: F811
    ended = operate("sql", arguments)
    assert ended.code == 78 and sentence in ended.last


def test_several_statements_take_no_parameters(database):
    ended = database.run(f"INSERT INTO t VALUES (1, {database.marks(1)}); DELETE FROM t", parameters=["a"])
    assert ended.code == 1 and ended.last.startswith("error: ")
    assert database.run("SELECT count(*) FROM t").value["rows"] == [[0]]


def test_a_placeholder_without_a_value_is_a_failure(database):
    ended = database.run(f"SELECT {database.marks(2)}", parameters=[1])
    assert ended.code == 1 and ended.last.startswith("error: ")


def test_types_of_postgresql_become_those_of_json(pg, operate):  # noqa: F811
    ended = operate("sql", {
        "host": pg["PGHOST"], "port": pg["PGPORT"], "user": pg["PGUSER"], "password": pg["PGPASSWORD"],
        "database": "postgres", "parameters": [7, 2.5, True, None, {"a": [1]}, "x"],
        "sql": "SELECT $1::int8 a, $2::float8 b, $3::bool c, $4::text d, $5::jsonb e, $6 f, 1.10::numeric g,"
               " 'NaN'::float8 h, date '2026-02-01' i"})
    assert ended.code == 0, ended.log
    assert ended.value["rows"] == [[7, 2.5, True, None, {"a": [1]}, "x", "1.10", "NaN", "2026-02-01"]]


def test_notices_are_in_the_log(pg, operate):  # noqa: F811
    ended = operate("sql", {
        "host": pg["PGHOST"], "port": int(pg["PGPORT"]), "user": pg["PGUSER"], "password": pg["PGPASSWORD"],
        "database": "postgres", "sql": "DO $$ BEGIN RAISE NOTICE 'look here'; END $$"})
    assert ended.code == 0 and "look here" in ended.log


def test_copy_has_nowhere_to_go(pg, operate):  # noqa: F811
    ended = operate("sql", {
        "host": pg["PGHOST"], "port": int(pg["PGPORT"]), "user": pg["PGUSER"], "password": pg["PGPASSWORD"],
        "database": "postgres", "sql": "COPY pg_class TO STDOUT"})
    assert ended.code == 1 and "COPY from stdin or to stdout is not possible here" in ended.last


def test_a_wrong_password_is_a_sentence_without_it(pg, operate):  # noqa: F811
    ended = operate("sql", {"host": pg["PGHOST"], "port": int(pg["PGPORT"]), "user": pg["PGUSER"], "password": CANARY,
                            "database": "postgres", "sql": "SELECT 1"})
    assert ended.code == 1 and "password authentication failed" in ended.last and CANARY not in ended.log


def test_types_of_sqlite_become_those_of_json(operate, tmp_path):  # noqa: F811
    ended = operate("sql", {"conn_id": {"conn_type": "sqlite", "host": str(tmp_path / "a.db")},
                            "sql": "SELECT ?, ?, ?, ?, ?, x'00ff', 9e999",
                            "parameters": [7, 2.5, True, None, {"a": 1}]})
    assert ended.code == 0, ended.log
    assert ended.value["rows"] == [[7, 2.5, 1, None, '{"a":1}', "00ff", "Inf"]]


def test_a_file_that_is_no_database_is_a_sentence(operate, tmp_path):  # noqa: F811
    connection = {"conn_type": "sqlite", "host": str(tmp_path / "text")}
    (tmp_path / "text").write_text("this is no database, but long enough to be looked at as one\n" * 20)
    ended = operate("sql", {"conn_id": connection, "sql": "SELECT * FROM t"})
    assert ended.code == 1 and "SQLite says: file is not a database" in ended.last
    ended = operate("sql", {"conn_id": dict(connection, host=str(tmp_path / "no/where.db")), "sql": "SELECT 1"})
    assert ended.code == 1 and "cannot open" in ended.last
    ended = operate("sql", {"conn_id": {"conn_type": "sqlite"}, "sql": "SELECT 1"})
    assert ended.code == 1 and "the connection names no file" in ended.last


def test_rows_of_sqlite_are_there_for_others(operate, tmp_path):  # noqa: F811
    path = tmp_path / "shared.db"
    ended = operate("sql", {"conn_id": {"conn_type": "sqlite", "host": str(path)},
                            "sql": "CREATE TABLE t (a); -- a comment\nINSERT INTO t VALUES (1); -- the end"})
    assert ended.code == 0, ended.log
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT a FROM t").fetchall() == [(1,)]
