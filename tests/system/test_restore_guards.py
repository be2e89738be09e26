# SPDX-License-Identifier: MIT
"""What keeps a restore from a database it was not meant for: each guard refuses with one sentence, nothing of
the target changed, and lets pass what it was told to let pass."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

import dumps
from operator_process import PATH, Program, operate, wait_for  # noqa: F401
from s3_store import Store
from test_restore_mongodb import (mongo_archive, mongo_arguments, mongo_plain, mongo_source,  # noqa: F401
                                  mongo_target, stand_in)
from test_restore_postgres import (HeldRestore, held, pg_arguments, pg_dump, pg_source,  # noqa: F401
                                   pg_target)


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
    ({"Protected": True}, {}, 'there is no "Protected" in an extra; did you mean "protected"?'),
    ({"allowed_restore": ["test"]}, {}, 'no "allowed_restore" in an extra; did you mean "allow_restore"?'),
    ({"portected": True}, {}, 'there is no "portected" in an extra; did you mean "protected"?'),
    ({"allow_restoring": []}, {}, 'there is no "allow_restoring" in an extra; did you mean "allow_restore"?'),
    ({"rpotectde": True}, {}, 'there is no "rpotectde" in an extra; did you mean "protected"?'),
    ({"alow_restor": []}, {}, 'there is no "alow_restor" in an extra; did you mean "allow_restore"?'),
    ({"allowed_databases": []}, {}, 'no "allowed_databases" in an extra; did you mean "allow_restore"?'),
    ({"protect": True}, {}, 'there is no "protect" in an extra; did you mean "protected"?'),
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


def test_a_key_that_is_only_a_little_like_a_guard_is_none(pg, pg_source, pg_dump, pg_target, operate):
    connection = pg_connection(pg, project_id="shop", allow_insecure=False)
    ended = operate("pg_restore", {"source": str(pg_dump), "postgres_conn_id": connection})
    assert ended.code == 0, ended.log


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
    """An archive of all databases, source and second among them, and their names."""
    with dumps.mongo_client(mongo) as client:
        client.drop_database("target")
        client["second"]["notes"].insert_one({"_id": 1})
        names = sorted(set(client.list_database_names()) - {"admin", "config", "local"})
    path = tmp_path_factory.mktemp("mongo") / "whole.archive"
    with dumps.mongo_config(mongo) as options:
        dumps.run([str(dumps.TOOLS / "mongodump"), *options, f"--archive={path}"], {})
    return path, names


def test_every_database_of_an_archive_must_be_confirmed(mongo, mongo_source, mongo_whole, operate):
    with dumps.mongo_client(mongo) as client:
        client["second"]["notes"].replace_one({"_id": 1}, {"_id": 1, "changed": True}, upsert=True)
    path, names = mongo_whole
    arguments = {"source": str(path), "mongo_conn_id": mongo_connection(mongo, protected=True), "drop": True}
    ended = operate("mongorestore", dict(arguments, confirm="source"))
    assert ended.code == 78
    other = next(name for name in names if name != "source")
    assert f'database "{other}", which "confirm" does not name; if that is right, write ' \
        f'"confirm: [{", ".join(names)}]"' in ended.last
    assert dumps.mongo_answers(mongo, "second")["notes"][0] == [{"_id": 1, "changed": True}]
    ended = operate("mongorestore", dict(arguments, confirm="source", ns_include="source.*"))
    assert ended.code == 0, ended.log
    assert dumps.mongo_answers(mongo, "source") == mongo_source
    assert dumps.mongo_answers(mongo, "second")["notes"][0] == [{"_id": 1, "changed": True}]
    ended = operate("mongorestore", dict(arguments, confirm=names))
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
  - {task_id: both, operator: pg_restore, source: /a.dump, database: shop, confirm: [shop, shop_1]}
  - {task_id: a, operator: pg_restore, source: /a.dump, database: shop, confirm: "{{ params.database }}"}
  - {task_id: b, operator: mongorestore, source: /b.archive, confirm: [shop, "{{ params.database }}"]}
""")
    done = subprocess.run([build / "cli" / "dagctl", "dags", "check", tmp_path / "restore.yaml"],
                          env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, text=True, capture_output=True)
    assert done.returncode == 1
    assert "5:" in done.stdout and "6:" in done.stdout and done.stdout.count("confirm") >= 2, done.stdout
    assert "2 errors" in done.stdout + done.stderr


LIMITS = [
    ({"min_size": 1 << 40}, lambda path: None, "fewer than min_size (1099511627776), so it is not restored"),
    ({"max_age": 3600}, lambda path: os.utime(path, (0, time.time() - 7200)), "and so older than max_age (1h)"),
    ({"min_size": 1000, "max_age": 3600}, lambda path: None, None),
]
WRONG_LIMITS = [({"min_size": -1}, "min_size: not a number of bytes"), ({"min_size": "10MB"}, "min_size: not"),
                ({"max_age": -1}, "max_age: not a number of seconds"), ({"max_age": "2d"}, "max_age: not")]


@pytest.mark.parametrize("limits,change,sentence", LIMITS)
@pytest.mark.parametrize("kind", ["-Fc", "-Fd"])
def test_a_dump_of_postgresql_that_is_too_small_or_too_old_is_not_restored(
        pg, pg_source, pg_precious, operate, tmp_path, kind, limits, change, sentence):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", kind)
    for path in dump.glob("*") if dump.is_dir() else [dump]:
        change(path)
    ended = operate("pg_restore", pg_arguments(pg, dump, **limits))
    if sentence:
        assert ended.code == 1 and str(dump) in ended.last and sentence in ended.last
        assert pg_precious()
    else:
        assert ended.code == 0, ended.log


def test_an_old_dump_in_a_new_file_is_found_out_by_its_own_date(pg, pg_dump, pg_precious, operate, tmp_path):
    """The year is the sixth of seven numbers of a sign and four bytes, after the compression's one."""
    old, data = tmp_path / "old.dump", bytearray(pg_dump.read_bytes())
    year = (time.gmtime().tm_year - 1900).to_bytes(4, "little")
    at = data.index(b"\0" + year, 0, 64) + 1
    data[at:at + 4] = (120).to_bytes(4, "little")
    old.write_bytes(data)
    ended = operate("pg_restore", pg_arguments(pg, old, max_age=86400))
    assert ended.code == 1 and f"the archive in {old} is of 2020-" in ended.last and "max_age (1d)" in ended.last
    assert pg_precious()
    assert operate("pg_restore", pg_arguments(pg, old)).code == 0


@pytest.mark.parametrize("limits,change,sentence", LIMITS)
@pytest.mark.parametrize("kind", ["archive", "folder"])
def test_a_dump_of_mongodb_that_is_too_small_or_too_old_is_not_restored(
        mongo, mongo_archive, mongo_target, operate, tmp_path, kind, limits, change, sentence):
    dump = tmp_path / "dump"
    if kind == "folder":
        with dumps.mongo_config(mongo) as options:
            dumps.run([str(dumps.TOOLS / "mongodump"), *options, "--db", "source", f"--out={dump}"], os.environ)
    else:
        dump.write_bytes(mongo_archive.read_bytes())
    for path in dump.glob("*/*") if dump.is_dir() else [dump]:
        change(path)
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, dump, archive=kind == "archive", **limits))
    if sentence:
        assert ended.code == 1 and str(dump) in ended.last and sentence in ended.last
        assert list(mongo_target.orders.find()) == [{"_id": "precious"}]
    else:
        assert ended.code == 0, ended.log


@pytest.mark.parametrize("operator", ["pg_restore", "mongorestore"])
@pytest.mark.parametrize("limits,sentence", WRONG_LIMITS)
def test_limits_that_are_none_fail_for_good(build, operate, operator, limits, sentence):
    ended = operate(operator, {"source": "/nowhere", "database": "x", **limits})
    assert ended.code == 78 and sentence in ended.last


def test_an_object_that_is_too_small_is_not_even_fetched(pg, pg_dump, pg_precious, s3, build, operate):
    store = Store(s3, build)
    store.put("small.dump", pg_dump.read_bytes())
    place = {"endpoint_url": s3["AWS_ENDPOINT_URL"], **store.keys}
    ended = operate("pg_restore", pg_arguments(pg, store.uri("small.dump"), min_size=1 << 40, **place))
    assert ended.code == 1 and store.uri("small.dump") in ended.last and "fewer than min_size" in ended.last
    assert "fetching" not in ended.log and pg_precious()
    ended = operate("pg_restore", pg_arguments(pg, store.uri("small.dump"), max_age=3600, **place))
    assert ended.code == 0, ended.log


def other_version(dump, folder, nth):
    """The dump with 99 for 15 in one of the versions in its head: of the server, of pg_dump."""
    changed, data = folder / "version.dump", bytearray(dump.read_bytes())
    version = dumps.run(["pg_dump", "--version"], os.environ).split(") ")[1].split()[0].encode()
    at = 0
    for _ in range(nth):
        at = data.index(b"\0" + version, at) + 1
    data[at:at + 2] = b"99"
    changed.write_bytes(data)
    return changed


@pytest.mark.parametrize("nth,sentence", [(1, "the dump is of PostgreSQL 99, the server of"),
                                          (2, "the dump was made by pg_dump 99, which is newer than this")])
def test_a_dump_of_a_newer_postgresql_is_refused_unless_that_is_wanted(
        pg, pg_source, pg_dump, pg_precious, operate, tmp_path, nth, sentence):
    arguments = pg_arguments(pg, other_version(pg_dump, tmp_path, nth))
    ended = operate("pg_restore", arguments)
    assert ended.code == 78 and sentence in ended.last and "allow_version_mismatch: true" in ended.last
    assert pg_precious()
    ended = operate("pg_restore", dict(arguments, allow_version_mismatch=True))
    assert ended.code == 0 and f"warning: {sentence}" in ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_a_pg_restore_with_a_known_hole_is_refused_unless_it_is_wanted(
        pg, pg_source, pg_dump, pg_precious, operate, tmp_path):
    major = int(dumps.psql(pg, "SHOW server_version_num")) // 10000
    program = tmp_path / "bin" / "pg_restore"
    program.parent.mkdir()
    program.write_text(f"""#!/bin/sh
test "$1" = --version && echo 'pg_restore (PostgreSQL) {major}.1' && exit
exec /usr/bin/pg_restore "$@"
""")
    program.chmod(0o755)
    path = f"{program.parent}:{PATH}"
    ended = operate("pg_restore", pg_arguments(pg, pg_dump), PATH=path)
    assert ended.code == 78 and f"pg_restore {major}.1 runs SQL that is hidden" in ended.last
    assert "(CVE-2025-8715); install" in ended.last and pg_precious()
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, allow_version_mismatch=True), PATH=path)
    assert ended.code == 0 and "warning: pg_restore" in ended.log


@pytest.mark.parametrize("old,new,sentence", [
    (b"8.2.11", b"7.2.11", "the dump is of MongoDB 7.2.11, the server of 8.2.11"),
    (b"100.", b"999.", "the dump was made by mongodump 999."),
])
def test_a_dump_of_another_mongodb_is_refused_unless_that_is_wanted(
        mongo, mongo_source, mongo_plain, mongo_target, operate, tmp_path, old, new, sentence):
    changed = tmp_path / "version.archive"
    changed.write_bytes(mongo_plain.read_bytes().replace(old, new, 1))
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, changed))
    assert ended.code == 78 and sentence in ended.last and "allow_version_mismatch: true" in ended.last
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]
    ended = operate("mongorestore", mongo_arguments(mongo, changed, allow_version_mismatch=True))
    assert ended.code == 0 and f"warning: {sentence}" in ended.log
    assert dumps.mongo_answers(mongo, "target") == mongo_source


def test_a_second_restore_into_a_database_of_postgresql_is_told_who_restores(
        pg, pg_source, pg_dump, held, operate):
    ended = operate("pg_restore", pg_arguments(pg, pg_dump), DAGD_DAG_ID="shop", DAGD_TASK_ID="second")
    assert ended.code == 1
    assert 'another restore into database "target" is running (dagd pg_restore, process ' in ended.last
    assert "changed nothing" in ended.last
    dumps.postgres_create(pg, "other")
    assert operate("pg_restore", pg_arguments(pg, pg_dump, database="other")).code == 0
    # The server frees the lock of whoever died.
    held.program.process.send_signal(signal.SIGKILL)
    held.program.process.wait()
    held.release()
    arguments = pg_arguments(pg, pg_dump)
    assert wait_for(lambda: operate("pg_restore", arguments).code == 0)
    assert dumps.postgres_answers(pg, "target") == pg_source


def with_var_tmp(folder):
    """What a program is started by that is to have this folder as /var/tmp; the other tests keep theirs."""
    own = ["unshare", "--mount", "--propagation", "private",
           "sh", "-c", 'mount --bind "$0" /var/tmp && exec "$@"', folder]
    if subprocess.run([*own, "true"], capture_output=True).returncode != 0:
        pytest.skip("no mounts of one's own here")
    return own


def test_a_second_restore_into_a_database_of_mongodb_is_told_who_restores(
        mongo, mongo_source, mongo_archive, mongo_target, build, tmp_path):
    var_tmp, second = tmp_path / "var-tmp", tmp_path / "second"
    var_tmp.mkdir()
    second.mkdir()
    prefix = with_var_tmp(var_tmp)

    def restore(folder=second, arguments=mongo_arguments(mongo, mongo_archive), **environment):
        return Program(build, folder, "mongorestore", arguments, prefix=prefix, **environment)

    path = stand_in(tmp_path, "echo 'it runs'\nexec sleep 3600")
    first = restore(tmp_path, PATH=path, DAGD_DAG_ID="shop", DAGD_TASK_ID="first")
    wait_for(lambda: "it runs" in (tmp_path / "mongorestore.log").read_text())
    again = restore().end()
    assert again.code == 1
    assert f'another restore into database "target" is running (shop.first, process {first.process.pid}, since 2' \
        in again.last
    assert dumps.mongo_answers(mongo, "target") == {}
    assert restore(arguments=mongo_arguments(mongo, mongo_archive, ns_to="elsewhere.*")).end().code == 0
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    assert wait_for(lambda: restore().end().code == 0)
    assert dumps.mongo_answers(mongo, "target") == mongo_source
    assert list((var_tmp / f"dagd-restores-{os.geteuid()}").iterdir()) == []


def test_a_folder_of_locks_that_is_somebody_elses_is_not_used(
        mongo, mongo_archive, mongo_target, build, tmp_path):
    folder = tmp_path / "var-tmp" / f"dagd-restores-{os.geteuid()}"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    ended = Program(build, tmp_path, "mongorestore", mongo_arguments(mongo, mongo_archive),
                    prefix=with_var_tmp(folder.parent)).end()
    assert ended.code == 1 and "is not a folder that only this user may open" in ended.last
    assert list(mongo_target.list_collection_names()) == []


def test_a_dry_run_tells_what_would_become_of_a_database_of_postgresql(pg, pg_source, pg_dump, pg_target, operate):
    assert operate("pg_restore", pg_arguments(pg, pg_dump)).code == 0
    dumps.psql(pg, "CREATE TABLE mine AS SELECT 1 AS n; ANALYZE", "target")
    before = dumps.postgres_answers(pg, "target")
    places = dumps.psql(pg, "SELECT string_agg(relname || relfilenode, ' ' ORDER BY oid) FROM pg_class", "target")
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, dry_run=True))
    assert ended.code == 0, ended.log
    value = ended.value
    assert value["dry_run"] is True and (value["database"], value["tables"], value["rows"]) == ("target", 7, 3503)
    assert (value["existing_tables"], value["existing_rows"], value["other_tables"]) == (7, 3503, 1)
    assert value["command"].startswith("pg_restore --clean --if-exists ") and "--dbname=target" in value["command"]
    for line in ("table lending.customer (about 500 rows, ", "table public.Größe und 表 (about 3 rows, ",
                 ") would be dropped and made anew", f"dump: {pg_dump}, ",
                 "there are already: 7, with about 3503 rows; other tables, which stay as they are: 1",
                 "from PostgreSQL ", "would run: pg_restore --clean", "dry run: nothing was changed"):
        assert line in ended.log, line
    assert pg["PGPASSWORD"] not in ended.log and "PASS" not in value["command"]
    assert dumps.postgres_answers(pg, "target") == before
    assert places == dumps.psql(
        pg, "SELECT string_agg(relname || relfilenode, ' ' ORDER BY oid) FROM pg_class", "target")
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, dry_run=True, clean=False))
    assert ") would stay, and the rows of the dump be added" in ended.log
    assert operate("pg_restore", pg_arguments(pg, pg_dump)).value["dry_run"] is False


def test_a_dry_run_tells_what_would_become_of_a_database_of_mongodb(
        mongo, mongo_archive, mongo_target, operate):
    mongo_target.orders.insert_many([{"_id": 1}, {"_id": 2}])
    mongo_target.mine.insert_one({"_id": 1})
    before = dumps.mongo_answers(mongo, "target")
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, dry_run=True))
    assert ended.code == 0, ended.log
    value = ended.value
    assert value["dry_run"] is True and (value["documents"], value["collections"]) == (2020, 4)
    assert (value["existing_collections"], value["existing_documents"]) == (1, 2)
    assert value["command"].startswith("mongorestore --config=/proc/self/fd/")
    for line in ("collection target.orders (2 documents) would be dropped and made anew",
                 "of the dump's 4 collections there are already: 1, with 2 documents", f"dump: {mongo_archive}, ",
                 "would run: mongorestore ", "dry run: nothing was changed"):
        assert line in ended.log, line
    assert mongo["MONGODB_PASS"] not in ended.log
    assert dumps.mongo_answers(mongo, "target") == before


def test_a_dry_run_is_refused_what_a_restore_is_refused(pg, pg_dump, pg_precious, operate):
    arguments = {"source": str(pg_dump), "postgres_conn_id": pg_connection(pg, protected=True), "dry_run": True}
    ended = operate("pg_restore", arguments)
    assert ended.code == 78 and "is protected" in ended.last and pg_precious()


def example(bucket):
    """examples/restore_safely.yaml with what a test has: a bucket, a small dump, its tables."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "examples" / "restore_safely.yaml").read_text()
    for old, new in (("company-backups", bucket), ("1MiB", "10kB"), ("FROM customers", "FROM lending.customer"),
                     ("staging_shop\n    min", "target\n    min"), ("retries: 3", "retries: 0")):
        assert old in text
        text = text.replace(old, new)
    return text


def test_the_example_is_rehearsed_and_then_restores(pg, pg_source, pg_dump, pg_target, s3, build, dagd_home):
    store = Store(s3, build)
    store.put("postgres/production/a.dump", pg_dump.read_bytes())
    dagd_home.environment.update(AWS_ENDPOINT_URL=s3["AWS_ENDPOINT_URL"], AWS_DEFAULT_REGION="us-east-1",
                                 AWS_ACCESS_KEY_ID=store.keys["access_key_id"],
                                 AWS_SECRET_ACCESS_KEY=store.keys["secret_access_key"])
    dagd_home.write_dag("restore_safely", example(store.bucket))
    dagd_home.start()
    extra = '{"protected": true, "allow_restore": ["target"]}'
    added = dagd_home.dagctl("connections", "add", "staging", "--conn-type", "postgres", "--conn-host", pg["PGHOST"],
                             "--conn-port", pg["PGPORT"], "--conn-login", pg["PGUSER"], "--conn-schema", "target",
                             "--conn-password", "-", "--conn-extra", extra, stdin=pg["PGPASSWORD"])
    assert added.returncode == 0, added.stderr

    def run(**conf):
        run_id = dagd_home.trigger("restore_safely", conf)
        state = dagd_home.wait_run("restore_safely", run_id)["state"]
        return state, dagd_home.tasks("restore_safely", run_id), run_id
    state, tasks, run_id = run()
    log = dagd_home.task_log("restore_safely", run_id, "restore")
    assert (state, tasks["count_customers"]["state"]) == ("success", "skipped"), log
    assert "dry run: nothing was changed" in log
    assert dumps.psql(pg, "SELECT count(*) FROM pg_tables WHERE schemaname = 'lending'", "target") == "0"
    state, tasks, run_id = run(dry_run=False)
    assert (state, tasks["count_customers"]["state"]) == ("success", "success"), tasks
    assert dumps.postgres_answers(pg, "target") == pg_source
    dagd_home.load_dag("restore_safely", example(store.bucket).replace("confirm: target", "confirm: production"))
    state, tasks, run_id = run(dry_run=False)
    assert (state, tasks["restore"]["state"], tasks["restore"]["try_number"]) == ("failed", "failed", 1)
    assert 'database "target", which "confirm" does not name' in tasks["restore"]["reason"]
