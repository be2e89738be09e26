# SPDX-License-Identifier: MIT
"""Work for a dagd that is being tortured: DAGs of probes, short and long, mapped, retried, limited, and people who
begin runs of them at random and read."""
import http.client
import textwrap
import threading
import time

from checker import Limits, check, most_at_once
from experiment import unsound_lines
from journal import Journal

PARALLELISM = 200
POOL, POOL_SLOTS = "narrow", 6

# {probe} and {journal} are paths.
DAGS = {
    "chain": """
        max_active_runs: 40
        tasks:
          - {{task_id: first, operator: bash, bash_command: "exec {probe} --bytes 300"}}
          - {{task_id: second, operator: bash, dependencies: first,
              bash_command: "exec {probe} --bytes 5000 --sleep 40"}}
          - {{task_id: third, operator: bash, dependencies: second, bash_command: "exec {probe} --sleep 5"}}
    """,
    "mapped": """
        max_active_runs: 6
        max_active_tasks: 40
        tasks:
          - task_id: each
            operator: bash
            bash_command: "exec {probe} --bytes {{{{ expand.size }}}} --sleep 150"
            max_active_tis_per_dag: 9
            expand: {{size: [10, 20, 40, 80, 160, 320, 640, 1280]}}
          - {{task_id: all, operator: bash, dependencies: each, bash_command: "exec {probe}"}}
    """,
    "flaky": """
        max_active_runs: 10
        default_args: {{retries: 3, retry_delay: 0s}}
        tasks:
          - {{task_id: third_time, operator: bash, bash_command: "exec {probe} --exit $((DAGD_TRY_NUMBER < 3))"}}
          - {{task_id: never, operator: bash, bash_command: "exec {probe} --bytes 100 --exit 7", retry_delay: 1s}}
          - {{task_id: skipped, operator: bash, bash_command: "exec {probe} --exit 99"}}
          - {{task_id: hopeless, operator: bash, bash_command: "exec {probe} --exit 78"}}
          - {{task_id: after, operator: bash, dependencies: [third_time, skipped], bash_command: "exec {probe}"}}
          - {{task_id: last, operator: bash, dependencies: [never, after], trigger_rule: all_done,
              bash_command: "exec {probe} --bytes 64"}}
    """,
    "narrow": """
        max_active_runs: 3
        tasks:
          - {{task_id: one, operator: bash, pool: narrow, bash_command: "exec {probe} --sleep 60"}}
          - {{task_id: two, operator: bash, pool: narrow, pool_slots: 2, bash_command: "exec {probe} --sleep 90"}}
          - {{task_id: three, operator: bash, pool: narrow, dependencies: [one, two], bash_command: "exec {probe}"}}
    """,
    "long": """
        max_active_runs: 20
        max_active_tasks: 150
        tasks:
          - task_id: long
            operator: bash
            bash_command: "exec {probe} --bytes 20000 --sleep {{{{ expand.ms }}}}"
            expand: {{ms: [1000, 1500, 2500, 4000, 5000, 6000, 7000, 8000, 9000, 10000]}}
    """,
}
HEAD = """\
dag_id: {dag_id}
schedule: null
env: {{PROBE_JOURNAL: "{journal}"}}
"""
# How often a run of each is begun, beside the others.
WEIGHTS = {"chain": 6, "mapped": 2, "flaky": 3, "narrow": 2, "long": 3}
RUNS_PER_S = 10
UNFINISHED_MAX = 60
REST_S = 120


def dag_text(dag_id, probe, journal):
    values = {"dag_id": dag_id, "probe": probe, "journal": journal}
    return HEAD.format(**values) + textwrap.dedent(DAGS[dag_id]).format(**values)


def limits():
    of = {name: lambda attempt, name=name: attempt.run.dag_id == name for name in DAGS}
    return Limits(runs={"chain": 40, "mapped": 6, "flaky": 10, "narrow": 3, "long": 20}, tasks={
        "workers": (PARALLELISM, lambda attempt: True),
        "long: max_active_tasks": (150, of["long"]),
        "mapped: max_active_tasks": (40, of["mapped"]),
        "mapped: max_active_tis_per_dag": (9, lambda attempt: of["mapped"](attempt) and attempt.task_id == "each"),
        "narrow: pool, by tasks of two slots": (3, lambda attempt: of["narrow"](attempt) and attempt.task_id == "two"),
        "narrow: pool": (POOL_SLOTS, of["narrow"]),
    })


def prepare(daemon, probe):
    """Writes the DAGs and settings and starts dagd with them."""
    daemon.environment["DAGD__CORE__PARALLELISM"] = str(PARALLELISM)
    daemon.environment["DAGD__CORE__DEFAULT_POOL_TASK_SLOT_COUNT"] = str(PARALLELISM)
    for dag_id in DAGS:
        daemon.write_dag(dag_id, dag_text(dag_id, probe, daemon.journal))
    daemon.start()
    assert all(map(daemon.version, DAGS)), "\n".join(daemon.log)
    daemon.post("/pools", {"name": POOL, "slots": POOL_SLOTS})


def is_leaving(answer):
    """It has had SIGTERM, and says so."""
    return answer.status == 503 and "shutting down" in answer.text


class People:
    """Begin runs at random and read, whether dagd is there or not. `accepted`: what was answered with 2xx; `faults`:
    answers that nobody should get."""

    def __init__(self, daemon, random, rate_per_s):
        self.daemon, self.random, self.rate_per_s = daemon, random, rate_per_s
        self.accepted, self.faults, self.n_cut_off = set(), [], 0
        self.n_unfinished = 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._begin_runs), threading.Thread(target=self._read)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _ask(self, method, path, body=None, **query):
        """The answer, or None where there is none: dagd is away, or died before it had answered."""
        try:
            return self.daemon.request(method, "/api/v2" + path, body, query=query)
        except (OSError, http.client.HTTPException):
            return None

    def _begin_runs(self):
        number = 0
        dag_ids, weights = list(WEIGHTS), list(WEIGHTS.values())
        while not self.is_over.wait(self.random.expovariate(self.rate_per_s)):
            if self.n_unfinished >= UNFINISHED_MAX:
                continue
            number += 1
            dag_id, run_id = self.random.choices(dag_ids, weights)[0], f"run{number}"
            answer = self._ask("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "dag_run_id": run_id})
            if not answer:
                self.n_cut_off += 1
            elif answer.status in (200, 201):
                self.accepted.add((dag_id, run_id))
            elif not is_leaving(answer):
                self.faults.append(f"a run of {dag_id} is answered with {answer}")

    def _read(self):
        while not self.is_over.wait(0.1):
            answer = self._ask("GET", "/dags/~/dagRuns", state=["queued", "running"], limit=1)
            if answer and answer.status == 200:
                self.n_unfinished = answer.json["total_entries"]
            elif answer and not is_leaving(answer):
                self.faults.append(f"a question is answered with {answer}")


def rest(daemon):
    """Waits until no run is under way, and returns what the API says of all: (dag_id, run_id) -> state."""
    end = time.monotonic() + REST_S
    while daemon.get("/dags/~/dagRuns", state=["queued", "running"], limit=1)["total_entries"]:
        if time.monotonic() > end:
            break  # the checker tells which
        time.sleep(0.1)
    told = {}
    while True:
        page = daemon.get("/dags/~/dagRuns", limit=100, offset=len(told), order_by="id")["dag_runs"]
        told.update({(run["dag_id"], run["dag_run_id"]): run["state"] for run in page})
        if not page:
            return told


def play(experiment, torture, **more):
    """In a home of its own people work with dagd while `torture(daemon)` does to it what it likes; it leaves it
    running, and returns what it has done. Then the laws are checked; `more` is for the checker. Returns the books, or
    None where it came to no end."""
    with experiment.home() as daemon:
        prepare(daemon, experiment.probe)
        with People(daemon, experiment.random, RUNS_PER_S) as people:
            done = torture(daemon)
        told = rest(daemon)
        daemon.stop()
        faults, books = check(daemon.home, daemon.journal, people.accepted, limits=limits(), told=told, **more)
        at_once = most_at_once([(life.started_us, life.ended_us) for life in Journal(daemon.journal).lives.values()
                                if life.ended_us is not None])
        experiment.judge(f"{done}; {len(books.runs)} runs, {len(books.attempts)} attempts, up to {at_once} at once",
                         faults + people.faults + unsound_lines(daemon.log))
        return books
