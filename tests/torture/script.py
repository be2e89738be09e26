# SPDX-License-Identifier: MIT
"""A short piece of everyday life with everything in it: a run with retries, a mapped task, XComs, skips, a branch, a
failure that is cleared later, a pool; a run that is cancelled; one that the schedule begins. Each of its steps may
be done again, so whoever was interrupted begins at the first one; the end is always the same."""
import http.client
import textwrap
import time

from daemon import FINISHED

DEADLINE_S = 60
POOL = "narrow"

DAGS = {
    "flow": """
        schedule: null
        default_args: {{retry_delay: 0}}
        tasks:
          - {{task_id: begin, operator: bash, bash_command: "exec {probe}"}}
          - task_id: list
            operator: bash
            dependencies: begin
            bash_command: |
              echo '{{"return_value": [0, 99, 0]}}' >$DAGD_OUTPUT
              exec {probe}
          - task_id: each
            operator: bash
            dependencies: list
            expand: {{code: "{{{{ tasks.list.output }}}}"}}
            bash_command: exec {probe} --bytes 40 --exit {{{{ expand.code }}}}
          - {{task_id: flaky, operator: bash, retries: 1, dependencies: begin,
              bash_command: "exec {probe} --exit $((DAGD_TRY_NUMBER < 2))"}}
          - {{task_id: skips, operator: bash, dependencies: begin, bash_command: "exec {probe} --exit 99"}}
          - {{task_id: after_skip, operator: bash, dependencies: skips, bash_command: "exec {probe}"}}
          - {{task_id: fails, operator: bash, dependencies: begin, bash_command: "exec {probe} --bytes 3000 --exit 3"}}
          - {{task_id: below, operator: bash, dependencies: fails, bash_command: "exec {probe}"}}
          - {{task_id: choose, operator: branch, dependencies: flaky, follow: taken}}
          - {{task_id: taken, operator: bash, dependencies: choose, pool: narrow,
              bash_command: "exec {probe} --sleep 5"}}
          - {{task_id: left, operator: bash, dependencies: choose, bash_command: "exec {probe}"}}
          - {{task_id: narrow, operator: bash, dependencies: begin, pool: narrow,
              bash_command: "exec {probe} --sleep 5"}}
          - {{task_id: end, operator: bash, trigger_rule: all_done, bash_command: "exec {probe}",
              dependencies: [each, after_skip, taken, left, narrow]}}
    """,
    "held": """
        schedule: null
        tasks:
          - {{task_id: held, operator: bash, bash_command: "exec {probe} --bytes 16 --sleep 100000"}}
          - {{task_id: after, operator: bash, dependencies: held, bash_command: "exec {probe}"}}
    """,
    "once": """
        schedule: "@once"
        start_date: 2026-01-01
        tasks:
          - {{task_id: first, operator: bash, bash_command: "exec {probe} --bytes 100"}}
          - {{task_id: middle, operator: empty, dependencies: first}}
          - {{task_id: last, operator: bash, dependencies: middle, bash_command: "exec {probe}"}}
    """,
}
HEAD = """\
dag_id: {dag_id}
env: {{PROBE_JOURNAL: "{journal}"}}
"""
# (dag_id, task_id, map_index) -> (state, number of tries): how it ends, whatever happens meanwhile.
END = {
    ("flow", "begin", -1): ("success", 1),
    ("flow", "list", -1): ("success", 1),
    ("flow", "each", 0): ("success", 1),
    ("flow", "each", 1): ("skipped", 1),
    ("flow", "each", 2): ("success", 1),
    ("flow", "flaky", -1): ("success", 2),
    ("flow", "skips", -1): ("skipped", 1),
    ("flow", "after_skip", -1): ("skipped", 0),
    ("flow", "fails", -1): ("failed", 2),
    ("flow", "below", -1): ("upstream_failed", 0),
    ("flow", "choose", -1): ("success", 1),
    ("flow", "taken", -1): ("success", 1),
    ("flow", "left", -1): ("skipped", 0),
    ("flow", "narrow", -1): ("success", 1),
    ("flow", "end", -1): ("success", 1),
    ("held", "held", -1): ("failed", 1),
    ("held", "after", -1): ("skipped", 0),
    ("once", "first", -1): ("success", 1),
    ("once", "middle", -1): ("success", 0),
    ("once", "last", -1): ("success", 1),
}
RUN_ENDS = {"flow": "failed", "held": "failed", "once": "success"}
# Tasks that no process is started for, and one whose process is ended.
WITHOUT_PROBE = {"choose", "middle"}
CANCELLED = {"held"}


class Interrupted(Exception):
    """dagd does not answer any more."""


class Refused(Exception):
    """dagd answers that it cannot do it now."""


def prepare(daemon, probe, dags=None):
    """Writes the DAGs."""
    for dag_id, text in (dags or DAGS).items():
        values = {"dag_id": dag_id, "probe": probe, "journal": daemon.journal}
        daemon.write_dag(dag_id, HEAD.format(**values) + textwrap.dedent(text).format(**values))


class Script:
    """Plays it on a dagd. `accepted`: the (dag_id, run_id) of runs whose beginning was answered with 2xx."""

    def __init__(self, daemon):
        self.daemon, self.accepted = daemon, set()
        self.deadline = None

    def play(self):
        """To the end. Interrupted: dagd has ended meanwhile; Refused: it is not able to."""
        self.deadline = time.monotonic() + DEADLINE_S
        self._make_pool()
        for dag_id in DAGS:
            self._wait(lambda dag_id=dag_id: self._ask("GET", f"/dags/{dag_id}").status == 200, f"DAG {dag_id}")
        self._trigger("flow")
        self._trigger("held")
        self._cancel("held", "held")
        self._clear("flow", "fails")
        for dag_id in RUN_ENDS:
            self._wait(lambda dag_id=dag_id: self._has_ended(dag_id), f"the end of {dag_id}")

    # ---- asking ----

    def _ask(self, method, path, body=None, **query):
        try:
            answer = self.daemon.request(method, "/api/v2" + path, body, query=query)
        except (OSError, http.client.HTTPException) as error:
            raise Interrupted from error
        if answer.status in (503, 507):
            raise Refused(answer.sentence)
        return answer

    def _change(self, method, path, body):
        """409: it was done before, and the answer did not reach us."""
        answer = self._ask(method, path, body)
        if answer.status == 500 and "disk" in answer.sentence:
            raise Refused(answer.sentence)
        assert answer.status in (200, 201, 409), (method, path, answer)
        return answer

    def _wait(self, fact, what):
        while not (value := fact()):
            if self.daemon.process.poll() is not None:
                raise Interrupted
            assert time.monotonic() < self.deadline, f"{what}: not within {DEADLINE_S} s"
            time.sleep(0.02)
        return value

    def _runs(self, dag_id):
        answer = self._ask("GET", f"/dags/{dag_id}/dagRuns")
        assert answer.status == 200, answer
        return answer.json["dag_runs"]

    def _has_ended(self, dag_id):
        runs = self._runs(dag_id)
        return runs and all(run["state"] in FINISHED for run in runs)

    # ---- its steps ----

    def _make_pool(self):
        self._change("POST", "/pools", {"name": POOL, "slots": 1})

    def _trigger(self, dag_id):
        self._change("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "dag_run_id": "one"})
        self.accepted.add((dag_id, "one"))

    def _cancel(self, dag_id, task_id):
        """Once the probe of its task has begun, which it prints."""
        log = self.daemon.home / "logs" / f"dag_id={dag_id}" / "run_id=one" / f"task_id={task_id}" / "attempt=1.log"
        self._wait(lambda: log.exists() and log.stat().st_size > 0, f"{task_id} runs")
        if not self._has_ended(dag_id):
            self._change("PATCH", f"/dags/{dag_id}/dagRuns/one", {"state": "failed"})

    def _clear(self, dag_id, task_id):
        """Once its run has ended, and only once."""
        self._wait(lambda: self._has_ended(dag_id), f"the end of {dag_id}")
        task = self._ask("GET", f"/dags/{dag_id}/dagRuns/one/taskInstances/{task_id}").json
        if task["try_number"] == 1:
            body = {"dry_run": False, "only_failed": False, "task_ids": [task_id], "dag_run_id": "one"}
            self._change("POST", f"/dags/{dag_id}/clearTaskInstances", body)


def differences(books):
    """Sentences on what has not ended as it had to."""
    tries = {}
    for attempt in books.attempts.values():
        if attempt.state != "taken_back":
            key = attempt.run.dag_id, attempt.task_id, attempt.map_index
            tries[key] = tries.get(key, 0) + 1
    ends = {}
    for task in books.tasks.values():
        key = task.run.dag_id, task.task_id, task.map_index
        if key in ends:
            yield f"{task} is there twice"
        ends[key] = task.state, tries.get(key, 0)
    for key in sorted(END.keys() | ends.keys()):
        if END.get(key) != ends.get(key):
            yield f"{key} has ended as {ends.get(key)}, not as {END.get(key)}"
    runs = {run.dag_id: run.state for run in books.runs.values()}
    if runs != RUN_ENDS:
        yield f"the runs have ended as {runs}"
