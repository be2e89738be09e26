# SPDX-License-Identifier: MIT
"""One task and one worker: what is played while the worker is killed, or gets errors, at each of its system calls.
Meanwhile dagd lives on, or dies and comes back while the task runs, or after it has ended."""
import time

from script import DEADLINE_S, Script, prepare

RUN = ("errand", "one")
VALUE = [1, 2, 3]
DAG = """
    schedule: null
    default_args: {{retries: 3, retry_delay: 0}}
    tasks:
      - task_id: errand
        operator: bash
        bash_command: |
          echo '{{"return_value": [1, 2, 3]}}' >$DAGD_OUTPUT
          exec {probe} --bytes 5000 --sleep SLEEP
"""
# Whether dagd dies, and comes back: never, while the task runs, when its result lies there.
DAGD = ("lives on", "comes back while the task runs", "comes back when the result is there")
SLEEP_MS = {"lives on": 1, "comes back while the task runs": 150, "comes back when the result is there": 80}


def prepare_errand(daemon, probe, dagd):
    daemon.environment["DAGD__CORE__PARALLELISM"] = "1"
    prepare(daemon, probe, {"errand": DAG.replace("SLEEP", str(SLEEP_MS[dagd]))})


class Errand(Script):
    def __init__(self, daemon, dagd):
        super().__init__(daemon)
        self.dagd = dagd

    def play(self):
        self.deadline = time.monotonic() + DEADLINE_S
        self._wait(lambda: self._ask("GET", "/dags/errand").status == 200, "the DAG")
        self._trigger("errand")
        if self.dagd != "lives on":
            self._wait(self._has_begun, "the task has begun")
            self.daemon.kill()
            if self.dagd == "comes back when the result is there":
                self._wait_away(lambda: self._has_result() or self._has_no_claim() or not self.daemon.workers(),
                                "a result, or nobody who could have one")
            self.daemon.start()
        self._wait(lambda: self._has_ended("errand"), "the end of the run")

    def _has_begun(self):
        """Or there is nothing to be waited for any more: its worker is dead already."""
        return (self.daemon.journal.exists() and self.daemon.journal.stat().st_size > 0) or self._has_ended("errand")

    def _has_result(self):
        return any((self.daemon.home / "state" / "attempts").glob("*/result"))

    def _has_no_claim(self):
        """dagd has recorded the result before it died, and put its folder away."""
        return not any((self.daemon.home / "state" / "attempts").glob("*/claim"))

    def _wait_away(self, fact, what):
        """While there is no dagd."""
        while not fact():
            assert time.monotonic() < self.deadline, f"{what}: not within {DEADLINE_S} s"
            time.sleep(0.005)

    def differences(self):
        """Sentences on what is not as it must be in the end; dagd runs."""
        state = self._ask("GET", "/dags/errand/dagRuns/one").json["state"]
        if state != "success":
            yield f"the run has ended as {state}"
        entry = self._ask("GET", "/dags/errand/dagRuns/one/taskInstances/errand/xcomEntries/return_value").json
        if entry.get("value") not in (VALUE, str(VALUE)):
            yield f"its value is {entry}"
