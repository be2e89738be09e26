# SPDX-License-Identifier: MIT
"""S3 on a raw socket with one object, which answers as wrongly as a test likes; it checks each signature."""
import base64
import hashlib
import re
import select
import socket
import ssl
import struct
import threading
import time
import urllib.parse
import zlib

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BUCKET, KEY_ID = "bucket", "AKIAFAKEFAKEFAKEFAKE"
SECRET, TOKEN = "secret-4b1f0c55-of-the-fake", "token-7d20a9-of-the-fake"
SIGNATURES_MAX = 20  # that are looked at: the others are made in the same way
MODIFIED_S = 1767323045
XML = {"Content-Type": "application/xml", "x-amz-request-id": "REQUEST1"}

# What an answer may hold besides bytes.
CLOSE = "the connection is closed"
RESET = "the connection is reset"
HOLD = "nothing comes until the client has left"


def drip(data):
    """A byte at a time, until the client leaves."""
    for byte in data:
        yield bytes([byte])
        yield 0.2


def in_base64(number, size):
    return base64.b64encode(number.to_bytes(size, "big")).decode()


class Reply:
    def __init__(self, status, body=b"", headers=(), length=True):
        self.status, self.body = status, body.encode() if isinstance(body, str) else body
        self.headers = dict(headers)
        if length:
            self.headers.setdefault("Content-Length", str(len(self.body)))

    def with_headers(self, **changes):
        """Names with `_` for `-`; None removes one."""
        for name, value in changes.items():
            name = name.replace("_", "-")
            self.headers = {k: v for k, v in self.headers.items() if k.lower() != name.lower()}
            if value is not None:
                self.headers[name] = value
        return self

    def head(self):
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode("latin-1")

    def raw(self, request):
        return self.head() + (b"" if request.method == "HEAD" else self.body)


class Request:
    """`what` is list, head, get, put, delete, create, part, join, or bucket (a HEAD of it)."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ")
        pairs = (line.split(":", 1) for line in lines[1:] if line)
        self.headers = {name.lower(): value.strip() for name, value in pairs}
        self.body = body
        path, _, query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        _, self.bucket, *key = urllib.parse.unquote(path).split("/", 2)
        self.key = key[0] if key else None
        self.what = self.meaning()

    def meaning(self):
        if not self.key:
            return "bucket" if self.method == "HEAD" else "list"
        if self.method == "POST":
            return "create" if "uploads" in self.query else "join"
        return "part" if "partNumber" in self.query else self.method.lower()

    @property
    def region(self):
        return self.headers["authorization"].split("/")[2]

    def is_signed(self):
        credential, names, signature = (part.split("=", 1)[1] for part in self.headers["authorization"].split(", "))
        signer = S3SigV4Auth(Credentials(KEY_ID, SECRET, TOKEN), "s3", credential.split("/")[2])
        signed = {name: self.headers[name] for name in names.split(";")}
        asked = AWSRequest(self.method, f"http://{signed['host']}{self.target}", signed)
        asked.context["timestamp"] = signed["x-amz-date"]
        wanted = signer.signature(signer.string_to_sign(asked, signer.canonical_request(asked)), asked)
        digest = hashlib.sha256(self.body).hexdigest()
        crc = self.headers.get("x-amz-checksum-crc32")
        if crc and self.what in ("put", "part") and crc != in_base64(zlib.crc32(self.body), 4):
            return False
        return (signature == wanted and signed["x-amz-content-sha256"] == digest
                and signed["x-amz-security-token"] == TOKEN and credential.startswith(KEY_ID + "/"))


class Store:
    """An object, and what a good S3 says of it. `sums`: of what it keeps a checksum, whole or parts."""

    def __init__(self, data, key="k.dump", sums="parts", **headers):
        self.data, self.key, self.parts, self.sums = data, key, {}, sums
        self.headers = {"ETag": f'"{hashlib.md5(data).hexdigest()}"', "x-amz-request-id": "REQUEST1",
                        "Last-Modified": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(MODIFIED_S)), **headers}

    @property
    def etag(self):
        return self.headers["ETag"]

    def take(self, data):
        self.data = data
        self.headers["ETag"] = f'"{hashlib.md5(data).hexdigest()}"'

    def page(self, objects=None, more="<IsTruncated>false</IsTruncated>"):
        """Objects as (key, more XML); the key is written as it is."""
        usual = (f"<Size>{len(self.data)}</Size><ETag>{self.etag}</ETag>"
                 f"<LastModified>{time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(MODIFIED_S))}</LastModified>")
        objects = [(urllib.parse.quote(self.key), "")] if objects is None else objects
        contents = "".join(f"<Contents><Key>{key}</Key>{usual}{fields}</Contents>" for key, fields in objects)
        return Reply(200, '<?xml version="1.0" encoding="UTF-8"?>\n'
                          '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                          f"<EncodingType>url</EncodingType>{more}{contents}</ListBucketResult>", XML)

    def answer(self, request):
        return getattr(self, "on_" + request.what)(request)

    def on_bucket(self, _):
        return Reply(200, headers=XML)

    def on_list(self, _):
        return self.page()

    def on_head(self, request):
        if request.headers.get("if-match", self.etag) != self.etag:
            return Reply(412)
        return Reply(200, self.data, self.headers)

    def on_get(self, request):
        if request.headers.get("if-match", self.etag) != self.etag:
            return Reply(412, "<Error><Code>PreconditionFailed</Code></Error>", XML)
        if "range" not in request.headers:
            return Reply(200, self.data, self.headers)
        first = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
        if first >= len(self.data):
            return Reply(416, "<Error><Code>InvalidRange</Code></Error>", XML)
        told = {"Content-Range": f"bytes {first}-{len(self.data) - 1}/{len(self.data)}"}
        return Reply(206, self.data[first:], {**self.headers, **told})

    def on_put(self, request):
        self.take(request.body)
        return Reply(200, headers=self.headers)

    def on_create(self, _):
        kept = {"x-amz-checksum-type": "FULL_OBJECT"} if self.sums == "whole" else {}
        begun = "<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>"
        return Reply(200, begun, {**XML, **kept})

    def on_part(self, request):
        self.parts[int(request.query["partNumber"])] = request.body
        return Reply(200, headers={"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})

    def on_join(self, request):
        parts = [data for _, data in sorted(self.parts.items())]
        sums = [in_base64(zlib.crc32(data), 4).encode() for data in parts]
        whole = in_base64(zlib.crc32(b"".join(parts)), 4) if self.sums == "whole" else None
        if (re.findall(b"<ChecksumCRC32>(.*?)</", request.body) != sums
                or request.headers.get("x-amz-checksum-crc32") != whole):
            return Reply(400, "<Error><Code>BadDigest</Code></Error>", XML)
        self.take(b"".join(parts))
        md5s = b"".join(hashlib.md5(data).digest() for data in parts)
        self.headers["ETag"] = f'"{hashlib.md5(md5s).hexdigest()}-{len(parts)}"'
        joined = f"<CompleteMultipartUploadResult><ETag>{self.etag}</ETag></CompleteMultipartUploadResult>"
        return Reply(200, joined, XML)

    def on_delete(self, _):
        self.parts.clear()
        return Reply(204, length=False)


class FakeS3:
    """`answer(request, store)` -> what is sent: bytes, seconds to wait, CLOSE, RESET, HOLD.

    A request has number (of all) and nth (of those that ask for the same).
    """

    def __init__(self, answer, store, certificate=None):
        self.answer, self.store, self.requests, self.forged = answer, store, [], []
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            while request := self.receive(client):
                stays = self.send(client, self.answer(request, self.store))
                request.body = b""  # some are large
                if not stays:
                    break
        except OSError:
            pass
        client.close()

    def receive(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        size = sum(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                   if line.startswith(b"content-length:"))
        if b"100-continue" in head.lower():
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        pieces, missing = [body], size - len(body)
        while missing > 0:
            pieces.append(client.recv(1 << 20))
            if not pieces[-1]:
                return None
            missing -= len(pieces[-1])
        return self.note(Request(head, b"".join(pieces)))

    def note(self, request):
        with self.lock:
            request.number = len(self.requests)
            request.nth = sum(1 for one in self.requests if one.what == request.what)
            self.requests.append(request)
            if request.number < SIGNATURES_MAX and not request.is_signed():
                self.forged.append(request.target)
        return request

    def send(self, client, pieces):
        """Whether the connection stays."""
        for piece in pieces:
            if isinstance(piece, bytes):
                client.sendall(piece)
            elif isinstance(piece, float):
                if select.select([client], [], [], piece)[0]:
                    return False
            elif piece == HOLD:
                select.select([client], [], [], 60)
                return False
            elif piece == RESET:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            else:
                return False
        return True
