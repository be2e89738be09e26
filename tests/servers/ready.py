# SPDX-License-Identifier: MIT
"""ready.py PID KIND [PORT [PATH]]: exit 0 once the fact is there, 1 when PID ended before or it took too long.

KIND: http (status 200 for PATH), mongo (answers `hello` with ok: 1), ended (PID itself has ended)."""
import http.client
import os
import select
import socket
import struct
import sys
import time

READY_S = 60
ENDED_S = 10
BETWEEN_TRIES_MS = 10


def receive(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def answers_mongo(port):
    """One OP_MSG with {hello: 1, $db: "admin"}; true when the reply holds a double or int `ok` of 1."""
    document = b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    document = struct.pack("<i", len(document) + 5) + document + b"\0"
    body = struct.pack("<i", 0) + b"\0" + document
    with socket.create_connection(("127.0.0.1", port), 1) as sock:
        sock.sendall(struct.pack("<iiii", len(body) + 16, 1, 0, 2013) + body)
        size = struct.unpack("<i", receive(sock, 4))[0]
        reply = receive(sock, size - 4)
    ok = (b"\x01ok\0" + struct.pack("<d", 1.0), b"\x10ok\0" + struct.pack("<i", 1))
    return any(field in reply for field in ok)


def answers_http(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    connection.request("GET", path)
    return connection.getresponse().status == 200


def answers(kind, port, path):
    try:
        return answers_mongo(port) if kind == "mongo" else answers_http(port, path)
    except (OSError, http.client.HTTPException, struct.error):
        return False


def main(pid, kind, port="0", path="/"):
    try:
        process = os.pidfd_open(int(pid))
    except ProcessLookupError:
        return 0 if kind == "ended" else 1
    if kind == "ended":
        return 0 if select.select([process], [], [], ENDED_S)[0] else 1
    end = select.poll()
    end.register(process, select.POLLIN)
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if answers(kind, int(port), path):
            return 0
        if end.poll(BETWEEN_TRIES_MS):
            return 1
    return 1


sys.exit(main(*sys.argv[1:]))
