# SPDX-License-Identifier: MIT
"""Files of variables and connections as Airflow 3 writes them are read, and what is written is read again."""
import json
import textwrap

import pytest

# `airflow connections export`: each form of the same three connections.
WAREHOUSE = {"conn_type": "postgres", "description": "the wärehouse", "login": "etl", "password": "p@ss:w/rd #1",
             "host": "db.example", "port": 5432, "schema": "dwh", "extra": '{"sslmode": "require", "keepalives": 1}'}
OBJECTS = {"conn_type": "aws", "description": "", "login": "AKIA", "password": "se+cr=et/", "host": None, "port": None,
           "schema": None, "extra": '{"region_name": "eu-central-1"}'}
SITE = {"conn_type": "http", "description": None, "login": None, "password": None, "host": "https://site.example",
        "port": None, "schema": None, "extra": None}
CONNECTIONS = {"warehouse": WAREHOUSE, "objects": OBJECTS, "site": SITE}

JSON = json.dumps(CONNECTIONS, indent=2)
YAML = """\
    objects:
      conn_type: aws
      description: ''
      extra: '{"region_name": "eu-central-1"}'
      host: null
      login: AKIA
      password: se+cr=et/
      port: null
      schema: null
    site:
      conn_type: http
      description: null
      extra: null
      host: https://site.example
      login: null
      password: null
      port: null
      schema: null
    warehouse:
      conn_type: postgres
      description: "the w\\xE4rehouse"
      extra: '{"sslmode": "require", "keepalives": 1}'
      host: db.example
      login: etl
      password: 'p@ss:w/rd #1'
      port: 5432
      schema: dwh
"""
URIS = """\
    warehouse=postgres://etl:p%40ss%3Aw%2Frd%20%231@db.example:5432/dwh?__extra__=EXTRA
    # two more

    objects=aws://AKIA:se%2Bcr%3Det%2F@/?region_name=eu-central-1
    site=http://https://site.example
""".replace("EXTRA", "%7B%22sslmode%22%3A+%22require%22%2C+%22keepalives%22%3A+1%7D")
LINES = "".join(f"{name}={json.dumps(one)}\n" for name, one in CONNECTIONS.items())

FORMS = {"json": ("json", JSON), "yaml": ("yaml", YAML), "yml": ("yml", YAML), "uri": ("env", URIS),
         "lines": ("env", LINES)}


def stored(dagd, nouns):
    """All of them in clear text, without what is empty."""
    answer = dagd.request("GET", f"/api/dagd/v1/{nouns}/export").json[nouns]
    name = {"connections": "connection_id", "variables": "key"}[nouns]
    kept = {one.pop(name): {key: value for key, value in one.items() if value not in (None, "")} for one in answer}
    for one in kept.values():
        if "extra" in one:
            one["extra"] = json.loads(one["extra"])
    return kept


def expected(without=()):
    kept = {name: {key: value for key, value in one.items() if value not in (None, "") and key not in without}
            for name, one in CONNECTIONS.items()}
    for one in kept.values():
        if "extra" in one:
            one["extra"] = json.loads(one["extra"])
    return kept


@pytest.mark.parametrize("form", FORMS)
def test_connections_of_airflow_are_read(dagd, tmp_path, form):
    ending, text = FORMS[form]
    file = tmp_path / f"connections.{ending}"
    file.write_text(textwrap.dedent(text))
    done = dagd.dagctl("connections", "import", file)
    assert done.returncode == 0 and "3 of 3" in done.stderr, done
    assert stored(dagd, "connections") == expected(["description"] if form == "uri" else [])


@pytest.mark.parametrize("words", [["c.json"], ["c.yaml"], ["c.env"], ["c.env", "--serialization-format", "json"],
                                   ["c", "--file-format", "yaml"]], ids=" ".join)
def test_connections_that_are_written_are_read_again(dagd, tmp_path, words):
    (tmp_path / "in.json").write_text(JSON)
    dagd.dagctl("connections", "import", tmp_path / "in.json")
    before = stored(dagd, "connections")
    file = tmp_path / words[0]
    done = dagd.dagctl("connections", "export", file, *words[1:])
    assert done.returncode == 0, done
    assert file.stat().st_mode & 0o777 == 0o600
    for name in before:
        dagd.dagctl("connections", "delete", name)
    done = dagd.dagctl("connections", "import", file, *(words[1:] if "--file-format" in words else []))
    assert done.returncode == 0, done
    if words == ["c.env"]:
        for one in before.values():
            one.pop("description", None)
    assert stored(dagd, "connections") == before


def test_an_import_over_a_connection_leaves_nothing_of_it(dagd, tmp_path):
    dagd.post("/connections", {"connection_id": "site", "conn_type": "ftp", "login": "old", "port": 21})
    (tmp_path / "c.json").write_text(JSON)
    done = dagd.dagctl("connections", "import", tmp_path / "c.json")
    assert 'connection "site" is there already' in done.stderr
    assert dagd.dagctl("connections", "import", "--overwrite", tmp_path / "c.json").returncode == 0
    assert stored(dagd, "connections") == expected()


@pytest.mark.parametrize("ending, text, why", [
    ("env", "a=http://h\na=http://g\n", 'c.env:2: "a" is there twice'),
    ("env", "p4ssw0rd\n", "c.env:1: a line NAME=TEXT is expected"),
    ("yaml", "a: {conn_type: p4ssw0rd: x}\n", "c.yaml is no YAML that can be read: line 1"),
    ("json", '{"a": {"conn_type": p4ssw0rd}}', "c.json is not JSON: line 1, column"),
    ("json", '["p4ssw0rd"]', "is not an object of connections"),
    ("json", '{"a": "p4ssw0rd"}', 'connection "a": the URI of the connection is not of the form'),
    ("json", '{"a": {"conn_type": "x", "passwd": "p4ssw0rd"}}', 'unknown key "passwd" of a connection'),
    ("json", '{"a": {"conn_type": "x", "port": "p4ssw0rd"}}', '"port" of a connection must be a whole number'),
    ("json", '{"a": {"conn_type": "x", "conn_id": "b"}}', 'its conn_id is another one: "b"'),
    ("json", '{"a": "http://u:p4ssw0rd/x@h"}', "the port in the URI of the connection is no number"),
    ("json", '{"good": "http://h", "a": "p4ssw0rd"}', "; nothing was imported"),
])
def test_a_wrong_file_is_a_sentence_without_its_secrets(dagd, tmp_path, ending, text, why):
    (tmp_path / f"c.{ending}").write_text(text)
    done = dagd.dagctl("connections", "import", tmp_path / f"c.{ending}")
    assert done.returncode == 1 and why in done.stderr and "p4ssw0rd" not in done.stderr, done.stderr
    assert stored(dagd, "connections") == {}


@pytest.mark.parametrize("nouns, good", [("variables", "x"), ("connections", "http://h")])
@pytest.mark.parametrize("name, why", [("team a/key", 'contains " "'), ("a" * 241, "241 bytes long"), (".x", "begins")])
def test_a_file_with_a_name_of_airflow_alone_is_mended_first(dagd, tmp_path, nouns, good, name, why):
    (tmp_path / "in.json").write_text(json.dumps({"first": good, name: good, "last": good}))
    done = dagd.dagctl(nouns, "import", tmp_path / "in.json")
    assert done.returncode == 1 and why in done.stderr and "nothing was imported" in done.stderr, done.stderr
    assert stored(dagd, nouns) == {}


@pytest.mark.parametrize("ending, text", [
    ("json", '{"plain": "text", "number": 5, "list": [1, {"a": "ä"}], "told": {"value": "v", "description": "what"}}'),
    ("yaml", 'plain: text\nnumber: 5\nlist: [1, {a: "ä"}]\ntold: {value: v, description: what}\n'),
])
def test_variables_of_airflow_are_read(dagd, tmp_path, ending, text):
    file = tmp_path / f"variables.{ending}"
    file.write_text(text)
    assert dagd.dagctl("variables", "import", file).returncode == 0
    kept = stored(dagd, "variables")
    assert {name: one["value"] for name, one in kept.items()} == {
        "plain": "text", "number": "5", "list": '[1, {"a": "ä"}]', "told": "v"}
    assert kept["told"]["description"] == "what"


def test_variables_of_lines_are_texts(dagd, tmp_path):
    file = tmp_path / "variables.env"
    file.write_text("# two\nA=1\nURL=http://h/?a=b\n\n")
    assert dagd.dagctl("variables", "import", file).returncode == 0
    assert {name: one["value"] for name, one in stored(dagd, "variables").items()} == {"A": "1", "URL": "http://h/?a=b"}


@pytest.mark.parametrize("ending", ["json", "yaml", "env"])
def test_variables_that_are_written_are_read_again(dagd, tmp_path, ending):
    values = {"A": "1", "B": 'yes', "C": '{"a": ["ä", "\\u0007"]}', "D": "", "E": " x=y # z"}
    for key, value in values.items():
        dagd.post("/variables", {"key": key, "value": value})
    file = tmp_path / f"v.{ending}"
    assert dagd.dagctl("variables", "export", file).returncode == 0
    for key in values:
        dagd.dagctl("variables", "delete", key)
    assert dagd.dagctl("variables", "import", file).returncode == 0
    answer = dagd.request("GET", "/api/dagd/v1/variables/export").json["variables"]
    assert {one["key"]: one["value"] for one in answer} == values


def test_a_text_of_two_lines_is_not_written_as_one(dagd, tmp_path):
    dagd.post("/variables", {"key": "A", "value": "x\ny"})
    done = dagd.dagctl("variables", "export", tmp_path / "v.env")
    assert done.returncode == 1 and '"A" has more than one line' in done.stderr
