# SPDX-License-Identifier: MIT
"""The power is cut while dagd changes the format of an older dagd's database: at each step of it, twice, and each time
another part of what was not synced is lost (unsynced.py). Until the change is on the disk the database is as it was,
from then on the copy from before is there, too; a dagd that is started on what is left goes on with all that was
there."""
import pathlib
import shutil
import sqlite3

import record
from experiment import Daemon, unsound_lines
from images import FAULTS_MAX, Cuts, memory_folder, record_faults, write
from past import contents, format_of
from traced import Traced
from upgraded import database_faults, kept_faults, next_life

CUTS_A_STEP, STARTED_ONE_IN = 2, 40
BEFORE = 0  # the pid of who wrote what lay there before


def lying_there(state):
    """Steps by which all of it has come to the disk."""
    root = state.stat().st_ino
    yield record.Step("root", [root])
    for path in sorted(state.iterdir()):
        inode, data = path.stat().st_ino, path.read_bytes()
        yield record.Step("make", [BEFORE, root, path.name, inode])
        yield record.Step("write", [BEFORE, inode, 0, len(data)], data)
        yield record.Step("sync", [BEFORE, inode, 1])
        yield record.Step("synced", [BEFORE, inode, 1])
    yield record.Step("sync", [BEFORE, root, 1])
    yield record.Step("synced", [BEFORE, root, 1])


class Change:
    """A life that is recorded until dagd is ready. The first `n_before` of its `steps` are what lay there."""

    def __init__(self, build, folder, past, version, is_in_log):
        self.home, file = folder / "home", folder / "record"
        past.leave(self.home, version, is_in_log)
        state = self.home / "state"
        self.before = contents(state / "dagd.db", version)
        lay = list(lying_there(state))
        self.n_before = len(lay)
        self.daemon = Daemon(build, self.home, LD_PRELOAD=str(build / "tests" / "torture" / "recorder.so"),
                             RECORD=str(file), RECORD_FOLDER=str(state))
        witness = record.Witness(file)
        try:
            self.daemon.start()
            witness.tell("ready")
            self.daemon.stop()
        finally:
            self.daemon.dispose()
            witness.close()
        self.steps = lay + record.read(file)


def image_faults(image, folder, change, past, version):
    """Sentences on what is wrong with what lies there, before any dagd has touched it."""
    shutil.rmtree(folder, ignore_errors=True)
    write(image, folder)
    try:
        yield from _image_faults(image, folder, change, past, version)
    except (AssertionError, sqlite3.DatabaseError) as error:
        yield f"a database cannot be read: {error}"


def _image_faults(image, folder, change, past, version):
    database = folder / "dagd.db"
    yield from database_faults(folder, change.before, version, past.newest)
    yield from kept_faults(folder, change.before, version)
    if format_of(database) == past.newest:
        if not database.with_name(f"dagd.db.before-{past.newest}").exists():
            yield "the format is changed, and there is no copy from before"
    elif image.promises.is_ready:
        yield "dagd was ready, and the format is not changed"


def judge_restart(experiment, image, change, past, version):
    """The record has no symbolic links, by which dagd finds the rest of a copy that was broken off."""
    faults = []
    with experiment.home(Traced) as daemon:
        shutil.copytree(change.home / "dags", daemon.dags, dirs_exist_ok=True)
        write(image, daemon.home / "state")
        faults += next_life(daemon, change.before, version, past.newest)
        faults += unsound_lines(daemon.log)
        experiment.judge(f"from format {version}, a dagd goes on after a power cut", faults)


def judge_power_cuts(experiment, job):
    """`job`: (past, version, how many cuts); 0: some at each step."""
    past, version, count = job
    for is_in_log in (False, True):
        folder = pathlib.Path(memory_folder("dagd-change-"))
        change = Change(experiment.build, folder, past, version, is_in_log)
        faults = [*record_faults(change), *unsound_lines(change.daemon.log)]
        n = count or CUTS_A_STEP * (len(change.steps) - change.n_before)
        for number, until, cut, image in Cuts(change, experiment.seed, n, change.n_before).play(range(n)):
            faults += [f"image {number} ({cut}, before step {until}): {fault}"
                       for fault in image_faults(image, folder / "image", change, past, version)]
            if number % STARTED_ONE_IN == STARTED_ONE_IN // 2:
                judge_restart(experiment, image, change, past, version)
            if len(faults) > FAULTS_MAX:
                break
        place = "in the log" if is_in_log else "in the file"
        experiment.judge(f"from format {version}, {place}, {n} power cuts", faults)
        if faults:
            experiment.keep_folder(folder, change.daemon)
        else:
            shutil.rmtree(folder)
