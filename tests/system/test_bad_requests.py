# SPDX-License-Identifier: MIT
"""Requests that are wrong, by dagctl and over REST: one sentence that names the word and what was meant, and
nothing has happened."""
import contextlib
import json
import socket

import pytest

DAG = """
    dag_id: report
    params:
      rows: {type: integer, minimum: 1, maximum: 10, default: 5}
      kind: {type: string, enum: [csv, json], default: csv}
      name: {type: string, pattern: "^[a-z]+$", minLength: 2, default: abc}
      day: {type: string, format: date, default: 2026-01-01}
      words: {type: array, items: {type: string}, default: []}
      target: {type: object, properties: {host: {type: string}}, required: [host], default: {host: db}}
    tasks:
      - {task_id: write_rows, operator: bash, bash_command: "echo {{ params.rows }} {{ params.kind }}"}
"""


@pytest.fixture
def report(dagd):
    dagd.load_dag("report", DAG)
    return dagd


def n_runs(daemon):
    return daemon.get("/dags/report/dagRuns")["total_entries"]


def refused(daemon, code, *words, **options):
    """dagctl exits with the code and says one sentence, which is given."""
    done = daemon.dagctl(*words, **options)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines and (code == 2 or len(lines) == 1), done.stderr
    return lines[0]


RULES = [
    ("rows=0", "at least 1 was expected (minimum)"),
    ("rows=11", "at most 10 was expected (maximum)"),
    ("rows=many", "type integer was expected"),
    ("rows=1.5", "type integer was expected"),
    ("rows=null", "type integer was expected"),
    ("kind=xml", "\"json\""),
    ("name=A1", "^[a-z]+$"),
    ("name=a", "minLength"),
    ("day=2026-02-30", "ISO 8601"),
    ("words=[1]", "type string was expected"),
    ("words=x", "type array was expected"),
    ("target={}", 'lacks "host"'),
    ('target={"host": 5}', "type string was expected"),
]


@pytest.mark.parametrize("word,sentence", RULES, ids=[word for word, _ in RULES])
def test_a_param_that_breaks_its_rule_makes_no_run(report, word, sentence):
    name, value = word.split("=", 1)
    said = refused(report, 1, "dags", "trigger", "report", "-p", word)
    assert sentence in said and f'"{name}' in said
    try:
        value = json.loads(value)
    except ValueError:
        pass
    answer = report.request("POST", "/api/v2/dags/report/dagRuns", {"logical_date": None, "conf": {name: value}})
    assert answer.status == 400 and sentence in answer.sentence, answer
    assert n_runs(report) == 0


def test_a_param_that_the_dag_does_not_have_is_in_the_conf_all_the_same(report):
    done = report.dagctl("dags", "trigger", "report", "-p", "other=1", "-p", "rows=7", "--run-id", "r", "--wait")
    assert done.returncode == 0, done.stderr
    assert report.run("report", "r")["conf"] == {"other": 1, "rows": 7}
    assert report.task_log("report", "r", "write_rows") == "7 csv\n"


@pytest.mark.parametrize("conf,sentence", [
    ("{", "is not JSON: line 1, column 1"),
    ("", "is not JSON"),
    ("{'rows': 1}", "is not JSON"),
    ('{"rows": 1} x', "is not JSON"),
    ('{"rows": 1, "rows": 2}', "is not JSON"),
    ("[1]", "must be a JSON object"),
    ("5", "must be a JSON object"),
    ("null", "must be a JSON object"),
    ('"text"', "must be a JSON object"),
    ("[" * 100000, "is not JSON"),
], ids=lambda x: repr(x)[:20])
def test_a_conf_that_is_no_json_object_is_wrong_usage_of_dagctl(report, conf, sentence):
    said = refused(report, 2, "dags", "trigger", "report", "--conf", conf)
    assert "--conf" in said and sentence in said and len(said) < 300
    assert n_runs(report) == 0


@pytest.mark.parametrize("body,statuses", [
    (b"", (400, 422)),
    (b"{", (400, 422)),
    (b"\xff\xfe", (400, 422)),
    (b"[]", (400, 422)),
    (b"null", (400, 422)),
    (b'{"conf": [1]}', (422,)),
    (b'{"conf": "x"}', (422,)),
    (b'{"conf": 5}', (422,)),
    (b'{"cnof": {}}', (422,)),
    (b'{"dag_run_id": 5}', (422,)),
    (b'{"dag_run_id": ""}', (400, 422)),
    (b'{"dag_run_id": "../../etc"}', (400, 422)),
    (b'{"dag_run_id": "a\\u0000b"}', (400, 422)),
    (b'{"dag_run_id": "' + b"x" * 300 + b'"}', (400, 422)),
    (b'{"logical_date": "yesterday"}', (422,)),
    (b'{"logical_date": 5}', (422,)),
    (b'{"note": {}}', (422,)),
    (b'{"conf": ' + b"[" * 5000 + b"]" * 5000 + b"}", (400, 422)),
], ids=lambda x: repr(x)[:30])
def test_a_body_that_is_wrong_makes_no_run(report, body, statuses):
    answer = report.request("POST", "/api/v2/dags/report/dagRuns", body)
    assert answer.status in statuses, answer
    assert answer.sentence and "\n" not in answer.sentence
    assert n_runs(report) == 0


def test_a_null_conf_is_none(report):
    run_id = report.post("/dags/report/dagRuns", {"logical_date": None, "conf": None})["dag_run_id"]
    assert report.wait_run("report", run_id)["state"] == "success"


def test_what_is_not_there_is_one_sentence_with_what_was_meant(report):
    report.trigger("report", dag_run_id="first")
    report.wait_run("report", "first")
    report.post("/variables", {"key": "POSTGRES_HOST", "value": "db"})
    report.post("/connections", {"connection_id": "warehouse", "conn_type": "postgres"})
    for words, name, meant in (
            (("dags", "trigger", "reprot"), "reprot", "report"),
            (("dags", "details", "reprot"), "reprot", "report"),
            (("dags", "pause", "reprot"), "reprot", "report"),
            (("dags", "list-runs", "reprot"), "reprot", "report"),
            (("dags", "state", "reprot", "first"), "reprot", "report"),
            (("dags", "why", "reprot"), "reprot", "report"),
            (("dags", "show", "reprot"), "reprot", "report"),
            (("dags", "next-execution", "reprot"), "reprot", "report"),
            (("tasks", "list", "reprot"), "reprot", "report"),
            (("dags", "state", "report", "frist"), "frist", None),
            (("tasks", "states-for-dag-run", "report", "frist"), "frist", None),
            (("tasks", "logs", "report", "first", "write_row"), "write_row", "write_rows"),
            (("tasks", "render", "report", "write_row", "first"), "write_row", "write_rows"),
            (("variables", "get", "POSTGRES_HOTS"), "POSTGRES_HOTS", "POSTGRES_HOST"),
            (("variables", "delete", "POSTGRES_HOTS"), "POSTGRES_HOTS", "POSTGRES_HOST"),
            (("connections", "get", "warehose"), "warehose", "warehouse"),
            (("connections", "delete", "warehose"), "warehose", "warehouse"),
            (("operators", "show", "bsah"), "bsah", "bash"),
            (("config", "get-value", "core", "paralelism"), "core.paralelism", None)):
        said = refused(report, 1, *words)
        assert f'"{name}"' in said, (words, said)
        assert meant is None or f'did you mean "{meant}"?' in said, (words, said)


def test_a_run_id_that_is_taken_is_refused_and_the_run_stays_as_it_is(report):
    report.trigger("report", {"rows": 3}, dag_run_id="mine")
    report.wait_run("report", "mine")
    answer = report.request("POST", "/api/v2/dags/report/dagRuns", {"logical_date": None, "dag_run_id": "mine"})
    assert answer.status == 409 and '"mine"' in answer.sentence
    assert '"mine"' in refused(report, 1, "dags", "trigger", "report", "--run-id", "mine", "-p", "rows=4")
    assert n_runs(report) == 1 and report.run("report", "mine")["conf"] == {"rows": 3}
    date = "2026-02-03T00:00:00Z"
    report.post("/dags/report/dagRuns", {"logical_date": date, "dag_run_id": "dated"})
    answer = report.request("POST", "/api/v2/dags/report/dagRuns", {"logical_date": date})
    assert answer.status == 409 and '"dated"' in answer.sentence


def test_a_failed_run_that_is_waited_for_is_exit_1(report):
    report.load_dag("fails", "tasks: [{task_id: t, operator: bash, bash_command: 'echo because; exit 3'}]")
    for option in ("--wait", "--follow"):
        done = report.dagctl("dags", "trigger", "fails", option)
        assert done.returncode == 1
        assert "failed" in done.stdout + done.stderr
    assert "because" in done.stdout


@pytest.mark.parametrize("words", [b"&" * 3000, b"a&" * 3000, b"a=b&" * 3000, b" HTTP/1.1\r\n" + b"a:\r\n" * 3000])
def test_a_head_of_thousands_of_words_ends_its_connection_and_not_dagd(dagd, words):
    for _ in range(3):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(dagd.socket))
            client.settimeout(90)  # longer than dagd waits for the rest of a request
            with contextlib.suppress(ConnectionError):
                client.sendall(b"GET /api/v2/dags?" + words + b" HTTP/1.1\r\nHost: x\r\n\r\n")
                dagd.get("/version")
                said = client.recv(100)
                assert not said or said.startswith(b"HTTP/1.1 4")
    dagd.get("/version")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_of_a_year_that_no_client_can_read_makes_no_run(report, date):
    answer = report.request("POST", "/api/v2/dags/report/dagRuns", {"logical_date": date})
    assert answer.status == 422 and "is outside of the years 1 to 9999 in UTC" in answer.sentence
    assert n_runs(report) == 0
