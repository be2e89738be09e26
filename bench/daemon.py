# SPDX-License-Identifier: MIT
"""One dagd on a home of its own, asked through its socket."""
import atexit
import contextlib
import datetime
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.socket_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.socket_path)


def seconds(instant):
    """Of an instant as the API writes it, since 1970."""
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp()


def cpu_s(pid):
    """What a process and those that it has reaped have used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_S


class Dagd:
    def __init__(self, home, dags, parallelism=32):
        self.home = pathlib.Path(home)
        self.build = pathlib.Path(os.environ.get("DAGD_BUILD", ROOT / "build"))
        (self.home / "dags").mkdir(parents=True)
        for name, text in dags.items():
            (self.home / "dags" / f"{name}.yaml").write_text(text)
        (self.home / "dagd.yaml").write_text(
            f"core: {{parallelism: {parallelism},"
            f" default_pool_task_slot_count: {max(128, parallelism)}}}\n"
            "logging: {max_log_size: 0}\n")
        self.socket_path = str(self.home / "run" / "dagd.sock")
        self.start()

    def start(self):
        journal = self.home / "journal"
        began = time.monotonic()
        with journal.open("wb") as stderr:
            self.process = subprocess.Popen(
                [self.build / "daemon" / "dagd", "--home", str(self.home)],
                stdout=subprocess.DEVNULL, stderr=stderr)
        atexit.register(self.process.kill)  # of a benchmark that failed
        while not journal.read_text().endswith("ready\n"):
            if self.process.poll() is not None:
                raise SystemExit(f"dagd did not start: {journal.read_text()}")
            time.sleep(0.002)
        self.ready_s = time.monotonic() - began
        self.connection = Connection(self.socket_path)

    def ask(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        self.connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        value = json.loads(answer.read())
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {value}")
        return value

    def run(self, dag_id):
        """Triggers a run and waits for its end: seconds from the request to the end, and the CPU
        time of dagd, its workers and their tasks."""
        before = self.cpu_s()
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        asked_at = time.time()
        run = self.ask("POST", path, {})
        while run["state"] in ("queued", "running"):
            time.sleep(0.1)
            run = self.ask("GET", f"{path}/{run['dag_run_id']}")
        if run["state"] != "success":
            raise SystemExit(f"the run of {dag_id} ended as {run['state']}")
        return seconds(run["end_date"]) - asked_at, self.cpu_s() - before

    def workers(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def cpu_s(self):
        return sum(map(cpu_s, [self.process.pid, *self.workers()]))

    def stop(self):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def rows(self, query):
        path = self.home / "state" / "dagd.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def wait_rows(self, query, n, pause_s=0.1):
        """Until the query answers n: when that was."""
        path = self.home / "state" / "dagd.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            while db.execute(query).fetchone()[0] < n:
                if self.process.poll() is not None:
                    raise SystemExit("dagd has ended")
                time.sleep(pause_s)
        return time.time()

    def gaps_us(self):
        """From the end of each attempt to the start of the next one. After stop()."""
        rows = self.rows("SELECT started_at, ended_at FROM attempt ORDER BY id")
        return [after[0] - before[1] for before, after in zip(rows, rows[1:])]


class Gate:
    """A command that waits for a gate to open, and the gate. It asks nobody while it waits."""

    def __init__(self, path):
        self.path, self.pipe = path, path.with_suffix(".pipe")
        os.mkfifo(self.pipe)
        os.link(self.pipe, path)
        self.command = f"cat {path}"

    def open(self):
        """Ends what waits, and lets all pass that come later."""
        passage = self.path.with_suffix(".open")
        passage.touch()
        passage.rename(self.path)
        os.close(os.open(self.pipe, os.O_WRONLY))


def bash_task(task_id, command):
    return f"  - {{task_id: {task_id}, operator: bash, bash_command: {json.dumps(command)}}}"


def true_task(task_id):
    return bash_task(task_id, "/bin/true")


def empty_task(task_id):
    """One that starts no process."""
    return f"  - {{task_id: {task_id}, operator: empty}}"


def task_file(dag_id, commands, schedule):
    """A DAG as people write it: some keys for each task, each task after the one before."""
    lines = [f"dag_id: {dag_id}", f"schedule: \"{schedule}\"", f"description: loads {dag_id}",
             "tags: [warehouse, nightly]", "default_args:", "  owner: data", "  retries: 2",
             "  retry_delay: 5m", "tasks:"]
    for i, command in enumerate(commands):
        lines += [f"  - task_id: task_{i}", "    operator: bash",
                  f"    bash_command: {command}", "    retries: 3", "    retry_delay: 30s",
                  "    execution_timeout: 1h", "    env:", f"      STEP: step_{i}",
                  "      LC_ALL: C.UTF-8"]
        if i:
            lines.append(f"    dependencies: [task_{i - 1}]")
    return "\n".join(lines) + "\n"


def dag(dag_id, commands, is_chain=False):
    """The text of a DAG with one bash task for each command."""
    lines = [f"dag_id: {dag_id}", "schedule: null", "max_active_tasks: 10000", "tasks:"]
    lines += [bash_task(f"t{i}", command) for i, command in enumerate(commands)]
    if is_chain:
        lines.append("dependencies: |")
        lines += [f"  t{i} >> t{i + 1}" for i in range(len(commands) - 1)]
    return "\n".join(lines) + "\n"
