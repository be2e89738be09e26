# SPDX-License-Identifier: MIT
"""Collections of every kind that the server has: each is restored as it was, or refused before anything is lost."""
import datetime
import os
import pathlib
import shutil

import pytest

import dumps
from operator_process import CANARY, PATH, operate  # noqa: F401
from test_restore_mongodb import mongo_archive, mongo_arguments, mongo_source, mongo_target, stand_in  # noqa: F401

SERIES = {"timeseries": {"timeField": "t", "metaField": "m"}}


def fill(database):
    database.client.drop_database(database.name)
    database.plain.insert_many([{"_id": i} for i in range(7)])
    database.create_collection("view", viewOn="plain", pipeline=[{"$match": {"_id": {"$gt": 3}}}])
    database.create_collection("capped", capped=True, size=4096, max=5)
    database.capped.insert_many([{"_id": i} for i in range(4)])
    database.create_collection("checked", validator={"x": {"$type": "int"}}, validationLevel="strict")
    database.checked.insert_one({"_id": 1, "x": 1})
    database.create_collection("sorted", collation={"locale": "de"})
    database.indexed.create_index("name", expireAfterSeconds=3600, partialFilterExpression={"name": {"$exists": True}})
    database.create_collection("clustered", clusteredIndex={"key": {"_id": 1}, "unique": True})
    database.clustered.insert_one({"_id": 1})


def described(database):
    """Every collection with its options, documents and indexes."""
    return {about["name"]: (about["type"], about["options"], list(database[about["name"]].find().sort("_id", 1)),
                            about["type"] == "view" or dumps.mongo_indexes(database[about["name"]]))
            for about in database.list_collections()}


@pytest.fixture(scope="module")
def series_source(mongo):
    with dumps.mongo_client(mongo) as client:
        client.drop_database("source")
        client.source.create_collection("series", **SERIES)
        client.source.series.insert_many(
            [{"t": datetime.datetime(2026, 1, 1, i), "m": {"k": i % 3}, "v": i} for i in range(20)])


def dump_source(mongo, folder, kind):
    if kind != "folder":
        return dumps.mongo_dump(mongo, "source", folder / "archive", gzip=kind == "gzip")
    with dumps.mongo_config(mongo) as options:
        dumps.run([str(dumps.TOOLS / "mongodump"), *options, "--db", "source", f"--out={folder}/out"], os.environ)
    return folder / "out"


@pytest.mark.parametrize("kind", ["archive", "gzip", "folder"])
def test_a_time_series_that_mongorestore_would_misplace_is_refused(
        mongo, series_source, mongo_target, operate, tmp_path, kind):
    mongo_target.series.insert_one({"_id": "precious"})
    arguments = mongo_arguments(mongo, dump_source(mongo, tmp_path, kind), archive=kind != "folder")
    ended = operate("mongorestore", arguments)
    assert ended.code == 78 and "the time series source.series holds documents and no buckets" in ended.last
    assert list(mongo_target.series.find()) == [{"_id": "precious"}]
    assert "system.buckets.series" not in mongo_target.list_collection_names()
    ended = operate("mongorestore", dict(arguments, dry_run=True, allow_version_mismatch=True))
    assert ended.code == 0 and "warning: the time series source.series" in ended.log
    newer = stand_in(tmp_path, "")
    program = tmp_path / "bin" / "mongorestore"
    program.write_text(program.read_text().replace(
        "#!/bin/sh\n", "#!/bin/sh\ntest $1 = --version && echo mongorestore version: 100.16.0 && exit\n"))
    ended = operate("mongorestore", dict(arguments, dry_run=True), PATH=newer)
    assert ended.code == 0 and "warning" not in ended.log, ended.log


def test_a_time_series_in_a_folder_has_its_buckets(mongo, series_source, mongo_target, operate, tmp_path):
    folder = dump_source(mongo, tmp_path, "folder")
    (folder / "source" / "series.bson").rename(folder / "source" / "system.buckets.series.bson")
    arguments = mongo_arguments(mongo, folder, archive=False, dry_run=True)
    ended = operate("mongorestore", arguments)
    assert ended.code == 0, ended.log
    (folder / "source" / "system.buckets.series.bson").unlink()
    ended = operate("mongorestore", arguments)
    assert ended.code == 1 and "source/series.metadata.json: source/system.buckets.series.bson, which belongs to it, " \
        "is missing" in ended.last, ended.log


@pytest.mark.parametrize("kind", ["archive", "gzip", "folder"])
def test_collections_of_every_kind_are_restored_equal(mongo, mongo_target, operate, tmp_path, kind):
    with dumps.mongo_client(mongo) as client:
        fill(client.source)
        dump = dump_source(mongo, tmp_path, kind)
        for _ in range(2):
            ended = operate("mongorestore", mongo_arguments(mongo, dump, archive=kind != "folder"))
            assert ended.code == 0, ended.log
            assert described(client.target) == described(client.source)


def test_a_document_that_a_validator_refuses_is_a_failure(mongo, mongo_target, operate, tmp_path):
    with dumps.mongo_client(mongo) as client:
        client.drop_database("source")
        client.source.checked.insert_many([{"_id": 1, "x": 1}, {"_id": 2, "x": "text"}])
        dump = dump_source(mongo, tmp_path, "archive")
        client.target.create_collection("checked", validator={"x": {"$type": "int"}})
    ended = operate("mongorestore", mongo_arguments(mongo, dump, drop=False))
    assert ended.code == 1 and "1 of 2 documents of " in ended.last, ended.log


@pytest.mark.parametrize("kind", ["archive", "gzip", "folder"])
def test_a_dump_without_documents_does_not_empty_collections_by_mistake(mongo, mongo_target, operate, tmp_path, kind):
    with dumps.mongo_client(mongo) as client:
        client.drop_database("source")
        client.source.create_collection("orders")
        client.source.create_collection("other")
        dump = dump_source(mongo, tmp_path, kind)
    mongo_target.orders.insert_one({"_id": "precious"})
    arguments = mongo_arguments(mongo, dump, archive=kind != "folder")
    for more in {}, {"dry_run": True}, {"ns_include": "source.*"}:
        ended = operate("mongorestore", dict(arguments, **more))
        assert ended.code == 1 and f"nothing was restored: {dump} holds the documents of no collection, but drop " \
            "would drop target.orders, which holds some" in ended.last, ended.log
        assert list(mongo_target.orders.find()) == [{"_id": "precious"}]
    for more in {"ns_include": "source.other"}, {"drop": False}:
        ended = operate("mongorestore", dict(arguments, **more))
        assert ended.code == 0, ended.log
        assert list(mongo_target.orders.find()) == [{"_id": "precious"}]
    mongo_target.orders.delete_many({})
    ended = operate("mongorestore", arguments)
    assert ended.code == 0, ended.log


@pytest.mark.parametrize("kind", ["archive", "folder"])
def test_what_ns_include_leaves_of_a_dump_may_be_empty_collections(mongo, mongo_target, operate, tmp_path, kind):
    with dumps.mongo_client(mongo) as client:
        client.drop_database("source")
        client.source.create_collection("empty")
        client.source["or/ders"].insert_one({"_id": 1})
        client.source["a.b"].insert_one({"_id": 1})
        dump = dump_source(mongo, tmp_path, kind)
    arguments = mongo_arguments(mongo, dump, archive=kind != "folder")
    for name in "empty", "or/ders", "a.b":
        mongo_target[name].insert_one({"_id": "precious"})
        ended = operate("mongorestore", dict(arguments, ns_include=f"source.{name}"))
        assert ended.code == (1 if name == "empty" else 0), ended.log
        assert list(mongo_target[name].find()) == [{"_id": "precious" if name == "empty" else 1}], ended.log
    ended = operate("mongorestore", dict(arguments, ns_include=["source.empty", "source.a.b"]))
    assert ended.code == 0 and list(mongo_target.empty.find()) == [], ended.log


def held_folder(mongo, tmp_path, before_restoring):
    """A folder of a dump, and a PATH with a mongorestore before which something happens."""
    with dumps.mongo_client(mongo) as client:
        fill(client.source)
    folder = dump_source(mongo, tmp_path, "folder")
    return folder, stand_in(tmp_path, f'{before_restoring}\nexec {dumps.TOOLS}/mongorestore "$@"')


def test_a_link_to_a_folder_of_mongodump_is_followed_once(mongo, mongo_target, operate, tmp_path):
    (tmp_path / "empty").mkdir()
    folder, path = held_folder(mongo, tmp_path, f"ln -sfn '{tmp_path}/empty' '{tmp_path}/latest'")
    (tmp_path / "latest").symlink_to(folder)
    ended = operate("mongorestore", mongo_arguments(mongo, tmp_path / "latest", archive=False), PATH=path)
    assert ended.code == 0 and ended.value["source"] == str(folder), ended.log
    with dumps.mongo_client(mongo) as client:
        assert described(client.target) == described(client.source)


def test_a_dump_of_mongodb_that_is_written_after_it_was_read_is_not_restored(
        mongo, mongo_source, mongo_archive, mongo_target, operate, tmp_path):
    dump = pathlib.Path(shutil.copy(mongo_archive, tmp_path / "growing"))
    program = tmp_path / "bin" / "mongorestore"
    program.parent.mkdir()
    program.write_text(f"""#!/bin/sh
case "$*" in *--dryRun*) {dumps.TOOLS}/mongorestore "$@"; code=$?; echo more >> '{dump}'; exit $code ;; esac
exec {dumps.TOOLS}/mongorestore "$@"
""")
    program.chmod(0o755)
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, dump), PATH=f"{program.parent}:{PATH}")
    assert ended.code == 1 and f"{dump} was changed after it was read, so nothing was restored" in ended.last
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]


def test_a_long_line_is_not_broken_where_a_secret_may_stand(mongo, mongo_target, operate, tmp_path):
    says = f"yes {CANARY} | head -n 20000 | tr -d '\\n'; echo"
    folder, path = held_folder(mongo, tmp_path, f'case "$*" in *--dryRun*|*--version*) ;; *) {says} ;; esac')
    ended = operate("mongorestore", mongo_arguments(mongo, folder, archive=False), PATH=path)
    assert ended.code == 0 and CANARY * 20000 + "\n" in ended.log
