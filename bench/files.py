# SPDX-License-Identifier: MIT
"""Many DAG files: to read them, to see that one of them changed, and to do nothing with them."""
import ctypes
import os
import pathlib
import struct
import time

import peers
from daemon import Dagd, dag, task_file
from figures import Figures, aim, percentile, row

IN_OPEN = 0x20


class Opens:
    """Counts how often files of a folder are opened."""

    def __init__(self, folder):
        libc = ctypes.CDLL(None)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        libc.inotify_add_watch(self.fd, os.fsencode(folder), IN_OPEN)

    def take(self):
        """The names opened since the last time."""
        opened = []
        try:
            while data := os.read(self.fd, 65536):
                while data:
                    size = struct.unpack_from("iIII", data)[3]
                    opened.append(data[16:16 + size].rstrip(b"\0").decode())
                    data = data[16 + size:]
        except BlockingIOError:
            return [name for name in opened if name]

    def close(self):
        os.close(self.fd)


def dags_30(n, schedule):
    """DAGs as people write them: 30 tasks, some 290 lines, 8 KB each."""
    commands = [f"/usr/local/bin/load --table table_{i} --day {{{{ ds }}}} --into warehouse"
                for i in range(30)]
    return {f"dag{i}": task_file(f"dag{i}", commands, schedule) for i in range(n)}


def edits_ms(dagd, n_edits):
    """Milliseconds from the rename of a changed file until the API shows it; and which files were
    opened."""
    folder = dagd.home / "dags"
    opens = Opens(folder)
    times, opened = [], []
    for i in range(n_edits):
        path = folder / f"dag{i * 7}.yaml"
        text = path.read_text().replace("description: ", f"description: edited {i} ", 1)
        new = folder / ".new"
        new.write_text(text)
        opens.take()
        began = time.monotonic()
        new.rename(path)
        while f"edited {i}" not in dagd.ask("GET", f"/api/v2/dags/dag{i * 7}")["description"]:
            pass
        times.append((time.monotonic() - began) * 1e3)
        opened += opens.take()
    opens.close()
    return times, opened


def load10k(folder, rounds):
    n = 10000
    dags = dags_30(n, "0 4 1 1 *")
    size = sum(map(len, dags.values()))
    figures = Figures(f"load10k: {n:,} files of 30 tasks, {size / 1e6:.0f} MB, in the page cache")
    for i in range(rounds):
        dagd = Dagd(folder / f"load10k.{i}", dags)
        figures.add("dagd", s=dagd.ready_s, rss=memory_kb(dagd.process.pid)[0] / 1024)
        dagd.stop()
        dagd.start()
        figures.add("dagd again", s=dagd.ready_s, rss=memory_kb(dagd.process.pid)[0] / 1024)
        if dagd.ask("GET", "/api/v2/dags?limit=1")["total_entries"] != n:
            raise SystemExit("not all DAGs are there")
        times, opened = edits_ms(dagd, 50)
        figures.add("edit", p50=percentile(times, 0.5), p99=percentile(times, 0.99),
                    opened=len(opened) / 50)
        dagd.stop()
        figures.add("libyaml events", s=peers.yaml_events(folder, dagd.home / "dags"))
        figures.add("PyYAML, C loader", s=peers.python_yaml(dagd.home / "dags", n // 10) * 10)
    row("", "seconds until ready", "times the events", "RSS MB")
    for who in ("dagd", "dagd again"):
        row(who, figures.span(who, "s", 2), figures.ratio("s", who, "libyaml events"),
            figures.span(who, "rss", 0))
    row("libyaml events", figures.span("libyaml events", "s", 2))
    row("PyYAML, C loader", figures.span("PyYAML, C loader", "s", 2),
        figures.ratio("s", "PyYAML, C loader", "libyaml events"))
    row("an edit in the API, ms", "p50 " + figures.span("edit", "p50", 2),
        "p99 " + figures.span("edit", "p99", 2))
    row("files opened an edit", figures.span("edit", "opened", 2))
    for who in ("dagd", "dagd again"):
        ratio = figures.ratio_median("s", who, "libyaml events")
        aim(ratio <= 2, f"{who}: at most 2 times libyaml's events: {ratio:.2f}")
    p50 = figures.median("edit", "p50")
    aim(p50 <= 10, f"an edit is seen within 10 ms: {p50:.2f} ms")


def status(folder, *names):
    values = {}
    for line in (folder / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in names:
            values[name] = int(value.split()[0])
    return values


def switches(pid):
    """How often the threads of a process have been given a processor."""
    return sum(sum(status(thread, "voluntary_ctxt_switches",
                          "nonvoluntary_ctxt_switches").values())
               for thread in pathlib.Path(f"/proc/{pid}/task").iterdir())


def memory_kb(pid):
    folder = pathlib.Path(f"/proc/{pid}")
    rss = status(folder, "VmRSS")["VmRSS"]
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return rss, int(line.split()[1])
    return rss, 0


def written_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


def watch(dagd, seconds):
    """Wakeups, CPU seconds and bytes written of dagd and its workers while nothing is due."""
    pids = [dagd.process.pid, *dagd.workers()]
    wakeups, cpu_s = sum(map(switches, pids)), dagd.cpu_s()
    written = sum(map(written_bytes, pids))
    time.sleep(seconds)
    return (sum(map(switches, pids)) - wakeups, dagd.cpu_s() - cpu_s,
            sum(map(written_bytes, pids)) - written)


def idle(folder, rounds):
    watched_s = 10
    Figures(f"idle: after one run of ten tasks and with nothing due, watched for {watched_s} s")
    dagd = Dagd(folder / "idle", {"idle": dag("idle", ["/bin/true"] * 10)})
    dagd.run("idle")
    # The workers that the ten tasks wanted are let go, and the log of the database is moved.
    while len(dagd.workers()) > 2:
        time.sleep(1)
    time.sleep(2)
    wakeups, cpu_s, _ = watch(dagd, watched_s)
    rss, pss = memory_kb(dagd.process.pid)
    worker_rss, worker_pss = memory_kb(dagd.workers()[0])
    dagd.stop()
    row("", "RSS MB", "PSS MB")
    row("dagd", f"{rss / 1024:.1f}", f"{pss / 1024:.1f}")
    row("one idle worker", f"{worker_rss / 1024:.1f}", f"{worker_pss / 1024:.1f}")
    row("wakeups a second", f"{wakeups / watched_s:.1f}")
    row("CPU seconds", f"{cpu_s:.2f}")
    aim(rss <= 16 * 1024, f"dagd has at most 16 MB: {rss / 1024:.1f} MB")
    aim(wakeups == 0, f"no wakeups: {wakeups} in {watched_s} s")


def idle10k(folder, rounds):
    watched_s, n = 60, 10000
    Figures(f"idle10k: {n:,} DAGs of 30 tasks, none of them due, watched for {watched_s} s")
    dagd = Dagd(folder / "idle10k", dags_30(n, "0 4 1 1 *"))
    empty = Dagd(folder / "idle10k.empty", {})
    time.sleep(5)
    wakeups, cpu_s, written = watch(dagd, watched_s)
    rss, _ = memory_kb(dagd.process.pid)
    rss_empty, _ = memory_kb(empty.process.pid)
    dagd.stop()
    dagd.start()
    time.sleep(2)
    rss_again, _ = memory_kb(dagd.process.pid)
    dagd.stop()
    empty.stop()
    row("RSS MB", f"{rss / 1024:.1f}")
    row("the same after a restart", f"{rss_again / 1024:.1f}")
    row("without DAGs", f"{rss_empty / 1024:.1f}")
    row("KB a DAG", f"{(rss - rss_empty) / n:.1f}")
    row("wakeups", wakeups)
    row("CPU seconds", f"{cpu_s:.2f}")
    row("bytes written", written)
    aim(rss <= 150 * 1024, f"at most 150 MB: {rss / 1024:.0f} MB")
    aim(cpu_s <= watched_s / 1000, f"at most 0.1 % of a processor: {cpu_s:.2f} s")
    aim(wakeups == 0, f"no wakeups: {wakeups} in {watched_s} s")
    aim(written == 0, f"nothing written: {written} bytes")
