# SPDX-License-Identifier: MIT
"""Damage that pg_restore and mongorestore do not notice, or only once the target is empty: it is found before."""
import contextlib
import ctypes
import hashlib
import importlib
import os
import pathlib
import shutil
import socket
import tarfile

import pytest

import dumps
from operator_process import operate  # noqa: F401
from test_restore_mongodb import mongo_archive, mongo_arguments, mongo_plain, mongo_source, mongo_target  # noqa: F401
from test_restore_postgres import HeldRestore, pg_arguments, pg_dump, pg_source, pg_target  # noqa: F401

# Names and texts that look like the marks by which the script is read.
ODD_SQL = r'''
CREATE TABLE "a (b, c)" ("x, y" text, "q"")" int, "two
lines" text);
INSERT INTO "a (b, c)" VALUES (E'COPY "a (b, c)" FROM stdin;', 1, E'\\.');
CREATE TABLE "new
line" (v text);
INSERT INTO "new
line" VALUES ('-- Data for Name: x; Type: TABLE DATA; Schema: public'), ('');
CREATE TABLE bare ();
INSERT INTO bare DEFAULT VALUES;
CREATE TABLE long (v text, w int);
INSERT INTO long SELECT repeat('0123456789', 200000), 1 FROM generate_series(1, 3);
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '
COPY keyless FROM stdin;
SELECT pg_catalog.lo_open(1, 2);
\.
' $$;
COMMENT ON TABLE bare IS E'x\nCOPY bare FROM stdin;\n1\t2';
'''


def folder_dump(pg, folder, *options):
    return dumps.postgres_dump(pg, "source", folder / "dump", "-Fd", *options)


def file_of(dump, table, ending):
    """The file with the rows of a table."""
    done = dumps.run(["pg_restore", "--list", str(dump)], os.environ)
    line = next(line for line in done.splitlines() if f" TABLE DATA {table} " in line)
    return dump / (line.split(";")[0] + ending)


def folder_digest(folder):
    digest = hashlib.sha256()
    for path in sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: os.fsencode(p.relative_to(folder))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def assert_refused(pg, ended, *sentences):
    assert ended.code == 1 and ended.value is None, ended.log
    assert ended.last.startswith("error: ") and all(one in ended.last for one in sentences), ended.last
    assert dumps.psql(pg, "SELECT line FROM keyless", "target") == "precious"


@pytest.fixture
def precious(pg, pg_target):
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'precious' AS line", "target")


def test_rows_that_are_gone_from_a_folder_are_missed(pg, pg_source, precious, operate, tmp_path):
    dump = folder_dump(pg, tmp_path)
    file_of(dump, "public keyless", ".dat.gz").write_bytes(b"")
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), str(dump), "is damaged, so nothing was restored")


@pytest.mark.parametrize("table", ["public keyless", "lending loan"])
@pytest.mark.parametrize("n", [0, 1500])
def test_rows_that_are_cut_off_in_a_folder_are_missed(pg, pg_source, precious, operate, tmp_path, table, n):
    dump = folder_dump(pg, tmp_path, "-Z0")
    file = file_of(dump, table, ".dat")
    file.write_bytes(file.read_bytes()[:n])
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), str(dump), "so nothing was restored")


def test_large_objects_that_are_gone_from_a_folder_are_missed(pg, pg_source, precious, operate, tmp_path):
    dump = folder_dump(pg, tmp_path)
    (dump / "blobs.toc").write_bytes(b"")
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), "the data of 1 is missing")


def test_an_empty_file_of_a_large_object_is_missed_where_it_was_compressed(pg, pg_source, precious, operate, tmp_path):
    dump = folder_dump(pg, tmp_path)
    blob = next(dump.glob("blob_*.dat.gz"))
    blob.write_bytes(b"")
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), str(dump),
                   f"so nothing was restored: {blob.name} is empty")


def test_bytes_of_a_damaged_dump_do_not_break_the_sentence_about_it(pg, pg_source, precious, operate, tmp_path):
    dump = folder_dump(pg, tmp_path)
    with open(dump / "blobs.toc", "ab") as file:
        file.write(b"\x0b\x1b[31m\x0c nonsense\n")
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert_refused(pg, ended, str(dump), "nonsense")
    assert ended.last.isprintable()


@pytest.mark.parametrize("spoil,sentence", [
    (lambda data: data.replace(b"line 77\n", b"\0\0\0\0\0\0\0\0", 1), "there is a byte of zero in it"),
    (lambda data: data.replace(b"line 77\n", b"line\t77\n", 1),
     "row 77 of table public.keyless has 2 columns and not 1"),
    (lambda data: data.replace(b"line 77\n", b"line\xff77\n", 1), "of public.keyless, that is not UTF-8"),
])
def test_rows_that_cannot_be_are_found_where_nothing_is_compressed(
        pg, pg_source, precious, operate, tmp_path, spoil, sentence):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "-Z0")
    dump.write_bytes(spoil(dump.read_bytes()))
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), "is damaged, so nothing was restored", sentence)


@pytest.mark.parametrize("cut", ["in a member", "behind a member", "before the end"])
def test_a_tar_that_is_cut_is_refused_before_pg_restore_looks_for_its_end_for_ever(
        pg, pg_source, precious, operate, tmp_path, cut):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Ft")
    with tarfile.open(dump) as archive:
        last = archive.getmembers()[-2]
    end = last.offset_data + last.size
    os.truncate(dump, {"in a member": end - 1, "behind a member": end + 1,
                       "before the end": len(dump.read_bytes().rstrip(b"\0"))}[cut])
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), f"{dump} is cut: ")


def test_a_wrong_letter_is_found_by_the_sha256_of_the_dump(pg, pg_source, precious, operate, tmp_path):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "-Z0")
    whole = dump.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()
    dump.write_bytes(whole.replace(b"line 77\n", b"lime 77\n", 1))
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump, sha256=digest)), "is not the dump that is meant",
                   digest)
    dump.write_bytes(whole)
    ended = operate("pg_restore", pg_arguments(pg, dump, sha256=digest.upper()))
    assert ended.code == 0, ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_the_sha256_of_a_folder_is_that_of_its_files_in_order(pg, pg_source, precious, operate, tmp_path):
    dump = folder_dump(pg, tmp_path)
    digest = folder_digest(dump)
    found = dumps.run(["sh", "-c", 'LC_ALL=C; export LC_ALL; cat "$0"/* | sha256sum', str(dump)], os.environ)
    assert found.split()[0] == digest
    contents = dump / "toc.dat"
    whole = contents.read_bytes()
    contents.write_bytes(whole.replace(b"has no key", b"has one key", 1))
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump, sha256=digest)), str(dump), digest)
    contents.write_bytes(whole)
    assert operate("pg_restore", pg_arguments(pg, dump, sha256=digest)).code == 0
    assert dumps.postgres_answers(pg, "target") == pg_source


@pytest.mark.parametrize("operator", ["pg_restore", "mongorestore"])
def test_what_is_no_sha256_fails_for_good(pg, mongo, operate, tmp_path, operator):
    arguments = {"pg_restore": pg_arguments(pg, tmp_path, sha256="abc"),
                 "mongorestore": mongo_arguments(mongo, tmp_path / "x", sha256="abc")}[operator]
    ended = operate(operator, arguments)
    assert ended.code == 78 and 'sha256: "abc" is not a SHA-256; 64 digits' in ended.last


@pytest.mark.parametrize("options", [["-Fc"], ["-Fd"], ["-Ft"], ["-Fc", "--inserts"], ["-Fc", "--disable-triggers"]])
def test_names_and_texts_that_look_like_marks_are_no_damage(pg, pg_target, operate, tmp_path, options):
    dumps.postgres_create(pg, "odd")
    dumps.psql(pg, ODD_SQL, "odd")
    dump = dumps.postgres_dump(pg, "odd", tmp_path / "dump", *options)
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert ended.code == 0, ended.log
    assert ended.value["rows"] == (None if "--inserts" in options else 7) and ended.value["tables"] == 4
    assert dumps.psql(pg, 'SELECT count(*) FROM "new\nline"', "target") == "2"

# In texts of each kind: lines that are the heads of tables and of large objects, and quotes of other kinds.
QUOTED_SQL = r'''
CREATE TABLE a (v text, w int);
INSERT INTO a VALUES (
    E'x\n-- Data for Name: a; Type: TABLE DATA; Schema: public; Owner: dagd\n\nCOPY public.a (v) FROM stdin;\n1\n', 1);
INSERT INTO a VALUES (
    E'it\'s\n-- Data for Name: BLOBS; Type: BLOBS; Schema: -;\nSELECT pg_catalog.lo_open(\'1\', 1);\n$x$ "', 2);
INSERT INTO a SELECT E'\n-- Data for Name: a; Type: TABLE DATA; Schema: public\n' || repeat('0123456789 ', 300000), 3;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'it''s
-- Data for Name: a; Type: TABLE DATA; Schema: public; Owner: dagd

COPY public.a (v) FROM stdin;
1
\.
$x' $$;
CREATE FUNCTION g() RETURNS text LANGUAGE sql AS $x$ SELECT $$
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
$_$ $y" $$ $x$;
COMMENT ON TABLE a IS E'it\'s "\n-- Data for Name: b; Type: TABLE DATA; Schema: public; Owner: dagd\n$$ --';
CREATE TABLE "it's
COPY b FROM stdin;
; Type: TABLE DATA; " ("$$ FROM stdin;
, ""$x$" text);
INSERT INTO "it's
COPY b FROM stdin;
; Type: TABLE DATA; " VALUES ('$$'), ('--'), (E'\\\''), ('"'), ('/*');
CREATE TABLE "z" AS SELECT 1 AS n;
'''


@pytest.mark.parametrize("options,rows", [
    (["-Fc"], 9), (["-Fc", "--inserts"], None), (["-Fd", "--column-inserts"], None),
    (["-Ft", "--inserts", "--rows-per-insert=100"], None)])
def test_what_looks_like_a_head_in_a_text_or_a_name_is_none(pg, pg_target, operate, tmp_path, options, rows):
    dumps.postgres_create(pg, "quoted")
    dumps.psql(pg, QUOTED_SQL, "quoted")
    dump = dumps.postgres_dump(pg, "quoted", tmp_path / "dump", *options)
    ended = operate("pg_restore", pg_arguments(pg, dump))
    assert ended.code == 0, ended.log
    assert ended.value["rows"] == rows and ended.value["tables"] == 3
    question = "SELECT md5(string_agg(v || w, '|' ORDER BY w)) || (SELECT n FROM z) || f() || g() FROM a"
    assert dumps.psql(pg, question, "target") == dumps.psql(pg, question, "quoted")


def test_a_text_without_an_end_is_damage(pg, pg_source, precious, operate, tmp_path):
    dump = dumps.postgres_dump(pg, "source", tmp_path / "dump", "-Fc", "-Z0")
    dump.write_bytes(dump.read_bytes().replace(b"'has no key", b" has no key", 1))
    assert_refused(pg, operate("pg_restore", pg_arguments(pg, dump)), "is damaged, so nothing was restored")


def test_a_try_that_died_half_way_is_not_doubled_by_the_next(pg, pg_source, pg_dump, pg_target, operate):
    arguments = pg_arguments(pg, pg_dump, clean=False)
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'left by the first' AS line", "target")
    ended = operate("pg_restore", arguments)
    assert ended.code == 1
    assert "table public.keyless of database target holds rows" in ended.last and "give clean: true" in ended.last
    assert dumps.psql(pg, "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'lending')", "target") == "1"
    ended = operate("pg_restore", pg_arguments(pg, pg_dump))
    assert ended.code == 0, ended.log
    assert dumps.postgres_answers(pg, "target") == pg_source


def test_rows_may_be_added_where_only_rows_are_restored(pg, pg_source, pg_dump, pg_target, operate):
    dumps.psql(pg, "CREATE TABLE keyless AS SELECT 'one more' AS line", "target")
    ended = operate("pg_restore", pg_arguments(pg, pg_dump, clean=False, extra_args=["--data-only", "-t", "keyless"]))
    assert ended.code == 0, ended.log
    assert dumps.psql(pg, "SELECT count(*) FROM keyless", "target") == "501"


def test_a_dump_that_is_written_while_it_is_restored_is_no_success(
        pg, pg_dump, pg_target, build, tmp_path, operate):
    dump = pathlib.Path(shutil.copy(pg_dump, tmp_path / "growing.dump"))
    assert operate("pg_restore", pg_arguments(pg, dump)).code == 0
    held = HeldRestore(pg, build, tmp_path, dump)
    with open(dump, "ab") as file:
        file.write(b"more")
    held.release()
    ended = held.program.end()
    assert ended.code == 1 and f"{dump} was changed while it was restored" in ended.last


PIDFD_GETFD = 438
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'dagd%' AND client_port > 0"


def socket_of(pid):
    """The connection of a process of the server, as one of ours."""
    libc, of_process = ctypes.CDLL(None, use_errno=True), os.pidfd_open(int(pid))
    try:
        for path in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            if os.readlink(path).startswith("socket:"):
                fd = libc.syscall(PIDFD_GETFD, of_process, int(path.name), 0)
                assert fd >= 0, os.strerror(ctypes.get_errno())
                one = socket.socket(fileno=fd)
                with contextlib.suppress(OSError):
                    one.getpeername()
                    return one
                one.close()
    finally:
        os.close(of_process)


def patience_s(pid):
    """In how many seconds the kernel gives the client up: one that is asked, and one that is sent something."""
    with socket_of(pid) as one:
        idle, interval, count, unanswered_ms = (one.getsockopt(socket.IPPROTO_TCP, option) for option in (
            socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT))
    return idle + interval * count, unanswered_ms / 1000


def test_the_server_gives_up_a_restore_whose_machine_says_nothing_any_more_in_a_minute(
        pg, pg_dump, pg_target, build, tmp_path, operate):
    """Whether it waits for the machine or has sent it something: the kernel counts the two apart."""
    if os.getuid() != 0:
        pytest.skip("only root asks for the connections of others")
    assert operate("pg_restore", pg_arguments(pg, pg_dump)).code == 0
    held = HeldRestore(pg, build, tmp_path, pg_dump)
    # The restore's, and that of its lock.
    pids = dumps.psql(pg, SESSIONS).split()
    assert len(pids) >= 2 and {patience_s(pid) for pid in pids} == {(60, 60)}
    held.release()
    assert held.program.end().code == 0


# ---- MongoDB ----

@pytest.fixture
def mongo_folder(mongo, mongo_source, tmp_path):
    def dump(*options):
        with dumps.mongo_config(mongo) as own:
            dumps.run([str(dumps.TOOLS / "mongodump"), *own, "--db", "source", f"--out={tmp_path}/out", *options],
                      os.environ)
        return tmp_path / "out"
    return dump


def change(name, how):
    def act(folder):
        file = folder / "source" / name
        file.write_bytes(how(file.read_bytes()))
    return act


def remove(name):
    return lambda folder: (folder / "source" / name).unlink()


WRONG_FOLDERS = [
    ("plain", change("orders.bson", lambda data: data[:-100]), "source/orders.bson: it is cut off"),
    ("plain", change("orders.bson", lambda data: data[:500] + bytes(500) + data[1000:]), "source/orders.bson: "),
    ("plain", change("orders.bson", lambda data: data + b"\xff\xff\xff\xff"), "source/orders.bson: "),
    ("plain", change("orders.metadata.json", lambda data: data[:-1]), "orders.metadata.json: it is no JSON object"),
    ("plain", change("orders.metadata.json", lambda data: b""), "source/orders.metadata.json: it is empty"),
    ("plain", remove("orders.metadata.json"), "source/orders.bson: source/orders.metadata.json, "
     "which belongs to it, is missing"),
    ("plain", remove("orders.bson"), "source/orders.bson, which belongs to it, is missing"),
    ("plain", lambda folder: shutil.rmtree(folder / "source"), "it holds no collection (NAME.bson)"),
    ("plain", lambda folder: [file.rename(folder / file.name) for file in (folder / "source").iterdir()],
     "this is the folder of one database; the one above it is wanted"),
    ("gzip", change("orders.bson.gz", lambda data: data[:-1]), "source/orders.bson.gz: it is cut off"),
    ("gzip", change("orders.bson.gz", lambda data: data[:-8] + bytes(4) + data[-4:]), "it is damaged: gzip says"),
    ("gzip", change("empty.bson.gz", lambda data: b""), "source/empty.bson.gz: it is empty"),
    ("gzip", change("orders.bson.gz", lambda data: b"\x05\0\0\0\0"), "is not compressed with gzip, unlike its name"),
    ("gzip", lambda folder: shutil.copy(folder / "source" / "empty.bson.gz", folder / "source" / "more.bson"),
     "source/more.metadata.json, which"),
]


@pytest.mark.parametrize("kind,spoil,sentence", WRONG_FOLDERS, ids=range(len(WRONG_FOLDERS)))
def test_a_wrong_folder_leaves_the_target_as_it_was(mongo, mongo_folder, mongo_target, operate, kind, spoil, sentence):
    folder = mongo_folder(*["--gzip"][:kind == "gzip"])
    spoil(folder)
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, folder, archive=False))
    assert ended.code == 1
    assert ended.last.startswith(f"error: nothing was restored from {folder}: ") and sentence in ended.last, ended.last
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]


def test_a_compressed_folder_is_known_by_its_files(mongo, mongo_source, mongo_folder, mongo_target, operate):
    folder = mongo_folder("--gzip")
    ended = operate("mongorestore", mongo_arguments(mongo, folder, archive=False, sha256=folder_digest(folder)))
    assert ended.code == 0, ended.log
    assert "--gzip" in ended.log and ended.value["documents"] == 2020
    assert dumps.mongo_answers(mongo, "target") == mongo_source


def test_documents_that_are_gone_from_a_folder_are_found_by_its_sha256(
        mongo, mongo_source, mongo_folder, mongo_target, operate):
    folder = mongo_folder()
    digest = folder_digest(folder)
    change("orders.bson", lambda data: b"")(folder)
    mongo_target.orders.insert_one({"_id": "precious"})
    ended = operate("mongorestore", mongo_arguments(mongo, folder, archive=False, sha256=digest))
    assert ended.code == 1 and "is not the dump that is meant" in ended.last
    assert list(mongo_target.orders.find()) == [{"_id": "precious"}]


def test_a_wrong_letter_in_an_index_is_found_by_the_sha256_of_the_archive(
        mongo, mongo_plain, mongo_target, operate, tmp_path):
    wrong = tmp_path / "wrong.archive"
    wrong.write_bytes(mongo_plain.read_bytes().replace(b"by_state", b"my_state", 1))
    digest = hashlib.sha256(mongo_plain.read_bytes()).hexdigest()
    ended = operate("mongorestore", mongo_arguments(mongo, wrong, sha256=digest))
    assert ended.code == 1 and "is not the dump that is meant" in ended.last
    wrong.write_bytes(mongo_plain.read_bytes().replace(b'"indexes"', b'"indexes\xff', 1))
    ended = operate("mongorestore", mongo_arguments(mongo, wrong))
    assert ended.code == 1 and "nothing was restored" in ended.last


def crc64(data):
    crc = (1 << 64) - 1
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xc96c5795d7870f42 if crc & 1 else 0)
    return crc ^ ((1 << 64) - 1)


def archive_of(collections, blocks):
    """An archive of mongodump. Collections: (db, name, type); blocks: (db, name, documents), where None is the end."""
    bson, end = importlib.import_module("bson"), b"\xff" * 4
    data = b"\x6d\xe2\x99\x81" + bson.encode({"concurrent_collections": 1, "format_version": "0.1",
                                              "server_version": "7.0.0", "tool_version": "100.9.4"})
    for database, name, kind in collections:
        data += bson.encode({"db": database, "collection": name, "metadata": '{"indexes":[]}', "size": 0, "type": kind})
    data, sums = data + end, {}
    for database, name, documents in blocks:
        body = b"".join(map(bson.encode, documents or []))
        whole = sums[database, name] = sums.get((database, name), b"") + body
        crc = crc64(whole)
        heading = {"db": database, "collection": name, "EOF": documents is None,
                   "CRC": bson.Int64(crc - (crc >> 63 << 64) if documents is None else 0)}
        data += bson.encode(heading) + body + end
    return data


SERIES = ("shop", "system.buckets.series")
USERS = ("admin", "system.users")


@pytest.mark.parametrize("blocks,missing", [
    ([(*SERIES, [{"_id": 1}]), (*SERIES, [{"_id": 2}]), (*SERIES, None)], None),
    ([(*SERIES, [{"_id": 1}]), (*SERIES, [{"_id": 2}])], "series"),
    ([], "collection shop.series"),
    ([(*SERIES, None), (*USERS, [{"_id": "a"}])], "collection admin.system.users"),
], ids=["whole", "cut after a block of a series", "cut before a series", "cut after a block of the users"])
def test_an_archive_that_is_cut_between_two_blocks_is_found(mongo, mongo_target, operate, tmp_path, blocks, missing):
    (tmp_path / "archive").write_bytes(archive_of([("shop", "series", "timeseries"), (*USERS, "collection")], blocks))
    ended = operate("mongorestore", mongo_arguments(mongo, tmp_path / "archive", dry_run=True))
    if missing:
        assert ended.code == 1 and f"{missing} in it is not complete" in ended.last, ended.log
    else:
        assert "not complete" not in ended.log and "target" in ended.log, ended.log
