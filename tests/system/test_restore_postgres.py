# SPDX-License-Identifier: MIT
"""pg_restore as a program of its own, against a real server: a restore ends equal, or it ends before the
target has lost anything, with one sentence that says why."""
import gzip
import signal
import subprocess

import pytest

import dumps
from operator_process import CANARY, Program, operate, processes_with, wait_for  # noqa: F401
from s3_store import Store

@pytest.fixture(scope="module")
def pg_source(pg):
    dumps.postgres_fill(pg, "source")
    return dumps.postgres_answers(pg, "source")


@pytest.fixture(scope="module")
def pg_dump(pg, pg_source, tmp_path_factory):
    return dumps.postgres_dump(pg, "source", tmp_path_factory.mktemp("pg") / "source.dump")


@pytest.fixture
def pg_target(pg):
    dumps.postgres_create(pg, "target")
    return "target"


def pg_arguments(pg, source, **more):
    source = source if isinstance(source, dict) else str(source)
    return dict({"source": source, "host": pg["PGHOST"], "port": int(pg["PGPORT"]), "user": pg["PGUSER"],
                 "password": pg["PGPASSWORD"], "database": "target", "clean": True, "no_acl": True,
                 "no_owner": True}, **more)


def test_a_restore_is_equal_the_first_time_and_again(pg, pg_source, pg_dump, pg_target, operate):
    for _ in range(2):
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, verbose=True))
        assert ended.code == 0, ended.log
        assert dumps.postgres_answers(pg, "target") == pg_source
        assert "pg_restore --verbose --clean --if-exists --no-acl --no-owner " in ended.log
        assert "creating TABLE" in ended.log
        assert (ended.value["tables"], ended.value["rows"]) == (7, 3503)
        assert ended.value["bytes"] == pg_dump.stat().st_size
        assert ended.value["database"] == "target" and ended.value["source"] == str(pg_dump)
    assert ended.value["errors_ignored"] == 0


@pytest.mark.parametrize("options,more", [
    (["-Fc"], {"jobs": 3}),
    (["-Ft"], {}),
    (["-Fd"], {"jobs": 2}),
    (["-Fc", "-Z0"], {}),
    (["-Fc"], {"clean": False, "single_transaction": True, "exit_on_error": True}),
])
def test_every_kind_of_archive_is_restored(pg, pg_source, pg_target, operate, tmp_path, options, more):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", *options)
    ended = operate("pg_restore", pg_arguments(pg, dump, **more))
    assert ended.code == 0, ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source
    assert ended.value["rows"] == 3503


@pytest.mark.parametrize("option", ["single_transaction", "exit_on_error"])
def test_where_the_first_error_is_the_end_an_empty_database_is_not_cleaned(
        pg, pg_source, pg_dump, pg_target, operate, option):
    for is_cleaned in (False, True):
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, **{option: True}))
        assert ended.code == 0, ended.log
        assert (" --clean --if-exists " in ended.log) == is_cleaned
        assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_dump_of_inserts_has_no_count_of_rows(pg, pg_source, pg_target, operate, tmp_path):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "--inserts")
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert ended.code == 0, ended.log
    assert ended.value["rows"] is None and ended.value["tables"] == 7
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_connection_is_used_and_a_parameter_wins_over_it(pg, pg_source, pg_dump, pg_target, operate):
    connection = {"conn_id": "shop", "conn_type": "postgres", "host": pg["PGHOST"], "port": int(pg["PGPORT"]),
                  "login": pg["PGUSER"], "password": pg["PGPASSWORD"], "schema": "nowhere",
                  "extra": {"sslmode": "disable", "options": "-c work_mem=8MB", "cursor": "x"}}
    arguments = {"source": str(pg_dump), "postgres_conn_id": connection, "clean": True}
    missing = operate("pg_restore", arguments)
    assert missing.code == 1 and 'database "nowhere" does not exist' in missing.last
    ended = operate("pg_restore", dict(arguments, database="target"))
    assert ended.code == 0, ended.log
    assert 'warning: connection "shop": extra "cursor" is not used' in ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_name_that_looks_like_a_connection_string_is_a_name(pg, pg_source, pg_dump, operate):
    name = "host=10.255.255.1 user='x'"
    dumps.psql(pg, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, database=name))
        assert ended.code == 0, ended.log
        assert dumps.psql(pg, 'SELECT count(*) FROM keyless', f"dbname='host=10.255.255.1 user=\\'x\\''") == "500"
    finally:
        dumps.psql(pg, f'DROP DATABASE "{name}"')


def cut(dump, folder):
    broken = folder / "cut.dump"
    broken.write_bytes(dump.read_bytes()[:-3000])
    return broken


def flipped(dump, folder):
    broken, data = folder / "flipped.dump", bytearray(dump.read_bytes())
    data[len(data) // 2] ^= 0x40
    broken.write_bytes(data)
    return broken


def packed(dump, folder):
    broken = folder / "packed.dump.gz"
    broken.write_bytes(gzip.compress(dump.read_bytes()))
    return broken


def too_new(dump, folder):
    broken, data = folder / "new.dump", bytearray(dump.read_bytes())
    data[6] = 99  # the minor version of the archive's format
    broken.write_bytes(data)
    return broken


def text(content):
    def write(dump, folder):
        broken = folder / "text.dump"
        broken.write_bytes(content)
        return broken
    return write


def no_folder(dump, folder):
    return folder


WRONG_DUMPS = [
    (cut, "cannot be read to its end, so nothing was restored"),
    (flipped, "cannot be read to its end, so nothing was restored"),
    (packed, "is compressed with gzip as a whole (unpack it first)"),
    (too_new, "too old for"),
    (text(b""), "is empty; wanted is pg_dump's custom"),
    (text(b"--\n-- PostgreSQL database dump\n--\nDROP TABLE keyless;\n"), "is text, perhaps a plain SQL dump"),
    (text(bytes(range(256)) * 4), "is not an archive of pg_dump"),
    (text(b"PGDMP"), "cannot be read to its end"),
    (no_folder, "holds no toc.dat"),
    (lambda dump, folder: folder / "absent.dump", "absent.dump"),
]


@pytest.mark.parametrize("make,sentence", WRONG_DUMPS, ids=lambda x: getattr(x, "__name__", str(x))[:30])
def test_a_wrong_dump_leaves_the_target_as_it_was(pg, pg_dump, pg_target, operate, tmp_path, make, sentence):
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'precious' AS line", "target")
    ended = operate("pg_restore", pg_arguments(pg, make(pg_dump, tmp_path)))
    assert ended.code == (78 if make is too_new else 1) and ended.value is None
    assert ended.last.startswith("error: ") and sentence in ended.last
    assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"


def test_errors_that_were_ignored_are_a_failure_unless_named_harmless(pg, pg_dump, pg_target, operate):
    arguments = pg_arguments(pg, pg_dump, clean=False)
    assert operate("pg_restore", arguments).code == 0
    dumps.psql(pg, "CREATE TABLE other (id int)", "target")
    again = dict(arguments, extra_args=["--schema-only", "-t", "keyless"])
    ended = operate("pg_restore", again)
    assert ended.code == 1
    assert "errors ignored on restore: 1" in ended.last and 'relation "keyless" already exists' in ended.last
    ended = operate("pg_restore", dict(again, harmless_errors=["keyless\" already exists"]))
    assert ended.code == 0, ended.log
    assert ended.value["errors_ignored"] == 1 and ended.value["tables"] == 1
    ended = operate("pg_restore", dict(again, harmless_errors=["keyless\" already exists"], exit_on_error=True))
    assert ended.code == 1 and "into target failed (exit code 1)" in ended.last


def test_a_restore_without_if_exists_into_nothing_is_a_failure(pg, pg_dump, pg_target, operate):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, if_exists=False))
    assert ended.code == 1 and "errors ignored on restore" in ended.last
    assert "--if-exists" not in ended.log


@pytest.mark.parametrize("wrong,sentence", [
    ({"jobs": 2, "single_transaction": True}, "jobs and single_transaction exclude each other"),
    ({"jobs": 0}, "jobs: not a number from 1 to 64"),
    ({"clean": False, "if_exists": True}, "if_exists is of use with clean only"),
    ({"port": "many"}, 'port: "many" is not a number from 1 to 65535'),
    ({"database": ""}, "no database is named"),
    ({"extra_args": ["--dbname=elsewhere"]}, '"--dbname=elsewhere" is not for the task to say'),
    ({"extra_args": ["--dbn", "x"]}, '"--dbn" is not for the task to say'),
    ({"extra_args": ["-vd", "elsewhere"]}, '"-vd" is not for the task to say'),
    ({"extra_args": ["-t", "keyless", "-f", "/tmp/x"]}, '"-f" is not for the task to say'),
    ({"extra_args": ["-n", 5]}, "extra_args: not a list of texts"),
    ({"postgres_conn_id": {"conn_id": "m", "conn_type": "mysql"}}, 'connection "m" is of type "mysql"'),
    ({"postgres_conn_id": "shop"}, "postgres_conn_id: not the object of a resolved connection"),
])
def test_wrong_arguments_fail_for_good_before_anything_is_done(pg, pg_dump, operate, wrong, sentence):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, **wrong))
    assert ended.code == 78 and sentence in ended.last


def test_values_of_options_may_look_like_options(pg, pg_target, operate, tmp_path):
    dumps.postgres_create(pg, "small")
    dumps.psql(pg, 'CREATE TABLE "-d" (n int); CREATE TABLE "-v" (n int); CREATE TABLE a (n int)', "small")
    dump = dumps.postgres_dump(pg, "small", tmp_path / "small.dump")
    ended = operate("pg_restore", pg_arguments(pg, dump, extra_args=["-t", "-d", "-vt", "-v"]))
    assert ended.code == 0, ended.log
    assert " -t -d -vt -v " in ended.log
    assert ended.value["tables"] == 2


def test_a_wrong_password_is_a_sentence_without_it(pg, pg_dump, pg_target, operate):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, password=CANARY))
    assert ended.code == 1
    assert 'password authentication failed for user "dagd"' in ended.last
    assert CANARY not in ended.log


def test_a_password_that_needs_escapes_is_taken(pg, pg_source, pg_dump, pg_target, operate):
    password = "a:b\\c 'd\" é"
    dumps.psql(pg, "CREATE ROLE odd LOGIN SUPERUSER PASSWORD $x$%s$x$" % password)
    try:
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, user="odd", password=password))
        assert ended.code == 0, ended.log
        ended = operate("pg_restore", pg_arguments(pg, pg_dump, user="odd", password="two\nlines"))
        assert ended.code == 1 and "password" in ended.last
    finally:
        dumps.psql(pg, "DROP OWNED BY odd; DROP ROLE odd", "target")


def test_a_server_that_is_away_is_one_sentence(pg, pg_dump, operate):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, port=1))
    assert ended.code == 1 and "cannot reach the database" in ended.last and "refused" in ended.last


def test_pg_restore_that_is_not_installed_is_one_sentence(pg, pg_dump, pg_target, operate, tmp_path):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump), PATH=str(tmp_path))
    assert ended.code == 1 and "pg_restore is not installed" in ended.last


class HeldRestore:
    """A restore that waits for a lock on a table of the target."""

    def __init__(self, pg, build, folder, dump, **environment):
        with dumps.pgpass(pg) as login:
            self.psql = subprocess.Popen(["psql", "-XqAt", "-d", "target"], env=login, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.psql.stdin.write("BEGIN; LOCK TABLE keyless; SELECT 'held';\n")
            self.psql.stdin.flush()
            assert self.psql.stdout.readline() == "held\n"
        self.program = Program(build, folder, "pg_restore", pg_arguments(pg, dump), CANARY=CANARY,
                               **environment)
        wait_for(lambda: dumps.psql(pg, WAITING) == "1")

    def release(self):
        self.psql.communicate()


WAITING = ("SELECT count(*) FROM pg_stat_activity"
           " WHERE application_name = 'dagd pg_restore' AND wait_event_type = 'Lock'")
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dagd pg_restore'"


@pytest.fixture
def held(pg, pg_dump, pg_target, build, tmp_path, operate):
    assert operate("pg_restore", pg_arguments(pg, pg_dump)).code == 0
    restore = HeldRestore(pg, build, tmp_path, pg_dump)
    yield restore
    restore.release()


def test_no_process_shows_the_password_while_the_restore_runs(pg, pg_source, held):
    assert processes_with("--dbname=target"), "pg_restore is not found: the search is blind"
    assert processes_with(CANARY, "environ"), "the canary is not found: the search is blind"
    assert not processes_with(pg["PGPASSWORD"])
    assert not processes_with(pg["PGPASSWORD"], "environ")
    held.release()
    ended = held.program.end()
    assert ended.code == 0 and pg["PGPASSWORD"] not in ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_pg_restore_does_not_survive_its_operator(pg, held, how):
    held.program.process.send_signal(how)
    assert held.program.end().code == -how
    wait_for(lambda: not processes_with("--dbname=target"))
    # The server finds out by itself, though it waits for a lock.
    wait_for(lambda: dumps.psql(pg, SESSIONS) == "0")


@pytest.fixture
def store(s3, build):
    return Store(s3, build)


def test_a_dump_comes_from_s3(pg, pg_source, pg_dump, pg_target, store, operate):
    store.put("a b/ü.dump", pg_dump.read_bytes())
    found = store.find(prefix="a b/").result
    ended = operate("pg_restore", pg_arguments(pg, found, endpoint_url=store.server["AWS_ENDPOINT_URL"], **store.keys))
    assert ended.code == 0, ended.log
    assert ended.value["source"] == f"s3://{store.bucket}/a b/ü.dump"
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_dump_that_was_replaced_since_it_was_found_is_not_restored(pg, pg_dump, pg_target, store, operate, tmp_path):
    store.put("replaced.dump", pg_dump.read_bytes())
    found = store.find(prefix="replaced").result
    store.put("replaced.dump", pg_dump.read_bytes() + b"more")
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'precious' AS line", "target")
    ended = operate("pg_restore", pg_arguments(pg, found, endpoint_url=store.server["AWS_ENDPOINT_URL"], **store.keys))
    assert ended.code != 0 and "replaced.dump" in ended.last
    assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"


def test_a_wrong_secret_of_s3_is_a_sentence_without_it(pg, pg_dump, pg_target, store, operate):
    store.put("a.dump", pg_dump.read_bytes())
    keys = dict(store.keys, secret_access_key=CANARY)
    ended = operate("pg_restore", pg_arguments(pg, store.uri("a.dump"), endpoint_url=store.server["AWS_ENDPOINT_URL"],
                                               **keys))
    assert ended.code != 0
    assert ended.last.startswith(f'error: {store.server["AWS_ENDPOINT_URL"]} refuses the signature'), ended.last
    assert CANARY not in ended.log
