# SPDX-License-Identifier: MIT
"""mongorestore as a program of its own, against a real server: a restore ends equal, or it ends before the
target has lost anything, with one sentence that says why."""
import gzip
import os
import signal

import pytest

import dumps
from operator_process import CANARY, PATH, Program, operate, processes_with, wait_for  # noqa: F401
from s3_store import Store
from tcp_proxy import CutFrom, TcpProxy

@pytest.fixture(scope="module")
def mongo_source(mongo):
    dumps.mongo_fill(mongo, "source")
    return dumps.mongo_answers(mongo, "source")


@pytest.fixture(scope="module")
def mongo_archive(mongo, mongo_source, tmp_path_factory):
    return dumps.mongo_dump(mongo, "source", tmp_path_factory.mktemp("mongo") / "source.archive.gz")


@pytest.fixture(scope="module")
def mongo_plain(mongo, mongo_source, tmp_path_factory):
    return dumps.mongo_dump(mongo, "source", tmp_path_factory.mktemp("mongo") / "source.archive", gzip=False)


@pytest.fixture
def mongo_target(mongo):
    with dumps.mongo_client(mongo) as client:
        client.drop_database("target")
        yield client["target"]


def mongo_arguments(mongo, source, **more):
    return dict({"source": str(source), "host": mongo["MONGODB_HOST"], "port": int(mongo["MONGODB_PORT"]),
                 "user": mongo["MONGODB_USER"], "password": mongo["MONGODB_PASS"], "drop": True,
                 "ns_from": "source.*", "ns_to": "target.*"}, **more)


def test_an_archive_is_restored_equal_the_first_time_and_again(
        mongo, mongo_source, mongo_archive, mongo_target, operate):
    for _ in range(2):
        ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, gzip=True))
        assert ended.code == 0, ended.log
        assert dumps.mongo_answers(mongo, "target") == mongo_source
        assert (ended.value["documents"], ended.value["collections"]) == (2020, 4)
        assert ended.value["bytes"] == mongo_archive.stat().st_size
        assert "mongorestore --config=/proc/self/fd/" in ended.log and "--drop" in ended.log
        assert mongo["MONGODB_PASS"] not in ended.log


def test_an_archive_that_is_not_compressed_is_restored(mongo, mongo_source, mongo_plain, mongo_target, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_plain, num_parallel_collections=1))
    assert ended.code == 0, ended.log
    assert "--gzip" not in ended.log
    assert dumps.mongo_answers(mongo, "target") == mongo_source


def test_a_part_of_an_archive_is_restored(mongo, mongo_source, mongo_archive, mongo_target, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, ns_include=["source.orders", "source.empty"]))
    assert ended.code == 0, ended.log
    assert ended.value["documents"] == 1500
    assert set(dumps.mongo_answers(mongo, "target")) == {"orders", "empty"}


def test_a_folder_of_mongodump_is_restored(mongo, mongo_source, mongo_target, operate, tmp_path):
    with dumps.mongo_config(mongo) as options:
        dumps.run([str(dumps.TOOLS / "mongodump"), *options, "--db", "source", f"--out={tmp_path}/out"], os.environ)
    arguments = mongo_arguments(mongo, tmp_path / "out")
    ended = operate("mongorestore", arguments)
    assert ended.code == 78 and "a folder needs archive: false" in ended.last
    ended = operate("mongorestore", dict(arguments, archive=False))
    assert ended.code == 0, ended.log
    assert dumps.mongo_answers(mongo, "target") == mongo_source


def test_documents_that_fail_are_a_failure(mongo, mongo_archive, mongo_target, operate):
    arguments = mongo_arguments(mongo, mongo_archive)
    assert operate("mongorestore", arguments).code == 0
    ended = operate("mongorestore", dict(arguments, drop=False, ns_include="source.files.chunks"))
    assert ended.code == 1 and ended.value is None
    assert "20 of 20 documents of " in ended.last and "duplicate key" in ended.last
    ended = operate("mongorestore", dict(arguments, drop=False, stop_on_error=True))
    assert ended.code == 1 and "duplicate key" in ended.last


def cut_archive(data):
    return data[:-200]


def flipped_archive(data):
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 0x10
    return bytes(changed)


def wrong_checksum(data):
    """The four bytes before the length are gzip's own checksum."""
    return data[:-8] + bytes([data[-8] ^ 0x10]) + data[-7:]


def cut_at_the_end_of_a_document(data):
    """What is left is a sound row of documents; only the end marks are missing."""
    return data[:data.rindex(b"\xff\xff\xff\xff", 0, -4)]


@pytest.mark.parametrize("source,change,sentence", [
    ("gzip", cut_archive, "it is cut off: its gzip data has no end"),
    ("gzip", lambda data: data[:-4], "it is cut off: its gzip data has no end"),
    ("gzip", flipped_archive, ""),  # whether gzip or the documents tell is a matter of the bit
    ("gzip", wrong_checksum, "it is damaged: gzip says"),
    ("gzip", lambda data: gzip.compress(gzip.decompress(data)[:-500]), "it is cut off"),
    ("plain", cut_archive, "it is cut off"),
    ("plain", cut_at_the_end_of_a_document, "it is cut off"),
    ("plain", lambda data: data[:data.index(b"\xff\xff\xff\xff") + 4], "is not complete"),
    ("plain", lambda data: data.replace("Kundin 77 ".encode(), "Kundin 78 ".encode(), 1), "checksum of a collection"),
    ("plain", lambda data: b"", "it is empty"),
    ("plain", lambda data: data[4:], "it is no archive of mongodump"),
    ("plain", lambda data: b"\x6d\xe2\x99\x81" + b"\x01\x00\x00\x7f" * 9, "impossible length"),
    ("plain", lambda data: gzip.compress(b"hello"), "it is no archive of mongodump"),
])
def test_a_wrong_archive_leaves_the_target_as_it_was(
        mongo, mongo_archive, mongo_plain, mongo_target, operate, tmp_path, source, change, sentence):
    data = {"gzip": mongo_archive, "plain": mongo_plain}[source].read_bytes()
    wrong = tmp_path / "wrong.archive"
    wrong.write_bytes(change(data))
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, wrong))
    assert ended.code == 1
    assert ended.last.startswith(f"error: nothing was restored from {wrong}: ") and sentence in ended.last
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]


@pytest.mark.parametrize("wrong,sentence", [
    ({"ns_to": ["a.*", "b.*"]}, "ns_from and ns_to belong together, but there are 1 and 2"),
    ({"ns_include": [5]}, "ns_include: neither a text like shop.orders nor a list of such"),
    ({"num_parallel_collections": 0}, "num_parallel_collections: not a number from 1 to 64"),
    ({"archive": False}, "is not a folder of mongodump --out"),
    ({"host": "user:secret@elsewhere/x"}, "is not a host name"),
    ({"mongo_conn_id": {"conn_id": "p", "conn_type": "postgres"}}, 'connection "p" is of type "postgres", not "mongo"'),
])
def test_wrong_arguments_of_mongorestore_fail_for_good(mongo, mongo_archive, operate, wrong, sentence):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, **wrong))
    assert ended.code == 78 and sentence in ended.last and "secret" not in ended.log


def test_gzip_that_is_not_there_is_a_sentence(mongo, mongo_plain, mongo_target, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_plain, gzip=True))
    assert ended.code == 1 and "gzip is true, but" in ended.last


def test_a_wrong_password_of_mongodb_is_a_sentence_without_it(mongo, mongo_archive, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, password=CANARY))
    assert ended.code == 1 and "cannot reach the server" in ended.last and "uthentication" in ended.last
    assert CANARY not in ended.log


def test_a_user_and_password_of_any_letters_are_taken(mongo, mongo_source, mongo_archive, mongo_target, operate):
    password = "p@ss/w:rd %?#\" é"
    with dumps.mongo_client(mongo) as client:
        client.admin.command("createUser", "o@dd/user", pwd=password, roles=["root"])
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, user="o@dd/user", password=password))
    assert ended.code == 0, ended.log
    assert dumps.mongo_answers(mongo, "target") == mongo_source


def test_a_mongodb_server_that_is_away_is_one_sentence(mongo, mongo_archive, operate):
    away = {"conn_id": "m", "conn_type": "mongo", "host": "127.0.0.1", "port": 1,
            "extra": {"serverSelectionTimeoutMS": 200}}
    ended = operate("mongorestore", {"source": str(mongo_archive), "mongo_conn_id": away})
    assert ended.code == 1 and "cannot reach the server" in ended.last


def test_a_mongodb_server_that_is_cut_off_in_the_middle_is_the_last_word(mongo, mongo_archive, mongo_target, operate):
    """Not what the operator's own client says when it takes its leave."""
    away = CutFrom(b"insert\0")
    with TcpProxy(int(mongo["MONGODB_PORT"]), lambda number: away) as proxy:
        ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive, port=proxy.port))
    assert away.is_cut and ended.code == 1
    assert ended.last.startswith(f"error: mongorestore of {mongo_archive} failed (exit code 1): "), ended.log


def test_mongorestore_that_is_not_installed_is_one_sentence(mongo, mongo_archive, operate):
    ended = operate("mongorestore", mongo_arguments(mongo, mongo_archive), PATH="/usr/bin:/bin")
    assert ended.code == 1 and "mongorestore is not installed" in ended.last


def stand_in(folder, script):
    """A program in the place of mongorestore, to be held where the real one cannot be held. What the restore
    would write the real one tells."""
    program = folder / "bin" / "mongorestore"
    program.parent.mkdir()
    ask = f'case "$*" in *--dryRun* | --version) exec {dumps.TOOLS}/mongorestore "$@" ;; esac'
    program.write_text(f"#!/bin/sh\n{ask}\n{script}\n")
    program.chmod(0o755)
    return f"{program.parent}:{PATH}"


def test_no_process_shows_the_password_of_mongodb(mongo, mongo_archive, build, tmp_path):
    fifo = tmp_path / "go"
    os.mkfifo(fifo)
    path = stand_in(tmp_path, f'read -r go <"{fifo}"\nexec {dumps.TOOLS}/mongorestore "$@"')
    program = Program(build, tmp_path, "mongorestore", mongo_arguments(mongo, mongo_archive), PATH=path, CANARY=CANARY)
    wait_for(lambda: processes_with("--config=/proc/self/fd/"))
    assert processes_with(CANARY, "environ"), "the canary is not found: the search is blind"
    assert not processes_with(mongo["MONGODB_PASS"])
    assert not processes_with(mongo["MONGODB_PASS"], "environ")
    fifo.write_text("go\n")
    assert program.end().code == 0


@pytest.mark.parametrize("script", ["trap 'exit 3' TERM; sleep 60 & wait", "trap '' TERM; while :; do sleep 60; done"])
def test_mongorestore_does_not_survive_its_operator(mongo, mongo_archive, build, tmp_path, script):
    path = stand_in(tmp_path, f"echo 'it runs'\n{script}")
    program = Program(build, tmp_path, "mongorestore", mongo_arguments(mongo, mongo_archive), PATH=path)
    found = wait_for(lambda: processes_with("--config=/proc/self/fd/"))
    wait_for(lambda: "it runs" in (tmp_path / "mongorestore.log").read_text())
    program.process.send_signal(signal.SIGTERM)
    assert program.end().code == -signal.SIGTERM
    wait_for(lambda: not set(processes_with("--config=/proc/self/fd/")) & set(found))


def test_an_archive_comes_from_s3(mongo, mongo_source, mongo_archive, mongo_target, s3, build, operate):
    store = Store(s3, build)
    store.put("m.archive.gz", mongo_archive.read_bytes())
    ended = operate("mongorestore", mongo_arguments(mongo, store.uri("m.archive.gz"),
                                                    endpoint_url=s3["AWS_ENDPOINT_URL"], **store.keys))
    assert ended.code == 0, ended.log
    assert ended.value["source"] == store.uri("m.archive.gz")
    assert dumps.mongo_answers(mongo, "target") == mongo_source
