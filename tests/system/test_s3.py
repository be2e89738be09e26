# SPDX-License-Identifier: MIT
"""s3_find_latest and s3_copy against a server that verifies signatures."""
import json
import os
import signal
import stat
import subprocess
import threading
import time

import pytest

from conftest import server as server_of
from http_script import Answer, HttpScript
from operator_run import operator_run
from s3_store import Store
from tcp_proxy import CutAfter, CutRequest, FlipByte, Spoiler, StopAfter, TcpProxy

MIB = 1 << 20
FEW_TRIES = {"AWS_MAX_ATTEMPTS": "2"}


@pytest.fixture
def store(s3, build):
    return Store(s3, build)


@pytest.fixture(scope="module")
def versioned_server():
    yield from server_of("s3", S3_VERSIONING="1")


def pattern_bytes(size):
    """Bytes of which no two blocks are alike, so that a piece in the wrong place is noticed."""
    return b"".join(i.to_bytes(8, "big") for i in range(size // 8 + 1))[:size]


def error_of(outcome, status):
    assert outcome.status == status, outcome.error
    assert outcome.result is None
    assert len(outcome.error.splitlines()) == 1
    assert outcome.error.startswith("error: ")
    return outcome.reason


# Finding


def test_the_newest_of_several_pages_is_found_among_decoys(store):
    now = time.time()
    folder = store.server.folder / "data" / store.bucket / "backups" / "pg"
    folder.mkdir(parents=True)
    for i in range(2300):
        path = folder / f"old-{i:05}.dump"
        path.write_bytes(b"old")
        os.utime(path, (now - 90000 - i, now - 90000 - i))
    store.put("backups/pg/in/a/folder/m-newest.dump", b"the one", at=now - 3600)
    store.put("backups/pg/newer.txt", b"another suffix", at=now - 60)
    store.put("backups/pg/empty.dump", b"", at=now - 60)
    store.put("backups/pg/folder.dump/", b"")
    store.put("backups/other/newer.dump", b"another prefix", at=now - 60)
    found = store.find(prefix="backups/pg/", pattern="*.dump")
    assert found.status == 0, found.error
    assert found.result == {
        "bucket": store.bucket,
        "key": "backups/pg/in/a/folder/m-newest.dump",
        "uri": store.uri("backups/pg/in/a/folder/m-newest.dump"),
        "size": 7,
        "etag": store.client.head_object(
            Bucket=store.bucket, Key="backups/pg/in/a/folder/m-newest.dump")["ETag"].strip('"'),
        "last_modified": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now - 3600)),
        "version_id": None,
    }
    assert "2304 keys" in found.log


def test_of_equally_new_ones_the_key_that_sorts_last_is_taken(store):
    at = time.time() - 100
    for key in ("d/b.dump", "d/c.dump", "d/a.dump", "d/B.dump"):
        store.put(key, at=at)
    assert store.find(prefix="d/").result["key"] == "d/c.dump"


@pytest.mark.parametrize("pattern, newest", [
    ("*", "p/z.tar"),
    ("*.dump", "p/sub/b-2.dump"),
    ("b-?.dump", "p/sub/b-2.dump"),
    ("[a]-*.dump", "p/a-1.dump"),
    ("[!b]-*.dump", "p/a-1.dump"),
    ("é?.sql", "p/éü.sql"),
    ("z.tar", "p/z.tar"),
])
def test_a_pattern_is_compared_with_the_last_part_of_the_key(store, pattern, newest):
    now = time.time()
    for age, key in enumerate(("p/z.tar", "p/sub/b-2.dump", "p/a-1.dump", "p/éü.sql")):
        store.put(key, at=now - 10 * age - 10)
    assert store.find(prefix="p/", pattern=pattern).result["key"] == newest


def test_too_small_and_too_old_ones_are_left_out_and_counted(store):
    now = time.time()
    store.put("x/small.dump", b"12345", at=now - 10)
    store.put("x/old.dump", b"1234567890", at=now - 7200)
    store.put("x/other.txt", b"1234567890", at=now - 10)
    assert store.find(prefix="x/", min_size=6).result["key"] == "x/other.txt"
    assert store.find(prefix="x/", max_age=3600, pattern="*.dump").result["key"] == "x/small.dump"
    reason = error_of(store.find(prefix="x/", pattern="*.dump", min_size=6, max_age=3600), 1)
    assert reason == (
        f'error: nothing found in bucket "{store.bucket}" under prefix "x/" with pattern "*.dump": 3 keys '
        "were looked at, of which 2 match, but 1 are smaller than min_size (6 bytes), but 1 are "
        "older than max_age (1h)")


def test_nothing_found_names_what_was_looked_for(store):
    store.put("y/a.dump")
    reason = error_of(store.find(prefix="y/", pattern="*.tar"), 1)
    assert reason == (f'error: nothing found in bucket "{store.bucket}" under prefix "y/" with pattern "*.tar": '
                      "1 keys were looked at")


def test_a_versioned_object_is_fetched_as_it_was_found(versioned_server, build, tmp_path):
    store = Store(versioned_server, build)
    store.client.put_bucket_versioning(
        Bucket=store.bucket, VersioningConfiguration={"Status": "Enabled"})
    store.put("v.dump", b"first")
    found = store.find().result
    assert found["version_id"]
    store.put("v.dump", b"second")
    copied = store.copy(found, tmp_path / "v")
    assert copied.status == 0, copied.error
    assert (tmp_path / "v").read_bytes() == b"first"
    assert copied.result["version_id"] == found["version_id"]


# Copying


@pytest.mark.parametrize("key", [
    "plain", "with space/and+plus", "per%cent%41", "ünï/çödé-✓", "a&b=c;d?e#f", "q'uote\"s<>", "(x)*!@$,:",
])
def test_any_key_is_put_found_and_got(store, tmp_path, key):
    (tmp_path / "in").write_bytes(key.encode())
    put = store.copy(str(tmp_path / "in"), store.uri(key))
    assert put.status == 0, put.error
    assert put.result["key"] == key
    found = store.find(prefix=key[:1])
    assert found.result["key"] == key
    got = store.copy(found.result, tmp_path / "out")
    assert got.status == 0, got.error
    assert (tmp_path / "out").read_bytes() == store.get(key) == key.encode()


@pytest.mark.parametrize("size", [0, 1, 5 * MIB])
def test_a_file_comes_back_as_it_went(store, tmp_path, size):
    data = pattern_bytes(size)
    (tmp_path / "in").write_bytes(data)
    assert store.copy(str(tmp_path / "in"), store.uri("k")).result["size"] == size
    got = store.copy(store.uri("k"), tmp_path / "out")
    assert got.status == 0, got.error
    assert got.result["path"] == str(tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == data


def test_a_large_file_goes_in_parts(store, tmp_path):
    data = pattern_bytes(40 * MIB + 5)
    (tmp_path / "in").write_bytes(data)
    put = store.copy(str(tmp_path / "in"), store.uri("large"))
    assert put.status == 0, put.error
    assert put.result["etag"].endswith("-3")
    got = store.copy(store.uri("large"), tmp_path / "out")
    assert got.status == 0, got.error
    assert (tmp_path / "out").read_bytes() == data


def test_a_failed_upload_leaves_no_parts(store, tmp_path):
    (tmp_path / "in").write_bytes(pattern_bytes(40 * MIB))
    with TcpProxy(store.port, lambda n: CutRequest(b"partNumber=2")) as proxy:
        outcome = store.copy(str(tmp_path / "in"), store.uri("k"), FEW_TRIES, endpoint_url=proxy.url)
        assert "after 2 tries" in error_of(outcome, 1)
        # curl by itself sends anew what a kept connection lost.
        assert proxy.requests(b"partNumber=2") >= 2
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket=store.bucket)
    assert "Contents" not in store.client.list_objects_v2(Bucket=store.bucket)


def test_a_transfer_that_is_cut_goes_on_where_it_stopped(store, tmp_path):
    data = pattern_bytes(12 * MIB)
    store.put("k", data)
    with TcpProxy(store.port, lambda n: CutAfter(3 * MIB) if n < 3 else Spoiler()) as proxy:
        got = store.copy(store.uri("k"), tmp_path / "out", endpoint_url=proxy.url)
        assert got.status == 0, got.error
        assert proxy.n_connections == 4
        assert proxy.requests(b"range: bytes=") == 3
        assert proxy.requests(b"if-match: ") == 3
    assert (tmp_path / "out").read_bytes() == data
    assert got.log.count("going on from there") == 3


def test_a_transfer_that_is_always_cut_at_once_fails(store, tmp_path):
    store.put("k", pattern_bytes(MIB))
    with TcpProxy(store.port, lambda n: CutAfter(600)) as proxy:
        outcome = store.copy(store.uri("k"), tmp_path / "out", {"AWS_MAX_ATTEMPTS": "3"},
                             endpoint_url=proxy.url)
        assert "after 3 tries" in error_of(outcome, 1)
        assert proxy.n_connections == 3
    assert list(tmp_path.iterdir()) == []


def test_damaged_bytes_never_reach_the_file(store, tmp_path):
    store.put("k", pattern_bytes(MIB))
    (tmp_path / "out").write_bytes(b"before")
    with TcpProxy(store.port, lambda n: FlipByte(MIB // 2)) as proxy:
        outcome = store.copy(store.uri("k"), tmp_path / "out", endpoint_url=proxy.url)
    assert "came damaged" in error_of(outcome, 1)
    assert (tmp_path / "out").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("change", [
    lambda store: store.put("k", b"other"),   # another ETag
    lambda store: store.put("k", b"longer"),  # another size too
])
def test_an_object_replaced_since_it_was_found_is_refused_for_good(store, tmp_path, change):
    store.put("k", b"found")
    found = store.find().result
    change(store)
    reason = error_of(store.copy(found, tmp_path / "out"), 78)
    assert "was replaced since it was found" in reason
    assert list(tmp_path.iterdir()) == []


def test_an_object_replaced_while_it_is_read_is_never_mixed(store, tmp_path):
    store.put("k", pattern_bytes(8 * MIB))
    replace = lambda: store.put("k", bytes(8 * MIB))  # noqa: E731
    spoil = lambda n: CutAfter(3 * MIB, then=replace) if n == 0 else Spoiler()  # noqa: E731
    with TcpProxy(store.port, spoil) as proxy:
        outcome = store.copy(store.uri("k"), tmp_path / "out", endpoint_url=proxy.url)
    assert "was replaced while it was read" in error_of(outcome, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_permissions_when_it_is_replaced(store, tmp_path):
    store.put("k", b"new")
    (tmp_path / "out").write_bytes(b"old")
    (tmp_path / "out").chmod(0o640)
    assert store.copy(store.uri("k"), tmp_path / "out").status == 0
    assert (tmp_path / "out").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_a_copy_that_is_killed_leaves_nothing_behind(store, tmp_path, signal_number):
    store.put("k", pattern_bytes(8 * MIB))
    (tmp_path / "out").write_bytes(b"before")
    half_way = threading.Event()

    with TcpProxy(store.port, lambda n: StopAfter(3 * MIB, half_way)) as proxy:
        arguments = {"source": store.uri("k"), "destination": str(tmp_path / "out"), "endpoint_url": proxy.url,
                     **store.keys}
        program = store.build / "operators" / "s3_copy" / "s3_copy"
        with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            process.stdin.write(json.dumps(arguments).encode())
            process.stdin.close()
            assert half_way.wait(60)
            process.send_signal(signal_number)
            assert process.wait(60) == -signal_number
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"before"


# What S3 refuses


def test_a_wrong_secret_is_said_and_not_shown(store):
    secret = "wrong-secret-wrong-secret"
    outcome = store.find(secret_access_key=secret)
    reason = error_of(outcome, 78)
    assert "the secret access key is not the one of access key" in reason
    assert store.server["AWS_ACCESS_KEY_ID"] in reason
    assert secret not in outcome.log + outcome.error


def test_an_unknown_access_key_is_named(store):
    assert 'does not know the access key "AKIANOBODY"' in error_of(store.find(access_key_id="AKIANOBODY"), 78)


def test_a_missing_bucket_is_named(store, tmp_path):
    (tmp_path / "in").write_bytes(b"x")
    for outcome in (store.find(bucket="no-such-bucket"),
                    store.copy("s3://no-such-bucket/k", tmp_path / "out"),
                    store.copy(str(tmp_path / "in"), "s3://no-such-bucket/k")):
        assert error_of(outcome, 78) == (
            f'error: there is no bucket "no-such-bucket" at {store.server["AWS_ENDPOINT_URL"]}')


def test_a_missing_object_may_come_later(store, tmp_path):
    assert f"there is no object {store.uri('nothing')}" in error_of(
        store.copy(store.uri("nothing"), tmp_path / "out"), 1)


def test_a_server_that_is_away_may_come_back(store):
    outcome = store.find(FEW_TRIES, endpoint_url="http://127.0.0.1:1")
    assert "after 2 tries: http://127.0.0.1:1 cannot be reached" in error_of(outcome, 1)


def test_a_region_is_corrected_by_the_server(store):
    store.put("k")
    found = store.find(region="eu-central-1")
    assert found.status == 0, found.error


ERROR = "<Error><Code>{}</Code><Message>{}</Message></Error>"
PAGE = ("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>3</Size>"
        "<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag></Contents>"
        "</ListBucketResult>")
HEAD = Answer(200, b"abc", {"ETag": '"e"', "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT"})


def http_date(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))


def scripted(first):
    """A server that answers a listing by `first` (a list) before it does as asked."""
    def answer(request):
        if request.command == "HEAD":
            return HEAD
        return first[request.number] if request.number < len(first) else Answer(200, PAGE)
    return HttpScript(answer)


@pytest.mark.parametrize("first", [
    [Answer(503, ERROR.format("SlowDown", "reduce your rate"))],
    [Answer(500, ERROR.format("InternalError", "")), Answer(502, "<html>bad gateway</html>")],
    [Answer(400, ERROR.format("RequestTimeout", ""))],
    [Answer(429, "", {"Retry-After": "0"})],
])
def test_what_may_pass_is_tried_again(store, first):
    with scripted(first) as server:
        found = store.find(endpoint_url=server.url)
        assert found.status == 0, found.error
        assert found.result["last_modified"] == "2026-01-02T03:04:05+00:00"


def test_a_clock_that_is_off_is_set_right_for_the_signature(store):
    ahead = time.time() + 7200
    skewed = Answer(403, ERROR.format("RequestTimeTooSkewed", ""), {"Date": http_date(ahead)})
    with scripted([skewed]) as server:
        assert store.find(endpoint_url=server.url).status == 0
        signed = [headers["x-amz-date"] for _, _, headers in server.requests]
    assert signed[1][:13] in (time.strftime("%Y%m%dT%H%M", time.gmtime(ahead + s)) for s in (0, 60))
    assert signed[0] < signed[1]
    with scripted([skewed] * 9) as server:
        reason = error_of(store.find(endpoint_url=server.url), 1)
        assert "clocks of this machine" in reason and " apart" in reason
        assert len(server.requests) == 2


@pytest.mark.parametrize("answer, status, says", [
    (Answer(403, ERROR.format("AccessDenied", "")), 78, "access to bucket"),
    (Answer(200, "<html>a portal</html>"), 1, "not a listing"),
    (Answer(200, PAGE[:-40]), 1, "not a listing"),
    (Answer(200, PAGE.replace("false", "true")), 1, "does not say where the next begins"),
    (Answer(200, b"<ListBucketResult>" + b" " * (9 * MIB)), 1, "larger than"),
    (Answer(418, "no tea"), 78, "answered 418"),
    (Answer(301, ERROR.format("PermanentRedirect", "")), 78, "is not in region"),
])
def test_an_answer_that_will_not_do_is_one_sentence(store, answer, status, says):
    with scripted([answer] * 9) as server:
        assert says in error_of(store.find(FEW_TRIES, endpoint_url=server.url), status)


def test_an_archived_object_is_said_to_be(store, tmp_path):
    archived = Answer(403, ERROR.format("InvalidObjectState", "GLACIER"))
    with HttpScript(lambda request: archived) as server:
        outcome = store.copy("s3://bucket/k", tmp_path / "out", endpoint_url=server.url)
    assert "is archived (GLACIER)" in error_of(outcome, 78)


def test_an_object_replaced_between_listing_and_look_is_looked_for_again(store):
    def answer(request):
        if request.command == "HEAD":
            return Answer(412) if request.number == 1 else HEAD
        return Answer(200, PAGE)
    with HttpScript(answer) as server:
        found = store.find(endpoint_url=server.url)
        assert found.status == 0, found.error
        assert [method for method, _, _ in server.requests] == ["GET", "HEAD", "GET", "HEAD"]


# Bad arguments


@pytest.mark.parametrize("arguments, says", [
    ({}, '"bucket" is missing'),
    ({"bucket": 5}, '"bucket" is not a text'),
    ({"bucket": "b" * 300}, "is not the name of a bucket"),
    ({"bucket": "a/b"}, "is not the name of a bucket"),
    ({"bucket": "bbb", "pattern": "a/b"}, "has a slash"),
    ({"bucket": "bbb", "pattern": 5}, '"pattern" is not a text'),
    ({"bucket": "bbb", "min_size": "1MiB"}, '"min_size" is not a number'),
    ({"bucket": "bbb", "max_age": "1d"}, '"max_age" is not a number'),
    ({"bucket": "bbb", "endpoint_url": "localhost:9000"}, "is not an endpoint's URL"),
    ({"bucket": "bbb", "region": "eu west"}, "is not the name of a region"),
    ({"bucket": "bbb", "access_key_id": "A", "secret_access_key": None}, "must be given together"),
    ({"bucket": "bbb", "path_style": "perhaps"}, "neither true nor false"),
])
def test_bad_arguments_of_find_are_one_sentence(build, arguments, says):
    keys = {"access_key_id": "A", "secret_access_key": "S"}
    assert says in error_of(operator_run(build, "s3_find_latest", {**keys, **arguments}), 78)


@pytest.mark.parametrize("source, destination, says", [
    (None, "/x", "source: s3://bucket/key"),
    ("s3://b/k", None, "destination: the path"),
    ("s3://bbb/k", "s3://bbb/k2", "both objects"),
    ("/etc/hostname", "/x", "both files"),
    ("s3://bbb", "/x", "is not the name of an object"),
    ("/etc/hostname", "s3://bbb/folder/", "the key ends in /"),
    ("/etc", "s3://bbb/k", "is not a file"),
    ("s3://bbb/k", "/etc", "is a folder"),
    ({"bucket": "bbb"}, "/x", 'needs "bucket" and "key"'),
])
def test_bad_arguments_of_copy_are_one_sentence(build, source, destination, says):
    arguments = {"source": source, "destination": destination, "access_key_id": "A", "secret_access_key": "S"}
    assert says in error_of(operator_run(build, "s3_copy", arguments), 78)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", b"\xff\xfe", '{"a": 1, "a": 2}', "{}" * 2, "\0"])
@pytest.mark.parametrize("name", ["s3_find_latest", "s3_copy"])
def test_arguments_that_are_no_object_are_one_sentence(build, name, text):
    assert "on stdin are not" in error_of(operator_run(build, name, text), 78)


def test_a_file_that_is_not_there_and_a_folder_that_is_not(store, tmp_path):
    store.put("k")
    assert "No such file" in error_of(store.copy(str(tmp_path / "none"), store.uri("x")), 1)
    assert "No such file" in error_of(store.copy(store.uri("k"), tmp_path / "none" / "out"), 1)
