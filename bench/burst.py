# SPDX-License-Identifier: MIT
"""Many runs at once: through the API, and because they are all due in the same minute."""
import selectors
import socket
import time

import peers
from daemon import Dagd, bash_task, dag, task_file
from figures import Figures, aim, row


def request_bytes(path, body):
    return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


class Asker:
    """One connection that asks again as soon as it is answered."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.answer = b""

    def ask(self, message):
        self.socket.sendall(message)
        self.answer = b""

    def is_answered(self):
        self.answer += self.socket.recv(65536)
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise SystemExit(f"the API refused: {self.answer.decode()}")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return len(body) >= int(value)
        raise SystemExit("an answer without a length")


def ask_all(path, messages, n_connections=16):
    """Sends all of them, each connection one after the other: seconds until the last answer."""
    left = iter(messages)
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for _, message in zip(range(n_connections), left):
            asker = Asker(path)
            selector.register(asker.socket, selectors.EVENT_READ, asker)
            asker.ask(message)
        while selector.get_map():
            for key, _ in selector.select():
                asker = key.data
                if not asker.is_answered():
                    continue
                message = next(left, None)
                if message:
                    asker.ask(message)
                else:
                    selector.unregister(asker.socket)
                    asker.socket.close()
    return time.monotonic() - began


def at_most_at_once(spans):
    """Of runs (start, end): how many there were at the same time."""
    changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def burst_round(home, n_runs, n_tasks, slots):
    """Of one dagd: seconds until all is done, seconds until all is accepted, runs at once, the
    share of the slots' time in which no attempt was running."""
    dagd = Dagd(home, {"burst": "\n".join(
        ["dag_id: burst", "schedule: null", "max_active_runs: 16", "max_active_tasks: 10000",
         "tasks:"] + [bash_task(f"t{i}", "/bin/true") for i in range(n_tasks)]) + "\n"}, slots)
    path = "/api/v2/dags/burst/dagRuns"
    began = time.time()
    accept_s = ask_all(dagd.socket_path, [request_bytes(path, "{}")] * n_runs)
    dagd.wait_rows("SELECT count(*) FROM run WHERE ended_at IS NOT NULL", n_runs)
    dagd.stop()
    runs = dagd.rows("SELECT started_at, ended_at, state FROM run")
    if {state for _, _, state in runs} != {2}:
        raise SystemExit("a run of the burst did not succeed")
    total_s = max(end for _, end, _ in runs) / 1e6 - began
    busy_s = sum(end - start for start, end in
                 dagd.rows("SELECT started_at, ended_at FROM attempt")) / 1e6
    return (total_s, accept_s, at_most_at_once([(start, end) for start, end, _ in runs]),
            1 - busy_s / (total_s * slots))


def burst1k(folder, rounds):
    n_runs, n_tasks, slots = 1000, 10, 2
    n = n_runs * n_tasks
    figures = Figures("burst1k: 1,000 runs of 10 times /bin/true, each asked for by one request on"
                      " one of 16 connections, max_active_runs 16; 2 slots")
    for i in range(rounds):
        total_s, accept_s, active, idle = burst_round(folder / f"burst1k.{i}", n_runs, n_tasks,
                                                      slots)
        figures.add("burst", s=total_s, accepted=n_runs / accept_s, active=active,
                    idle=idle * 100)
        fan = Dagd(folder / f"burst1k.fan.{i}", {"fan": dag("fan", ["/bin/true"] * n)}, slots)
        figures.add("one run of 10,000", s=fan.run("fan")[0])
        fan.stop()
        figures.add("xargs -P2 -n1", s=peers.xargs("/bin/true", n, slots)[0])
    row("", "seconds", "the burst takes times")
    row("burst", figures.span("burst", "s", 2))
    for who in ("one run of 10,000", "xargs -P2 -n1"):
        row(who, figures.span(who, "s", 2), figures.ratio("s", "burst", who))
    row("accepted runs a second", figures.span("burst", "accepted", 0))
    row("slots without task, %", figures.span("burst", "idle", 1))
    most = max(figures.samples["burst", "active"])
    row("runs at once, at most", most)
    ratio = figures.ratio_median("s", "burst", "one run of 10,000")
    aim(ratio <= 1.15, f"at most 1.15 times one run of 10,000 tasks: {ratio:.2f}")
    aim(most <= 16, f"never more than max_active_runs: {most}")


def herd10k(folder, rounds):
    n = 10000
    figures = Figures("herd10k: 10,000 DAGs of one task (/bin/true), all due in the same minute")
    dags = {f"herd{i}": task_file(f"herd{i}", ["/bin/true"], "* * * * *") for i in range(n)}
    for i in range(rounds):
        # The minute must not turn while the files are read.
        time.sleep(60 - time.time() % 60 if time.time() % 60 > 35 else 0)
        dagd = Dagd(folder / f"herd10k.{i}", dags, 32)
        due = (time.time() // 60 + 1) * 60
        if dagd.rows("SELECT count(*) FROM run")[0][0]:
            raise SystemExit("10,000 files were not read within a minute")
        time.sleep(due - time.time() - 0.01)
        durable_at = dagd.wait_rows("SELECT count(*) FROM run", n, 0.01)
        dagd.wait_rows("SELECT count(*) FROM run WHERE ended_at IS NOT NULL", n, 0.1)
        dagd.stop()
        starts = [start / 1e6 for start, in dagd.rows("SELECT started_at FROM attempt")]
        figures.add("dagd", durable=durable_at - due, first=(min(starts) - due) * 1e3,
                    last=max(starts) - due)
        figures.add("xargs -P32 -n1", last=peers.xargs("/bin/true", n, 32)[0])
    row("all runs durable, s", figures.span("dagd", "durable", 2))
    row("first task begins, ms", figures.span("dagd", "first", 1))
    row("last task begins, s", figures.span("dagd", "last", 2), "times xargs: "
        + figures.ratio("last", "dagd", "xargs -P32 -n1"))
    durable = figures.median("dagd", "durable")
    aim(durable <= 1, f"all runs durable at most 1 s after :00: {durable:.2f} s")
