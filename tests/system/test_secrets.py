# SPDX-License-Identifier: MIT
"""A secret is shown to nobody: while the tasks of the main job are held in the middle of their work, and after,
no password is in a command line, an environment, a log, a file of the home or an answer. The same search does
find what is planted for it."""
import json
import os
import pathlib
import subprocess

import pytest

from held_task import hold  # noqa: F401
from http_script import Answer, HttpScript
from workflow import DAG_ID, TASKS

CONNECTION_PASSWORD = "connection-7c1e55aa0d"
EXTRA_SECRET = "extra-5b0f1a77c2"
TOKEN = "token-91d2e6f0b3"

SHELL = """
    dag_id: shell
    tasks:
      - task_id: careless
        operator: bash
        bash_command: echo "the token is {{ var.value.DEPLOY_TOKEN }}"; echo "{{ var.value.DEPLOY_TOKEN }}"
      - task_id: reads
        operator: bash
        bash_command: echo {{ tasks.careless.output }}
        dependencies: careless
"""


def processes():
    """pid -> parent of every process."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass
    return found


def family(roots):
    """The processes with all their descendants."""
    parents, found = processes(), set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def command_line(pid):
    """Empty for one that has gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def holds(path, words):
    """Which of the words are in the file; none of one that has gone."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    return [name for name, word in words.items() if word.encode() in data]


def search(words, files, pids):
    """Where a word is: in the command line of any process, in the environment of these, in a file below these
    folders."""
    places = []
    for pid in processes():
        if pid != os.getpid():
            places += [(name, "cmdline", pid) for name in holds(pathlib.Path(f"/proc/{pid}/cmdline"), words)]
    for pid in pids:
        places += [(name, "environ", pid) for name in holds(pathlib.Path(f"/proc/{pid}/environ"), words)]
    for folder in files:
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file():
                places += [(name, "file", str(path)) for name in holds(path, words)]
    return places


def answers(daemon, run_ids):
    """What the API says, as one text: of DAGs, runs, tasks, variables, connections."""
    paths = ["/api/v2/dags", "/api/v2/variables", "/api/v2/connections", "/api/v2/config", "/api/v2/importErrors",
             "/api/v2/variables/POSTGRES_PASS", "/api/v2/variables/DEPLOY_TOKEN", "/api/v2/connections/shop",
             "/api/dagd/v1/operators"]
    for dag_id, run_id in run_ids:
        run = f"dags/{dag_id}/dagRuns/{run_id}"
        paths += [f"/api/v2/dags/{dag_id}/details", f"/api/v2/dags/{dag_id}/tasks", f"/api/v2/{run}",
                  f"/api/v2/{run}/taskInstances", f"/api/dagd/v1/dags/{dag_id}/why", f"/api/dagd/v1/{run}/why"]
        for task_id in daemon.tasks(dag_id, run_id):
            task = f"{run}/taskInstances/{task_id}"
            paths += [f"/api/v2/{task}", f"/api/v2/{task}/tries", f"/api/v2/{task}/logs/1",
                      f"/api/v2/{task}/xcomEntries", f"/api/v2/{task}/xcomEntries/return_value",
                      f"/api/dagd/v1/{task}/rendered", f"/api/dagd/v1/{task}/why"]
    return "".join(daemon.request("GET", path).text for path in paths)


@pytest.fixture
def secrets(workflow):
    """Starts dagd with all of them stored, and gives them by name."""
    return {"PostgreSQL": workflow.pg["PGPASSWORD"], "MongoDB": workflow.mongo["MONGODB_PASS"],
            "S3": workflow.s3["AWS_SECRET_ACCESS_KEY"], "connection": CONNECTION_PASSWORD,
            "extra": EXTRA_SECRET, "token": TOKEN}


def start(workflow, held):
    daemon = workflow.daemon
    daemon.environment["DAGD__LOGGING__LOGGING_LEVEL"] = "debug"
    workflow.start(DEPLOY_TOKEN=TOKEN, **held.variables)
    daemon.post("/connections", {"connection_id": "shop", "conn_type": "postgres", "password": CONNECTION_PASSWORD,
                                 "extra": '{"api_key": "%s"}' % EXTRA_SECRET})
    daemon.load_dag("shell", SHELL)
    run_id = daemon.trigger("shell")
    assert daemon.wait_run("shell", run_id)["state"] == "success"
    return run_id


# Held there, and the program that runs then.
HELD = {"find_latest_postgres_dump": b"s3_find_latest", "restore_postgres_dump": b"pg_restore\0--verbose",
        "restore_mongodb_dump": b"mongorestore\0--config", "process_mongodb_data": b"mongo"}


@pytest.mark.parametrize("task_id", HELD)
def test_while_a_task_is_held_no_secret_is_to_be_seen_anywhere(workflow, secrets, hold, task_id):
    daemon = workflow.daemon
    held = hold(task_id)
    runs = [("shell", start(workflow, held)), (DAG_ID, workflow.trigger())]
    held.wait()
    pids = family([daemon.process.pid, *daemon.workers()])
    assert [pid for pid in pids if HELD[task_id] in command_line(pid)], "the program is one of those searched"
    assert search(secrets, [daemon.home], pids) == []
    shown = answers(daemon, runs)
    assert [name for name, word in secrets.items() if word in shown] == []
    # dagd dies: what it leaves is for the next one, and for nobody else.
    daemon.kill()
    assert search(secrets, [daemon.home], pids) == []
    daemon.start()
    held.let_go()
    workflow.assert_success(runs[1][1])
    assert search(secrets, [daemon.home], family([daemon.process.pid, *daemon.workers()])) == []
    shown = answers(daemon, runs)
    assert [name for name, word in secrets.items() if word in shown or word in "\n".join(daemon.log)] == []


def test_the_answers_and_files_that_are_searched_do_hold_what_is_no_secret(workflow, secrets, hold):
    daemon = workflow.daemon
    held = hold("restore_postgres_dump")
    runs = [("shell", start(workflow, held)), (DAG_ID, workflow.trigger())]
    held.wait()
    shown = answers(daemon, runs)
    for word in ("POSTGRES_PASS", "shop", "the token is ***", "dropping TABLE keyless", *TASKS,
                 workflow.pg["PGPORT"]):
        assert word in shown
    text = "\n".join(daemon.log)
    assert "ready" in text
    found = search({"log": "the token is ***"}, [daemon.home], [])
    assert [pathlib.Path(place).name for _, _, place in found if "/logs/" in place] == ["attempt=1.log"]


def test_a_planted_canary_is_found_in_a_file_an_argument_and_an_environment(workflow, secrets, hold):
    daemon = workflow.daemon
    held = hold("restore_postgres_dump")
    start(workflow, held)
    secret = secrets["PostgreSQL"]
    planted = daemon.home / "state" / "attempts" / "planted"
    planted.write_bytes(b"\0\1password=" + secret.encode() + b"\n")
    reader = ["/bin/bash", "-c", "read -r line"]
    careless = [subprocess.Popen([*reader, f"--password={secret}"], stdin=subprocess.PIPE),
                subprocess.Popen(reader, stdin=subprocess.PIPE, env={"PGPASSWORD": secret})]
    try:
        found = search(secrets, [daemon.home], {os.getpid(), *(one.pid for one in careless)})
    finally:
        for one in careless:
            one.communicate(b"\n")
    assert sorted(found, key=str) == sorted([("PostgreSQL", "cmdline", careless[0].pid),
                                             ("PostgreSQL", "environ", careless[1].pid),
                                             ("PostgreSQL", "file", str(planted))], key=str)


def test_what_a_careless_task_prints_is_hidden_in_its_log_and_its_result(dagd):
    dagd.post("/variables", {"key": "DEPLOY_TOKEN", "value": TOKEN})
    dagd.load_dag("shell", SHELL)
    run_id = dagd.trigger("shell")
    assert dagd.wait_run("shell", run_id)["state"] == "success"
    assert dagd.task_log("shell", run_id, "careless") == "the token is ***\n***\n"
    path = f"/dags/shell/dagRuns/{run_id}/taskInstances/careless/xcomEntries/return_value"
    assert dagd.get(path)["value"] == "***"
    assert search({"token": TOKEN}, [dagd.home], family([dagd.process.pid, *dagd.workers()])) == []


WRITES_AS_GO = """
import json, os
text = json.dumps({"return_value": os.environ["SECRET"], os.environ["SECRET"]: 1})
with open(os.environ["DAGD_OUTPUT"], "w") as file:
    file.write(text.replace("<", "\\\\u003c").replace("e", "\\\\u0065"))
"""


def test_json_is_hidden_however_it_is_escaped(dagd):
    secret = "a<b>&c \x1b de"
    dagd.post("/connections", {"connection_id": "odd", "conn_type": "generic", "password": secret,
                               "extra": json.dumps({"api_key": secret})})
    (dagd.home / "writes.py").write_text(WRITES_AS_GO)
    dagd.load_dag("odd", json.dumps({"dag_id": "odd", "tasks": [
        {"task_id": "writes", "operator": "bash", "env": {"SECRET": "{{ conn.odd.password }}"},
         "bash_command": f"/usr/bin/python3 {dagd.home}/writes.py"},
        {"task_id": "prints", "operator": "bash", "bash_command": "echo {{ conn.odd.extra }}"}]}))
    run_id = dagd.trigger("odd")
    assert dagd.wait_run("odd", run_id)["state"] == "success"
    path = f"/dags/odd/dagRuns/{run_id}/taskInstances/writes/xcomEntries"
    assert {entry["key"] for entry in dagd.get(path)["xcom_entries"]} == {"return_value", "***"}
    assert dagd.get(f"{path}/return_value")["value"] == "***"
    assert dagd.task_log("odd", run_id, "prints") == '{"api_key":"***"}\n'


@pytest.mark.parametrize("path", ["connections", "connections/odd", "connections/test", "variables", "variables/odd"])
def test_what_was_sent_is_not_sent_back(dagd, path):
    """It may be a secret, in a body that nobody can make sense of."""
    bodies = [{"conn_type": "x", "connection_id": "odd", "passwrd": TOKEN}, {"key": "odd", "vaule": TOKEN}, [TOKEN],
              TOKEN, f'{{"password": "{TOKEN}'.encode(), f'{{"password": {TOKEN}'.encode(),
              {"conn_type": "x", "connection_id": "odd", "extra": [TOKEN]}]
    for body in bodies:
        answer = dagd.request("PATCH" if path.endswith("odd") else "POST", f"/api/v2/{path}", body)
        assert answer.status in (404, 422) and TOKEN not in answer.text, answer


def test_an_event_and_a_note_show_no_password(dagd):
    dagd.load_dag("makes", json.dumps({"dag_id": "makes", "tasks": [
        {"task_id": "one", "operator": "empty", "outlets": "orders"}]}))
    run_id = dagd.trigger("makes", note=f"see https://me:{TOKEN}@example.com/")
    answers = [dagd.request("POST", "/api/v2/assets/events", {"asset_id": 1, "extra": {
        "rows": 3, "password": TOKEN, "from": [f"https://me:{TOKEN}@example.com/"]}}),
               dagd.request("GET", "/api/v2/assets/events"),
               dagd.request("GET", f"/api/v2/dags/makes/dagRuns/{run_id}")]
    path = f"/api/v2/dags/makes/dagRuns/{run_id}/taskInstances/one"
    dagd.wait_run("makes", run_id)
    answers.append(dagd.request("PATCH", path, {"note": f"postgres://me:{TOKEN}@db/"}))
    assert [(answer.status, TOKEN in answer.text, "me:***@" in answer.text) for answer in answers] \
        == [(200, False, True)] * 4, answers
    assert answers[0].json["extra"]["rows"] == 3


def test_where_a_text_is_cut_no_part_of_one_is_left(dagd):
    """CVE-2025-68438, CVE-2025-66388: half of a secret is none of those that are looked for."""
    secret = "Zk9-Qm4.Vt7_Xr2-Hs8.Lw5_Pd3-Ny6.Bc1_"
    parts = [secret[i:i + 8] for i in range(len(secret) - 7)]
    dagd.post("/variables", {"key": "LONG_SECRET", "value": secret})
    long = "{{ ('x' * %d) ~ var.value.LONG_SECRET ~ ('y' * %d) }}"
    tasks = [{"task_id": "empty", "operator": "empty"}]
    with HttpScript(lambda request: Answer(500, "x" * int(request.path[1:]) + request.asked["x-given"])) as server:
        for n in (60, 75, 165, 180, 190):
            tasks += [{"task_id": f"folder{n}", "operator": "bash", "bash_command": "id", "cwd": "/" + long % (n, 0)},
                      {"task_id": f"number{n}", "operator": "mongo", "operation": "count",
                       "max_documents": long % (n, 9)},
                      {"task_id": f"http{n}", "operator": "http", "method": "GET", "endpoint": f"{server.url}/{n}",
                       "headers": {"X-Given": "{{ var.value.LONG_SECRET }}"}}]
        for n in (270, 280, 290, 340):
            tasks += [{"task_id": f"branch{n}", "operator": "branch", "follow": long % (n, 400)},
                      {"task_id": f"missing{n}", "operator": "http", "http_conn_id": long % (n, 400), "endpoint": "/"},
                      {"task_id": f"path{n}", "operator": "bash", "bash_command": "id", "cwd": "/" + long % (n, 4000)}]
        dagd.load_dag("cuts", json.dumps({"dag_id": "cuts", "tasks": tasks}))
        run_id = dagd.trigger("cuts")
        dagd.wait_run("cuts", run_id)
    reasons = {task_id: task["reason"] or "" for task_id, task in dagd.tasks("cuts", run_id).items()}
    assert [task_id for task_id, reason in reasons.items() if not reason] == ["empty"]
    texts = reasons | {path.parent.name: path.read_text() for path in dagd.home.rglob("attempt=*.log")}
    assert [(name, part) for name, text in texts.items() for part in parts if part in text] == []
    assert sum("***" in text for text in texts.values()) > 10


def test_what_cannot_be_hidden_is_told_once_and_what_would_be_stored_is_refused(dagd):
    secrets = {"PIN_SECRET": "q7Z", "LONG_SECRET": TOKEN}
    for key, value in secrets.items():
        dagd.post("/variables", {"key": key, "value": value})
    dagd.load_dag("limits", json.dumps({"dag_id": "limits", "tasks": [
        {"task_id": "short", "operator": "bash", "bash_command": "echo {{ var.value.PIN_SECRET }}"},
        {"task_id": "ask", "operator": "approval", "subject": "{{ var.value.LONG_SECRET }}?"}]}))
    run_id = dagd.trigger("limits")
    dagd.wait_run("limits", run_id)
    tasks = dagd.tasks("limits", run_id)
    assert tasks["short"]["state"] == "success"
    assert dagd.task_log("limits", run_id, "short") == (
        '[dagd: the secret variable "PIN_SECRET" has fewer than 4 bytes: it cannot be hidden in this log]\nq7Z\n')
    assert tasks["ask"]["state"] == "failed"
    assert tasks["ask"]["reason"].startswith("subject holds a secret, which would be stored and shown")


def test_a_secret_of_a_conf_is_shown_to_nobody(dagd):
    dagd.load_dag("asked", json.dumps({"dag_id": "asked", "tasks": [
        {"task_id": "one", "operator": "bash",
         "bash_command": "echo {{ dag_run.conf.password }} {{ dag_run.conf.source }} {{ dag_run.conf | tojson }}"}]}))
    conf = {"rows": 3, "password": TOKEN, "deep": [{"api_key": TOKEN}], "source": f"postgres://me:{TOKEN}@db/shop"}
    run_id = dagd.trigger("asked", conf)
    dagd.wait_run("asked", run_id)
    run = f"v2/dags/asked/dagRuns/{run_id}"
    shown = [dagd.request("GET", f"/api/{path}") for path in (
        run, "v2/dags/asked/dagRuns", f"{run}/taskInstances",
        f"dagd/v1/dags/asked/dagRuns/{run_id}/taskInstances/one/rendered")]
    assert [(answer.status, TOKEN in answer.text) for answer in shown] == [(200, False)] * 4, shown
    assert shown[0].json["conf"] == {"rows": 3, "password": "***", "deep": [{"api_key": "***"}],
                                     "source": "postgres://me:***@db/shop"}
    log = dagd.task_log("asked", run_id, "one")
    assert log == ('*** postgres://me:***@db/shop {"deep": [{"api_key": "***"}], "password": "***", "rows": 3, '
                   '"source": "postgres://me:***@db/shop"}\n')
    for words in (("dags", "list-runs", "asked"), ("tasks", "render", "asked", "one", run_id)):
        done = dagd.dagctl(*words, "-o", "json")
        assert done.returncode == 0 and TOKEN not in done.stdout + done.stderr, done


def test_what_every_task_is_given_of_dagds_environment_is_hidden_in_its_log(dagd_home):
    dagd_home.environment.update(PGPASSWORD=TOKEN, PGUSER="shop-owner", https_proxy=f"http://me:{TOKEN}@proxy:3128",
                                 AWS_SECRET_ACCESS_KEY=TOKEN + "-key", SSL_CERT_FILE="/etc/ssl/own.pem",
                                 MY_OWN="only-dagds", DAGD_VAR_REGION="eu")
    dagd = dagd_home.start()
    dagd.load_dag("prints", json.dumps({"dag_id": "prints", "tasks": [
        {"task_id": "one", "operator": "bash", "bash_command": "env"}]}))
    run_id = dagd.trigger("prints")
    assert dagd.wait_run("prints", run_id)["state"] == "success"
    lines = set(dagd.task_log("prints", run_id, "one").splitlines())
    assert {"PGPASSWORD=***", "PGUSER=shop-owner", "https_proxy=http://me:***@proxy:3128", "AWS_SECRET_ACCESS_KEY=***",
            "SSL_CERT_FILE=/etc/ssl/own.pem"} <= lines
    assert not [line for line in lines if TOKEN in line or line.startswith(("MY_OWN=", "DAGD_VAR_"))]
