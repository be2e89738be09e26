# SPDX-License-Identifier: MIT
"""A disk that does not give what it has: each read of the database fails in turn, and nothing is taken for missing."""
import itertools
import os
import signal

import pytest

from daemon import Daemon, wait_until

UNREAD = "the disk does not give what is in"
RUN = "/api/v2/dags/target/dagRuns/past"
TARGET = """
    tasks:
      - {task_id: one, operator: bash, bash_command: "echo '{\\"return_value\\": [1, 2]}' >$DAGD_OUTPUT"}
      - {task_id: many, operator: bash, dependencies: one, bash_command: "echo {{ expand.n }}",
         expand: {n: "{{ tasks.one.output }}"}}
"""


class Unread(Daemon):
    """A dagd one of whose reads can be made to fail."""

    def __init__(self, build, tmp_path):
        self.countdown = tmp_path / "countdown"
        options = [os.environ.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"]
        super().__init__(build, tmp_path / "home", LD_PRELOAD=str(build / "tests" / "system" / "unread.so"),
                         UNREAD=str(self.countdown), ASAN_OPTIONS=":".join(filter(None, options)))

    def each_read(self, deed):
        """The results of the deed with its first, second, ... read failing, until none fails."""
        for n_before in itertools.count():
            # With a change nothing of the database is in memory any more.
            assert self.request("PATCH", "/api/v2/variables/v", {"key": "v", "value": str(n_before)}).status == 200
            self.countdown.write_text(f"{n_before}\n")
            self.has_failed = True
            yield deed(n_before)
            self.disarm()
            if not self.has_failed:
                return

    def disarm(self):
        """No read fails any more."""
        if self.countdown.exists():
            self.countdown.unlink()
            self.has_failed = False


@pytest.fixture
def dagd(build, tmp_path):
    daemon = Unread(build, tmp_path)
    try:
        daemon.start()
        daemon.post("/variables", {"key": "v", "value": ""})
        daemon.load_dag("target", TARGET)
        daemon.trigger("target", dag_run_id="past", logical_date="2026-01-01T00:00:00Z")
        assert daemon.wait_run("target", "past")["state"] == "success"
        yield daemon
        daemon.stop()
    finally:
        daemon.dispose()


@pytest.mark.parametrize("path", [
    f"{RUN}", f"{RUN}/taskInstances", f"{RUN}/taskInstances/one", f"{RUN}/taskInstances/many",
    f"{RUN}/taskInstances/many/1", f"{RUN}/taskInstances/~/xcomEntries", f"{RUN}/taskInstances/one/xcomEntries",
    "/api/dagd/v1/dags/target/dagRuns/past/taskInstances/one/rendered",
    "/api/v2/dags/~/dagRuns/~/taskInstances", "/api/dagd/v1/dags/target/dagRuns/past/why",
    "/api/dagd/v1/dags/target/dagRuns/past/taskInstances/one/why"])
def test_what_is_not_read_is_answered_with_507(dagd, path):
    right = dagd.request("GET", path)
    answers = list(dagd.each_read(lambda n_before: dagd.request("GET", path)))
    assert len(answers) > 1
    for answer in answers:
        if answer.status == 507:
            assert UNREAD in answer.sentence
        else:
            assert (answer.status, answer.body) == (right.status, right.body)


def test_the_older_version_of_a_run_is_read_or_507_answered(dagd):
    path = f"{RUN}/taskInstances/many"
    right = dagd.request("GET", path)
    dagd.load_dag("target", "\n    tasks: [{task_id: other, operator: empty}]\n")
    answers = list(dagd.each_read(lambda n_before: dagd.request("GET", path)))
    assert {(right.status, right.sentence)} == {(one.status, one.sentence) for one in answers if one.status != 507}
    assert all(UNREAD in one.sentence for one in answers if one.status == 507)


def test_a_change_is_answered_as_it_is_or_with_507(dagd):
    path, body = f"{RUN}/taskInstances/one", {"new_state": "success"}
    right = dagd.request("PATCH", path, body)
    assert right.status == 200
    for answer in dagd.each_read(lambda n_before: dagd.request("PATCH", path, body)):
        assert answer.status == 507 or (answer.status, answer.body) == (200, right.body)


def end(dagd, number):
    """(state of the task "wants", what is told of it) of a run of its DAG, or why none begins."""
    body = {"logical_date": f"2026-01-01T00:00:{number:02}Z", "dag_run_id": f"now{number}", "conf": {"n": number}}
    begun = dagd.request("POST", "/api/v2/dags/wants/dagRuns", body)
    if begun.status == 507:
        return "refused", begun.sentence
    wait_until(lambda: any(f'run "now{number}" of DAG "wants"' in line for line in dagd.log), f"run {number} has ended")
    dagd.disarm()
    task = dagd.tasks("wants", f"now{number}")["wants"]
    return task["state"], str(task)


@pytest.mark.parametrize("right, text", [
    ("skipped", "operator: trigger_dag, trigger_dag_id: target, skip_when_already_exists: true, trigger_run_id: past"),
    ("skipped", "operator: trigger_dag, trigger_dag_id: target, skip_when_already_exists: true,"
                " logical_date: 2026-01-01T00:00:00Z"),
    ("success", "operator: wait.external_task, external_dag_id: target, timeout: 20s,"
                " execution_delta: '{{ dag_run.conf.n }}'"),
    ("success", "operator: wait.external_task, external_dag_id: target, external_task_id: one, timeout: 20s,"
                " soft_fail: true, execution_delta: '{{ dag_run.conf.n }}'")])
def test_a_task_that_looks_for_another_run_fails_when_it_is_not_read(dagd, right, text):
    dagd.load_dag("wants", f"\n    tasks: [{{task_id: wants, {text}}}]\n")
    ends = list(dagd.each_read(lambda number: end(dagd, number)))
    for state, said in ends:
        assert state == right or state in ("refused", "failed") and UNREAD in said, (state, said)
    assert {"failed", right} <= {state for state, _ in ends}
    assert len(dagd.get("/dags/target/dagRuns")["dag_runs"]) == 1


def begin_again(dagd):
    """It has ended since it cannot go on without what it wanted to read."""
    assert dagd.process.wait(60) == -signal.SIGABRT
    wait_until(lambda: UNREAD in "\n".join(dagd.log[dagd.log_begin:]), "it says why")
    dagd.process = None
    dagd.start()


def past_wanted(dagd, number):
    """Whether dagd has ended on the way to the end of a run that depends on the one before it."""
    body = {"logical_date": f"2026-01-01T00:00:{number:02}Z", "dag_run_id": f"now{number}"}
    try:
        if dagd.request("POST", "/api/v2/dags/wants/dagRuns", body).status == 507:
            return False
    except OSError:
        pass  # dagd has ended
    wait_until(lambda: dagd.process.poll() is not None
               or any(f'run "now{number}" of DAG "wants" s' in line for line in dagd.log), f"run {number} succeeds", 20)
    if dagd.process.poll() is None:
        return False
    begin_again(dagd)
    assert dagd.wait_run("wants", f"now{number}")["state"] == "success"
    return True


def test_a_run_never_waits_for_one_before_it_that_was_not_read(dagd):
    dagd.load_dag("wants", "\n    tasks: [{task_id: wants, operator: empty, depends_on_past: true}]\n")
    assert True in list(dagd.each_read(lambda number: past_wanted(dagd, number)))


def pool_set(dagd, number):
    """The status of the answer; None: dagd has ended in the place of one."""
    try:
        body = {"pool": "narrow", "slots": number + 1}
        return dagd.request("PATCH", "/api/v2/pools/narrow", body).status
    except OSError:
        begin_again(dagd)
        return None


def test_a_pool_that_is_set_but_not_read_again_ends_dagd_which_then_knows_it(dagd):
    dagd.post("/pools", {"name": "narrow", "slots": 100})
    statuses = []
    for status in dagd.each_read(lambda number: pool_set(dagd, number)):
        statuses.append(status)
        if status != 507:
            assert dagd.get("/pools/narrow")["slots"] == len(statuses)
    assert None in statuses and set(statuses) <= {None, 200, 507}
