# SPDX-License-Identifier: MIT
"""As much as a file or a DAG may have: a run of 100,000 tasks, 10,000 runs that wait."""
import time

import peers
from burst import ask_all, request_bytes
from daemon import Dagd, Gate, cpu_s, dag, empty_task
from figures import Figures, aim, row
from files import memory_kb
from pulse import Pulse
from tasks import graph_needs, graph_text, names


def big_round(home, text, figures, n):
    dagd = Dagd(home, {"big": text})
    figures.add("dagd", ready=dagd.ready_s)
    rss, used_s = memory_kb(dagd.process.pid)[0], dagd.cpu_s()
    pulse = Pulse(dagd)
    began = time.time()
    dagd.ask("POST", "/api/v2/dags/big/dagRuns", {})
    ended = dagd.wait_rows("SELECT count(*) FROM run WHERE ended_at IS NOT NULL", 1, 0.01)
    figures.add("dagd", rate=n / (ended - began), cpu=(dagd.cpu_s() - used_s) * 1e6 / n,
                bytes=(memory_kb(dagd.process.pid)[0] - rss) * 1024 / n, silent=max(pulse.stop()))
    dagd.stop()
    done = dagd.rows("SELECT count(*) FROM task WHERE ended_at IS NOT NULL")[0][0]
    if done != n:
        raise SystemExit(f"{done} of {n} tasks were done")


def big100k(folder, rounds):
    n = 100000
    layers = [names(0, 1), names(1, n - 2), names(n - 1, 1)]
    text, needs = graph_text("big", layers, empty_task), graph_needs(layers)
    figures = Figures(f"big100k: one run of {n:,} tasks without a process: one, {n - 2:,} after"
                      f" it, one after them; {len(text) / 1e6:.1f} MB")
    for i in range(rounds):
        home = folder / f"big100k.{i}"
        big_round(home, text, figures, n)
        empty = Dagd(folder / f"big100k.none.{i}", {})
        empty.stop()
        figures.add("dagd", load=figures.samples["dagd", "ready"][-1] - empty.ready_s)
        figures.add("libyaml events", load=peers.yaml_events(folder, home / "dags"))
        figures.add("make -n", load=peers.make(folder, ":", needs, 1, "-n")[0])
        # Its dry run is quadratic in what one target waits for.
        figures.add("ninja, reading", load=peers.ninja(folder, ":", needs, 1, "-t", "rules")[0])
    row("", "seconds to load it", "dagd takes times")
    row("dagd", figures.span("dagd", "load", 2))
    for who in ("libyaml events", "make -n", "ninja, reading"):
        row(who, figures.span(who, "load", 2), figures.ratio("load", "dagd", who))
    row("tasks a second", figures.span("dagd", "rate", 0))
    row("CPU us a task", figures.span("dagd", "cpu", 1))
    row("bytes a task", figures.span("dagd", "bytes", 0))
    row("API silent, s at most", figures.span("dagd", "silent", 2))
    ratio = figures.ratio_median("load", "dagd", "make -n")
    aim(ratio <= 1.5, f"loaded in at most 1.5 times the time of make -n: {ratio:.2f}")


def pending_round(home, n, part):
    """Of one dagd, of the first part and of the last: runs accepted a second, its CPU microseconds
    to accept one, and to run one; and the seconds until it is ready again while they wait."""
    home.mkdir()
    gate = Gate(home / "gate")
    text = dag("pending", [gate.command]).replace("schedule: null", "schedule: null\nmax_active_runs: 1")
    dagd = Dagd(home / "home", {"pending": text})
    asks = [request_bytes("/api/v2/dags/pending/dagRuns", "{}")] * part
    rates, accept_us = [], []
    for _ in range(n // part):
        before = cpu_s(dagd.process.pid)
        rates.append(part / ask_all(dagd.socket_path, asks))
        accept_us.append((cpu_s(dagd.process.pid) - before) * 1e6 / part)
    dagd.stop()
    dagd.start()
    ended = "SELECT count(*) FROM run WHERE ended_at IS NOT NULL"
    if dagd.rows(ended)[0][0]:
        raise SystemExit("a run has not waited")
    gate.open()
    run_us = []
    for begin in (part, n - 2 * part):
        dagd.wait_rows(ended, begin)
        before = cpu_s(dagd.process.pid)
        dagd.wait_rows(ended, begin + part)
        run_us.append((cpu_s(dagd.process.pid) - before) * 1e6 / part)
    dagd.wait_rows(ended, n)
    dagd.stop()
    return rates[::n // part - 1], accept_us[::n // part - 1], run_us, dagd.ready_s


def pending10k(folder, rounds):
    n, part = 10000, 1000
    figures = Figures(f"pending10k: {n:,} runs of one DAG with max_active_runs 1, asked for on 16"
                      " connections while the first one does not end")
    few, many = "none waits", f"{n:,} wait"
    for i in range(rounds):
        rates, accept_us, run_us, ready_s = pending_round(folder / f"pending10k.{i}", n, part)
        empty = Dagd(folder / f"pending10k.none.{i}", {})
        empty.stop()
        figures.add(few, rate=rates[0], accept=accept_us[0], run=run_us[1],
                    ready=empty.ready_s * 1e3)
        figures.add(many, rate=rates[1], accept=accept_us[1], run=run_us[0], ready=ready_s * 1e3)
    row("", few, many)
    for title, name in (("accepted a second", "rate"), ("CPU us to accept one", "accept"),
                        ("CPU us to run one", "run"), ("ms until ready again", "ready")):
        row(title, figures.span(few, name, 0), figures.span(many, name, 0))
    for what, name in (("to accept", "accept"), ("to run", "run")):
        ratio = figures.ratio_median(name, many, few)
        aim(ratio <= 1.5, f"{what} one more costs at most 1.5 times as much while others wait:"
                          f" {ratio:.2f}")
