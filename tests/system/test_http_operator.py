# SPDX-License-Identifier: MIT
"""The http operator as a program of its own, against real servers on loopback."""
import base64
import json
import ssl

import pytest

from http_script import Answer, HttpScript
from operator_process import CANARY, operate  # noqa: F401
from smtp_server import certificate


def connection(server, **fields):
    return {"conn_id": "c", "conn_type": "http", "host": "127.0.0.1", "port": server.server.server_port, "extra": {},
            **fields}


@pytest.fixture
def ask(operate):  # noqa: F811
    return lambda **arguments: operate("http", arguments)


def test_json_is_sent_and_kept(ask):
    with HttpScript(lambda request: Answer(200, '{"id": [1, 2.5]}', {"Content-Type": "application/json"})) as server:
        ended = ask(http_conn_id=connection(server), endpoint="v1/things?x=1", json={"a": "ä"},
                    headers={"X-Kind": "test"})
    assert ended.code == 0, ended.log
    assert ended.value == {"id": [1, 2.5]}
    method, path, headers = server.requests[0]
    assert (method, path) == ("POST", "/v1/things?x=1")
    assert headers["content-type"] == "application/json" and headers["x-kind"] == "test"
    assert json.loads(server.bodies[0]) == {"a": "ä"}


@pytest.mark.parametrize("method,data,path,kind,body", [
    ("GET", {"a": "1&2", "b": ["x", "y"]}, "/e?a=1%262&b=x&b=y", None, ""),
    ("POST", {"a": "ä ", "b": 2}, "/e", "application/x-www-form-urlencoded", "a=%C3%A4%20&b=2"),
    ("PUT", "plain", "/e", "text/plain; charset=utf-8", "plain"),
    ("POST", None, "/e", None, ""),
    ("DELETE", None, "/e", None, ""),
])
def test_data_is_a_query_a_form_or_text(ask, method, data, path, kind, body):
    with HttpScript(lambda request: Answer(204)) as server:
        ended = ask(http_conn_id=connection(server), endpoint="/e", method=method, data=data)
    assert ended.code == 0 and ended.value is None, ended.log
    assert server.requests[0][:2] == (method, path)
    assert server.requests[0][2].get("content-type") == kind and server.bodies[0].decode() == body


def test_the_login_and_headers_of_the_connection_are_sent_and_shown_nowhere(ask):
    def answer(request):
        return Answer(200, json.dumps(dict(request.asked)), {"Content-Type": "application/json"})
    coded = base64.b64encode(f"me:{CANARY}".encode()).decode()
    with HttpScript(answer) as server:
        ended = ask(http_conn_id=connection(server, login="me", password=CANARY, extra={"X-One": "1", "X-Two": "2"}),
                    headers={"x-two": "mine"}, log_response=True)
    headers = server.requests[0][2]
    assert headers["authorization"] == f"Basic {coded}"
    assert headers["x-one"] == "1" and headers["x-two"] == "mine"
    assert coded not in ended.log and ended.value["authorization"] == "Basic ***"


@pytest.mark.parametrize("status,check,code", [
    (200, None, 0), (302, None, 0), (404, None, 1), (500, None, 1), (404, [404], 0), (200, [404], 1),
    (201, ["2xx"], 0), (302, ["2xx"], 1), (404, ["2xx", "404"], 0),
])
def test_a_status_is_a_success_or_not(ask, status, check, code):
    with HttpScript(lambda request: Answer(status, "sorry\nmore")) as server:
        ended = ask(http_conn_id=connection(server), response_check=check)
    assert ended.code == code, ended.log
    if code:
        assert ended.last == f"error: the server answered with status {status}: sorry"


def test_redirects_on_the_same_server_keep_all(ask):
    def answer(request):
        if request.number == 0:
            return Answer(307, headers={"Location": "/there"})
        return Answer(200, "done")
    with HttpScript(answer) as server:
        ended = ask(http_conn_id=connection(server, login="me", password="p"), json=[1], headers={"X-Key": "k"})
    assert ended.value == "done"
    assert server.requests[1][:2] == ("POST", "/there") and server.bodies[1] == b"[1]"
    assert server.requests[1][2]["authorization"] and server.requests[1][2]["x-key"] == "k"


def test_another_server_gets_neither_login_nor_headers_nor_body(ask):
    with HttpScript(lambda request: Answer(200, "other")) as other:
        with HttpScript(lambda request: Answer(int(request.path[1:]), headers={"Location": other.url + "/x"})) as first:
            for status in (301, 302, 303):
                ended = ask(http_conn_id=connection(first, login="me", password=CANARY), json={"secret": CANARY},
                            endpoint=str(status), headers={"X-Key": CANARY})
                assert ended.code == 0 and ended.value == "other", ended.log
            refused = ask(http_conn_id=connection(first, login="me", password=CANARY), json={"secret": CANARY},
                          endpoint="308")
    assert refused.code == 78 and "stays with the server that was asked" in refused.last
    assert len(other.requests) == 3
    for (method, _, headers), body in zip(other.requests, other.bodies):
        assert method == "GET" and body == b"" and CANARY not in str(headers) and "authorization" not in headers


def test_redirects_end(ask):
    with HttpScript(lambda request: Answer(302, headers={"Location": "/again"})) as server:
        ended = ask(http_conn_id=connection(server), method="GET")
        stays = ask(http_conn_id=connection(server), method="GET", follow_redirects=False)
    assert ended.code == 78 and "more than 10 times" in ended.last
    assert stays.code == 0 and len(server.requests) == 12


def test_a_body_that_is_no_text_or_too_large_is_told(ask):
    with HttpScript(lambda request: Answer(200, b"\xff\xfe\0")) as server:
        ended = ask(http_conn_id=connection(server), method="GET")
    assert ended.code == 0 and ended.value is None and "no text" in ended.log
    with HttpScript(lambda request: Answer(200, "x" * 5000)) as server:
        ended = ask(http_conn_id=connection(server), method="GET", response_max=4999)
    assert ended.code == 1 and "larger than 4999 bytes" in ended.last


def test_a_certificate_must_be_trusted(ask, tmp_path):
    files = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    with HttpScript(lambda request: Answer(200, "ok")) as server:
        server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
        there = dict(method="GET", http_conn_id=connection(server, host="localhost", schema="https"))
        assert "certificate" in ask(**there).last
        assert ask(ca_file=str(files[0]), **there).value == "ok"
        assert ask(verify=False, **there).value == "ok"


def test_a_server_that_is_away_can_be_tried_again(ask):
    ended = ask(endpoint="http://127.0.0.1:1/", method="GET")
    assert ended.code == 1 and "the server did not answer: " in ended.last


@pytest.mark.parametrize("arguments,sentence", [
    ({}, "there is no server to ask"),
    ({"endpoint": "/only/a/path"}, "there is no server to ask"),
    ({"endpoint": "ftp://localhost/"}, "it must begin with http:// or https://"),
    ({"endpoint": "http://me:secret@localhost/"}, "which belongs in a connection"),
    ({"endpoint": "http://localhost/a b"}, "it holds a blank or a line end"),
    ({"endpoint": "http://localhost/\r\nX: y"}, "it holds a blank or a line end"),
    ({"endpoint": "http://localhost/", "headers": {"A": "b\r\nC: d"}}, '"A" is no header of one line'),
    ({"endpoint": "http://localhost/", "headers": {"A b": "c"}}, '"A b" is no header of one line'),
    ({"endpoint": "http://localhost/", "headers": {"Host": "other"}}, '"Host" is not for the task to say'),
    ({"endpoint": "http://localhost/", "data": "a", "json": {}}, "either data or json can be sent, not both"),
    ({"endpoint": "http://localhost/", "data": [1]}, "neither a text nor a map"),
    ({"endpoint": "http://localhost/", "method": "GET", "data": "a"}, "GET and HEAD send no text"),
    ({"endpoint": "http://localhost/", "method": "GET", "json": {}}, "GET and HEAD send nothing"),
    ({"endpoint": "http://localhost/", "response_check": [20]}, "20 is neither a status such as 200"),
    ({"endpoint": "http://localhost/", "response_check": ["9xx"]}, "is neither a status such as 200"),
    ({"http_conn_id": {"conn_id": "c", "conn_type": "postgres"}}, 'is of type "postgres"'),
    ({"http_conn_id": {"conn_id": "c", "conn_type": "http"}}, "names no host"),
])
def test_wrong_arguments_fail_for_good(ask, arguments, sentence):
    ended = ask(**arguments)
    assert ended.code == 78 and sentence in ended.last, ended.log
    assert "secret@" not in ended.log
