# SPDX-License-Identifier: MIT
"""A secret is shown to nobody. Twenty of them go through every operator, by success and failure, and are printed in
every form; then all that dagd wrote and says is searched for them, in every form again."""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.parse

import pytest

import conftest
from canaries import CANARIES, Search, Watch
from daemon import PATH, Daemon, wait_until
from gate import Gate
from http_script import Answer, HttpScript
from smtp_server import SmtpServer, certificate

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Given to dagd in its environment, which all tasks inherit.
INHERITED = {"aws": "AWS_SECRET_ACCESS_KEY", "session": "AWS_SESSION_TOKEN"}

LEAKS = '''
import base64, json, shlex, urllib.parse

def leak(value, fails):
    raw = value.encode()
    print(value, repr(value), repr(raw), json.dumps([value]), json.dumps(value, ensure_ascii=False))
    print(urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))
    print(raw.hex(), raw.hex().upper(), shlex.quote(value))
    for before in (b"", b"u", b"u:"):
        print(base64.b64encode(before + raw + b"@"), base64.urlsafe_b64encode(before + raw))
    if fails:
        raise ValueError(value)
    return {"mistake": value, "list": [value, base64.b64encode(raw).decode()], value: json.dumps(value),
            "number": int(value) if value.isdigit() else 0}
'''

# Each value is a reference to a variable of the script, right for the quotes around it.
SHELL = """
set -x
printf '%s\\n' {{ VALUE }} "a{{ VALUE }}z"
printf '%q\\n' {{ VALUE }}
printf '%s' {{ VALUE }} | base64
printf 'user:%s' {{ VALUE }} | base64 -w0
printf '%s' {{ VALUE }} | od -An -tx1 | tr -d ' \\n'
printf '\\n%s' {{ VALUE }}
exit STATUS
"""


def shell_task(task_id, value, status=0, **more):
    script = SHELL.replace("{{ VALUE }}", "{{ %s }}" % value).replace("STATUS", str(status))
    return {"task_id": task_id, "operator": "bash", "bash_command": script, **more}


class Scene:
    """A dagd with all secrets in its store, and what it showed of them."""

    def __init__(self, build, home, servers):
        self.daemon, self.search = Daemon(build, home), Search()
        self.pg, self.mongo, self.s3 = servers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dagd-canary-"))
        self.conf_sentence = None
        self.runs = []

    def start(self):
        daemon = self.daemon
        (daemon.home / "leaks.py").write_text(LEAKS)
        daemon.environment.update({INHERITED[name]: CANARIES[name] for name in INHERITED},
                                  DAGD__LOGGING__LOGGING_LEVEL="debug", AWS_ACCESS_KEY_ID="AKIACANARY",
                                  AWS_ENDPOINT_URL=self.s3["AWS_ENDPOINT_URL"], AWS_DEFAULT_REGION="us-east-1",
                                  LC_ALL="C.UTF-8", PATH=f"{conftest.main_job.dumps.TOOLS}:{PATH}")
        daemon.start()
        for name, secret in CANARIES.items():
            daemon.post("/variables", {"key": f"{name}_SECRET", "value": secret})
            daemon.post("/connections", {"connection_id": name, "conn_type": "generic", "password": secret,
                                         "extra": json.dumps({"api_key": secret, "deep": [{"token": secret}]})})

    def connection(self, conn_id, conn_type, name, **fields):
        self.daemon.post("/connections", {"connection_id": conn_id, "conn_type": conn_type,
                                          "password": CANARIES[name], **fields})

    def run_dag(self, dag_id, tasks, meanwhile=lambda: None, **more):
        """Its tasks by id, after it has ended; `meanwhile` is called while it runs."""
        self.daemon.load_dag(dag_id, json.dumps(dict({"dag_id": dag_id, "tasks": tasks}, **more)))
        run_id = self.daemon.trigger(dag_id)
        meanwhile()
        self.daemon.wait_run(dag_id, run_id, deadline_s=300)
        self.runs.append((dag_id, run_id))
        return self.daemon.tasks(dag_id, run_id)

    # ---- what they go through ----

    def careless(self):
        """Every secret, printed in every form by a shell and by Python, with and without success."""
        tasks, gate = [], Gate(self.folder)
        for i, name in enumerate(CANARIES):
            tasks.append(shell_task(f"shell.{name}", f"var.value.{name}_SECRET", i % 2))
            tasks.append({"task_id": f"python.{name}", "operator": "python", "function": "leak",
                          "file": str(self.daemon.home / "leaks.py"),
                          "op_kwargs": {"value": "{{ conn.%s.password }}" % name, "fails": i % 2 == 0}})
        tasks.append(shell_task("extra", "conn.quotes.extra_dejson.deep[0].token"))
        tasks.append({"task_id": "inherits", "operator": "bash", "bash_command": "env"})
        tasks.append({"task_id": "given", "operator": "bash", "env": {"X": "{{ conn.plain.password }}"},
                      "bash_command": f"env; echo $X; {gate.command}"})
        tasks.append({"task_id": "mapped", "operator": "bash", "expand": {"item": ["a", "b"]}, "bash_command":
                      "echo {{ expand.item }} {{ var.value.unicode_SECRET }} {{ conn.json.extra }}; exit 1"})
        tasks.append(shell_task("called", "var.value.plain_SECRET", 1, on_failure_callback={
            "operator": "bash", "bash_command": "echo {{ exception }} {{ conn.percent.password }}; exit 2"}))

        def look():
            gate.entered()
            wait_until(lambda: self.watch.n_tasks, "a task that runs has been looked at")
            gate.open()
        self.tasks = self.run_dag("careless", tasks, look)

    def http(self):
        def echo(request):
            text = json.dumps(dict(request.asked, path=request.path))
            return Answer(500 if "fails" in request.path else 200, text, {"Content-Type": "application/json"})
        with HttpScript(echo) as server:
            port = server.server.server_port
            self.connection("web", "http", "quotes", host="127.0.0.1", port=port, login="me",
                            extra=json.dumps({"X-Api-Key": CANARIES["plain"]}))
            given = {"operator": "http", "http_conn_id": "web", "log_response": True, "method": "GET",
                     "headers": {"X-Other": "{{ var.value.backslash_SECRET }}"}}
            waits = {"operator": "wait.http", "http_conn_id": "web"}
            self.http_tasks = self.run_dag("web", [
                dict(given, task_id="good", endpoint="/good", data={"q": "{{ var.value.percent_SECRET }}"}),
                dict(given, task_id="bad", endpoint="/fails"),
                dict(given, task_id="line", endpoint="/line", headers={"X": "{{ var.value.newline_SECRET }}"}),
                dict(given, task_id="away", http_conn_id=None, endpoint="http://me:{{ conn.uri.password | urlencode }}"
                     "@127.0.0.1:1/{{ var.value.unicode_SECRET | urlencode }}"),
                dict(waits, task_id="waits", endpoint="/good?{{ var.value.plain_SECRET }}"),
                dict(waits, task_id="waits_bad", endpoint="/fails")])

    def mail(self):
        files = certificate(self.folder)
        extra = json.dumps({"from_email": "dagd@example.com", "tls": "starttls", "ca_file": str(files[0])})
        with SmtpServer("starttls", files, login=("me", CANARIES["spaces"])) as server:
            for conn_id, name in (("mail", "spaces"), ("mail_bad", "unicode")):
                self.connection(conn_id, "smtp", name, host="localhost", port=server.port, login="me", extra=extra)
            given = {"operator": "email", "to": "me@example.com", "subject": "s",
                     "text": "{{ var.value.json_SECRET }} {{ conn.url.password }}"}
            self.mail_tasks = self.run_dag("mail", [dict(given, task_id="good", conn_id="mail"),
                                                    dict(given, task_id="bad", conn_id="mail_bad"),
                                                    dict(given, task_id="odd", conn_id="mail",
                                                         to="{{ var.value.newline_SECRET }}")])
            self.mails = server.mails

    def databases(self):
        pg, mongo = self.pg, self.mongo
        (self.folder / "dump").write_bytes(b"PGDMP no dump")
        for name in ("quotes", "spaces", "unicode"):
            self.connection(f"pg.{name}", "postgres", name, host=pg["PGHOST"], port=int(pg["PGPORT"]),
                            login=pg["PGUSER"], schema="postgres")
        self.connection("mongo.bad", "mongo", "uri", host=mongo["MONGODB_HOST"], port=int(mongo["MONGODB_PORT"]),
                        login=mongo["MONGODB_USER"], schema="x")
        self.connection("file", "sqlite", "plain", host=str(self.folder / "test.db"))
        self.daemon.post("/connections", {
            "connection_id": "pg.good", "conn_type": "postgres", "host": pg["PGHOST"], "port": int(pg["PGPORT"]),
            "login": pg["PGUSER"], "password": pg["PGPASSWORD"], "schema": "postgres"})
        sql = {"operator": "sql", "conn_id": "pg.good"}
        restore = {"source": str(self.folder / "dump")}
        self.database_tasks = self.run_dag("databases", [
            dict(sql, task_id="sql_good", sql="SELECT $1::text", parameters=["{{ var.value.quotes_SECRET }}"]),
            dict(sql, task_id="sql_bad", sql="SELECT $1::int", parameters=["{{ var.value.number_SECRET }}x"]),
            dict(sql, task_id="sql_login", conn_id="pg.quotes", sql="SELECT 1"),
            dict(sql, task_id="sqlite", conn_id="file", sql="SELECT ?", parameters=["{{ var.value.json_SECRET }}"]),
            {"task_id": "waits", "operator": "wait.sql", "conn_id": "pg.spaces", "sql": "SELECT 1"},
            {"task_id": "mongo", "operator": "mongo", "mongo_conn_id": "mongo.bad", "database": "x",
             "operation": "command", "command": {"ping": "{{ var.value.unicode_SECRET }}"}},
            dict(restore, task_id="pg_restore", operator="pg_restore", postgres_conn_id="pg.unicode"),
            dict(restore, task_id="mongorestore", operator="mongorestore", mongo_conn_id="mongo.bad")])

    def buckets(self):
        s3 = self.s3
        client = conftest.main_job.s3_store.client(s3)
        client.create_bucket(Bucket="canary-bucket")
        client.put_object(Bucket="canary-bucket", Key="a/b", Body=b"x")
        self.connection("keys", "aws", "aws", login="AKIACANARY", extra=json.dumps(
            {"aws_session_token": CANARIES["session"], "endpoint_url": s3["AWS_ENDPOINT_URL"]}))
        self.daemon.post("/connections", {
            "connection_id": "right", "conn_type": "aws", "login": s3["AWS_ACCESS_KEY_ID"],
            "password": s3["AWS_SECRET_ACCESS_KEY"],
            "extra": json.dumps({"endpoint_url": s3["AWS_ENDPOINT_URL"], "region_name": "us-east-1"})})
        tasks = []
        for conn_id in ("keys", "right"):
            given = {"aws_conn_id": conn_id}
            tasks += [dict(given, task_id=f"find_{conn_id}", operator="s3_find_latest", bucket="canary-bucket",
                           prefix="a/"),
                      dict(given, task_id=f"copy_{conn_id}", operator="s3_copy", source="s3://canary-bucket/a/b",
                           destination=str(self.folder / conn_id)),
                      dict(given, task_id=f"wait_{conn_id}", operator="wait.s3_key",
                           bucket_key="s3://canary-bucket/a/b", poke_interval=1, timeout=1)]
        tasks.append(dict(given, task_id="odd", operator="s3_copy", source=str(self.folder / "dump"),
                          destination="s3://canary-bucket/{{ var.value.quotes_SECRET | urlencode }}"))
        self.bucket_tasks = self.run_dag("buckets", tasks)
        client.delete_object(Bucket="canary-bucket", Key=urllib.parse.quote(CANARIES["quotes"]))

    def flows(self):
        """What needs no process."""
        self.daemon.load_dag("child", json.dumps({"dag_id": "child", "params": {"n": {"type": "integer", "default": 1}},
                                                  "tasks": [shell_task("one", "dag_run.conf.get('x', 'nothing')")]}))
        given = {"operator": "trigger_dag", "trigger_dag_id": "child"}
        self.flow_tasks = self.run_dag("flows", [
            dict(given, task_id="conf", conf={"x": ["{{ conn.plain.password }}"]}),
            dict(given, task_id="param", conf={"n": "{{ conn.plain.password }}"}),
            dict(given, task_id="run_id", trigger_run_id="{{ conn.quotes.password }}"),
            dict(given, task_id="date", logical_date="{{ conn.unicode.password }}"),
            {"task_id": "branch", "operator": "branch", "follow": "{{ var.value.plain_SECRET }}"},
            {"task_id": "short", "operator": "short_circuit", "condition": "{{ var.value.number_SECRET }}"},
            {"task_id": "json", "operator": "bash", "bash_command": "echo {{ var.json.backslash_SECRET }}"},
            {"task_id": "wrong", "operator": "bash", "bash_command": "echo {{ var.value.plain_SECRET | int }}"},
            {"task_id": "argv", "operator": "bash", "bash_command": "echo {{ var.value.plain_SECRET | unsafe }}"},
            {"task_id": "folder", "operator": "bash", "cwd": "/{{ var.value.plain_SECRET }}", "bash_command": "id"},
            {"task_id": "file", "operator": "wait.file", "filepath": "{{ var.value.unicode_SECRET }}"},
            {"task_id": "until", "operator": "wait.time", "target_time": "{{ var.value.percent_SECRET }}"}])

    def play(self):
        def given(name, task_id):
            """In the environment of the task that the secret was written for, or in all."""
            wanted = {"given": ["plain"], "extra": ["quotes"], "called": ["plain"], "argv": [], "wrong": []}
            own = task_id.removeprefix("shell.") if task_id.startswith("shell.") else None
            mapped = {"mapped": ["unicode", "json"], "called@on_failure_callback": ["percent", "plain"]}
            return (name in INHERITED or name == own or name in wanted.get(task_id, ())
                    or name in mapped.get(task_id, ()))

        self.start()
        with Watch(self.search, self.daemon.home / "state", given) as self.watch:
            self.careless()
            self.http()
            self.mail()
            self.databases()
            self.buckets()
            self.flows()

    # ---- what is shown ----

    def routes(self):
        """The paths of every GET that docs/api.md names, for all that is there."""
        names, prefix = [], None
        for line in (ROOT / "docs" / "api.md").read_text().splitlines():
            if line.startswith("## "):
                prefix = re.search(r"/api/(\w+/)?v\d", line)
            row = re.match(r"\| GET[A-Z ]* \| `([^`]+)`", line)
            if row:
                names.append((prefix.group() if prefix else "") + row.group(1))
        fixed = {"variable_key": [f"{name}_SECRET" for name in CANARIES], "connection_id": list(CANARIES),
                 "section": ["core"], "option": ["parallelism"], "pool_name": ["default_pool"], "asset_id": ["1"],
                 "backfill_id": ["1"], "import_error_id": ["1"], "name": ["bash"], "xcom_key": ["return_value"],
                 "try_number": ["1"], "map_index": ["0"]}
        for name in names:
            if not name.endswith("/export"):
                yield from self.fill(name, fixed)

    def fill(self, name, values):
        runs = self.runs if "{run_id}" in name else [(dag_id, None) for dag_id, _ in self.runs]
        for dag_id, run_id in runs if "{dag_id}" in name else [(None, None)]:
            tasks = list(self.daemon.tasks(dag_id, run_id)) if "{task_id}" in name and run_id else ["inherits"]
            own = dict(values, dag_id=[dag_id], run_id=[run_id], task_id=tasks)
            holes = re.findall(r"{(\w+)}", name)
            last = holes[-1] if holes else None
            many = next((hole for hole in ("task_id", "variable_key", "connection_id") if hole in holes), last)
            for value in own[many] if many else [None]:
                yield re.sub(r"{(\w+)}", lambda hole: urllib.parse.quote(
                    str(value if hole.group(1) == many else own[hole.group(1)][0]), safe=""), name)

    def answers(self):
        return {path: self.daemon.request("GET", path) for path in self.routes()}

    def commands(self):
        careless, run_id = self.runs[0]
        flows, other = self.runs[-1]
        return ["dags list", f"dags details {careless}", f"dags list-runs {careless}",
                f"dags state {careless} {run_id}",
                f"dags why {careless} {run_id}", f"dags show {careless}", f"tasks list {careless}", "variables list",
                f"tasks states-for-dag-run {careless} {run_id}", "variables get quotes_SECRET", "connections list",
                "connections get quotes", f"tasks render {careless} given {run_id}", "info", "config list",
                f"tasks render {flows} conf {other}", f"tasks logs {careless} {run_id} python.quotes", "pools list",
                f"tasks logs {careless} {run_id} python.unicode", f"tasks state {careless} inherits {run_id}",
                f"tasks failed-deps {careless} given {run_id}", f"dags state {flows} {other}"]

    def dispose(self):
        self.daemon.dispose()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def scene(build, pg, mongo, s3):
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as home:
        one = Scene(build, home, (pg, mongo, s3))
        try:
            one.play()
            yield one
            one.daemon.stop()
        finally:
            one.dispose()


def test_each_form_of_each_secret_is_found_where_it_is(tmp_path):
    search = Search()
    for name, forms in search.forms.items():
        assert len(forms) >= 3
        for form in forms:
            assert name in search.find(b"x" + form + b"y")
    (tmp_path / "log").write_text("a " + CANARIES["plain"])
    assert search.files(tmp_path) == [("plain", str(tmp_path / "log"))]
    planted = subprocess.Popen(["sleep", "60", "--", CANARIES["plain"]], stderr=subprocess.PIPE)
    environment = {"DAGD_TASK_ID": "other", "X": CANARIES["quotes"], "Y": CANARIES["number"]}
    careless = subprocess.Popen(["/bin/bash", "-c", "read -r line"], env=environment, stdin=subprocess.PIPE)
    try:
        with Watch(search, tmp_path, lambda name, task_id: (name, task_id) == ("number", "other")) as watch:
            wait_until(lambda: len(watch.hits) >= 2, "the environment and the file are found")
            planted_line = subprocess.Popen(["/bin/bash", "-c", "read -r line", CANARIES["percent"]],
                                            stdin=subprocess.PIPE)
            wait_until(lambda: any(name == "percent" for name, *_ in watch.hits), "the argument is found")
            planted_line.communicate(b"\n")
    finally:
        planted.kill()
        planted.communicate()
        careless.communicate(b"\n")
    found = {(name, where) for name, where, _ in watch.hits}
    assert {("quotes", "environ"), ("percent", "cmdline"), ("plain", "file")} <= found
    assert ("number", "environ") not in found


def test_all_of_it_took_place(scene):
    """Else nothing would have been there to be found."""
    tasks = scene.tasks
    for i, name in enumerate(CANARIES):
        assert tasks[f"shell.{name}"]["state"] == ["success", "failed"][i % 2], tasks[f"shell.{name}"]
        assert tasks[f"python.{name}"]["state"] == ["failed", "success"][i % 2], tasks[f"python.{name}"]
        run_id = scene.runs[0][1]
        assert scene.daemon.task_log("careless", run_id, f"shell.{name}").count("***") >= 6, name
        assert scene.daemon.task_log("careless", run_id, f"python.{name}").count("***") >= 12, name
    assert scene.watch.n_tasks > 0
    assert {i: t["state"] for i, t in scene.http_tasks.items()} == {
        "good": "success", "bad": "failed", "line": "failed", "away": "failed", "waits": "success",
        "waits_bad": "failed"}
    assert [scene.mail_tasks[i]["state"] for i in ("good", "bad", "odd")] == ["success", "failed", "failed"]
    assert [mail.part("text/plain").strip() for mail in scene.mails] == [CANARIES["json"] + " " + CANARIES["url"]]
    assert {i for i, t in scene.database_tasks.items() if t["state"] == "success"} == {"sql_good", "sqlite"}
    assert {i for i, t in scene.bucket_tasks.items() if t["state"] == "success"} == {
        "find_right", "copy_right", "wait_right", "odd"}


def test_no_file_of_the_home_holds_a_secret(scene):
    assert scene.search.files(scene.daemon.home) == []
    database = next(path for path in scene.daemon.home.rglob("dagd.db"))
    assert sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute("SELECT count(*) FROM variable").fetchone()[0]


def test_no_command_line_no_environment_of_others_and_no_file_held_one_meanwhile(scene):
    # What a task writes to its own DAGD_OUTPUT is its own until it ends.
    hits = {hit for hit in scene.watch.hits if not hit[2].endswith("/output")} if scene.watch.hits else set()
    assert hits == set()


def test_dagds_own_log_holds_none(scene):
    assert len(scene.daemon.log) >= 5
    assert scene.search.find("\n".join(scene.daemon.log)) == []


def test_a_backup_holds_none(scene, tmp_path):
    done = scene.daemon.dagctl("db", "backup", tmp_path / "copy.db")
    assert done.returncode == 0, done.stderr
    assert scene.search.files(tmp_path) == []


def test_no_answer_holds_one(scene):
    answers = scene.answers()
    good = [path for path, answer in answers.items() if answer.status == 200]
    assert len(good) > 500, {path: answer.status for path, answer in answers.items() if answer.status != 200}
    assert {(path, name) for path, answer in answers.items() for name in scene.search.find(answer.body)} == set()
    text = b"".join(answer.body for answer in answers.values())
    assert b"***" in text and b"careless" in text


def test_nothing_that_dagctl_prints_holds_one(scene):
    for words in scene.commands():
        for form in ("table", "json", "yaml"):
            done = scene.daemon.dagctl(*words.split(), "-o", form)
            assert scene.search.find(done.stdout + done.stderr) == [], words
            assert done.stdout or done.stderr, words


def test_a_conf_cannot_carry_one(scene):
    """It would be stored and shown as it is."""
    for task_id, sentence in {"conf": "conf holds a secret", "param": "conf holds a secret"}.items():
        task = scene.flow_tasks[task_id]
        assert task["state"] == "failed" and sentence in task["reason"], task
    assert scene.daemon.get("/dags/child/dagRuns")["total_entries"] == 0


def test_a_command_line_cannot_hold_one(scene):
    task = scene.flow_tasks["argv"]
    assert task["state"] == "failed" and "command line" in task["reason"], task
