# SPDX-License-Identifier: MIT
"""A value is never code. Values that would do something if a shell, a template, SQL, HTML or a header read them go
every way into every operator: each arrives byte by byte as it was, and nothing of it is done."""
import json
import pathlib
import urllib.parse

import pytest

import conftest
import dumps
from daemon import PATH
from http_script import Answer, HttpScript
from smtp_server import SmtpServer, certificate

CANARY = "done"  # the file that a value would make


def hostile(folder):
    """The values; each would make a file in the folder, or be changed, where it were read as code."""
    made = f"{folder}/{CANARY}"
    return [f"$(touch {made})", f"`touch {made}`", f"; touch {made};", f"'; touch {made}; '", f'"; touch {made}; "',
            f"\"';\n{{{{7*7}}}}${{x}}$(touch {made})", f"\ntouch {made}\n", f"| touch {made} #", f"&& touch {made}",
            "{{ 7 * 7 }}", "{% raw %}{{ x }}", "${HOME}", "$HOME", "$((7*7))", "~", "*", "\\", "\\\\n", "a\\",
            "-n", "-rf",
            "--help", "!!", "%s%n%d", "'", '"', "''", "$'\\n'", "<(id)", ">x", "{a,b}", "a  b\tc ", " lead",
            "'; DROP TABLE t; --", "<script>alert(1)</script>", "ü 🙂 \u202e", "__import__('os').system('id')",
            f"EOF\ntouch {made}\n", f"x[$(touch {made})]", "\x1b[31mred",
            "@/etc/passwd", f"a; touch {made}\\", "=cmd|' /C x'!A0",
            "\r\nX-Injected: 1", "null", "true", "1e3", "[1, 2]", '{"a": "$(id)"}']


# One way for each of the quotings that a shell has, into a file each.
SHELL = """
set -u
printf '%s' {{ VALUE }} > $OUT.plain
printf '%s' "{{ VALUE }}" > $OUT.double
printf '%s' '{{ VALUE }}' > $OUT.single
printf '%s' "$(printf '%s.' {{ VALUE }})" > $OUT.nested
cat > $OUT.here <<END
{{ VALUE }}
END
x={{ VALUE }}
printf '%s' "$x" > $OUT.assigned
printf '%s' a{{ VALUE }}b"{{ VALUE }}" > $OUT.joined
case {{ VALUE }} in "{{ VALUE }}") printf yes > $OUT.case;; esac
[[ {{ VALUE }} == "{{ VALUE }}" ]] && printf yes > $OUT.test
for x in {{ VALUE }}; do printf '%s' "$x"; done > $OUT.for
"""
LEFT = {"plain": "{}", "double": "{}", "single": "{}", "nested": "{}.", "here": "{}\n", "assigned": "{}",
        "joined": "a{}b{}", "case": "yes", "test": "yes", "for": "{}"}

STEPS = """
import json, sys
def keep(path, value):
    with open(path, "w", newline="") as file:
        file.write(json.dumps(value))
"""


class Injection:
    def __init__(self, daemon, folder):
        self.daemon, self.folder, self.values = daemon, folder, hostile(folder)

    def run(self, dag_id, tasks, conf=None, **more):
        """The tasks of a run that must succeed, unless `state` says otherwise, by id."""
        self.daemon.load_dag(dag_id, json.dumps({"dag_id": dag_id, "tasks": tasks, **more}))
        run_id = self.daemon.trigger(dag_id, conf)
        run = self.daemon.wait_run(dag_id, run_id, deadline_s=300)
        self.run_id = run_id
        found = self.daemon.tasks(dag_id, run_id)
        assert run["state"] == "success", {i: t["reason"] for i, t in found.items() if t["state"] != "success"}
        return found

    def assert_nothing_done(self):
        assert not (self.folder / CANARY).exists()
        assert not list(self.daemon.home.rglob(CANARY))

    def shell_arrived(self, name, value):
        for kind, text in LEFT.items():
            found = (self.folder / f"{name}.{kind}").read_bytes()
            assert found == text.replace("{}", value).encode(), (kind, value, found)


@pytest.fixture
def injection(dagd_home, tmp_path):
    dagd_home.environment.update(PATH=f"{dumps.TOOLS}:{PATH}", LC_ALL="C.UTF-8")
    one = Injection(dagd_home.start(), tmp_path)
    yield one
    one.assert_nothing_done()


def scripts(folder, n, expression):
    """One script that does it with each of the values."""
    return "".join(f"OUT='{folder}/{i}'\n" + SHELL.replace("{{ VALUE }}", "{{ %s }}" % expression.format(i=i))
                   for i in range(n))


@pytest.mark.parametrize("way", ["params", "conf", "variable", "xcom", "connection"])
def test_a_shell_gets_it_as_it_is(injection, way):
    values, daemon = injection.values, injection.daemon
    conf = {"all": values}
    before, more = [], {}
    expression = {"params": "params.all[{i}]", "conf": "dag_run.conf.all[{i}]", "variable": "var.value.v{i}",
                  "xcom": "tasks.before.output[{i}]", "connection": "conn.c{i}.login"}[way]
    if way == "params":
        more = {"params": {"all": {"type": "array", "default": []}}}
    if way == "variable":
        for i, value in enumerate(values):
            daemon.post("/variables", {"key": f"v{i}", "value": value})
    if way == "connection":
        for i, value in enumerate(values):
            daemon.post("/connections", {"connection_id": f"c{i}", "conn_type": "generic", "login": value})
    task = {"task_id": "shell", "operator": "bash", "bash_command": scripts(injection.folder, len(values), expression)}
    if way == "xcom":
        (injection.folder / "steps.py").write_text("def give():\n    return " + repr(values))
        before = [{"task_id": "before", "operator": "python", "function": "give",
                   "file": str(injection.folder / "steps.py")}]
        task["dependencies"] = "before"
    injection.run("shell", [*before, task], conf if way in ("params", "conf") else None, **more)
    for i, value in enumerate(values):
        injection.shell_arrived(i, value)


def test_a_run_id_and_a_note_are_no_code(injection):
    values, daemon = injection.values, injection.daemon
    daemon.load_dag("named", json.dumps({"dag_id": "named", "tasks": [
        {"task_id": "t", "operator": "bash", "bash_command": "echo {{ run_id }}"}]}))
    for value in values:
        answer = daemon.request("POST", "/api/v2/dags/named/dagRuns",
                                {"dag_run_id": value, "logical_date": None, "note": value})
        assert answer.status == (200 if value.isalnum() else 400), (value, answer)
    run_id = daemon.trigger("named", dag_run_id="good~+:@=1")
    assert daemon.wait_run("named", run_id)["state"] == "success"
    assert daemon.task_log("named", run_id, "t") == run_id + "\n"
    for value in values:
        daemon.request("PATCH", f"/api/v2/dags/named/dagRuns/{urllib.parse.quote(run_id)}", {"note": value})
        assert daemon.run("named", run_id)["note"] == value
        shown = daemon.dagctl("dags", "list-runs", "named").stdout
        assert "\x1b" not in shown and "\u202e" not in shown


def test_python_sql_http_and_mail_get_it_as_it_is(injection):
    values, folder, daemon = injection.values, injection.folder, injection.daemon
    (folder / "steps.py").write_text(STEPS)
    daemon.post("/connections", {"connection_id": "file", "conn_type": "sqlite", "host": str(folder / "t.db")})
    params = "{{ params.all }}"
    with HttpScript(lambda request: Answer(200, "ok")) as server:
        daemon.post("/connections", {"connection_id": "web", "conn_type": "http", "host": "127.0.0.1",
                                     "port": server.server.server_port})
        tasks = [{"task_id": "python", "operator": "python", "function": "keep", "file": str(folder / "steps.py"),
                  "op_args": [str(folder / "python"), params], "op_kwargs": {}},
                 {"task_id": "sql", "operator": "sql", "conn_id": "file", "dependencies": [],
                  "sql": "SELECT " + ", ".join("?" for _ in values),
                  "parameters": ["{{ params.all[%d] | string }}" % i for i in range(len(values))]},
                 {"task_id": "http", "operator": "http", "http_conn_id": "web", "endpoint": "/x", "method": "POST",
                  "json": {"all": params}},
                 {"task_id": "form", "operator": "http", "http_conn_id": "web", "endpoint": "/y", "method": "GET",
                  "data": {"all": params}}]
        injection.run("others", tasks, {"all": values}, params={"all": {"type": "array", "default": []}})
        path = f"/dags/others/dagRuns/{injection.run_id}/taskInstances/sql/xcomEntries/return_value"
        assert daemon.get(path)["value"]["rows"] == [values]
        asked = {one[1].split("?")[0]: (one[1], body) for one, body in zip(server.requests, server.bodies)}
    assert json.loads((folder / "python").read_text()) == values
    assert json.loads(asked["/x"][1]) == {"all": values}
    assert urllib.parse.parse_qs(asked["/y"][0].split("?")[1], keep_blank_values=True)["all"] == values


def test_a_mail_gets_no_header_and_no_recipient_by_it(injection, tmp_path):
    values, daemon, files = injection.values, injection.daemon, certificate(tmp_path)
    with SmtpServer("starttls", files) as server:
        daemon.post("/connections", {"connection_id": "mail", "conn_type": "smtp", "host": "localhost",
                                     "port": server.port, "extra": json.dumps(
                                         {"from_email": "a@example.com", "ca_file": str(files[0])})})
        kept = [value for value in values if "\n" not in value and "\r" not in value and "\x1b" not in value]
        injection.run("mail", [
            {"task_id": f"m{i}", "operator": "email", "conn_id": "mail", "to": "b@example.com", "pool_slots": 4,
             "subject": "{{ params.all[%d] }}" % i, "text": "{{ params.all[%d] }}" % i}
            for i in range(0, len(kept), 4)],
            {"all": kept}, params={"all": {"type": "array", "default": []}})
    assert len(server.mails) == len(kept[::4])
    for mail in server.mails:
        assert mail.recipients == ["b@example.com"] and mail["X-Injected"] is None
        assert mail["Subject"].strip() == mail.part("text/plain").strip()
    assert {mail.part("text/plain").strip() for mail in server.mails} == {value.strip() for value in kept[::4]}


NAME = "{{ dag_run.conf.name }}"
# As its author wrote it, where conf has this name: the recipients, or None where the try fails.
PEOPLE = [
    (f"{NAME}@example.com, me@example.com", "ann", ["ann@example.com", "me@example.com"]),
    (f"{NAME}@example.com, me@example.com", "eve@example.org, ann", None),
    (f"{NAME}@example.com", "eve@example.org;ann", None),
    (f"Ann <{NAME}@example.com>", "x>, Eve <eve", None),
    (f"{NAME} <ann@example.com>", "Doe, Ann", None),
    ([f"{NAME} <ann@example.com>"], "Doe, Ann", ["ann@example.com"]),
    ([f"{NAME}@example.com", "me@example.com"], "eve@example.org, ann", None),
    (NAME, "ann@example.com, bob@example.com", ["ann@example.com", "bob@example.com"]),
    (NAME, ["ann@example.com", "bob@example.com"], ["ann@example.com", "bob@example.com"]),
    ([NAME], "ann@example.com, bob@example.com", None),
    ("{% for one in dag_run.conf.name %}{{ one }}@example.com,{% endfor %}", ["ann", "bob"],
     ["ann@example.com", "bob@example.com"]),
    ("{% for one in dag_run.conf.name %}{{ one }}@example.com,{% endfor %}", ["eve@example.org,ann"], None),
]


def test_a_mail_goes_to_whom_its_author_wrote(injection, tmp_path):
    daemon, files = injection.daemon, certificate(tmp_path)
    with SmtpServer("starttls", files) as server:
        daemon.post("/connections", {"connection_id": "mail", "conn_type": "smtp", "host": "localhost",
                                     "port": server.port, "extra": json.dumps(
                                         {"from_email": "a@example.com", "ca_file": str(files[0])})})
        for i, (written, name, found) in enumerate(PEOPLE):
            for field in ("to", "cc", "bcc")[:3 if i < 2 else 1]:
                daemon.load_dag(f"p{i}{field}", json.dumps({"dag_id": f"p{i}{field}", "tasks": [
                    {"task_id": "mail", "operator": "email", "conn_id": "mail", "subject": "s", "text": "t",
                     **({} if field == "to" else {"to": []}), field: written}]}))
                run_id = daemon.trigger(f"p{i}{field}", {"name": name})
                daemon.wait_run(f"p{i}{field}", run_id)
                task = daemon.tasks(f"p{i}{field}", run_id)["mail"]
                got = server.mails.pop().recipients if server.mails else None
                assert got == found, (written, name, task)
                assert found or "address" in task["reason"], task


def test_a_name_of_an_object_and_of_a_database_is_a_name(injection, s3, pg, mongo):
    folder, daemon = injection.folder, injection.daemon
    values = [value for value in injection.values if "\n" not in value and "\r" not in value and "\x1b" not in value
              and "\u202e" not in value]
    client = conftest.main_job.s3_store.client(s3)
    client.create_bucket(Bucket="injection")
    daemon.post("/connections", {"connection_id": "s3", "conn_type": "aws", "login": s3["AWS_ACCESS_KEY_ID"],
                                 "password": s3["AWS_SECRET_ACCESS_KEY"], "extra": json.dumps(
                                     {"endpoint_url": s3["AWS_ENDPOINT_URL"], "region_name": "us-east-1"})})
    keys = [value for value in values if len(value) > 2 and "\\" not in value and not value.startswith(("/", "~"))][:6]
    for key in keys:
        client.put_object(Bucket="injection", Key=f"in/{key.replace('/', '_')}", Body=b"x")
    tasks = [{"task_id": "find", "operator": "s3_find_latest", "aws_conn_id": "s3", "bucket": "injection",
              "prefix": "in/"},
             {"task_id": "shown", "operator": "bash", "dependencies": "find",
              "bash_command": f"printf '%s' {{{{ tasks.find.output.key }}}} > {folder}/key"},
             {"task_id": "copy", "operator": "s3_copy", "dependencies": "find", "aws_conn_id": "s3",
              "source": "{{ tasks.find.output }}", "destination": f"{folder}/copied"}]
    injection.run("objects", tasks)
    assert (folder / "key").read_text() in [f"in/{key.replace('/', '_')}" for key in keys]
    assert (folder / "copied").read_bytes() == b"x"
    # No such database, said with its name: neither tool took it for anything else.
    dump = dumps.postgres_dump(pg, "postgres", folder / "empty.dump")
    for i, value in enumerate(values[:10]):
        daemon.load_dag(f"r{i}", json.dumps({"dag_id": f"r{i}", "tasks": [
            {"task_id": "pg", "operator": "pg_restore", "source": str(dump), "host": pg["PGHOST"],
             "port": int(pg["PGPORT"]), "user": pg["PGUSER"], "password": pg["PGPASSWORD"],
             "database": "{{ dag_run.conf.name }}"}]}))
        run_id = daemon.trigger(f"r{i}", {"name": value})
        assert daemon.wait_run(f"r{i}", run_id)["state"] == "failed"
        assert "does not exist" in daemon.task_log(f"r{i}", run_id, "pg"), value


FIELD = "{{ dag_run.conf.field }}"
# As its author wrote it, where conf has this value: the sentence of the failure, or how many documents are found.
DOCUMENTS = [
    ({"query": {"name": FIELD}}, {"$ne": None}, '"name" holds "$ne"'),
    ({"query": {"name": FIELD}}, [{"a": {"$where": "true"}}], '"name" holds "$where"'),
    ({"query": {"$and": [{"name": FIELD}]}}, {"$regex": "."}, '"name" holds "$regex"'),
    ({"operation": "aggregate", "pipeline": [{"$match": {"name": FIELD}}]}, {"$gt": ""}, '"name" holds "$gt"'),
    ({"operation": "aggregate", "pipeline": [{"$project": {"x": FIELD}}]}, "$secret", '"x" begins with "$"'),
    ({"operation": "aggregate", "pipeline": [{"$group": {"_id": [FIELD]}}]}, "$$ROOT", '"_id" begins with "$"'),
    ({"operation": "command", "command": {"find": "people", "filter": {"name": FIELD}}}, {"$ne": 1}, '"$ne"'),
    ({"query": {"name": FIELD}}, "$5", 1),
    ({"query": {"name": FIELD}}, {"plain": "map"}, 0),
    ({"query": {"at": FIELD}}, {"$date": "2026-01-01T00:00:00Z"}, 1),
    ({"query": {"name": {"$in": FIELD}}}, ["$5", "other"], 1),
    ({"query": FIELD}, {"name": {"$ne": None}}, 1),
    ({"operation": "aggregate", "pipeline": [{"$match": FIELD}, {"$project": {"x": {"$literal": FIELD}}}]},
     {"name": "$5"}, 1),
    ({"operation": "aggregate", "pipeline": [{"$group": {"_id": "$" + FIELD}}]}, "name", 1),
    ({"operation": "aggregate", "pipeline": [{"$group": {
        "_id": "{% if dag_run.conf.field %}$name{% else %}" + FIELD + "{% endif %}"}}]}, "a", 1),
    ({"operation": "aggregate", "pipeline": [{"$group": {"_id": "{% if 1 %}" + FIELD + "{% else %}$name{% endif %}"}}]},
     "$name", '"_id" begins with "$"'),
]


def test_a_document_of_mongodb_gets_data_only(injection, mongo):
    daemon = injection.daemon
    daemon.post("/connections", {
        "connection_id": "docs", "conn_type": "mongo", "host": mongo["MONGODB_HOST"], "schema": "injection",
        "port": int(mongo["MONGODB_PORT"]), "login": mongo["MONGODB_USER"], "password": mongo["MONGODB_PASS"]})
    given = {"operator": "mongo", "mongo_conn_id": "docs", "collection": "people"}
    injection.run("fill", [
        dict(given, task_id="drop", operation="command", command={"dropDatabase": 1}),
        dict(given, task_id="fill", operation="command", dependencies="drop", command={
            "insert": "people", "documents": [{"name": "$5", "at": {"$date": "2026-01-01T00:00:00Z"}}]})])
    for i, (arguments, field, found) in enumerate(DOCUMENTS):
        daemon.load_dag(f"d{i}", json.dumps({"dag_id": f"d{i}", "tasks": [
            {"operation": "count", **given, **arguments, "task_id": "asks"}]}))
        run_id = daemon.trigger(f"d{i}", {"field": field})
        daemon.wait_run(f"d{i}", run_id)
        task = daemon.tasks(f"d{i}", run_id)["asks"]
        if isinstance(found, str):
            assert task["state"] == "failed" and found in task["reason"], (arguments, task)
        else:
            path = f"/dags/d{i}/dagRuns/{run_id}/taskInstances/asks/xcomEntries/return_value"
            assert task["state"] == "success", (arguments, task["reason"])
            assert daemon.get(path)["value"]["count"] == found, arguments


@pytest.mark.parametrize("operator,argument,more", [
    ("s3_copy", "destination", {"source": "s3://b/k"}), ("s3_copy", "source", {"destination": "s3://b/k"}),
    ("wait.file", "filepath", {"timeout": 1}), ("pg_restore", "source", {}), ("mongorestore", "source", {}),
    ("python", "file", {"function": "f"}), ("python", "cwd", {"python_callable": "a:b"}),
    ("bash", "cwd", {"bash_command": "id"}),
    ("http", "endpoint", {"method": "GET"})])
def test_a_path_leads_out_of_its_folder_by_no_value(injection, operator, argument, more):
    """Whoever may write into a bucket chooses the names of its objects."""
    daemon, folder = injection.daemon, injection.folder
    written = {"in": f"{folder}/in/{{{{ dag_run.conf.name }}}}/x", "own": f"{folder}/../{{{{ dag_run.conf.name }}}}",
               "dots": f"{folder}/in..{{{{ dag_run.conf.name }}}}", "alone": "{{ dag_run.conf.name }}"}
    daemon.load_dag("paths", json.dumps({"dag_id": "paths", "tasks": [
        {**more, "task_id": task_id, "operator": operator, argument: path} for task_id, path in written.items()]}))
    names = {"../../etc": ["in", "own", "dots"], "%2E./x": ["in", "own"], "..": ["in", "own"],
             "a/../..": ["in", "own", "dots"], "..a": [], "a..": []}
    for name, refused in names.items():
        run_id = daemon.trigger("paths", {"name": name})
        daemon.wait_run("paths", run_id)
        tasks = daemon.tasks("paths", run_id)
        assert [i for i in written if 'a value brings ".."' in (tasks[i]["reason"] or "")] == refused, tasks
