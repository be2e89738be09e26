# SPDX-License-Identifier: MIT
"""dagd gets no more descriptors: what it cannot do now it does once it gets some."""
import contextlib
import os
import pathlib
import resource
import signal

from daemon import Daemon, UnixConnection, wait_until
from test_daemon import HELLO, refused


def first_free_descriptor(pid):
    used = set(map(int, os.listdir(f"/proc/{pid}/fd")))
    return min(set(range(len(used) + 1)) - used)


def is_asleep(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S"


@contextlib.contextmanager
def no_descriptor_left(daemon):
    """All that dagd has open stays open; it gets nothing more."""
    pid = daemon.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    first_free, limit = first_free_descriptor(pid), None
    while first_free != limit:  # what it had open for a moment only is closed by now
        limit = first_free
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
        wait_until(lambda: is_asleep(pid), "dagd has nothing to do")
        first_free = first_free_descriptor(pid)
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def soft_limit(pid):
    return resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


class Client:
    """A connection that stays, and asks several times."""

    def __init__(self, daemon):
        self.connection = UnixConnection(daemon.socket, timeout_s=10)

    def ask(self):
        self.connection.request("GET", "/api/v2/version")

    def is_answered(self):
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200


def test_a_client_that_could_not_be_accepted_is_answered_as_soon_as_it_can_be(dagd):
    early, late = Client(dagd), Client(dagd)
    early.ask()
    assert early.is_answered()
    with no_descriptor_left(dagd):
        late.ask()
        for _ in range(2):  # the second of its turns began when the other client was there
            early.ask()
            assert early.is_answered()
    assert late.is_answered()


def test_a_dag_file_that_could_not_be_read_is_read_as_soon_as_it_can_be(dagd):
    with no_descriptor_left(dagd):
        dagd.write_dag("hello", HELLO)
        wait_until(lambda: any("hello.yaml: cannot be read: Too many open files" in line for line in dagd.log),
                   "the file is not read")
    wait_until(lambda: dagd.version("hello"), "the file is read")


def test_a_dag_folder_that_could_not_be_looked_at_leaves_its_dags_alone(dagd):
    dagd.load_dag("hello", HELLO)
    (dagd.home / "dagd.yaml").write_text("core: {parallelism: 3}\n")
    client = Client(dagd)
    client.ask()
    assert client.is_answered()
    with no_descriptor_left(dagd):
        dagd.process.send_signal(signal.SIGHUP)
        wait_until(lambda: any("the configuration is left as it was" in line for line in dagd.log), "it reloads")
        client.ask()
        assert client.is_answered()
    assert not any("is gone" in line for line in dagd.log)
    assert not dagd.get("/dags/hello")["is_stale"]


def test_what_a_task_has_left_is_taken_as_soon_as_its_worker_can_open_it(dagd):
    dagd.load_dag("poor", """
        dag_id: poor
        tasks:
          - task_id: makes
            operator: bash
            bash_command: |
              echo '{"return_value": 5}' >$DAGD_OUTPUT
              exec prlimit --pid $PPID --nofile=6:
    """)
    run_id = dagd.trigger("poor")
    worker = wait_until(lambda: next((pid for pid in dagd.workers() if soft_limit(pid) == 6), None), "a poor worker")
    wait_until(lambda: not children(worker), "its task has ended")
    hard = resource.prlimit(worker, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (hard, hard))
    assert dagd.wait_run("poor", run_id)["state"] == "success"
    path = f"/dags/poor/dagRuns/{run_id}/taskInstances/makes/xcomEntries/return_value"
    assert dagd.get(path)["value"] in (5, "5")


class Poor(Daemon):
    """May have so many descriptors."""

    n_descriptors = None

    def command(self):
        return ["prlimit", f"--nofile={self.n_descriptors}", *super().command()]


def test_with_too_few_descriptors_it_does_not_begin_and_says_what_to_do(build, tmp_path):
    one = Poor(build, tmp_path)
    one.n_descriptors = 63
    code, log = refused(one)
    assert code == 1
    assert len(log) == 1 and "at most 63 files may be open, dagd needs 64" in log[0] and "LimitNOFILE" in log[0]


def test_with_just_enough_descriptors_it_works(build, tmp_path):
    one = Poor(build, tmp_path)
    one.n_descriptors = 64
    try:
        one.start().load_dag("hello", HELLO)
        assert one.wait_run("hello", one.trigger("hello"))["state"] == "success"
        one.stop()
    finally:
        one.dispose()
