# SPDX-License-Identifier: MIT
"""dagd as a process that a test can start, ask, stop and kill, with a home of its own."""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import textwrap
import threading
import time
import urllib.parse

DEADLINE_S = 60
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FINISHED = ("success", "failed")


def wait_until(fact, what, deadline_s=DEADLINE_S):
    """Asks again until `fact` is true, and returns it; `what` is told when that takes too long."""
    end = time.monotonic() + deadline_s
    while True:
        value = fact()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {deadline_s} s"
        time.sleep(0.02)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket; the path may be longer than the kernel's 108 bytes."""

    def __init__(self, path, timeout_s=DEADLINE_S):
        super().__init__("localhost", timeout=timeout_s)
        self.unix_path = pathlib.Path(path)

    def connect(self):
        folder = os.open(self.unix_path.parent, os.O_PATH | os.O_DIRECTORY)
        try:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(self.timeout)
            self.sock.connect(f"/proc/self/fd/{folder}/{self.unix_path.name}")
        finally:
            os.close(folder)


class Answer:
    """The answer to one request."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def sentence(self):
        """What an error says: `detail`, or of a 422 the first message."""
        detail = self.json["detail"]
        return detail if isinstance(detail, str) else detail[0]["msg"]

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Daemon:
    """One dagd. It is not started by its constructor: write DAG files and dagd.yaml first."""

    def __init__(self, build, home, **environment):
        self.build, self.home = build, pathlib.Path(home)
        self.prefix = []  # a program that becomes dagd, and its words: prlimit, setpriv
        self.dags = self.home / "dags"
        self.socket = self.home / "run" / "dagd.sock"
        self.environment = environment
        self.process = None
        self.log = []  # lines of stderr, of all its lives
        self.dags.mkdir(parents=True, exist_ok=True)

    # ---- life ----

    def command(self):
        return [*self.prefix, self.build / "daemon" / "dagd", "--home", self.home]

    def spawn(self, stderr=subprocess.PIPE):
        """Starts it and waits for nothing. `stderr`: a descriptor of the caller's, who reads it then."""
        assert not self.process, "dagd runs already"
        environment = {"PATH": PATH, "HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        environment.update(self.environment)
        self.log_begin = len(self.log)
        self.process = subprocess.Popen(self.command(), env=environment, stdin=subprocess.DEVNULL, stderr=stderr,
                                        text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, args=(self.process.stderr or (),), daemon=True)
        self.reader.start()

    def _read(self, stream):
        for line in stream:
            self.log.append(line.rstrip("\n"))

    def start(self):
        """Starts it and waits until it says that it is ready."""
        self.spawn()
        wait_until(lambda: self.is_ready() or self.process.poll() is not None, "dagd is ready")
        assert self.is_ready(), f"dagd exited with {self.process.returncode}:\n" + "\n".join(self.log)
        return self

    def is_ready(self):
        return any(line.endswith(" ready") for line in self.log[self.log_begin:])

    def _end(self, signal_number):
        process, self.process = self.process, None
        process.send_signal(signal_number)
        code = process.wait(DEADLINE_S)
        # Workers hold stderr, too, so its end is not waited for.
        self.reader.join(0.2)
        return code

    def stop(self):
        """SIGTERM; it must end well. Running tasks go on."""
        code = self._end(signal.SIGTERM)
        assert code == 0, f"dagd exited with {code}:\n" + "\n".join(self.log[-50:])

    def kill(self):
        """SIGKILL, at once. Running tasks go on."""
        self._end(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def workers(self):
        """The pids of its workers, those that outlived it too."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                argv = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if len(argv) > 1 and argv[0] == b"dagd-worker" and argv[1] == os.fsencode(self.home / "state"):
                found.append(int(entry.name))
        return found

    def dispose(self):
        """Ends all that is left; a task dies with its worker."""
        if self.process:
            self._end(signal.SIGKILL)
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):  # an idle one ends by itself
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.workers(), "the workers are gone")

    # ---- speaking with it ----

    def request(self, method, path, body=None, headers=None, query=None):
        """`body`: what becomes JSON, or bytes as they are. `path` is sent as it stands, `query` is encoded."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if query:
            path += "?" + urllib.parse.urlencode(query, doseq=True)
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **query):
        """The JSON of a GET below /api/v2 that must succeed."""
        answer = self.request("GET", "/api/v2" + path, query=query)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path, body):
        answer = self.request("POST", "/api/v2" + path, body)
        assert answer.status in (200, 201), answer
        return answer.json

    def dagctl(self, *words, stdin=None):
        """The command line on this home, to its end: returncode, stdout, stderr."""
        environment = dict(os.environ, DAGD_HOME=str(self.home))
        return subprocess.run([self.build / "cli" / "dagctl", *map(str, words)], env=environment, input=stdin,
                              capture_output=True, text=True)

    # ---- DAGs and runs ----

    def write_dag(self, name, text):
        """Writes dags/NAME.yaml in one step, as an editor does, and waits for nothing."""
        file = self.dags / f"{name}.yaml"
        temporary = file.with_name(f".{name}.new")
        temporary.write_text(textwrap.dedent(text))
        temporary.rename(file)
        return file

    def version(self, dag_id):
        """The hash of the DAG's newest version, or None when there is no such DAG."""
        answer = self.request("GET", f"/api/v2/dags/{dag_id}")
        return answer.json["version"] if answer.status == 200 else None

    def load_dag(self, dag_id, text):
        """Writes dags/DAG_ID.yaml and waits until dagd has loaded it as another version than before."""
        before = self.version(dag_id)
        self.write_dag(dag_id, text)
        wait_until(lambda: self.version(dag_id) not in (None, before), f"DAG {dag_id} is loaded")

    def trigger(self, dag_id, conf=None, **body):
        """Begins a run and returns its id."""
        body = dict({"logical_date": None, "conf": conf or {}}, **body)
        return self.post(f"/dags/{dag_id}/dagRuns", body)["dag_run_id"]

    def run(self, dag_id, run_id):
        return self.get(f"/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id)}")

    def wait_run(self, dag_id, run_id, states=FINISHED, deadline_s=DEADLINE_S):
        """Waits until the run is in one of the states and returns its JSON."""
        return wait_until(lambda: (run := self.run(dag_id, run_id))["state"] in states and run,
                          f"run {run_id} is one of {states}", deadline_s)

    def tasks(self, dag_id, run_id):
        """The task instances of a run by task_id."""
        path = f"/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id)}/taskInstances"
        return {one["task_id"]: one for one in self.get(path, limit=10000)["task_instances"]}

    def wait_task(self, dag_id, run_id, task_id, states, deadline_s=DEADLINE_S):
        """Waits until the task is in one of the states and returns its JSON."""
        return wait_until(lambda: (task := self.tasks(dag_id, run_id)[task_id])["state"] in states and task,
                          f"task {task_id} is one of {states}", deadline_s)

    def task_log(self, dag_id, run_id, task_id, try_number=1):
        """The text of a try's log, as it lies in the folder."""
        file = self.home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task_id}"
        return (file / f"attempt={try_number}.log").read_text(errors="replace")
