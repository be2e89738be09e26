#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""folder.py --count SECONDS: for so long the DAG folder of a working dagd is made a mess of: files are saved right and
wrong, written slowly, moved, deleted, linked in circles and forbidden, ids stand twice, folders come and go, thousands
of files come at once. Meanwhile no half-written file is taken for a version, a DAG whose file is wrong goes on with its
last good version, and dagd answers and stays small; afterwards it knows just what lies there."""
import contextlib
import os
import pathlib
import stat
import threading
import time

import dag_texts
from chaos import Chaos
from experiment import Experiment, percentile, unsound_lines, wait_until

SETTLED_S = 60
ANSWER_P99_S, RSS_MAX_MB = 2.0, 200
FAULTS_MAX = 20
N_BULK, BULK_EVERY_S = 10_000, 60  # with less time, fewer
STEADY = "steady"


class Watcher(threading.Thread):
    """Asks dagd all the while what it knows; `faults` are sentences about what it must not know."""

    def __init__(self, daemon):
        super().__init__()
        self.daemon_asked, self.stopping = daemon, threading.Event()
        self.answered_s, self.faults, self.rss_mb, self.steady = [], [], 0, 0

    def run(self):
        while not self.stopping.is_set() and len(self.faults) < FAULTS_MAX:
            try:
                self._ask()
            except (OSError, AssertionError) as error:
                self.faults.append(f"dagd does not answer: {error}")
            self.stopping.wait(0.02)

    def _ask(self):
        begun = time.monotonic()
        answer = self.daemon_asked.request("GET", "/api/v2/version")
        self.answered_s.append(time.monotonic() - begun)
        assert answer.status == 200, answer
        for dag in self.daemon_asked.get("/dags", limit=60)["dags"]:
            if dag_texts.number_of(dag) is None:
                self.faults.append(f"a version of {dag['dag_id']} that is not whole was taken")
        self._ask_steady()
        self.rss_mb = max(self.rss_mb, rss_mb(self.daemon_asked.process.pid))

    def _ask_steady(self):
        """Its versions rise, and it is never gone, although its file is wrong half of the time."""
        dag = self.daemon_asked.get(f"/dags/{STEADY}")
        number = int(dag_texts.number_of(dag) or 0)
        if dag["is_stale"] or number < self.steady:
            self.faults.append(f"{STEADY} is {'gone' if dag['is_stale'] else 'older than before'}")
        self.steady = max(self.steady, number)


def rss_mb(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


class Steady(threading.Thread):
    """A file that is right and wrong in turns, saved and written in place in turns; nobody else touches it."""

    def __init__(self, chaos):
        super().__init__()
        self.chaos, self.path = chaos, chaos.dags / f"{STEADY}.yaml"
        self.save()

    def save(self):
        self.chaos.save(self.path, dag_texts.whole(STEADY, self.chaos.next_number()))

    def run(self):
        while not self.chaos.stopping.wait(0.03):
            self.path.write_text(dag_texts.wrong(STEADY, self.chaos.next_number()))
            self.chaos.stopping.wait(0.03)
            self.save()


# ---- what lies there ----

def files_of(folder, nest=()):
    """All DAG files of a folder, as dagd is to find them: links are followed, but not back up."""
    info = os.stat(folder)
    if (info.st_dev, info.st_ino) in nest:
        return
    for path in sorted(folder.iterdir()):
        if path.name[0] == ".":
            continue
        if path.is_dir():
            yield from files_of(path, (*nest, (info.st_dev, info.st_ino)))
        elif path.suffix == ".yaml":
            yield path


def content(path):
    """(dag_id, number) of a whole file that may be read, else None."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        info = path.stat()
        if stat.S_ISREG(info.st_mode) and info.st_mode & 0o400:
            return dag_texts.read(path.read_text())
    return None


def state_faults(daemon):
    """In what dagd's knowledge differs from the folder."""
    files = {str(path.relative_to(daemon.dags)): content(path) for path in files_of(daemon.dags)}
    dags = {dag["dag_id"]: dag for dag in daemon.get("/dags", limit=1000)["dags"]}
    errors = {one["filename"] for one in daemon.get("/importErrors", limit=1000)["import_errors"]}
    owners = {dag["relative_fileloc"]: dag_id for dag_id, dag in dags.items()}
    for file, what in files.items():
        if what and owners.get(file) == what[0]:
            if dag_texts.number_of(dags[what[0]]) != what[1]:
                yield f"{file} has version {what[1]} of {what[0]}, known is {dag_texts.number_of(dags[what[0]])}"
            if file in errors:
                yield f"{file} is right, and there is an import error"
        elif file not in errors:
            yield f"{file} is {'wrong' if not what else 'not what ' + what[0] + ' is made from'}, and nothing says so"
        if what and what[0] not in dags:
            yield f"{what[0]} of {file} is not known"
    for dag_id, dag in dags.items():
        if dag["relative_fileloc"] not in files:
            yield f"{dag_id} is known, and its file {dag['relative_fileloc']} is gone"
    for file in sorted(errors - files.keys()):
        yield f"there is an import error of {file}, which is gone"


def settled_faults(daemon):
    """Once dagd has come to rest; it is given some time for it."""
    deadline = time.monotonic() + SETTLED_S
    while (faults := list(state_faults(daemon))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return faults


# ---- the experiment ----

def bulk(dags, n):
    """Thousands come, and go."""
    folder = dags / "z"
    folder.mkdir()
    for i in range(n):
        (folder / f"z{i}.yaml").write_text(dag_texts.whole(f"z{i}", 1))
    for i in range(n):
        (folder / f"z{i}.yaml").unlink()
    folder.rmdir()


def make_a_mess(daemon, seconds, random):
    chaos, watcher = Chaos(daemon.dags, random), Watcher(daemon)
    steady = Steady(chaos)
    wait_until(lambda: daemon.version(STEADY), f"{STEADY} is known")
    end = time.monotonic() + seconds
    for one in (chaos, steady, watcher):
        one.start()
    while time.monotonic() < end and watcher.is_alive():
        bulk(daemon.dags, min(N_BULK, int(100 * seconds)))
        chaos.stopping.wait(min(BULK_EVERY_S, end - time.monotonic()))
    chaos.stop()
    steady.join()
    watcher.stopping.set()
    watcher.join()
    return chaos, watcher


def main():
    experiment = Experiment(__doc__, 10)
    with experiment.home() as daemon:
        if os.geteuid() == 0:  # who may read everything else
            command = daemon.command
            daemon.command = lambda: ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command()]
        chaos, watcher = make_a_mess(daemon.start(), experiment.count, experiment.random)
        p99_s = percentile(watcher.answered_s, 99)
        experiment.say(f"{chaos.n_acts} acts, {chaos.number} versions, {watcher.rss_mb:.0f} MB; answers: p99 "
                       f"{p99_s * 1000:.0f} ms, at most {max(watcher.answered_s) * 1000:.0f} ms")
        experiment.judge("meanwhile nothing half-written is taken, and the last good version stays", watcher.faults)
        experiment.judge("dagd answers", [f"p99 {p99_s:.2f} s"] if p99_s > ANSWER_P99_S else [])
        experiment.judge("dagd stays small", ["it does not"] if watcher.rss_mb > RSS_MAX_MB else [])
        experiment.judge("afterwards dagd knows what lies there", settled_faults(daemon))
        # Answered when it is stored, and with it all that came before.
        assert daemon.request("PATCH", f"/api/v2/dags/{STEADY}", {"is_paused": True}).status == 200
        daemon.restart()
        experiment.judge("and also after a restart", settled_faults(daemon) + unsound_lines(daemon.log))
    experiment.end()


if __name__ == "__main__":
    main()
