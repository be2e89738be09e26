# SPDX-License-Identifier: MIT
"""While tasks run: a restart of dagd, a task that prints without end, a thousand at once."""
import os
import signal
import subprocess
import time

import peers
from burst import ask_all, request_bytes
from daemon import Dagd, Gate, dag
from figures import Figures, aim, percentile, row
from files import memory_kb
from pulse import Pulse


def trigger(dagd, dag_id, n=1):
    ask_all(dagd.socket_path, [request_bytes(f"/api/v2/dags/{dag_id}/dagRuns", "{}")] * n)


def running_wait(dagd, n):
    """Until so many attempts are claimed by their workers."""
    attempts = dagd.home / "state" / "attempts"
    while sum(1 for folder in attempts.iterdir() if (folder / "claim").exists()) < n:
        time.sleep(0.01)


def runs_dag(dag_id, commands, is_chain=False):
    """Of which as many runs run at once as there are."""
    text = dag(dag_id, commands, is_chain)
    return text.replace("schedule: null", "schedule: null\nmax_active_runs: 10000")


def restart_ms(dagd, gate, dag_id, signal_number):
    """dagd ends while a task runs, which ends meanwhile: from the start of the next dagd to that
    of the task behind it."""
    dagd.connection.close()
    dagd.process.send_signal(signal_number)
    dagd.process.wait()
    (attempt,), = dagd.rows("SELECT attempt.id FROM attempt JOIN run ON run.id = attempt.run"
                            f" WHERE dag_id = '{dag_id}'")
    gate.open()
    while not (dagd.home / "state" / "attempts" / str(attempt) / "result").exists():
        time.sleep(0.001)
    began = time.time()
    dagd.start()
    behind = ("FROM attempt JOIN run ON run.id = attempt.run"
              f" WHERE dag_id = '{dag_id}' AND task_id = 't1' AND attempt.ended_at IS NOT NULL")
    dagd.wait_rows(f"SELECT count(*) {behind}", 1, 0.01)
    (started_at,), = dagd.rows(f"SELECT attempt.started_at {behind}")
    return (started_at / 1e6 - began) * 1e3


def restart_round(home, n_running, n_finished):
    home.mkdir()
    sleep, ends = Gate(home / "sleep"), {name: Gate(home / name) for name in ("kill", "term")}
    dags = {"finished": runs_dag("finished", ["/bin/true"]).replace(
                "operator: bash, bash_command: \"/bin/true\"", "operator: empty"),
            "sleep": runs_dag("sleep", [sleep.command])}
    dags |= {name: dag(name, [gate.command, "/bin/true"], True) for name, gate in ends.items()}
    dagd = Dagd(home / "home", dags, 128)
    trigger(dagd, "finished", n_finished)
    ended = "SELECT count(*) FROM run WHERE ended_at IS NOT NULL"
    dagd.wait_rows(ended, n_finished)
    trigger(dagd, "sleep", n_running)
    for name in ends:
        trigger(dagd, name)
    running_wait(dagd, n_running + len(ends))
    kill_ms = restart_ms(dagd, ends["kill"], "kill", signal.SIGKILL)
    term_ms = restart_ms(dagd, ends["term"], "term", signal.SIGTERM)
    sleep.open()
    dagd.wait_rows(ended, n_finished + n_running + len(ends))
    dagd.stop()
    if dagd.rows("SELECT count(*) FROM run WHERE state <> 2")[0][0]:
        raise SystemExit("a run did not survive the restarts")
    return kill_ms, term_ms


def restart(folder, rounds):
    n_running, n_finished = 100, 10000
    figures = Figures(f"restart: with {n_running} runs that go on and {n_finished:,} that have"
                      " ended, until the next task begins")
    for i in range(rounds):
        kill_ms, term_ms = restart_round(folder / f"restart.{i}", n_running, n_finished)
        figures.add("dagd", kill=kill_ms, term=term_ms)
    for title, name in (("after SIGKILL", "kill"), ("after SIGTERM", "term")):
        row(f"{title}, ms", figures.span("dagd", name, 1))
        ms = figures.median("dagd", name)
        aim(ms <= 100, f"{title} the next task begins within 100 ms: {ms:.1f} ms")


def followed(dagd, dag_id):
    """Runs it while a client reads its log: how long each answer took meanwhile."""
    run = dagd.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", {})["dag_run_id"]
    argv = [dagd.build / "cli" / "dagctl", "--home", dagd.home, "tasks", "logs", dag_id, run, "t0",
            "--follow"]
    pulse = Pulse(dagd)
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    return pulse.stop()


def flood(folder, rounds):
    n_bytes = 1 << 29
    line = "2026-01-01 00:00:00 the quick brown fox jumps over the lazy dog, and does so again"
    command = f"yes '{line}' | head -c {n_bytes}"
    dags = {"flood": dag("flood", [command]),
            "followed": dag("followed", [f"yes '{line}' | head -c {n_bytes // 4}"])}
    figures = Figures(f"flood: one task prints {n_bytes / 1e6:.0f} MB in lines of {len(line) + 1}"
                      " bytes as fast as it can")
    peer = f"{command} | cat > file"
    for i in range(rounds):
        dagd = Dagd(folder / f"flood.{i}", dags)
        pulse = Pulse(dagd)
        dagd.run("flood")
        figures.add("dagd", p99=percentile(pulse.stop(), 0.99) * 1e3)
        pulse = Pulse(dagd)
        wall_s, cpu_s = peers.bash(f"{command} | cat > {folder}/flood.{i}/peer")
        figures.add(peer, p99=percentile(pulse.stop(), 0.99) * 1e3, rate=n_bytes / 1e6 / wall_s,
                    cpu=cpu_s)
        pulse = Pulse(dagd)
        time.sleep(1)
        figures.add("idle", p99=percentile(pulse.stop(), 0.99) * 1e3)
        figures.add("follow", p99=percentile(followed(dagd, "followed"), 0.99) * 1e3)
        dagd.stop()
        (us,), *_ = dagd.rows("SELECT ended_at - started_at FROM attempt ORDER BY id")
        figures.add("dagd", rate=n_bytes / us)
        for path in (folder / f"flood.{i}").rglob("*"):
            if path.is_file() and path.stat().st_size >= n_bytes:
                os.truncate(path, 0)
    row("", "MB a second", "API p99, ms", "of its rate")
    row("dagd", figures.span("dagd", "rate", 0), figures.span("dagd", "p99", 2),
        figures.ratio("rate", "dagd", peer))
    row(peer[-12:], figures.span(peer, "rate", 0), figures.span(peer, "p99", 2))
    row("nothing runs", "", figures.span("idle", "p99", 2))
    row("dagd, the log is followed", "", figures.span("follow", "p99", 2))
    p99 = max(figures.median("dagd", "p99"), figures.median("follow", "p99"))
    aim(p99 <= 20, f"99 of 100 answers within 20 ms meanwhile: {p99:.2f} ms")
    ratio = figures.ratio_median("rate", "dagd", peer)
    aim(ratio >= 0.8, f"a log at 0.8 times the rate of | cat: {ratio:.2f}")


def memtask(folder, rounds):
    n_runs, n_tasks = 10, 100
    n = n_runs * n_tasks
    figures = Figures(f"memtask: {n:,} tasks that run at once, {n_tasks} of each of {n_runs} runs")
    for i in range(rounds):
        home = folder / f"memtask.{i}"
        home.mkdir()
        gate = Gate(home / "gate")
        dagd = Dagd(home / "home", {"sleep": runs_dag("sleep", [gate.command] * n_tasks)}, n)
        before = memory_kb(dagd.process.pid)[0]
        trigger(dagd, "sleep", n_runs)
        running_wait(dagd, n)
        after = memory_kb(dagd.process.pid)[0]
        workers = dagd.workers()
        figures.add("dagd", kb=(after - before) / n)
        figures.add("worker", pss=sum(memory_kb(pid)[1] for pid in workers) / len(workers))
        gate.open()
        dagd.wait_rows("SELECT count(*) FROM run WHERE ended_at IS NOT NULL", n_runs)
        dagd.stop()
    row("KB of dagd a task", figures.span("dagd", "kb", 2))
    row("PSS of a worker, KB", figures.span("worker", "pss", 0))
    kb, pss = figures.median("dagd", "kb"), figures.median("worker", "pss")
    aim(kb <= 4, f"at most 4 KB of dagd a running task: {kb:.2f} KB")
    aim(pss <= 1024, f"at most 1 MB a worker: {pss / 1024:.2f} MB")
