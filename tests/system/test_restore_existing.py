# SPDX-License-Identifier: MIT
"""What the target of pg_restore holds already: what could not be replaced is not doubled or written over, and what
can be is no hindrance. And the dump and the server are at the end those of the beginning."""
import pathlib
import shutil

import pytest

import dumps
from operator_process import PATH, operate  # noqa: F401
from tcp_proxy import CutRequest, Spoiler, TcpProxy
from test_restore_guards import pg_connection, pg_precious  # noqa: F401
from test_restore_postgres import pg_arguments, pg_dump, pg_source, pg_target  # noqa: F401

# All that may stand on a table, in orders that are not those of their names.
RICH_SQL = """
CREATE TABLE z (id int PRIMARY KEY, name text, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE VIEW a_view AS SELECT id, name, count(*) AS n FROM z GROUP BY id;
CREATE MATERIALIZED VIEW a_states AS SELECT name, count(*) AS n FROM z GROUP BY name;
CREATE FUNCTION a_f(z) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
CREATE FUNCTION a_f(integer, text) RETURNS SETOF z LANGUAGE sql AS 'SELECT * FROM public.z';
CREATE FUNCTION a_all(z[], VARIADIC integer[]) RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM z; END;
CREATE PROCEDURE a_p(INOUT x z) LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION a_step(bigint, z) RETURNS bigint LANGUAGE sql AS 'SELECT $1 + 1';
CREATE AGGREGATE a_count(z) (SFUNC = a_step, STYPE = bigint, INITCOND = 0);
CREATE TABLE a_holder (one z, many z[]);
CREATE TYPE a_pair AS (one z, other int);
CREATE DOMAIN a_domain AS z CHECK ((VALUE).id > 0);
CREATE TABLE a_ruled (n int);
CREATE RULE r AS ON INSERT TO a_ruled DO ALSO INSERT INTO z VALUES (1000 + NEW.n);
CREATE POLICY p ON a_ruled USING (EXISTS (SELECT FROM z));
CREATE TABLE a_child (more int) INHERITS (z);
CREATE TABLE a_keyed (z int REFERENCES z, own int UNIQUE REFERENCES a_keyed (own));
CREATE TABLE a_parted (n int, z int REFERENCES z) PARTITION BY LIST (n);
CREATE TABLE a_parted_1 PARTITION OF a_parted FOR VALUES IN (1);
CREATE RULE r AS ON INSERT TO a_view DO INSTEAD NOTHING;
CREATE TABLE a_serial (id serial PRIMARY KEY);
CREATE TABLE a_copy (LIKE a_serial INCLUDING ALL);
CREATE FUNCTION a_name(z) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1.name';
CREATE TABLE a_checked (one z CHECK (a_name(one) <> ''), n bigint DEFAULT a_all(NULL, 1));
CREATE INDEX a_index ON a_checked (a_name(one));
CREATE TRIGGER t BEFORE UPDATE ON a_checked FOR EACH ROW WHEN (a_name(NEW.one) = 'x')
    EXECUTE FUNCTION suppress_redundant_updates_trigger();
INSERT INTO z SELECT i, 'name' || i % 3 FROM generate_series(1, 20) i;
INSERT INTO a_child VALUES (77, 'child');
INSERT INTO a_holder SELECT z, ARRAY[z] FROM z;
INSERT INTO a_parted VALUES (1, 5);
REFRESH MATERIALIZED VIEW a_states;
SELECT lo_from_bytea(4242, 'of the dump');
"""


@pytest.fixture(scope="module")
def rich_dump(pg, tmp_path_factory):
    dumps.postgres_create(pg, "rich")
    dumps.psql(pg, RICH_SQL, "rich")
    return dumps.postgres_dump(pg, "rich", tmp_path_factory.mktemp("rich") / "rich.dump")


def script(pg, database):
    with dumps.pgpass(pg) as environment:
        lines = dumps.run(["pg_dump", "-d", database], environment).splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_what_stands_on_tables_and_is_in_the_dump_is_made_anew(pg, rich_dump, pg_target, operate):
    for _ in range(2):
        ended = operate("pg_restore", pg_arguments(pg, rich_dump))
        assert ended.code == 0, ended.log
        assert script(pg, "target") == script(pg, "rich")


@pytest.mark.parametrize("sql,sentence", [
    ("CREATE FUNCTION a_f(bigint, z) RETURNS text LANGUAGE sql AS 'SELECT 1'",
     "function public.a_f(bigint,public.z) on public.z"),
    ("CREATE TABLE mine (one z[])", "table public.mine on public.z"),
    ("CREATE TYPE mine AS (one z)", "type public.mine on public.z"),
    ("CREATE DOMAIN mine AS z", "type public.mine on public.z"),
    ("CREATE POLICY mine ON z USING (EXISTS (SELECT FROM a_ruled))",
     "policy mine on table public.z on public.a_ruled"),
    ("CREATE RULE mine AS ON DELETE TO z DO ALSO DELETE FROM a_ruled",
     "rule mine on table public.z on public.a_ruled"),
    # What stands on what goes with a table, or on what the dump makes of one.
    ("CREATE TABLE mine (LIKE a_serial INCLUDING ALL)",
     "default value for column id of table public.mine on public.a_serial"),
    ("CREATE TABLE mine PARTITION OF a_parted FOR VALUES IN (2); CREATE VIEW mine_too AS TABLE mine",
     "view public.mine_too on public.a_parted"),
    ("CREATE VIEW mine AS SELECT a_all(NULL, 1)", "view public.mine on public.a_all(public.z[], integer[])"),
    ("CREATE VIEW mine AS SELECT a_count(NULL)", "view public.mine on public.a_count(public.z)"),
    ("CREATE TABLE mine (one a_pair[])", "table public.mine on public.a_pair"),
    ("CREATE TABLE mine (one a_domain)", "table public.mine on public.a_domain"),
    ("CREATE OPERATOR @@@ (RIGHTARG = z, FUNCTION = a_name); CREATE VIEW mine AS SELECT @@@ NULL::z",
     "view public.mine on public.a_name(public.z)"),
    ("ALTER TABLE z ADD CONSTRAINT mine CHECK (a_name(ROW(1, 'a', 2)::z) <> '')",
     "constraint mine on table public.z on public.a_name(public.z)"),
    ("CREATE INDEX mine ON z (a_name(z))", "index public.mine on public.a_name(public.z)"),
    ("CREATE TRIGGER mine AFTER UPDATE ON z FOR EACH ROW WHEN (a_name(ROW(1, 'a', 2)::z) = '')"
     " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
     "trigger mine on table public.z on public.a_name(public.z)"),
    # What goes with a table that is dropped in time.
    ("CREATE POLICY mine ON a_ruled USING (EXISTS (SELECT FROM z));"
     " CREATE RULE mine AS ON DELETE TO a_ruled DO ALSO DELETE FROM z", None),
    ("CREATE TABLE mine PARTITION OF a_parted FOR VALUES IN (2);"
     " CREATE POLICY mine ON mine USING (EXISTS (SELECT FROM a_keyed))", None),
    # What would stay holds no rows.
    ("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE mine (n int DEFAULT mine())", None),
    # A table of the dump that goes later than the one it stands on here, and one that goes before.
    ("DROP TABLE a_ruled, a_child; CREATE TABLE a_child (id int); CREATE TABLE a_ruled () INHERITS (a_child)", None),
    ("DROP TABLE a_ruled, a_child; CREATE TABLE a_ruled (n int); CREATE TABLE a_child () INHERITS (a_ruled)",
     "table public.a_child on public.a_ruled"),
])
def test_what_stands_on_tables_and_is_not_dropped_in_time_is_told(pg, rich_dump, pg_target, operate, sql, sentence):
    assert operate("pg_restore", pg_arguments(pg, rich_dump)).code == 0
    dumps.psql(pg, sql, "target")
    before = script(pg, "target")
    ended = operate("pg_restore", pg_arguments(pg, rich_dump))
    if sentence:
        assert ended.code == 1 and "nothing was restored" in ended.last and sentence in ended.last, ended.log
        assert script(pg, "target") == before
    else:
        assert ended.code == 0, ended.log


# What a dump makes besides its tables, and of an extension.
OTHERS_SQL = """
CREATE SCHEMA s;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm SCHEMA s;
CREATE TYPE s.state AS ENUM ('a', 'b');
CREATE DOMAIN s.positive AS int CHECK (VALUE > 0);
CREATE TYPE s.pair AS (one s.state, other s.positive);
CREATE TYPE odd;
CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4);
CREATE TABLE s.t (id serial PRIMARY KEY, name citext, state s.state, all_states s.state[], pair s.pair, odd odd,
                  n s.positive DEFAULT 1, CHECK (state <> 'b'));
CREATE INDEX ON s.t USING gin ((name::text) s.gin_trgm_ops);
CREATE TABLE s.parted (n int, state s.state) PARTITION BY LIST (n);
CREATE TABLE s.parted_1 PARTITION OF s.parted FOR VALUES IN (1);
CREATE VIEW s.v AS SELECT 'a'::s.state, 'x'::citext;
CREATE FUNCTION s.f(s.state, citext) RETURNS s.positive LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.g();
CREATE SEQUENCE s.own;
CREATE TYPE s."My ""Type" AS ENUM ('x');
CREATE TABLE s."Größe (und) 表" ("a b" s."My ""Type");
CREATE FUNCTION s."F x"(s."My ""Type", OUT a int, VARIADIC b text[]) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE s.n(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = 0);
CREATE AGGREGATE s.p(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
                                                  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
INSERT INTO s.t (name, state, all_states, pair, odd) VALUES ('x', 'a', '{a,b}', '(a,1)', '7');
"""


@pytest.fixture(scope="module")
def others_dump(pg, tmp_path_factory):
    dumps.postgres_create(pg, "others")
    dumps.psql(pg, OTHERS_SQL, "others")
    return dumps.postgres_dump(pg, "others", tmp_path_factory.mktemp("others") / "others.dump")


@pytest.mark.parametrize("sql,sentence", [
    ("CREATE TABLE s.mine (n int)", "table s.mine on schema s"),
    ("CREATE VIEW s.mine AS SELECT 1", "view s.mine on schema s"),
    ("CREATE FUNCTION s.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function s.mine() on schema s"),
    ("CREATE DOMAIN s.mine AS int", "type s.mine on schema s"),
    ("CREATE TABLE mine (state s.state)", "table public.mine on type s.state"),
    ("CREATE TABLE mine (states s.state[])", "table public.mine on type s.state"),
    ("CREATE DOMAIN mine AS s.positive", "type public.mine on type s.positive"),
    ("CREATE FUNCTION mine(s.pair) RETURNS int LANGUAGE sql AS 'SELECT 1'",
     "function public.mine(s.pair) on type s.pair"),
    ("CREATE VIEW mine AS SELECT 'a'::s.state", "view public.mine on type s.state"),
    ("CREATE TABLE mine (name citext)", "table public.mine on extension citext"),
    ("CREATE TABLE mine (name text); CREATE INDEX mine_name ON mine USING gin (name s.gin_trgm_ops)",
     "index public.mine_name on extension pg_trgm"),
    # What goes with what is dropped in time, or is none of them.
    ("CREATE TABLE s.mine PARTITION OF s.parted FOR VALUES IN (2) PARTITION BY LIST (n);"
     " CREATE TABLE s.mine_too PARTITION OF s.mine FOR VALUES IN (2)", None),
    ("CREATE INDEX mine ON s.t (state)", None),
    ("CREATE TABLE mine (n int); CREATE SCHEMA my_own; CREATE TABLE my_own.mine (n int)", None),
])
def test_what_stands_on_a_schema_a_type_or_an_extension_is_seen_early(
        pg, others_dump, pg_target, operate, sql, sentence):
    arguments = pg_arguments(pg, others_dump)
    assert operate("pg_restore", arguments).code == 0
    dumps.psql(pg, sql, "target")
    before = script(pg, "target")
    ended = operate("pg_restore", arguments)
    if sentence:
        assert ended.code == 1 and "nothing was restored" in ended.last and sentence in ended.last, ended.log
        assert script(pg, "target") == before
    else:
        assert ended.code == 0, ended.log


def test_who_names_harmless_errors_may_leave_something_in_a_schema(pg, others_dump, pg_target, operate):
    arguments = pg_arguments(pg, others_dump, harmless_errors=["cannot drop schema s", 'schema "s" already exists'])
    assert operate("pg_restore", arguments).code == 0
    dumps.psql(pg, "CREATE TABLE s.mine AS SELECT 1 AS n; INSERT INTO s.t (name) VALUES ('y')", "target")
    ended = operate("pg_restore", arguments)
    assert ended.code == 0, ended.log
    assert dumps.psql(pg, "SELECT (SELECT count(*) FROM s.t), (SELECT n FROM s.mine)", "target") == "1|1"


def test_a_table_of_somebody_else_is_not_doubled(pg, pg_target, operate, tmp_path):
    dumps.postgres_create(pg, "small")
    dumps.psql(pg, "CREATE TABLE a AS SELECT 'of the dump' AS line", "small")
    dump = dumps.postgres_dump(pg, "small", tmp_path / "small.dump")
    dumps.psql(pg, "CREATE ROLE restorer LOGIN PASSWORD 'r'; CREATE TABLE a AS SELECT 'precious' AS line;"
                   " GRANT ALL ON a TO restorer; GRANT ALL ON SCHEMA public TO restorer", "target")
    arguments = pg_arguments(pg, dump, user="restorer", password="r")
    try:
        ended = operate("pg_restore", arguments)
        assert ended.code == 1 and 'table public.a belongs to "dagd", so that "restorer" may not drop it' in ended.last
        assert dumps.psql(pg, "SELECT line FROM a", "target") == "precious"
        dumps.psql(pg, "ALTER TABLE a OWNER TO restorer", "target")
        ended = operate("pg_restore", arguments)
        assert ended.code == 0, ended.log
        assert dumps.psql(pg, "SELECT line FROM a", "target") == "of the dump"
    finally:
        dumps.psql(pg, "DROP OWNED BY restorer; DROP ROLE restorer", "target")


@pytest.mark.parametrize("words", [["--role=owner"], ["--verbose", "--rol", "owner"]])
def test_a_role_has_the_rights_with_which_is_restored(pg, pg_target, operate, tmp_path, words):
    dumps.postgres_create(pg, "small")
    dumps.psql(pg, "CREATE TABLE a AS SELECT 'of the dump' AS line", "small")
    dump = dumps.postgres_dump(pg, "small", tmp_path / "small.dump")
    dumps.psql(pg, "CREATE ROLE owner; CREATE ROLE restorer LOGIN NOINHERIT PASSWORD 'r' IN ROLE owner;"
                   " GRANT ALL ON SCHEMA public TO owner; CREATE TABLE a (line text); ALTER TABLE a OWNER TO owner",
               "target")
    arguments = pg_arguments(pg, dump, user="restorer", password="r")
    try:
        ended = operate("pg_restore", arguments)
        assert ended.code == 1 and 'belongs to "owner", so that "restorer" may not drop it' in ended.last, ended.log
        ended = operate("pg_restore", dict(arguments, extra_args=words))
        assert ended.code == 0, ended.log
        assert dumps.psql(pg, "SELECT line FROM a", "target") == "of the dump"
        ended = operate("pg_restore", dict(arguments, extra_args=["--role=pg_monitor"]))
        assert ended.code == 1 and 'permission denied to set role "pg_monitor"' in ended.last, ended.log
    finally:
        dumps.psql(pg, "DROP OWNED BY owner, restorer; DROP ROLE owner, restorer", "target")


@pytest.mark.parametrize("clean", [True, False])
def test_rows_do_not_go_into_a_view_that_has_the_name_of_a_table(pg, pg_source, pg_target, operate, tmp_path, clean):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "--inserts", "-t", "keyless")
    dumps.psql(pg, "CREATE TABLE mine AS SELECT 'precious' AS line; CREATE VIEW keyless AS TABLE mine", "target")
    ended = operate("pg_restore", pg_arguments(pg, dump, clean=clean))
    assert ended.code == 1 and "view public.keyless has the name of a table of the dump" in ended.last, ended.log
    assert dumps.psql(pg, "SELECT line FROM mine", "target") == "precious"


def test_a_large_object_that_is_there_is_not_written_over(pg, rich_dump, pg_target, operate):
    dumps.psql(pg, "SELECT lo_from_bytea(4242, 'precious, and longer'), lo_from_bytea(4243, 'mine')", "target")
    question = "SELECT convert_from(lo_get(4242), 'UTF8')"
    ended = operate("pg_restore", pg_arguments(pg, rich_dump, clean=False))
    assert ended.code == 1 and "large object 4242 is in database target already" in ended.last, ended.log
    assert dumps.psql(pg, question, "target") == "precious, and longer"
    assert operate("pg_restore", pg_arguments(pg, rich_dump)).code == 0
    assert dumps.psql(pg, question, "target") == "of the dump"


@pytest.mark.parametrize("options", [[], ["--schema-only"]])
def test_a_dump_without_rows_does_not_empty_tables_by_mistake(pg, pg_target, operate, tmp_path, options):
    dumps.postgres_create(pg, "fresh")
    dumps.psql(pg, "CREATE TABLE keyless (line text)", "fresh")
    dump = dumps.postgres_dump(pg, "fresh", tmp_path / "dump", "-Fc", *options)
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'precious' AS line", "target")
    for words in [], ["--no-comments"], ["--role", "dagd"], ["-npublic"], ["--section=pre-data", "--section=data"]:
        ended = operate("pg_restore", pg_arguments(pg, dump, extra_args=words))
        assert ended.code == 1 and f"{dump} holds the rows of no table, but clean would drop table public.keyless" \
            in ended.last, ended.log
        assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"
    for words in ["--schema-only"], ["-xs"], ["--section", "pre-data"]:
        ended = operate("pg_restore", pg_arguments(pg, dump, extra_args=words))
        assert ended.code == 0 and dumps.psql(pg, "SELECT count(*) FROM keyless", "target") == "0", ended.log
        dumps.psql(pg, "INSERT INTO keyless VALUES ('new')", "target")
    dumps.psql(pg, "TRUNCATE keyless", "target")
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert ended.code == 0, ended.log


def test_an_old_dump_whose_rows_name_no_schema_is_not_added(pg, pg_target, operate, tmp_path):
    dumps.postgres_create(pg, "small")
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'of the dump' AS line", "small")
    dump = dumps.postgres_dump(pg, "small", tmp_path / "small.dump")
    archive = dump.read_bytes()
    for new, old in ((b"COPY public.keyless (line)", b"COPY keyless (line)"),
                     (b"SELECT pg_catalog.set_config('search_path', '', false);", b"SET search_path = public;")):
        assert archive.count(new) == 1
        archive = archive.replace(new, old.ljust(len(new)))
    dump.write_bytes(archive)
    assert operate("pg_restore", pg_arguments(pg, dump, clean=False)).code == 0
    ended = operate("pg_restore", pg_arguments(pg, dump, clean=False))
    assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "of the dump", ended.log
    assert ended.code == 1 and "table public.keyless of database target holds rows" in ended.last, ended.log


def test_a_table_whose_rows_are_hidden_is_not_empty(pg, pg_source, pg_dump, pg_target, operate):
    dumps.psql(pg, "CREATE ROLE restorer LOGIN PASSWORD 'r'; CREATE TABLE keyless AS SELECT 'precious' AS line;"
                   " ALTER TABLE keyless ENABLE ROW LEVEL SECURITY; GRANT ALL ON keyless TO restorer", "target")
    try:
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, clean=False, user="restorer", password="r"))
        assert ended.code == 1 and "row-level security policy" in ended.last, ended.log
        assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"
    finally:
        dumps.psql(pg, "DROP OWNED BY restorer; DROP ROLE restorer", "target")


def test_a_dry_run_tells_of_partitions_that_go_though_they_are_not_in_the_dump(pg, rich_dump, pg_target, operate):
    assert operate("pg_restore", pg_arguments(pg, rich_dump)).code == 0
    dumps.psql(pg, "CREATE TABLE mine PARTITION OF a_parted FOR VALUES IN (2) PARTITION BY LIST (z);"
                   " CREATE TABLE mine_1 PARTITION OF mine FOR VALUES IN (1); CREATE TABLE other (n int)", "target")
    ended = operate("pg_restore", pg_arguments(pg, rich_dump, dry_run=True))
    assert ended.code == 0, ended.log
    assert (ended.value["lost_partitions"], ended.value["other_tables"]) == (2, 1)
    assert ") would be dropped with public.a_parted, and is not in the dump" in ended.log
    ended = operate("pg_restore", pg_arguments(pg, rich_dump))
    assert ended.code == 0, ended.log
    assert dumps.psql(pg, "SELECT to_regclass('mine_1'), to_regclass('other')", "target") == "|other"


def wrapper(folder, after_reading):
    """A pg_restore after whose reading to the end something happens."""
    program = folder / "bin" / "pg_restore"
    program.parent.mkdir()
    program.write_text(f"""#!/bin/sh
case "$*" in
*--file=-*) /usr/bin/pg_restore "$@" || exit; {after_reading} ;;
*) exec /usr/bin/pg_restore "$@" ;;
esac
""")
    program.chmod(0o755)
    return f"{program.parent}:{PATH}"


def test_a_dump_that_is_written_after_it_was_read_is_not_restored(pg, pg_dump, pg_precious, operate, tmp_path):
    dump = pathlib.Path(shutil.copy(pg_dump, tmp_path / "growing.dump"))
    path = wrapper(tmp_path, f"echo more >> '{dump}'")
    ended = operate("pg_restore", pg_arguments(pg, dump), PATH=path)
    assert ended.code == 1 and f"{dump} was changed after it was read, so nothing was restored" in ended.last
    assert pg_precious()


def test_a_link_to_a_folder_is_followed_once(pg, pg_source, pg_precious, operate, tmp_path):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fd")
    (tmp_path / "latest").symlink_to(dump)
    (tmp_path / "empty").mkdir()
    path = wrapper(tmp_path, f"ln -sfn '{tmp_path}/empty' '{tmp_path}/latest'")
    ended = operate("pg_restore", pg_arguments(pg, tmp_path / "latest"), PATH=path)
    assert ended.code == 0, ended.log
    assert ended.value["source"] == str(dump)
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_of_several_hosts_the_restore_goes_to_that_of_the_lock(pg, pg_source, pg_dump, pg_target, operate):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, host="127.0.0.2,127.0.0.1"))
    assert ended.code == 0, ended.log
    assert " --host=127.0.0.1 " in ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


class Renaming(Spoiler):
    """As a pooler that knows database `target` by the name `public`."""

    def to_server(self, data):
        return data.replace(b"\0database\0public\0", b"\0database\0target\0").replace(
            b"\0dbname\0public\0", b"\0dbname\0target\0")


@pytest.mark.parametrize("guard,confirm,sentence", [
    ({}, None, None),
    ({"allow_restore": "public"}, "public", 'into database "target"'),
    ({"protected": True}, "public", 'what would be restored into is database "target", which "confirm" does not name;'
                                    ' if that is right, write "confirm: [public, target]" in this task'),
    ({"protected": True}, "target", 'what would be restored into is database "public"'),
    ({"protected": True, "allow_restore": ["public", "target"]}, ["public", "target"], None),
])
def test_a_guard_sees_the_name_that_the_server_gives_a_database(
        pg, pg_source, pg_dump, pg_precious, operate, guard, confirm, sentence):
    with TcpProxy(int(pg["PGPORT"]), lambda number: Renaming()) as proxy:
        connection = dict(pg_connection(pg, **guard), port=proxy.port, schema="public")
        arguments = {"source": str(pg_dump), "postgres_conn_id": connection, "clean": True, "confirm": confirm}
        ended = operate("pg_restore", arguments)
    if sentence:
        assert ended.code == 78 and sentence in ended.last, ended.log
        assert pg_precious()
    else:
        assert ended.code == 0, ended.log
        assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_server_that_goes_away_at_the_first_question_is_no_reason_to_give_up(pg, pg_dump, pg_precious, operate):
    with TcpProxy(int(pg["PGPORT"]), lambda number: CutRequest(b"current_database")) as proxy:
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, port=proxy.port))
    assert ended.code == 1 and "the server does not name its database: " in ended.last, ended.log
    assert pg_precious()
