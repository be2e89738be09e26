# SPDX-License-Identifier: MIT
"""A life of dagd with a bit of everything that touches its files, recorded: bursts of runs with results, retries and
XComs, variables, a DAG that is deleted, checkpoints, clean stops, and tasks that end while dagd is dead."""
import pathlib
from concurrent import futures

import record
from experiment import Daemon, wait_until
from gate import Gate

BOOT = "00000000-0000-4000-8000-000000000000\n"
N_CLIENTS, N_HELD = 4, 3
CHAIN = """
    dag_id: chain
    max_active_runs: 8
    default_args: {on_lost: retry, retries: 20, retry_delay: 0s}
    tasks:
      - task_id: first
        operator: bash
        bash_command: |
          PROBE --bytes 100
          echo '{"return_value": 7}' >$DAGD_OUTPUT
      - {task_id: second, operator: bash, dependencies: first, bash_command: PROBE --exit $((DAGD_TRY_NUMBER == 1))}
      - {task_id: third, operator: bash, dependencies: second, bash_command: PROBE}
"""
HELD = """
    dag_id: held
    default_args: {on_lost: retry, retries: 20, retry_delay: 0s}
    tasks:
"""
GONE = """
    dag_id: gone
    default_args: {on_lost: retry, retries: 20, retry_delay: 0s}
    tasks: [{task_id: only, operator: bash, bash_command: echo}]
"""
WITHOUT_PROBE = {"only"}
HELD_TASK = '  - {task_id: waits%d, operator: bash, bash_command: "%s 2>/dev/null || :; PROBE --bytes 5000"}\n'


class Life:
    """`steps` is its record, once it was lived; `home` is what it left."""

    def __init__(self, build, folder, n_runs):
        self.folder, self.n_runs = pathlib.Path(folder), n_runs
        self.home, self.file = self.folder / "home", self.folder / "record"
        (self.home / "state").mkdir(parents=True, mode=0o700)
        (self.home / "journal").symlink_to(self.file)
        (self.folder / "boot_id").write_text(BOOT)
        self.witness = record.Witness(self.file)
        self.witness.tell("root", (self.home / "state").stat().st_ino)
        self.torture = build / "tests" / "torture"
        self.daemon = Daemon(build, self.home, LD_PRELOAD=str(self.torture / "recorder.so"), RECORD=str(self.file),
                             RECORD_FOLDER=str(self.home / "state"), RECORD_BOOT=str(self.folder / "boot_id"))
        self.gates = [Gate(self.folder, f"gate{i}") for i in range(N_HELD)]
        held = "".join(HELD_TASK % (i, gate.command) for i, gate in enumerate(self.gates))
        self._write_dag("chain", CHAIN)
        self._write_dag("gone", GONE)
        self._write_dag("held", HELD + "".join("    " + line for line in held.splitlines(True)))

    def _write_dag(self, name, text):
        self.daemon.write_dag(name, text.replace("PROBE", f"PROBE_JOURNAL=$HOME/journal {self.torture / 'probe'}"))

    def live(self):
        try:
            self._live()
        finally:
            self.daemon.dispose()
            self.witness.close()
            for gate in self.gates:
                gate.path.unlink()
        self.steps = record.read(self.file)

    def _live(self):
        self._start()
        self._store("early")
        self._burst()
        self._die_under_tasks()
        self._burst()
        self.daemon.stop()
        self._start()
        self._store("late")
        self._delete_dag()
        self._burst()
        self.daemon.stop()

    def _start(self):
        self.daemon.start()
        self.witness.tell("ready")

    def _store(self, key):
        answer = self.daemon.request("POST", "/api/v2/variables", {"key": key, "value": f"the value of {key}"})
        assert answer.status == 201, answer
        self.witness.tell("stored", key)

    # ---- runs ----

    def _trigger(self, dag_id):
        run_id = self.daemon.trigger(dag_id)
        self.witness.tell("accepted", dag_id, run_id)
        return run_id

    def _watch(self, dag_id, run_id):
        run = self.daemon.wait_run(dag_id, run_id)
        self.witness.tell("ended", dag_id, run_id, run["state"])

    def _burst(self):
        """A third of the runs, triggered by several clients at once, to their ends."""
        with futures.ThreadPoolExecutor(N_CLIENTS) as clients:
            for run_id in clients.map(self._trigger, ["chain"] * (self.n_runs // 3)):
                self._watch("chain", run_id)

    def _delete_dag(self):
        self._watch("gone", self._trigger("gone"))
        self.witness.tell("deleting", "gone")
        answer = self.daemon.request("DELETE", "/api/v2/dags/gone")
        assert answer.status == 200, answer
        self.witness.tell("deleted", "gone")

    # ---- while dagd is dead ----

    def _die_under_tasks(self):
        """Workers that know that dagd is dead keep their results by themselves."""
        run_id = self._trigger("held")
        for gate in self.gates:
            gate.entered()
        n_before = len(record.read(self.file))
        self.daemon.kill()
        # Idle ones end; a busy one learns it and waits anew.
        wait_until(lambda: set(self.daemon.workers()) <= self._waiting(n_before), "the workers know")
        self.witness.tell("away")
        n_before = len(record.read(self.file))
        for gate in self.gates:
            gate.open()
        wait_until(lambda: self._results_kept(n_before) == N_HELD, "the results are kept")
        self.witness.tell("back")
        self._start()
        self._watch("held", run_id)

    def _waiting(self, from_step):
        return {step.fields[0] for step in record.read(self.file)[from_step:] if step.word == "wait"}

    def _results_kept(self, from_step):
        """How many workers have made a result and gone to wait."""
        ready, waiting = set(), set()
        for step in record.read(self.file)[from_step:]:
            if step.word == "rename" and step.fields[4] == "result":
                ready.add(step.fields[0])
            elif step.word == "wait" and step.fields[0] in ready:
                waiting.add(step.fields[0])
        return len(waiting)
