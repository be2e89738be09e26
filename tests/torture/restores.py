#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Dumps of every kind are damaged in every way, and restores are killed, cut off and starved in the middle. The target
is complete and equal then, or the task has failed with a sentence that names the dump, and nothing of it is left; where
the damage can be known, the target is as it was. What no checksum of the dump covers, its SHA-256 tells. --count cases
are drawn, half of them damages."""
import contextlib
import functools
import os
import pathlib
import shutil
import tempfile
import traceback

from experiment import Experiment

import damages
import restore_faults
import servers  # of the system tests, which experiment has made known
import targets
from operator_run import operator_run

N_ROWS, N_LANES = 60, 2
REFUSED, FAILED, EQUAL, WRONG = "refused", "failed", "equal", "wrong"


class Stage:
    """The servers, the dumps, and how a restore is to end."""

    def __init__(self, folder, with_s3):
        self.folder = folder
        self.path = f"{targets.pg_bin()}:{damages.dumps.TOOLS}:/usr/local/bin:/usr/bin:/bin"
        os.environ["PATH"] = self.path
        kinds = ["pg", "mongo", *["s3"][:with_s3]]
        self.servers = {kind: servers.Server(kind, self._open_folder(kind)) for kind in kinds}
        self.dumps = [*damages.postgres(self.servers["pg"], self._open_folder("pg-dumps"), N_ROWS),
                      *damages.mongo(self.servers["mongo"], self._open_folder("mongo-dumps"), N_ROWS)]
        self.originals = {}
        for operator, kind in targets.TARGETS.items():
            kind.make_older(self.server(operator))
            self.originals[operator] = self.target(operator, "looked_at").state(damages.SOURCE)

    def _open_folder(self, name):
        # PostgreSQL's user must be able to reach it.
        path = self.folder / name
        path.mkdir(mode=0o755)
        return path

    def server(self, operator):
        return self.servers[{"pg_restore": "pg", "mongorestore": "mongo"}[operator]]

    def target(self, operator, name):
        return targets.TARGETS[operator](self.server(operator), name, damages.SOURCE)

    def stop(self):
        for server in self.servers.values():
            server.stop()


@contextlib.contextmanager
def stage(with_s3):
    with tempfile.TemporaryDirectory(prefix="dagd-restores-") as folder:
        os.chmod(folder, 0o755)
        with contextlib.ExitStack() as stack:
            one = Stage(pathlib.Path(folder), with_s3)
            stack.callback(one.stop)
            yield one


class Damaged:
    """One damaged dump, restored with and without its SHA-256."""

    def __init__(self, experiment, play, dump, name):
        self.build, self.play, self.name = experiment.build, play, name
        self.target = play.target(dump.operator, f"target{os.getpid()}")
        self.before = self.target.state()
        self.sha256 = dump.sha256()
        self.is_changed = True
        self.faults = []
        folder = pathlib.Path(tempfile.mkdtemp(prefix="damaged-", dir=play.folder))
        try:
            self.dump = dump.copy(folder)
            if name:
                self.is_changed = damages.spoil(self.dump, name, experiment.random)
            self.end = self.restore()
            # Only the SHA-256 can tell, and it does.
            if self.end in (FAILED, WRONG) and self.is_changed and not dump.is_wrong:
                self.target.prepare()
                end = self.restore(sha256=self.sha256)
                if end != REFUSED:
                    self.faults.append(f"with its SHA-256 it is {end}: {self.reason}")
        finally:
            shutil.rmtree(folder)

    def restore(self, **more):
        arguments = dict(self.target.arguments(), source=str(self.dump.path), password=self.target.password(),
                         **self.dump.more, **more)
        outcome = operator_run(self.build, self.dump.operator, arguments, {"PATH": self.play.path})
        self.reason = outcome.reason
        state = self.target.state()
        if outcome.status == 0:
            return EQUAL if state == self.play.originals[self.dump.operator] else WRONG
        if outcome.status != 1 or not self.reason.startswith("error: ") or str(self.dump.path) not in self.reason:
            self.faults.append(f"it ended with {outcome.status}: {self.reason}")
        return REFUSED if state == self.before else FAILED

    def verdict(self):
        """Faults."""
        part = damages.DAMAGES[self.name][0] if self.name else None
        if self.dump.is_wrong and self.end != REFUSED:
            yield f"it is no dump to be restored, and it is {self.end}: {self.reason}"
        elif not self.is_wrong_unseen(part) and self.end == WRONG:
            yield "it was restored wrong, and nobody says so"
        elif not self.name and not self.dump.is_wrong and self.end != EQUAL:
            yield f"it is sound, and it is {self.end}: {self.reason}"
        yield from self.faults

    def is_wrong_unseen(self, part):
        return part in self.dump.without_checksum


def play_damage(play, experiment, job):
    number, dump, name = job
    experiment.random.seed(f"{experiment.seed}/{number}")
    sentence = f"{dump.operator} of {dump.kind}: {name or 'as it is'}"
    try:
        one = Damaged(experiment, play, dump, name)
    except Exception:  # pylint: disable=broad-except
        experiment.judge(sentence, traceback.format_exc().splitlines()[-25:])
        return
    experiment.judge(f"{sentence}: {one.end}", one.verdict())


def cases(experiment, everything, n):
    """`n` of them, each as often as the others."""
    drawn = []
    while len(drawn) < n:
        drawn += experiment.random.sample(everything, min(len(everything), n - len(drawn)))
    return list(enumerate(drawn))


def damage(experiment, play, n):
    everything = [(dump, name) for dump in play.dumps for name in (None, *damages.DAMAGES)]
    jobs = [(number, *case) for number, case in cases(experiment, everything, n)]
    experiment.side_by_side(functools.partial(play_damage, play), jobs, N_LANES)


def main():
    experiment = Experiment(__doc__, count=1000)
    n_faults = experiment.count // 2
    with stage(with_s3=n_faults > 0) as play:
        damage(experiment, play, experiment.count - n_faults)
        restore_faults.torture(experiment, play, n_faults)
    experiment.end()


if __name__ == "__main__":
    main()
