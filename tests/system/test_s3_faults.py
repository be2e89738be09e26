# SPDX-License-Identifier: MIT
"""Wrong answers of S3, through the operators: what they leave is byte by byte right, or they fail with one sentence."""
import base64
import concurrent.futures
import dataclasses
import hashlib
import pathlib
import random
import tempfile
import threading

import pytest

from operator_run import operator_run
from s3_fake import BUCKET, CLOSE, HOLD, KEY_ID, RESET, SECRET, TOKEN, XML, FakeS3, Reply, Store, drip, in_base64
from s3_faults import (also, bytes_of, changed, chunked, complaint, cut, first, good, in_turn, more_pages, page, pieces,
                       status, to, told, unsized)

BLOCK = 64 << 10
DATA = random.Random(1).randbytes(5 * BLOCK + 1234)
LARGE = 3 << 20
FAILED, FOR_GOOD, NOT_YET = 1, 78, 75
RIGHT = (0, None)
AT_ONCE = 8  # kinds that are tried side by side
ONE_LARGE = threading.Lock()
TRIES = 3
TIMEOUT_S = 600


@dataclasses.dataclass
class Kind:
    run: str  # a function below
    answer: object
    expected: tuple  # exit code, and what the sentence says
    store: object = lambda: Store(DATA)
    extra: dict = dataclasses.field(default_factory=dict)
    regions: list = None  # that the requests were signed for, in their order


# Of "123456789", as the catalogues of checksums have them.
SUMS = {
    "crc32": in_base64(0xcbf43926, 4),
    "crc32c": in_base64(0xe3069283, 4),
    "crc64nvme": in_base64(0xae8b14860a799888, 8),
    "sha1": base64.b64encode(hashlib.sha1(b"123456789").digest()).decode(),
    "sha256": base64.b64encode(hashlib.sha256(b"123456789").digest()).decode(),
}
NO_MD5 = '"5d41402abc4b2a76b9719d911017c592-3"'
PORTAL = "<!DOCTYPE html><html><body>Please sign in</body></html>"
BOMB = ('<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{i} "{f"&a{i - 1 if i else str()};" * 10}">' for i in range(12)) + "]><b>&a11;</b>")


def summed(kind, value=None, **headers):
    return lambda: Store(b"123456789", ETag=NO_MD5, **{f"x-amz-checksum-{kind}": value or SUMS[kind], **headers})


def no_etag():
    store = Store(DATA)
    store.headers["ETag"] = '""'
    store.on_head = store.on_get = lambda request: Reply(200, DATA, store.headers)  # it knows no ranges, either
    return store


def cut_near_and_far():
    """Without ranges each try begins anew; in turn one breaks off at once, the next far on, a dozen times."""
    return in_turn("get", *[cut(10), cut(LARGE - 100)] * 6, good)


def large():
    store = Store(random.Random(2).randbytes(LARGE))
    store.on_get = lambda request: Reply(200, store.data, store.headers)
    return store


def without_md5():
    store = Store(DATA)
    store.headers["ETag"] = NO_MD5
    return store


def replaced(data=None):
    """Another object has the key from now on."""
    return lambda request, store: store.take(data or DATA[::-1])


def wrong_range(text):
    return in_turn("get", cut(BLOCK), told(Content_Range=text))


COPY = {
    "nothing wrong": Kind("copy", good, RIGHT),
    "nothing in it": Kind("copy", good, RIGHT, lambda: Store(b"")),
    **{f"cut after {n} blocks": Kind("copy", to("get", cut(n * BLOCK), 0), RIGHT) for n in range(6)},
    "cut after every block": Kind("copy", to("get", cut(BLOCK)), (FAILED, f"after {TRIES} tries")),
    "reset half way": Kind("copy", to("get", cut(BLOCK, RESET), 0), RIGHT),
    "cut within the head": Kind("copy", first(1, pieces(lambda head, body: [head[:40], CLOSE])), RIGHT),
    "closed before a word": Kind("copy", first(1, bytes_of(CLOSE)), RIGHT),
    "reset before a word": Kind("copy", first(1, bytes_of(RESET)), RIGHT),
    "always reset": Kind("copy", bytes_of(RESET), (FAILED, "cannot be reached, or broke off")),
    "no HTTP": Kind("copy", bytes_of(b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE), (FAILED, "cannot be reached, or broke off")),
    "a head without end": Kind("copy", bytes_of(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"x" * 9000 + b"\r\n"] * 200, CLOSE),
                               (FAILED, "broke off")),
    "no headers at all": Kind("copy", bytes_of(b"HTTP/1.1 200 OK\r\n\r\n", DATA, CLOSE),
                              (FAILED, "is no answer of S3")),
    "the length is too small": Kind("copy", told(Content_Length="1000"), (FAILED, "came damaged")),
    "the length is too large": Kind("copy", to("get", pieces(lambda head, body: [
        head.replace(b"Content-Length: ", b"Content-Length: 9"), body, CLOSE]), 0), (FOR_GOOD, "416")),
    "the length is no number": Kind("copy", told(Content_Length="many"), (FAILED, "broke off")),
    "no length": Kind("copy", unsized(lambda head, body: [head, body, CLOSE]), (FAILED, "does not tell the size")),
    "chunks": Kind("copy", chunked(lambda head, body: [head, b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n"]),
                   (FAILED, "does not tell the size")),
    "chunks of nonsense": Kind("copy", chunked(lambda head, body: [head, b"zzz\r\n", body, CLOSE]),
                               (FAILED, "broke off")),
    "more than there is": Kind("copy", unsized(lambda head, body: [
        head.replace(b"200 Said", b"206 Said\r\nContent-Range: bytes 0-99/100"), body, CLOSE]),
        (FAILED, "more bytes came")),
    "a byte is another": Kind("copy", changed(lambda body: body[:70000] + b"!" + body[70001:]),
                              (FAILED, "came damaged")),
    "a block is there twice": Kind("copy", changed(lambda body: body[:BLOCK] + body[:-BLOCK]),
                                   (FAILED, "came damaged")),
    "the ETag is another": Kind("copy", told(ETag=f'"{"0" * 32}"'), (FAILED, "came damaged")),
    "the ETag is no text": Kind("copy", told(ETag='"\xff\xfe"'), (FAILED, "is no answer of S3")),
    "recoded on the way": Kind("copy", told(Content_Encoding="gzip", ETag=NO_MD5, x_amz_checksum_crc32="AAAAAA=="),
                               (FAILED, "came damaged")),
    **{f"{kind} is right": Kind("copy", good, RIGHT, summed(kind)) for kind in SUMS},
    **{f"{kind} is wrong": Kind("copy", changed(lambda body: body[::-1]), (FAILED, f"x-amz-checksum-{kind}"),
                                summed(kind)) for kind in SUMS},
    "a checksum is nonsense": Kind("copy", good, (FAILED, "came damaged"), summed("crc32", "?")),
    "a checksum of parts": Kind("copy", good, RIGHT, summed("crc32", "AAAAAA==-3")),
    "a checksum of the checksums of parts": Kind("copy", good, RIGHT, summed(
        "crc32", "AAAAAA==", **{"x-amz-checksum-type": "COMPOSITE"})),
    "a page for people": Kind("copy", status(200, PORTAL, x_amz_request_id=None, Content_Type="text/html"),
                              (FAILED, "is no answer of S3")),
    "an error with status 200": Kind("copy", complaint(200, "InternalError"), (FAILED, "is no answer of S3")),
    "nothing with status 204": Kind("copy", bytes_of(b"HTTP/1.1 204 No\r\n\r\n"), (FAILED, "is no answer of S3")),
    "not modified": Kind("copy", status(304, Content_Length=None), (FAILED, "answered 304")),
    "a status of no kind": Kind("copy", status(999), (FAILED, "answered 999")),
}

RESUME = {
    "the whole again": Kind("copy", in_turn("get", cut(BLOCK), lambda request, store: [
        Reply(200, DATA, store.headers).raw(request)]), RIGHT),
    "another range": Kind("copy", wrong_range("bytes 0-9/10"), (FAILED, "were asked for")),
    "a range that begins alike": Kind("copy", wrong_range(f"bytes {BLOCK}0-9/{len(DATA)}"), (FAILED, "were asked for")),
    "a range of another size": Kind("copy", wrong_range(f"bytes {BLOCK}-{len(DATA)}/{len(DATA) + 1}"),
                                    (FAILED, "were asked for")),
    "no range": Kind("copy", wrong_range(None), (FAILED, "were asked for")),
    "a range that nobody asked for": Kind("copy", lambda request, store: [
        Reply(206, DATA[5:], {**store.headers, "Content-Range": f"bytes 5-{len(DATA) - 1}/{len(DATA)}"}).raw(request)],
        (FAILED, "were asked for"), without_md5),
    "never further than before": Kind("copy", cut_near_and_far(), (FAILED, f"after {TRIES} tries"), large),
    "no such range": Kind("copy", in_turn("get", cut(BLOCK), complaint(416, "InvalidRange")), (FOR_GOOD, "416")),
    "replaced half way": Kind("copy", in_turn("get", cut(BLOCK), also(replaced())), (FAILED, "was replaced")),
    "replaced half way, unnoticed by the server": Kind("copy", in_turn("get", cut(BLOCK), told(ETag='"e"')),
                                                       (FAILED, "was replaced"), without_md5),
    "no ETag any more": Kind("copy", in_turn("get", cut(BLOCK), told(ETag=None)), (FAILED, "is no answer of S3"),
                             without_md5),
    "deleted half way": Kind("copy", in_turn("get", cut(BLOCK), complaint(404, "NoSuchKey")),
                             (FAILED, "there is no object")),
    "never an ETag": Kind("copy", in_turn("get", cut(BLOCK), good), RIGHT, no_etag),
    "replaced since it was found": Kind("found", in_turn("get", also(replaced())), (FOR_GOOD, "was replaced since")),
    "grown since it was found": Kind("found", to("get", also(replaced(DATA + DATA))), (FOR_GOOD, "was replaced since")),
    "found, and an ETag that says nothing": Kind("found", to("get", told(ETag='""')),
                                                 (FOR_GOOD, "was replaced since")),
    "found, and the server looks at no ETag": Kind("found", to("get", lambda request, store: [
        Reply(200, DATA[::-1], {**store.headers, "ETag": '"e"'}).raw(request)]), (FOR_GOOD, "was replaced since")),
}

PASSING = {
    **{f"{code} once": Kind("copy", first(1, complaint(code, name)), RIGHT) for code, name in [
        (500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"), (504, "GatewayTimeout"),
        (408, "RequestTimeout"), (429, "TooManyRequestsException")]},
    "502 with a page": Kind("copy", first(1, status(502, PORTAL)), RIGHT),
    "503 with a huge page": Kind("copy", first(1, status(503, "<p>busy</p>" * 200000)), RIGHT),
    "503 with a bomb": Kind("copy", first(1, status(503, BOMB)), RIGHT),
    "400 RequestTimeout": Kind("copy", first(1, complaint(400, "RequestTimeout")), RIGHT),
    "503 again and again": Kind("copy", complaint(503, "SlowDown"),
                                (FAILED, f"after {TRIES} tries: s3://{BUCKET}/k.dump")),
    "503 and no time told": Kind("copy", first(1, complaint(503, "SlowDown", Retry_After="soon")), RIGHT),
    "503 and a second": Kind("copy", first(1, complaint(503, "SlowDown", Retry_After="1")), RIGHT),
    "501": Kind("copy", complaint(501, "NotImplemented"), (FAILED, "NotImplemented")),
    "always slow": Kind("copy", pieces(lambda head, body: [head, *drip(body[:500]), HOLD]), (FAILED, "slow"),
                        extra={"config_kwargs": {"read_timeout": 1, "retries": {"total_max_attempts": 1}}}),
    "silent once": Kind("copy", first(1, bytes_of(HOLD)), RIGHT, extra={"config_kwargs": {"read_timeout": 1}}),
    "silent half way": Kind("copy", to("get", cut(BLOCK, HOLD), 0), RIGHT,
                            extra={"config_kwargs": {"read_timeout": 1}}),
}

HERE, THERE = "us-east-1", "eu-west-3"
MALFORMED = complaint(400, "AuthorizationHeaderMalformed", f"<Region>{THERE}</Region>")
REGION = {
    "301 with a header": Kind("copy", first(1, status(301, x_amz_bucket_region=THERE)), RIGHT, regions=[HERE, THERE]),
    "301 with a body": Kind("copy", first(1, complaint(301, "PermanentRedirect", f"<Region>{THERE}</Region>")), RIGHT,
                            regions=[HERE, THERE]),
    "302 to elsewhere": Kind("copy", first(1, status(302, Location="http://127.0.0.1:9/", x_amz_bucket_region=THERE)),
                             RIGHT, regions=[HERE, THERE]),
    "307": Kind("copy", first(1, complaint(307, "TemporaryRedirect", f"<Region>{THERE}</Region>")), RIGHT,
                regions=[HERE, THERE]),
    "400 with a body": Kind("copy", first(1, MALFORMED), RIGHT, regions=[HERE, THERE]),
    "400 for a listing": Kind("find", first(1, MALFORMED), RIGHT, regions=[HERE, THERE, THERE]),
    "400 for a HEAD": Kind("wait", first(1, status(400, x_amz_bucket_region=THERE)), RIGHT, regions=[HERE, THERE]),
    "301 and only the bucket knows": Kind("copy", lambda request, store: {
        "bucket": status(400, x_amz_bucket_region=THERE),
        "get": good if request.region == THERE else complaint(301, "PermanentRedirect"),
    }[request.what](request, store), RIGHT, regions=[HERE, HERE, THERE]),
    "301 and nobody knows": Kind("copy", complaint(301, "PermanentRedirect"), (FOR_GOOD, "is not in region"),
                                 regions=[HERE, HERE]),
    "301 for ever": Kind("copy", lambda request, store: status(
        301, x_amz_bucket_region="eu-west-%d" % (request.number + 1))(request, store),
        (FOR_GOOD, "is not in region"), regions=[HERE, "eu-west-1"]),
    "301 to another partition": Kind("copy", status(301, x_amz_bucket_region="cn-north-1"),
                                     (FOR_GOOD, "is not in region"), regions=[HERE]),
    "301 to no region": Kind("copy", status(301, x_amz_bucket_region="evil.example/#"),
                             (FOR_GOOD, "is not in region"), regions=[HERE]),
    "301 for an upload": Kind("put", first(1, status(301, x_amz_bucket_region=THERE)), RIGHT,
                              regions=[HERE, THERE, THERE]),
}

REFUSED = {
    name: Kind("copy", complaint(code, name, more), (exit_code, says)) for code, name, more, exit_code, says in [
        (403, "AccessDenied", "", FOR_GOOD, "it needs s3:GetObject"),
        (403, "SignatureDoesNotMatch", f"<StringToSign>{SECRET}</StringToSign>", FOR_GOOD, "refuses the signature"),
        (403, "InvalidAccessKeyId", "", FOR_GOOD, "does not know the access key"),
        (403, "InvalidObjectState", "<Message>GLACIER</Message>", FOR_GOOD, "is archived (GLACIER)"),
        (400, "ExpiredToken", f"<Token-0>{TOKEN}</Token-0>", FAILED, "has expired"),
        (400, "InvalidToken", "", FAILED, "refuses the session token"),
        (400, "KMS.DisabledException", "<Message>the key is disabled</Message>", FOR_GOOD, "the key is disabled"),
        (404, "NoSuchBucket", "", FOR_GOOD, "there is no bucket"),
        (404, "NoSuchKey", "", FAILED, "there is no object"),
        (404, "NoSuchVersion", "", FOR_GOOD, "no such version"),
        (418, "Teapot", "<Message>two\nlines</Message>", FOR_GOOD, "answered 418"),
    ]}
REFUSED |= {
    "403 without a word": Kind("copy", status(403), (FOR_GOOD, "is denied")),
    "403 with a bomb": Kind("copy", status(403, BOMB), (FOR_GOOD, "is denied")),
    "403 with a depth": Kind("copy", status(403, "<a>" * 5000), (FOR_GOOD, "is denied")),
    "403 with other bytes": Kind("copy", status(403, b"<Error><Code>\xff\xfe</Code></Error>"), (FOR_GOOD, "is denied")),
    "403 with a huge page": Kind("copy", status(403, "x" * 3000000), (FOR_GOOD, "is denied")),
}

TURNS = [f"<IsTruncated>true</IsTruncated><NextContinuationToken>t{i}</NextContinuationToken>" for i in range(4)]


def found(key, listed=None):
    """A listing with one odd key, which is found as it is."""
    return Kind("find", to("list", page([(listed, "")])) if listed else good, RIGHT, lambda: Store(DATA, key))


def listing(answer, says, code=FAILED):
    return Kind("find", to("list", answer), (code, says))


LISTING = {
    "a listing": Kind("find", good, RIGHT),
    "pages without keys": Kind("find", in_turn("list", page([], TURNS[0]), page([], TURNS[1]), good), RIGHT),
    "a page comes broken once": Kind("find", in_turn("list", cut(300), good), RIGHT),
    "an error with status 200 once": Kind("find", in_turn("list", complaint(200, "SlowDown"), good), RIGHT),
    "always an error with status 200": listing(complaint(200, "InternalError"), "InternalError"),
    "in chunks": Kind("find", to("list", chunked(lambda head, body: [head] + [
        b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body] + [b"0\r\n\r\n"])), RIGHT),
    "more, but not where": listing(page(more="<IsTruncated>true</IsTruncated>"), "does not say where the next begins"),
    "the same page for ever": listing(page(more=TURNS[0]), "does not say where the next begins"),
    "pages in a circle": listing(lambda request, store: page([], TURNS[request.nth % 3])(request, store),
                                 "does not say where the next begins"),
    "the same page under new names": listing(lambda request, store: page(more=more_pages(request.nth))(request, store),
                                             "does not say where the next begins"),
    "empty pages without end": listing(lambda request, store: page([], more_pages(request.nth))(request, store),
                                       "pages without a key"),
    "a page for people instead": listing(status(200, PORTAL), "not a listing"),
    "JSON": listing(status(200, "{}"), "not a listing"),
    "nothing": listing(status(200), "not a listing"),
    "half of it": listing(changed(lambda body: body[:-30]), "not a listing"),
    "other XML": listing(status(200, "<ListAllMyBucketsResult/>"), "not a listing"),
    "a bomb": listing(status(200, BOMB), "not a listing"),
    "too deep": listing(status(200, "<a>" * 100000), "not a listing"),
    "too long": listing(status(200, "<ListBucketResult>" + " " * (9 << 20)), "larger than"),
    "other bytes": listing(changed(lambda body: body.replace(b"k.dump", b"\xff\xfe")), "not a listing"),
    "no size": listing(changed(lambda body: body.replace(b"Size>", b"Sise>")), "without a right key, size or time"),
    "a size below zero": listing(changed(lambda body: body.replace(b"<Size>", b"<Size>-")), "without a right key"),
    "a size too large": listing(changed(lambda body: body.replace(b"<Size>", b"<Size>" + b"9" * 30)),
                                "without a right key"),
    "no time": listing(changed(lambda body: body.replace(b"2026-01-", b"2026-13-")), "without a right key"),
    "a key that escapes nothing": listing(page([("a%zz", "")]), "without a right key"),
    "a key with a NUL": listing(page([("a%00b", "")]), "without a right key"),
    "no key": listing(changed(lambda body: body.replace(b"Key>", b"Kei>")), "without a right key"),
    "a key that is not UTF-8": listing(page([("%ff%fe", "")]), "not UTF-8", FOR_GOOD),
    "no keys": listing(page([]), "nothing found"),
    **{f"key {key!r}": found(key) for key in [
        "a\nb\rc\td", "../../etc/passwd", "a//b", "./k", "k'\"<&>", " ", "+", "%41", "日本/🗄", "a" * 1024, "?x=y#z"]},
    "a key with a plus for a space": found("a b", "a+b"),
    "a key with a letter of XML": found("<k>", "%3Ck&gt;"),
    "listed, then replaced": Kind("find", to("head", also(replaced()), 0), RIGHT),
    "listed, then always replaced": Kind("find", to("head", status(412)), (FAILED, "was replaced 3 times")),
    "listed, but another one is there": Kind("find", to("head", told(ETag='"e"')), (FAILED, "was replaced 3 times")),
    "listed, but larger": Kind("find", to("head", told(Content_Length="9")), (FAILED, "was replaced 3 times")),
    "listed, and no time told then": Kind("find", to("head", told(Last_Modified=None)), RIGHT),
    "listed, and no length told then": Kind("find", to("head", told(Content_Length=None)), (FAILED, "does not tell")),
}

WAITING = {
    "there": Kind("wait", good, RIGHT),
    "not there": Kind("wait", status(404), (NOT_YET, "not yet: there is no s3://bucket/k.dump")),
    "denied": Kind("wait", status(403), (FOR_GOOD, "is denied")),
    **{f"{name}, which a HEAD cannot tell": Kind("wait", complaint(code, name), expected) for code, name, expected in [
        (404, "NoSuchKey", (NOT_YET, "not yet: there is no s3://bucket/k.dump")),
        (404, "NoSuchBucket", (FOR_GOOD, 'there is no bucket "bucket"')),
        (404, "XAdminUserNotFound", (FOR_GOOD, "does not know the access key")),
        (403, "InvalidAccessKeyId", (FOR_GOOD, "does not know the access key")),
        (403, "SignatureDoesNotMatch", (FOR_GOOD, "the secret access key is not the one of")),
        (403, "AccessDenied", (FOR_GOOD, "it needs s3:GetObject (without s3:ListBucket")),
        (400, "ExpiredToken", (FAILED, "it has expired"))]},
    "not there, but at once after": Kind("wait", to("head", status(404)), (NOT_YET, "not yet")),
    "away": Kind("wait", status(503), (FAILED, f"after {TRIES} tries")),
    "there, says a portal": Kind("wait", status(200, PORTAL, x_amz_request_id=None), (FAILED, "is no answer of S3")),
    "there, says no HTTP": Kind("wait", bytes_of(b"hello\r\n", CLOSE), (FAILED, "broke off")),
    "a pattern": Kind("wait_pattern", good, RIGHT),
    "a pattern, and pages in a circle": Kind("wait_pattern", lambda request, store: page(
        [], TURNS[request.nth % 2])(request, store), (FAILED, "does not say where the next begins")),
    "a pattern, and a portal": Kind("wait_pattern", status(200, PORTAL), (FAILED, "not a listing")),
}

PUT = {
    "stored": Kind("put", good, RIGHT),
    "stored at the second try": Kind("put", first(1, complaint(503, "SlowDown")), RIGHT),
    "reset at first": Kind("put", first(1, bytes_of(RESET)), RIGHT),
    "stored, and the answer is lost": Kind("put", to("put", also(lambda request, store: store.take(request.body),
                                                                 bytes_of(CLOSE)), 0), RIGHT),
    "stored, without an ETag": Kind("put", to("put", told(ETag=None)), (FAILED, "gave no ETag")),
    "a portal takes it": Kind("put", to("put", status(200, PORTAL)), (FAILED, "gave no ETag")),
    "damaged on the way": Kind("put", to("put", complaint(400, "BadDigest")), (FAILED, "BadDigest")),
    "stored, and gone": Kind("put", to("head", status(404)), (FAILED, "there is no object")),
    "stored, and shorter": Kind("put", to("head", told(Content_Length="3")), (FOR_GOOD, "was replaced")),
    "not allowed to be stored": Kind("put", complaint(403, "AccessDenied"), (FOR_GOOD, "it needs s3:PutObject")),
    **{f"in parts, {sums} summed": Kind("put_large", good, RIGHT, lambda sums=sums: Store(DATA, sums=sums))
       for sums in ("whole", "parts")},
    "in parts, one at the second try": Kind("put_large", to("part", complaint(500, "InternalError"), 1), RIGHT),
    "joined at the second try": Kind("put_large", to("join", complaint(200, "InternalError"), 0), RIGHT),
    "joined, and the answer is lost": Kind("put_large", in_turn("join", also(
        lambda request, store: store.on_join(request), bytes_of(CLOSE)), complaint(404, "NoSuchUpload")), RIGHT),
    "never joined": Kind("put_large", to("join", complaint(200, "InternalError")), (FAILED, "InternalError")),
    "joined by somebody else": Kind("put_large", to("join", also(replaced(DATA * 103), complaint(404, "NoSuchUpload"))),
                                    (FOR_GOOD, "NoSuchUpload")),
    "no upload is begun": Kind("put_large", to("create", status(200, PORTAL)), (FAILED, "gave no id")),
    "joined into something else": Kind("put_large", to("join", status(200, PORTAL)), (FAILED, "did not join")),
}

GROUPS = {"copy": COPY, "resume": RESUME, "passing": PASSING, "region": REGION, "refused": REFUSED, "listing": LISTING,
          "waiting": WAITING, "put": PUT}
KINDS = {f"{group}: {name}": kind for group, kinds in GROUPS.items() for name, kind in kinds.items()}


# How an operator is run, and whether what it left is right.


def copied(run, folder, store, source):
    outcome = run("s3_copy", source=source, destination=str(folder / "out"))
    if outcome.status == 0:
        assert (folder / "out").read_bytes() == store.data
        assert outcome.result["size"] == len(store.data)
    else:
        assert list(folder.iterdir()) == []
    return outcome


def copy(run, folder, store):
    return copied(run, folder, store, f"s3://{BUCKET}/{store.key}")


def found_copy(run, folder, store):
    return copied(run, folder, store, {"bucket": BUCKET, "key": store.key, "size": len(store.data),
                                       "etag": store.etag.strip('"')})


def find(run, folder, store):
    outcome = run("s3_find_latest", bucket=BUCKET)
    if outcome.status == 0:
        assert (outcome.result["key"], outcome.result["size"]) == (store.key, len(store.data))
        assert outcome.result["etag"] == store.etag.strip('"')
        assert outcome.result["last_modified"] == "2026-01-02T03:04:05+00:00"
    return outcome


def wait(run, folder, store, key="k.dump", wildcard_match=False):
    outcome = run("wait.s3_key", bucket_name=BUCKET, bucket_key=key, wildcard_match=wildcard_match)
    if outcome.status == 0:
        assert outcome.result == ["k.dump"]
    return outcome


def wait_pattern(run, folder, store):
    return wait(run, folder, store, "k.*", True)


def put(run, folder, store, data=DATA):
    store.data = b""
    (folder / "in").write_bytes(data)
    outcome = run("s3_copy", source=str(folder / "in"), destination=f"s3://{BUCKET}/{store.key}")
    if outcome.status == 0:
        assert store.data == data
        assert outcome.result["etag"] == store.etag.strip('"')
    else:
        assert store.parts == {}
    return outcome


def put_large(run, folder, store):
    with ONE_LARGE:
        return put(run, folder, store, DATA * 103)  # more than 32 MiB


RUNS = {"copy": copy, "found": found_copy, "find": find, "wait": wait, "wait_pattern": wait_pattern, "put": put,
        "put_large": put_large}


def sentence_check(outcome, expected):
    code, says = expected
    assert outcome.status == code, outcome.log + outcome.error
    assert SECRET not in outcome.log + outcome.error and TOKEN not in outcome.log + outcome.error
    if code == 0:
        assert outcome.error == ""
        return
    assert outcome.result is None
    line = outcome.log.splitlines()[-1] if code == NOT_YET else outcome.reason
    assert says in line
    assert code == NOT_YET or (outcome.error.startswith("error: ") and len(outcome.error.splitlines()) == 1)


def kind_try(build, kind):
    """The exception that one kind ended with, or None."""
    store = kind.store()
    with FakeS3(kind.answer, store) as server, tempfile.TemporaryDirectory(prefix="dagd-fault-") as folder:
        connection = {"conn_id": "s3", "conn_type": "aws", "login": KEY_ID, "password": SECRET,
                      "extra": {"aws_session_token": TOKEN, "endpoint_url": server.url, **kind.extra}}

        def run(name, **arguments):
            environment = {"AWS_MAX_ATTEMPTS": str(TRIES)}
            return operator_run(build, name, {"aws_conn_id": connection, **arguments}, environment, TIMEOUT_S)

        try:
            sentence_check(RUNS[kind.run](run, pathlib.Path(folder), store), kind.expected)
            assert server.forged == []
            assert kind.regions in (None, [request.region for request in server.requests])
        except Exception as error:  # told by the test of this kind
            return error
    return None


@pytest.fixture(scope="module")
def ended(build, request):
    """What each kind that was chosen ended with; they are tried side by side."""
    chosen = [item.callspec.params["kind"] for item in request.session.items
              if item.nodeid.split("::")[0].endswith("test_s3_faults.py") and hasattr(item, "callspec")]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(chosen, pool.map(lambda name: kind_try(build, KINDS[name]), chosen)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_answer_gives_the_right_file_or_one_sentence(ended, kind):
    if ended[kind]:
        raise ended[kind]
