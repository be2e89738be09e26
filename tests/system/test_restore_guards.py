# SPDX-License-Identifier: MIT
"""What keeps a restore from a database it was not meant for: each guard refuses with one sentence, nothing of
the target changed, and lets pass what it was told to let pass."""
import subprocess

import pytest

import dumps
from operator_process import operate  # noqa: F401
from test_restore_mongodb import mongo_archive, mongo_arguments, mongo_source, mongo_target  # noqa: F401
from test_restore_postgres import pg_arguments, pg_dump, pg_source, pg_target  # noqa: F401


def pg_connection(pg, **extra):
    return {"conn_id": "production", "conn_type": "postgres", "host": pg["PGHOST"], "port": int(pg["PGPORT"]),
            "login": pg["PGUSER"], "password": pg["PGPASSWORD"], "schema": "target", "extra": extra}


def mongo_connection(mongo, **extra):
    return {"conn_id": "production", "conn_type": "mongo", "host": mongo["MONGODB_HOST"],
            "port": int(mongo["MONGODB_PORT"]), "login": mongo["MONGODB_USER"], "password": mongo["MONGODB_PASS"],
            "extra": extra}


# The connection's extra, what the task adds, and the sentence; None: the restore is done.
GUARDS = [
    ({"protected": True}, {}, 'connection "production" is protected: to restore into its database "target", '
                              'write "confirm: target" in this task'),
    ({"protected": True}, {"confirm": "targe"}, 'database "target", which "confirm" does not name'),
    ({"protected": True}, {"confirm": "target*"}, 'database "target", which "confirm" does not name'),
    ({"protected": True}, {"confirm": "target"}, None),
    ({"protected": "True"}, {}, "is protected"),  # as in a connection that is written as a URI
    ({"protected": "yes"}, {"confirm": "target"}, '"protected" in its extra is neither true nor false'),
    ({"protected": False}, {}, None),
    ({}, {"confirm": "staging"}, 'database "target", which "confirm" does not name'),
    ({}, {"confirm": ""}, "confirm: neither the name of a database nor a list of such"),
    ({"allow_restore": ["staging_*", "test"]}, {"confirm": "target"},
     'lets nothing be restored into database "target": "allow_restore" in its extra names staging_*, test'),
    ({"allow_restore": []}, {}, '"allow_restore" in its extra names none'),
    ({"allow_restore": "test,tar*"}, {}, None),
    ({"allow_restore": ["t?rget"]}, {}, None),
    ({"allow_restore": [1]}, {}, '"allow_restore" in its extra is neither a text like staging_* nor a list'),
    ({"allow_restore": ["target"], "protected": True}, {}, "is protected"),
    ({"allow_restore": ["target"], "protected": True}, {"confirm": "target"}, None),
]


@pytest.fixture
def pg_precious(pg, pg_source, pg_target):
    """A target that holds something; what must be in it after a refusal."""
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'precious' AS line", "target")
    return lambda: dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"


@pytest.mark.parametrize("extra,more,sentence", GUARDS)
def test_a_guard_of_the_connection_stands_before_postgresql(
        pg, pg_source, pg_dump, pg_precious, operate, extra, more, sentence):
    arguments = {"source": str(pg_dump), "postgres_conn_id": pg_connection(pg, **extra), "clean": True, **more}
    ended = operate("pg_restore", arguments)
    if sentence:
        assert ended.code == 78 and sentence in ended.last, ended.log
        assert pg_precious()
    else:
        assert ended.code == 0, ended.log
        assert dumps.postgres_answers(pg, "target") == pg_source
    assert "is not used" not in ended.log


@pytest.mark.parametrize("extra,more,sentence", GUARDS)
def test_a_guard_of_the_connection_stands_before_mongodb(
        mongo, mongo_source, mongo_archive, mongo_target, operate, extra, more, sentence):
    mongo_target.orders.insert_one({"_id": "precious"})
    arguments = {"source": str(mongo_archive), "mongo_conn_id": mongo_connection(mongo, **extra), "drop": True,
                 "ns_from": "source.*", "ns_to": "target.*", **more}
    ended = operate("mongorestore", arguments)
    if sentence:
        assert ended.code == 78 and sentence in ended.last, ended.log
        assert list(mongo_target.orders.find()) == [{"_id": "precious"}]
    else:
        assert ended.code == 0, ended.log
        assert dumps.mongo_answers(mongo, "target") == mongo_source
    assert "warning" not in ended.log


def test_a_parameter_that_names_another_database_is_what_the_guard_sees(pg, pg_dump, pg_precious, operate):
    connection = dict(pg_connection(pg, allow_restore=["staging"]), schema="staging")
    ended = operate("pg_restore", {"source": str(pg_dump), "postgres_conn_id": connection, "database": "target"})
    assert ended.code == 78 and 'lets nothing be restored into database "target"' in ended.last
    assert pg_precious()


def test_an_extra_that_is_no_map_is_not_the_same_as_none(pg, pg_dump, pg_precious, operate):
    connection = dict(pg_connection(pg), extra="protected: true")
    ended = operate("pg_restore", {"source": str(pg_dump), "postgres_conn_id": connection, "clean": True})
    assert ended.code == 78 and 'connection "production": its extra is not a map' in ended.last
    assert pg_precious()


@pytest.mark.parametrize("word", ["--create", "--crea", "-C", "-vC"])
def test_the_dump_does_not_choose_the_database(pg, pg_dump, pg_precious, operate, word):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, extra_args=[word]))
    assert ended.code == 78 and f'"{word}" is not for the task to say' in ended.last
    assert pg_precious()


@pytest.fixture(scope="module")
def mongo_whole(mongo, mongo_source, tmp_path_factory):
    """An archive of two databases."""
    with dumps.mongo_client(mongo) as client:
        client.drop_database("target")
        client["second"]["notes"].insert_one({"_id": 1})
    path = tmp_path_factory.mktemp("mongo") / "whole.archive"
    with dumps.mongo_config(mongo) as options:
        dumps.run([str(dumps.TOOLS / "mongodump"), *options, f"--archive={path}"], {})
    return path


def test_every_database_of_an_archive_must_be_confirmed(mongo, mongo_source, mongo_whole, operate):
    with dumps.mongo_client(mongo) as client:
        client["second"]["notes"].replace_one({"_id": 1}, {"_id": 1, "changed": True}, upsert=True)
    arguments = {"source": str(mongo_whole), "mongo_conn_id": mongo_connection(mongo, protected=True), "drop": True}
    ended = operate("mongorestore", dict(arguments, confirm="source"))
    assert ended.code == 78
    assert 'database "second", which "confirm" does not name; if that is right, write "confirm: [second, source]"' \
        in ended.last
    assert dumps.mongo_answers(mongo, "second")["notes"][0] == [{"_id": 1, "changed": True}]
    ended = operate("mongorestore", dict(arguments, confirm="source", ns_include="source.*"))
    assert ended.code == 0, ended.log
    assert dumps.mongo_answers(mongo, "source") == mongo_source
    assert dumps.mongo_answers(mongo, "second")["notes"][0] == [{"_id": 1, "changed": True}]
    ended = operate("mongorestore", dict(arguments, confirm=["second", "source"]))
    assert ended.code == 0, ended.log
    assert dumps.mongo_answers(mongo, "second")["notes"][0] == [{"_id": 1}]


def test_a_restore_of_nothing_has_no_database_to_compare(mongo, mongo_archive, operate):
    arguments = {"source": str(mongo_archive), "mongo_conn_id": mongo_connection(mongo, protected=True),
                 "confirm": "source", "ns_include": "nowhere.*"}
    ended = operate("mongorestore", arguments)
    assert ended.code == 78 and "nothing in" in ended.last and "would be restored" in ended.last


@pytest.mark.parametrize("said,sentence", [
    ("found collection a.b bson to restore to target.c bson to restore to x.y", "cannot tell which collection"),
    ("found collection a.b", "cannot tell which collection"),
    ("Failed: what a day", "mongorestore --dryRun failed (exit code 0): Failed: what a day"),
])
def test_what_mongorestore_says_must_be_clear(mongo, mongo_archive, operate, tmp_path, said, sentence):
    program = tmp_path / "bin" / "mongorestore"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '2026\\t%s\\n' '{said}'\n")
    program.chmod(0o755)
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive), PATH=f"{program.parent}:/usr/bin:/bin")
    assert ended.code == 1 and sentence in ended.last


def test_who_writes_the_confirmation_is_a_person(build, tmp_path):
    (tmp_path / "restore.yaml").write_text("""
params: {database: shop}
tasks:
  - {task_id: a, operator: pg_restore, source: /a.dump, database: shop, confirm: "{{ params.database }}"}
  - {task_id: b, operator: mongorestore, source: /b.archive, confirm: [shop, "{{ params.database }}"]}
""")
    done = subprocess.run([build / "cli" / "dagctl", "dags", "check", tmp_path / "restore.yaml"],
                          env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, text=True, capture_output=True)
    assert done.returncode == 1
    assert "4:" in done.stdout and "5:" in done.stdout and done.stdout.count("confirm") >= 2, done.stdout
    assert "2 errors" in done.stdout + done.stderr
