# SPDX-License-Identifier: MIT
"""A restore under dagd goes through a proxy that holds it at any byte that it sends; there something happens to it."""
import contextlib
import functools
import os
import pathlib
import signal
import threading
import time
import traceback

import pytest

from checker import LEFT_OVER_S, environment, processes_left
from experiment import unsound_lines, wait_until

import s3_store  # of the system tests, which experiment has made known
from disk import disk_fill, small_disk
from tcp_proxy import CutAfter, Spoiler, StopAfter, TcpProxy

N_LANES = 2
DAG_ID = TASK_ID = "restore"
FORCED_AFTER_S = 1
TIMEOUT_S = 3
BUCKET = "dumps"
DISK = "72m"  # the operator leaves 64 MiB of it to others


class Gate(Spoiler):
    """All connections of a proxy together: what is sent to the server is held once after so many bytes."""

    def __init__(self, left):
        self.left, self.lock = left, threading.Lock()
        self.n_sent = 0
        self.reached, self.opened = threading.Event(), threading.Event()
        self.is_cut = False

    def to_server(self, data):
        with self.lock:
            is_first = self.n_sent <= self.left < self.n_sent + len(data)
            self.n_sent += len(data)
        if is_first and not self.opened.is_set():
            self.reached.set()
            self.opened.wait()
        return None if self.is_cut else data

    def to_client(self, data):
        return None if self.is_cut else data

    def open(self):
        self.opened.set()


def children(pid):
    with contextlib.suppress(OSError):
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class Restore:
    """A run of one task that restores, through a gate; `source`: what of, where not the file of the dump."""

    def __init__(self, play, daemon, dump, gate_at, source=None, timeout="1h", retries=1):
        self.play, self.daemon, self.dump = play, daemon, dump
        self.target = play.target(dump.operator, f"target{os.getpid()}")
        self.before = self.target.state()
        self.gate = Gate(gate_at)
        self.proxy = TcpProxy(int(self.target.arguments()["port"]), lambda number: self.gate)
        arguments = dict(self.target.arguments(self.proxy.port), source=str(source or dump.path), **dump.more)
        if source:
            arguments.update(endpoint_url=source.url, access_key_id=play.servers["s3"]["AWS_ACCESS_KEY_ID"],
                             region="us-east-1", path_style=True)
        self.arguments = arguments
        self.write_dag(timeout, retries)
        daemon.environment.update(PATH=f"{play.path}:/usr/sbin:/sbin", TMPDIR=str(daemon.tmp))
        daemon.start()
        secrets = {"PASSWORD": self.target.password(), "S3_SECRET": play.servers["s3"]["AWS_SECRET_ACCESS_KEY"]}
        for key, value in secrets.items():
            daemon.post("/variables", {"key": key, "value": value})
        self.run_id = daemon.trigger(DAG_ID)

    def write_dag(self, timeout, retries=1, load=False):
        lines = [f"    {key}: {value!r}" if isinstance(value, str) else f"    {key}: {str(value).lower()}"
                 for key, value in self.arguments.items()]
        if "endpoint_url" in self.arguments:
            lines.append("    secret_access_key: '{{ var.value.S3_SECRET }}'")
        write = self.daemon.load_dag if load else self.daemon.write_dag
        write(DAG_ID, "\n".join([
            f"dag_id: {DAG_ID}", "schedule: null", "tasks:", f"  - task_id: {TASK_ID}",
            f"    operator: {self.dump.operator}", f"    retries: {0 if timeout != '1h' else retries}",
            "    retry_delay: 0s", f"    execution_timeout: {timeout}", "    password: '{{ var.value.PASSWORD }}'",
            *lines]) + "\n")

    def tries(self, run_id=None):
        path = f"/dags/{DAG_ID}/dagRuns/{run_id or self.run_id}/taskInstances/{TASK_ID}/tries"
        return self.daemon.get(path)["task_instances"]

    def hold(self):
        """Until it is held, or has ended without ever coming so far. `operator`: its process."""
        wait_until(lambda: self.gate.reached.is_set() or self._has_ended(), "the restore is held")
        if not self.gate.reached.is_set():
            return False
        program = f"/{self.dump.operator}".encode()
        self.operator = next(pid for pid in processes_left(self.daemon.home) if environment(pid) and
                             pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].endswith(program)
                             and pid not in self._of_a_tool())
        self.worker = int(pathlib.Path(f"/proc/{self.operator}/stat").read_text().rsplit(")", 1)[1].split()[1])
        return True

    def _of_a_tool(self):
        """What operators have started."""
        left = list(processes_left(self.daemon.home))
        return {child for pid in left if not is_worker(pid) for child in children(pid)}

    def _has_ended(self):
        return self.daemon.run(DAG_ID, self.run_id)["state"] in ("success", "failed")

    def wait_operator(self):
        wait_until(lambda: not pathlib.Path(f"/proc/{self.operator}/exe").exists(), "the operator has ended")

    def victim(self):
        """pg_restore or mongorestore; the operator where it has not begun."""
        return next(iter(children(self.operator)), self.operator)

    def wait_try(self, number):
        """Until this try of the first run has ended."""
        return wait_until(lambda: next((one for one in self.tries() if one["try_number"] == number
                                        and one["state"] not in (None, "running", "queued", "scheduled")), None),
                          f"try {number} has ended")

    def set_slots(self, slots):
        """How many tries may run at once."""
        answer = self.daemon.request("PATCH", "/api/v2/pools/default_pool", {"slots": slots},
                                     query={"update_mask": "slots"})
        assert answer.status == 200, answer

    def leftovers(self):
        """What is not gone in time."""
        end = time.monotonic() + LEFT_OVER_S
        while left := self._left():
            if time.monotonic() > end:
                return left
            time.sleep(0.05)
        return []

    def _left(self):
        workers = set(self.daemon.workers())
        return [*(f"session {pid} is left in the server" for pid in self.target.sessions()),
                *(f"process {pid} is left" for pid in processes_left(self.daemon.home) if pid not in workers),
                *(f"{path} is left" for path in self.daemon.tmp.iterdir() if path.name != "filler")]

    def is_equal(self):
        return self.target.state() == self.play.originals[self.dump.operator]

    def is_untouched(self):
        return self.target.state() == self.before

    def close(self):
        self.gate.open()
        self.proxy.listener.close()


def is_worker(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"dagd-worker")
    return False


# ---- what happens: each says how the first try is to end, as (state, words of its reason) ----

def kill_tool(restore):
    pid = restore.victim()
    os.kill(pid, signal.SIGKILL)
    return "failed", "signal 9"


def kill_operator(restore):
    os.kill(restore.operator, signal.SIGKILL)
    return "failed", "signal 9"


def kill_worker(restore):
    os.kill(restore.worker, signal.SIGKILL)
    return "lost", "worker"


def kill_dagd(restore):
    restore.daemon.kill()
    restore.gate.open()
    restore.daemon.start()
    return "success", ""


def restart_dagd(restore):
    restore.daemon.restart()
    restore.gate.open()
    return "success", ""


def kill_dagd_and_worker(restore):
    restore.daemon.kill()
    os.kill(restore.worker, signal.SIGKILL)
    restore.wait_operator()
    restore.daemon.start()
    return "lost", "worker"


def terminate_session(restore):
    restore.target.terminate()
    return "failed", "connection"


def cut_connection(restore):
    """The next try waits for a slot until the connection is whole again."""
    restore.set_slots(0)
    restore.gate.is_cut = True
    restore.gate.open()
    wait = restore.wait_try(1)
    restore.gate.is_cut = False
    restore.set_slots(128)
    return wait["state"] if wait["state"] != "success" else "failed", "error: "


def cancel(restore):
    answer = restore.daemon.request("PATCH", f"/api/v2/dags/{DAG_ID}/dagRuns/{restore.run_id}", {"state": "failed"})
    assert answer.status == 200, answer
    restore.wait_operator()
    return "failed", ""


def time_out(restore):
    """The next try has as much time as it likes."""
    restore.wait_try(1)
    restore.write_dag("1h", load=True)
    return "failed", "execution_timeout"


def change_dump(restore):
    """Of what is being read, or is to be, the date."""
    for path in restore.dump.files():
        os.utime(path)
    return "failed", "was changed"


FAULTS = {"the tool is killed": kill_tool, "the operator is killed": kill_operator, "its worker is killed": kill_worker,
          "dagd is killed": kill_dagd, "dagd is restarted": restart_dagd,
          "dagd and its worker are killed": kill_dagd_and_worker,
          "the server ends its session": terminate_session, "the connection is cut": cut_connection,
          "the run is ended": cancel, "its time is over": time_out, "the dump is changed": change_dump}
POSTGRES_ONLY = ("the server ends its session",)
# A try after it is made by hand: the run is over.
ENDS_RUN = ("its worker is killed", "dagd and its worker are killed", "the run is ended", "its time is over")


def end_faults(one, wanted):
    state, words = wanted
    reason = one["reason"] or ""
    if one["state"] != state or words not in reason or (state != "success" and not reason):
        yield f"the try that was to be {state} ({words}) is {one['state']}: {reason}"


def play_one(experiment, play, daemon, dump, name):
    """Faults."""
    gate_at = experiment.random.randrange(1, play.n_sent[dump.operator])
    is_timed = name == "its time is over"
    restore = Restore(play, daemon, dump, gate_at, timeout=f"{TIMEOUT_S}s" if is_timed else "1h")
    try:
        # Its time may be over before it comes so far.
        if not restore.hold() and not is_timed:
            return ["it was never held"]
        wanted = FAULTS[name](restore)
        restore.gate.open()
        one = restore.wait_try(1)
        faults = [*end_faults(one, wanted), *again_faults(restore, name, wanted)]
        return faults + restore.leftovers()
    finally:
        restore.close()


def again_faults(restore, name, wanted):
    """The next try restores all, and nothing twice."""
    if name in ENDS_RUN:
        restore.daemon.wait_run(DAG_ID, restore.run_id)
        if len(restore.tries()) != 1:
            yield f"there were {len(restore.tries())} tries"
        yield from restore.leftovers()
        restore.run_id = restore.daemon.trigger(DAG_ID)
    run = restore.daemon.wait_run(DAG_ID, restore.run_id)
    n_tries = 1 if name in ENDS_RUN or wanted[0] == "success" else 2
    tries = restore.tries()
    if run["state"] != "success" or (name and len(tries) != n_tries):
        yield f"in the end it is {run['state']} after {len(tries)} tries: {[one['reason'] for one in tries]}"
    if not restore.is_equal():
        yield "what is restored in the end is not equal"


# ---- S3 and the disk ----

class Source:
    """The dump as an object of S3, behind a proxy."""

    def __init__(self, play, dump, spoilers):
        self.key = f"{os.getpid()}-{dump.path.name}"
        client = s3_store.client(play.servers["s3"])
        with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key=self.key, Body=dump.path.read_bytes())
        self.proxy = TcpProxy(int(play.servers["s3"]["S3_PORT"]), spoilers)
        self.url = self.proxy.url
        self.size = dump.path.stat().st_size

    def __str__(self):
        return f"s3://{BUCKET}/{self.key}"


def s3_is_cut(experiment, play, daemon, dump):
    """Twice, somewhere; it goes on from there."""
    cuts = [experiment.random.randrange(200, dump.path.stat().st_size) for _ in range(2)]
    source = Source(play, dump, lambda number: CutAfter(cuts[number]) if number < len(cuts) else Spoiler())
    restore = Restore(play, daemon, dump, 1 << 60, source=source)
    try:
        run = daemon.wait_run(DAG_ID, restore.run_id)
        faults = [] if run["state"] == "success" and restore.is_equal() else [
            f"it is {run['state']}: {restore.tries()[-1]['reason']}"]
        return faults + restore.leftovers()
    finally:
        restore.close()
        source.proxy.listener.close()


def disk_is_full(experiment, play, daemon, dump):
    """While the dump comes; there is room again for the next try."""
    held = threading.Event()
    # The first connection asks for the object's size and gets its bytes.
    source = Source(play, dump, lambda number: StopAfter(2000, held) if number == 0 else Spoiler())
    with small_disk(daemon.tmp, DISK):
        restore = Restore(play, daemon, dump, 1 << 60, source=source)
        try:
            wait_until(held.is_set, "the dump is coming")
            filler = disk_fill(daemon.tmp)
            # The next try waits for a slot until there is room.
            restore.set_slots(0)
            source.proxy.cut()
            one = restore.wait_try(1)
            faults = [*end_faults(one, ("failed", "No space left on device")), *restore.leftovers(),
                      *["the target is not as it was"][restore.is_untouched():]]
            filler.unlink()
            restore.set_slots(128)
            run = daemon.wait_run(DAG_ID, restore.run_id)
            if run["state"] != "success" or not restore.is_equal():
                faults.append(f"in the end it is {run['state']}: {[one['reason'] for one in restore.tries()]}")
            return faults + restore.leftovers()
        finally:
            restore.close()
            source.proxy.listener.close()


SOURCES = {"S3 is cut": s3_is_cut, "its disk is full": disk_is_full}


# ---- all of it ----

def secrets_told(play, daemon):
    secrets = [play.servers["pg"]["PGPASSWORD"], play.servers["mongo"]["MONGODB_PASS"],
               play.servers["s3"]["AWS_SECRET_ACCESS_KEY"]]
    for path in daemon.home.glob("logs/**/*.log"):
        text = path.read_text(errors="replace")
        yield from (f"a secret is in {path}" for secret in secrets if secret in text)


def play_fault(play, experiment, job):
    number, dump, name = job
    experiment.random.seed(f"{experiment.seed}/fault/{number}")
    sentence = f"{dump.operator} of {dump.kind}: {name}"
    with experiment.home() as daemon:
        daemon.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = f"{FORCED_AFTER_S}s"
        daemon.tmp = daemon.home.parent / "tmp"
        daemon.tmp.mkdir()
        try:
            faults = SOURCES[name](experiment, play, daemon, dump) if name in SOURCES else \
                play_one(experiment, play, daemon, dump, name)
            faults += [*secrets_told(play, daemon), *unsound_lines(daemon.log)]
            if daemon.process:
                daemon.stop()
        except pytest.skip.Exception as reason:
            experiment.say(f"{sentence}: {reason}")
            return
        except Exception:  # pylint: disable=broad-except
            faults = traceback.format_exc().splitlines()[-25:]
        experiment.judge(sentence, faults)


def measure(experiment, play):
    """How many bytes a restore sends."""
    play.n_sent = {}
    for operator, dump in sound(play.dumps).items():
        with experiment.home() as daemon:
            daemon.tmp = daemon.home.parent / "tmp"
            daemon.tmp.mkdir()
            restore = Restore(play, daemon, dump[0], 1 << 60)
            run = daemon.wait_run(DAG_ID, restore.run_id)
            faults = [] if run["state"] == "success" and restore.is_equal() else [str(restore.tries())]
            experiment.judge(f"{operator} restores all through a proxy", faults + restore.leftovers())
            play.n_sent[operator] = restore.gate.n_sent
            restore.close()
            daemon.stop()


def sound(dumps):
    made = {}
    for dump in dumps:
        if not dump.is_wrong:
            made.setdefault(dump.operator, []).append(dump)
    return made


def torture(experiment, play, n):
    if not n:
        return
    measure(experiment, play)
    everything = [(dump, name) for dumps in sound(play.dumps).values() for dump in dumps for name in (*FAULTS, *SOURCES)
                  if (name not in POSTGRES_ONLY or dump.operator == "pg_restore")
                  and (name not in SOURCES or dump.path.is_file())]
    names = sorted({name for _, name in everything})
    # Each fault as often as the others, of a dump of any kind.
    jobs = [(number, experiment.random.choice([one for one in everything if one[1] == names[number % len(names)]]))
            for number in range(n)]
    experiment.side_by_side(functools.partial(play_fault, play), [(number, *one) for number, one in jobs], N_LANES)
    server_stops(experiment, play, max(1, n // 50))


def server_stops(experiment, play, n):
    """One after the other, for all restores would notice."""
    for number in range(n):
        dump = experiment.random.choice(sound(play.dumps)[("pg_restore", "mongorestore")[number % 2]])
        with experiment.home() as daemon:
            daemon.tmp = daemon.home.parent / "tmp"
            daemon.tmp.mkdir()
            # While it is away, tries fail.
            restore = Restore(play, daemon, dump, experiment.random.randrange(1, play.n_sent[dump.operator]),
                              retries=1000)
            server = play.server(dump.operator)
            faults = [] if restore.hold() else ["it was never held"]
            port = int(restore.target.arguments()["port"])
            server.stop()
            server.start(port)
            restore.gate.open()
            one = restore.wait_try(1)
            # mongorestore may find the server again.
            wanted = ("success", "") if one["state"] == "success" and dump.operator == "mongorestore" else \
                ("failed", "error: ")
            faults += [*end_faults(one, wanted), *again_faults(restore, None, wanted)]
            experiment.judge(f"{dump.operator} of {dump.kind}: the server is stopped and started again",
                             [*faults, *restore.leftovers(), *unsound_lines(daemon.log)])
            restore.close()
            daemon.stop()
