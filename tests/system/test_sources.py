# SPDX-License-Identifier: MIT
"""Where variables and connections come from: secrets.command first, then a folder, then dagd's environment, then
the store."""
import concurrent.futures
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import textwrap

import pytest

from daemon import Daemon, wait_until

VARIABLE = """
    dag_id: reads
    tasks:
      - task_id: task
        operator: bash
        bash_command: echo "{{ var.value.REGION }}"
"""

CONNECTION = """
    dag_id: reads
    tasks:
      - task_id: task
        operator: bash
        bash_command: |
          echo "{{ conn.db.conn_type }} {{ conn.db.login }} {{ conn.db.host }} {{ conn.db.port }}" \\
            "{{ conn.db.schema }} {{ conn.db.extra_dejson.a }}"
"""

# Answers from files of a folder, as a wrapper around a vault does, and keeps a list of what it was asked for.
COMMAND = """\
    #!/bin/sh
    folder=$(dirname "$0")
    echo "$1 $2" >> "$folder/asked"
    while [ -e "$folder/wait" ]; do sleep 0.05; done
    [ ! -e "$folder/hold" ] || value=$(sleep 1000)  # as a script waits for the program that it asks
    [ ! -e "$folder/broken" ] || { echo half; echo "the vault is sealed" >&2; exit 2; }
    [ -e "$folder/$1.$2" ] || exit 1
    cat "$folder/$1.$2"
"""


class Vault:
    """A secrets.command, and what it says."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.program = self.folder / "ask it"
        self.program.write_text(textwrap.dedent(COMMAND))
        self.program.chmod(0o755)
        self.line = f"'{self.program}'"

    def put(self, kind, name, text):
        (self.folder / f"{kind}.{name}").write_bytes(text if isinstance(text, bytes) else text.encode())

    def asked(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "asked").read_text().splitlines()
        return []

    def pid(self, parent):
        """Of the run of it that a process has begun."""
        for pid in pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if os.fsencode(self.program) in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None

    def running(self):
        """The pids of runs of it that go on."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(entry / "exe").endswith("sleep") and f"{self.folder}" in (entry / "environ").read_text():
                    found.append(int(entry.name))
        return found


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault")


@pytest.fixture
def make(build, tmp_path):
    """Makes a dagd with a configuration and an environment."""
    made = []

    def start(config="", **environment):
        daemon = Daemon(build, tmp_path / "home", **environment)
        (daemon.home / "dagd.yaml").write_text(textwrap.dedent(config))
        made.append(daemon)
        return daemon.start()

    yield start
    for daemon in made:
        daemon.dispose()


def state(pid):
    """As the kernel has it: R, S, Z ..."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def told(daemon, text=VARIABLE):
    """What the task of a DAG prints; when it fails, its reason."""
    if daemon.version("reads") is None:
        daemon.load_dag("reads", text)
    run_id = daemon.trigger("reads")
    daemon.wait_run("reads", run_id)
    return daemon.task_log("reads", run_id, "task").rstrip("\n")


def source(daemon, kind, name):
    answer = daemon.request("GET", f"/api/dagd/v1/{kind}/{name}")
    return answer.json["source"] if answer.status == 200 else answer.status


def test_the_first_source_that_has_a_value_wins(make, vault, tmp_path):
    folder = tmp_path / "values"
    folder.mkdir()
    daemon = make(f"""
        secrets:
          command: {json.dumps(vault.line)}
          folder: {folder}
    """, AIRFLOW_VAR_REGION="of airflow's environment")
    assert told(daemon) == "of airflow's environment"
    daemon.post("/variables", {"key": "REGION", "value": "of the store"})
    assert told(daemon) == "of airflow's environment"
    assert source(daemon, "variables", "REGION") == "environment"
    # Read when it is asked for: a changed file counts at once, exactly as it is.
    (folder / "var.REGION").write_text("of the folder\n\n")
    assert told(daemon) == "of the folder"
    assert daemon.request("GET", "/api/dagd/v1/variables/REGION").json["value"] == "of the folder\n\n"
    assert source(daemon, "variables", "REGION") == "folder"
    vault.put("variable", "REGION", "of the command\n")
    assert told(daemon) == "of the command"
    assert source(daemon, "variables", "REGION") == "command"
    # Airflow's own answers know the store only.
    assert daemon.get("/variables/REGION")["value"] == "of the store"
    assert daemon.get("/variables")["total_entries"] == 1


def test_the_store_is_asked_when_nothing_else_has_it(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    daemon.post("/variables", {"key": "REGION", "value": "of the store"})
    assert told(daemon) == "of the store"
    assert vault.asked() == ["variable REGION"]
    assert source(daemon, "variables", "REGION") == "store"
    assert source(daemon, "variables", "ELSE") == 404


def test_dagds_own_names_of_the_environment_win(make):
    daemon = make(DAGD_VAR_REGION="dagd's", AIRFLOW_VAR_REGION="airflow's")
    assert told(daemon) == "dagd's"


@pytest.mark.parametrize("text", [
    "postgresql://me:p%40ss@host:5432/names?a=b",
    json.dumps({"conn_type": "postgres", "login": "me", "password": "p@ss", "host": "host", "port": 5432,
                "schema": "names", "extra": {"a": "b"}}),
], ids=["uri", "json"])
@pytest.mark.parametrize("where", ["environment", "folder", "command"])
def test_a_connection_may_be_a_uri_or_json(make, vault, tmp_path, where, text):
    environment, config = {}, ""
    if where == "environment":
        environment = {"DAGD_CONN_DB": text}
    if where == "folder":
        (tmp_path / "conn.db").write_text(text + "\n")
        environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    if where == "command":
        vault.put("connection", "db", text + "\n")
        config = f"secrets: {{command: {json.dumps(vault.line)}}}"
    daemon = make(config, **environment)
    assert told(daemon, CONNECTION) == "postgres me host 5432 names b"
    answer = daemon.request("GET", "/api/dagd/v1/connections/db").json
    assert (answer["source"], answer["password"], answer["host"]) == (where, "***", "host")
    assert daemon.get("/connections")["total_entries"] == 0
    assert daemon.request("GET", "/api/v2/connections/db").status == 404
    shown = daemon.dagctl("connections", "get", "db", "-o", "json")
    assert json.loads(shown.stdout)["source"] == where and "p@ss" not in shown.stdout


def test_variables_get_says_where_a_value_is_from(make):
    daemon = make(DAGD_VAR_REGION="eu")
    got = daemon.dagctl("variables", "get", "REGION")
    assert (got.stdout, got.returncode) == ("eu\n", 0)
    assert "environment" in got.stderr
    daemon.post("/variables", {"key": "OTHER", "value": "x"})
    assert daemon.dagctl("variables", "get", "OTHER").stderr == ""


@pytest.mark.parametrize("text, why", [
    (b"p4ssw0rd", "the URI of the connection is not of the form"),
    (b'{"conn_type": "http", "password": p4ssw0rd}', "the connection is not JSON: line 1, column"),
    (b'{"conn_type": "http", "pass": "p4ssw0rd"}', 'unknown key "pass" of a connection'),
    (b"http://p4ssw0rd:\xff@host", "it is not text in UTF-8"),
    (b"http://h/" + b"p4ssw0rd" * (1 << 18), "it is larger than 1 MiB"),
    (b"", "the URI of the connection is not of the form"),
], ids=["word", "no json", "unknown key", "no utf-8", "huge", "empty"])
def test_a_value_that_is_wrong_is_a_sentence_without_it(make, tmp_path, text, why):
    (tmp_path / "conn.db").write_bytes(text)
    daemon = make(f"secrets: {{folder: {tmp_path}}}")
    said = told(daemon, CONNECTION)
    assert "conn.db: " in said and why in said
    assert "p4ssw0rd" not in said + "".join(daemon.log)
    answer = daemon.request("GET", "/api/dagd/v1/connections/db")
    assert answer.status == 502 and why in answer.sentence


def test_a_folder_that_is_not_there_is_told_and_not_passed_over(make, tmp_path):
    daemon = make(f"secrets: {{folder: {tmp_path / 'secrets'}}}", DAGD_VAR_REGION="of the environment")
    daemon.post("/variables", {"key": "REGION", "value": "of the store"})
    why = f'variable "REGION" in {tmp_path}/secrets: there is no such folder'
    assert why in told(daemon) and source(daemon, "variables", "REGION") == 502
    (tmp_path / "secrets").mkdir()
    assert told(daemon) == "of the environment"


def test_a_folder_is_no_way_to_other_files(make, tmp_path):
    folder = tmp_path / "values"
    folder.mkdir()
    (tmp_path / "secret").write_text("elsewhere")
    (folder / "var.").mkdir()
    daemon = make(f"secrets: {{folder: {folder}}}")
    said = told(daemon, """
        dag_id: reads
        params: {name: "/../../secret"}
        tasks:
          - task_id: task
            operator: bash
            bash_command: echo "{{ var.value.get(params.name, 'nothing') }}"
    """)
    assert said == "nothing"


def test_neither_values_nor_credentials_are_in_a_tasks_environment(make, tmp_path):
    (tmp_path / "conn.x").write_text("http://h")
    daemon = make(AIRFLOW_CONN_DB="http://u:p4ssw0rd@h", DAGD_CONN_DB="http://u:p4ssw0rd@h",
                  DAGD_VAR_REGION="s3cr3t-region", AIRFLOW_VAR_REGION="s3cr3t-region",
                  CREDENTIALS_DIRECTORY=str(tmp_path))
    said = told(daemon, """
        dag_id: reads
        tasks: [{task_id: task, operator: bash, bash_command: env}]
    """)
    assert "AIRFLOW_CTX_DAG_ID" in said
    for word in ("p4ssw0rd", "s3cr3t", "CREDENTIALS_DIRECTORY"):
        assert word not in said


def test_the_command_has_dagds_environment_but_no_values(make, vault):
    vault.program.write_text("#!/bin/sh\nenv\n")
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}", VAULT_ADDR="http://vault", DAGD_VAR_OTHER="no",
                  AIRFLOW_CONN_DB="http://u:p4ssw0rd@h")
    said = told(daemon)
    assert "VAULT_ADDR=http://vault" in said
    assert "DAGD_VAR_OTHER" not in said and "p4ssw0rd" not in said


def test_a_command_that_fails_fails_the_try_with_its_last_word(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    daemon.post("/variables", {"key": "REGION", "value": "of the store"})
    (vault.folder / "broken").touch()
    daemon.load_dag("reads", VARIABLE.replace("operator: bash", "operator: bash\n        retries: 1\n"
                                                                "        retry_delay: 0s"))
    run_id = daemon.trigger("reads")
    assert daemon.wait_run("reads", run_id)["state"] == "failed"
    sentence = 'variable "REGION" cannot be had: secrets.command exited with 2: the vault is sealed'
    for number in (1, 2):
        assert sentence in daemon.task_log("reads", run_id, "task", number)
    answer = daemon.request("GET", "/api/dagd/v1/variables/REGION")
    assert (answer.status, answer.sentence) == (502, sentence)


def test_a_command_that_is_too_slow_fails_the_try(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}, command_timeout: 200ms}}")
    (vault.folder / "hold").touch()
    assert "secrets.command took longer than 0.2s" in told(daemon)
    assert vault.running() == []


def test_a_command_that_is_not_there_fails_the_try(make):
    daemon = make("secrets: {command: /no/such/program}")
    assert '"/no/such/program" cannot be started: No such file or directory' in told(daemon)


def test_a_wrong_command_line_is_told_at_the_start(build, tmp_path):
    daemon = Daemon(build, tmp_path / "home")
    (daemon.home / "dagd.yaml").write_text("secrets: {command: \"ask 'me\"}\n")
    daemon.spawn()
    assert daemon.process.wait(60) == 1
    daemon.reader.join()
    daemon.process = None
    assert "secrets.command: is no command line" in "\n".join(daemon.log)


def test_each_value_of_a_task_is_asked_for_once_and_all_together(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    for name in "abc":
        vault.put("variable", name, name.upper())
    vault.put("connection", "db", "http://me@host")
    assert told(daemon, """
        dag_id: reads
        tasks:
          - task_id: task
            operator: bash
            bash_command: echo "{{ var.value.a }}{{ var.value.b }}{{ var.value.a }}$C$HOST"
            env: {C: "{{ var.value.c }}", HOST: "{{ conn.db.host }}"}
    """) == "ABAChost"
    assert sorted(vault.asked()) == ["connection db", "variable a", "variable b", "variable c"]


def test_a_parameter_that_is_a_connection_is_asked_for(make, vault, tmp_path):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    vault.put("connection", "base", json.dumps({"conn_type": "sqlite", "host": f"{tmp_path}/x.db"}))
    daemon.load_dag("reads", """
        dag_id: reads
        tasks:
          - {task_id: task, operator: sql, conn_id: base, sql: "SELECT 1"}
    """)
    run_id = daemon.trigger("reads")
    assert daemon.wait_run("reads", run_id)["state"] == "success", daemon.task_log("reads", run_id, "task")


@pytest.mark.parametrize("where", ["environment", "command"])
def test_a_connection_of_any_source_can_be_tested(make, vault, tmp_path, where):
    text = json.dumps({"conn_type": "sqlite", "host": f"{tmp_path}/x.db"})
    vault.put("connection", "base", text if where == "command" else "")
    config = f"secrets: {{command: {json.dumps(vault.line)}}}" if where == "command" else ""
    daemon = make(config, **({} if config else {"AIRFLOW_CONN_BASE": text}))
    (tmp_path / "x.db").touch()
    done = daemon.dagctl("connections", "test", "base")
    assert done.returncode == 0 and "SQLite" in done.stdout, done


def test_mapped_tasks_that_want_the_same_value_share_its_question(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}\ncore: {{parallelism: 64}}")
    vault.put("variable", "REGION", "eu")
    daemon.load_dag("many", """
        dag_id: many
        max_active_tasks: 64
        tasks:
          - task_id: one
            operator: bash
            bash_command: test "{{ var.value.REGION }}" = eu
            expand: {env: [%s]}
    """ % ", ".join('{N: "%d"}' % n for n in range(40)))
    run_id = daemon.trigger("many")
    assert daemon.wait_run("many", run_id)["state"] == "success"
    assert 1 <= len(vault.asked()) <= 40


def test_a_few_values_are_asked_for_at_once(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}, command_timeout: 60s}}\ncore: {{parallelism: 64}}")
    (vault.folder / "wait").touch()
    for n in range(40):
        vault.put("variable", f"v{n}", f"value {n}")
    daemon.load_dag("many", """
        dag_id: many
        max_active_tasks: 64
        tasks:
          - task_id: one
            operator: bash
            bash_command: test "{{ var.value.get('v' ~ expand.n) }}" = "value {{ expand.n }}"
            expand: {n: [%s]}
    """ % ", ".join(map(str, range(40))))
    run_id = daemon.trigger("many")
    wait_until(lambda: len(vault.asked()) == 8, "eight are asked for")
    assert {task["state"] for task in daemon.tasks("many", run_id).values()} <= {"queued", "running"}
    assert daemon.request("GET", "/health").status == 200 and len(vault.asked()) == 8
    (vault.folder / "wait").unlink()
    assert daemon.wait_run("many", run_id)["state"] == "success"
    assert sorted(vault.asked()) == sorted(f"variable v{n}" for n in range(40))


def test_dags_test_asks_the_command_of_the_home(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    vault.put("variable", "REGION", "eu")
    daemon.load_dag("reads", VARIABLE)
    done = daemon.dagctl("dags", "test", "reads")
    assert done.returncode == 0 and "eu" in done.stdout, done
    assert vault.asked() == ["variable REGION"]


def test_dags_test_has_the_store_of_the_running_dagd_and_the_environment_of_the_shell(make, monkeypatch):
    daemon = make(DAGD_VAR_ELSE="of dagd's environment")
    daemon.post("/variables", {"key": "REGION", "value": "of the store"})
    daemon.post("/variables", {"key": "DEPLOY_TOKEN", "value": "s3cr3t-of-the-store"})
    daemon.load_dag("reads", VARIABLE.replace("{{ var.value.REGION }}", "{{ var.value.REGION }}/"
                                              "{{ var.value.DEPLOY_TOKEN }}/{{ var.value.get('ELSE', 'none') }}"))
    done = daemon.dagctl("dags", "test", "reads")
    assert done.returncode == 0 and "of the store/***/none" in done.stdout, done
    monkeypatch.setenv("DAGD_VAR_REGION", "of the shell")
    done = daemon.dagctl("dags", "test", "reads")
    assert done.returncode == 0 and "of the shell/***/none" in done.stdout, done
    assert "s3cr3t" not in done.stdout + done.stderr


def test_a_callback_gets_its_values(make, vault):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}}}")
    vault.put("variable", "REGION", "eu")
    daemon.load_dag("calls", f"""
        dag_id: calls
        tasks:
          - task_id: task
            operator: bash
            bash_command: exit 1
            on_failure_callback:
              operator: bash
              bash_command: echo "{{{{ var.value.REGION }}}}" > {daemon.home}/called
    """)
    daemon.trigger("calls")
    called = daemon.home / "called"
    wait_until(lambda: called.exists() and called.read_text() == "eu\n", "the callback has been called")


@pytest.fixture
def waiting(make, vault):
    """A task that waits for the command: the daemon, and its run."""
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}, command_timeout: 60s}}")
    vault.put("variable", "REGION", "eu")
    (vault.folder / "hold").touch()
    daemon.load_dag("reads", VARIABLE)
    run_id = daemon.trigger("reads")
    wait_until(vault.asked, "the command has been asked")
    return daemon, run_id


def test_a_task_that_waits_for_a_value_says_so_and_can_be_ended(waiting, vault):
    daemon, run_id = waiting
    assert "waits for the values" in daemon.dagctl("dags", "why", "reads", run_id, "task").stdout
    answer = daemon.request("PATCH", f"/api/v2/dags/reads/dagRuns/{run_id}", {"state": "failed"})
    assert answer.status == 200
    daemon.wait_run("reads", run_id)
    wait_until(lambda: vault.running() == [], "the command has been ended")


def test_a_dagd_that_dies_while_it_asks_asks_again(waiting, vault):
    daemon, run_id = waiting
    daemon.kill()
    wait_until(lambda: vault.running() == [], "the command has ended with dagd")
    (vault.folder / "hold").unlink()
    daemon.start()
    assert daemon.wait_run("reads", run_id)["state"] == "success"
    assert daemon.tasks("reads", run_id)["task"]["try_number"] == 1
    assert daemon.task_log("reads", run_id, "task") == "eu\n"


def test_a_dagd_that_stops_does_not_wait_for_the_command(waiting, vault):
    daemon, run_id = waiting
    daemon.stop()
    assert vault.running() == []
    (vault.folder / "hold").unlink()
    daemon.start()
    assert daemon.wait_run("reads", run_id)["state"] == "success"


@pytest.mark.parametrize("method, path, answer", [
    ("GET", "variables/REGION", "eu"), ("GET", "connections/db", "http://me@host"),
    ("POST", "connections/db/test", "http://me@host"),
])
def test_an_answer_that_comes_with_the_end_of_dagd_is_of_no_use(make, vault, method, path, answer):
    daemon = make(f"secrets: {{command: {json.dumps(vault.line)}, command_timeout: 60s}}")
    vault.put("variable" if path.startswith("variables") else "connection", path.split("/")[1], answer)
    (vault.folder / "wait").touch()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(daemon.request, method, f"/api/dagd/v1/{path}")
        wait_until(vault.asked, "the command has been asked")
        command = vault.pid(daemon.process.pid)
        daemon.process.send_signal(signal.SIGSTOP)
        (vault.folder / "wait").unlink()
        wait_until(lambda: state(command) == "Z", "the command has answered")
        # Its loop, which is its first thread, sees both at once, and the answer first.
        ctypes.CDLL(None).tgkill(daemon.process.pid, daemon.process.pid, signal.SIGTERM)
        daemon.process.send_signal(signal.SIGCONT)
        refused = asked.result()
        assert (refused.status, refused.sentence) == (503, "dagd is stopping")
        daemon.stop()


def test_other_tasks_go_on_while_one_waits_for_a_value(waiting):
    daemon, _ = waiting
    daemon.load_dag("other", "tasks: [{task_id: a, operator: bash, bash_command: 'true'}]\n")
    assert daemon.wait_run("other", daemon.trigger("other"))["state"] == "success"


def test_a_command_that_is_configured_anew_counts_at_once(make, vault):
    daemon = make()
    vault.put("variable", "REGION", "eu")
    (daemon.home / "dagd.yaml").write_text(f"secrets: {{command: {json.dumps(vault.line)}}}\n")
    daemon.process.send_signal(1)
    wait_until(lambda: source(daemon, "variables", "REGION") == "command", "the command is asked")
