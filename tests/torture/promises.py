# SPDX-License-Identifier: MIT
"""What was promised to the outside up to a step of a record, and must be found on the disk after a power cut there."""

class Promises:
    """Follows the steps after the disk has taken them.

    accepted   (dag_id, run_id) that were answered with 2xx
    ended      (dag_id, run_id) -> state that the API told
    stored     keys of variables that were answered with 2xx
    deleting, deleted   DAGs whose DELETE was sent, was answered
    started    attempts that a worker has claimed: they were committed before START was sent
    settled    attempts whose folder dagd has put away: their end was committed before it was acknowledged
    kept       attempts that ended while dagd is dead, their worker waits for the next one: the result is on the disk
    """

    def __init__(self):
        self.is_ready = self.is_away = False
        self.accepted, self.ended, self.stored, self.deleting, self.deleted = set(), {}, set(), set(), set()
        self.started, self.settled, self.kept = set(), set(), set()
        self.attempts = {}  # of a folder: its attempt, by its newest name
        self.ready_results = {}  # worker -> attempt

    def hear(self, step):
        heard = getattr(self, f"_{step.word}", None)
        if heard:
            heard(*step.fields)

    # ---- the client ----

    def _ready(self):
        self.is_ready = True

    def _accepted(self, dag_id, run_id):
        self.accepted.add((dag_id, run_id))

    def _ended(self, dag_id, run_id, state):
        self.ended[dag_id, run_id] = state

    def _stored(self, key):
        self.stored.add(key)

    def _deleting(self, dag_id):
        self.deleting.add(dag_id)
        self.accepted = {run for run in self.accepted if run[0] != dag_id}
        self.ended = {run: state for run, state in self.ended.items() if run[0] != dag_id}

    def _deleted(self, dag_id):
        self.deleted.add(dag_id)

    def _away(self):
        self.is_away = True

    def _back(self):
        self.is_away = False

    # ---- the folders of the attempts ----

    def _folder(self, _, __, name, inode):
        if name.isdigit():
            self.attempts[inode] = int(name)

    def _rename(self, pid, folder, old, new_folder, new, inode):
        if new.isdigit():
            self.attempts[inode] = int(new)
        elif new == f"{old}.gone":
            self.settled.add(int(old))
        elif new == "result" and self.is_away:
            self.ready_results[pid] = self.attempts[folder]

    def _link(self, _, folder, name, __):
        if name == "claim":
            self.started.add(self.attempts[folder])

    def _unlink(self, _, folder, name):
        # An attempt that is put away to be used again loses its claim first.
        if name == "claim" and folder in self.attempts:
            self.settled.add(self.attempts[folder])

    def _wait(self, pid):
        if self.is_away and pid in self.ready_results:
            self.kept.add(self.ready_results.pop(pid))
