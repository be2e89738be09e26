# SPDX-License-Identifier: MIT
"""What a task costs: in a row, side by side, and in graphs with many edges."""
import statistics

import peers
from counter import Instructions
from daemon import Dagd, cpu_s, dag, empty_task, true_task
from figures import Figures, aim, percentile, row

FIB = """def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(10))
"""


def light40(folder, rounds):
    n = 40
    figures = Figures("light40: 40 tasks one after the other, each python3 computing fib(10)")
    script = folder / "fib.py"
    script.write_text(FIB)
    commands = [f"/usr/bin/python3 {script}"] * n
    for i in range(rounds):
        dagd = Dagd(folder / f"light40.{i}", {"light40": dag("light40", commands, True)})
        figures.add("dagd", s=dagd.run("light40")[0])
        dagd.stop()
        figures.add("bash -c in a loop", s=peers.bash_loop(commands)[0])
    row("", "seconds", "ratio to the loop")
    row("dagd", figures.span("dagd", "s", 3), figures.ratio("s", "dagd", "bash -c in a loop"))
    row("bash -c in a loop", figures.span("bash -c in a loop", "s", 3))
    ratio = figures.ratio_median("s", "dagd", "bash -c in a loop")
    aim(ratio <= 1.1, f"at most 1.1 times the loop: {ratio:.2f}")


def chain1k(folder, rounds):
    n = 1000
    figures = Figures("chain1k: 1,000 times /bin/true, each after the one before")
    for i in range(rounds):
        dagd = Dagd(folder / f"chain1k.{i}",
                    {"chain1k": dag("chain1k", ["/bin/true"] * n, True)})
        wall_s, cpu_s = dagd.run("chain1k")
        dagd.stop()
        gaps = dagd.gaps_us()
        figures.add("dagd", ms=wall_s * 1e3 / n, cpu=cpu_s * 1e6 / n,
                    p50=percentile(gaps, 0.5) / 1e3, p99=percentile(gaps, 0.99) / 1e3)
        for who, (wall_s, cpu_s) in (
                ("dash loop", peers.dash_loop("/bin/true", n)),
                ("make", peers.make_chain(folder, "/bin/true", n))):
            figures.add(who, ms=wall_s * 1e3 / n, cpu=cpu_s * 1e6 / n)
    row("", "ms a task", "CPU us a task", "dagd takes times")
    row("dagd", figures.span("dagd", "ms", 2), figures.span("dagd", "cpu", 0))
    for who in ("dash loop", "make"):
        row(who, figures.span(who, "ms", 2), figures.span(who, "cpu", 0),
            figures.ratio("ms", "dagd", who))
    row("gap p50, ms", figures.span("dagd", "p50", 3))
    row("gap p99, ms", figures.span("dagd", "p99", 3))
    p50 = figures.median("dagd", "p50")
    aim(p50 <= 1, f"median gap of at most 1 ms: {p50:.3f} ms")


def rates_print(figures, who_else):
    row("", "tasks a second", "CPU us a task", "dagd's rate is times")
    row("dagd", figures.span("dagd", "rate", 0), figures.span("dagd", "cpu", 0))
    for who in who_else:
        row(who, figures.span(who, "rate", 0), figures.span(who, "cpu", 0),
            figures.ratio("rate", "dagd", who))


def fan10k_at(folder, rounds, parallelism):
    n = 10000
    xargs, make = f"xargs -P{parallelism} -n1", f"make -j{parallelism}"
    figures = Figures(f"fan10k: 10,000 times /bin/true, {parallelism} at a time")
    for i in range(rounds):
        dagd = Dagd(folder / f"fan10k.{parallelism}.{i}",
                    {"fan10k": dag("fan10k", ["/bin/true"] * n)}, parallelism)
        results = {"dagd": dagd.run("fan10k")}
        dagd.stop()
        results[xargs] = peers.xargs("/bin/true", n, parallelism)
        results[make] = peers.make(folder, "/bin/true", [""] * n, parallelism)
        for who, (wall_s, cpu_s) in results.items():
            figures.add(who, rate=n / wall_s, cpu=cpu_s * 1e6 / n)
    rates_print(figures, (xargs, make))
    ratio = figures.ratio_median("rate", "dagd", xargs)
    aim(ratio >= 1, f"at least the rate of xargs: {ratio:.2f} times")


def fan10k(folder, rounds):
    for parallelism in (2, 32):  # 32 is what dagd has by default
        fan10k_at(folder, rounds, parallelism)


def graph_text(dag_id, layers, task=true_task):
    """A DAG whose tasks of each layer wait for all of the layer before."""
    lines = [f"dag_id: {dag_id}", "schedule: null", "max_active_tasks: 100000", "tasks:"]
    lines += [task(name) for layer in layers for name in layer]
    lines.append("dependencies: |")
    for before, after in zip(layers, layers[1:]):
        few, many = sorted((before, after), key=len)
        for name in few:  # a list cannot depend on a list
            sides = (name, f"[{', '.join(many)}]") if few is before else (
                f"[{', '.join(many)}]", name)
            lines.append("  " + " >> ".join(sides))
    return "\n".join(lines) + "\n"


def graph_needs(layers):
    needs, before = [], ""
    for layer in layers:
        needs += [before] * len(layer)
        before = " ".join(layer)
    return needs


def joins_ms(dagd, layers):
    """Of each layer but the first: from the last end before it to its first start."""
    starts, ends = {}, {}
    for task_id, started_at, ended_at in dagd.rows(
            "SELECT task_id, started_at, ended_at FROM attempt"):
        starts[task_id], ends[task_id] = started_at, ended_at
    return [(min(starts[name] for name in after) - max(ends[name] for name in before)) / 1e3
            for before, after in zip(layers, layers[1:])]


def graph_round(folder, figures, name, layers):
    """dagd, make and ninja on one graph, 32 at a time."""
    dag_id, _, _ = name.partition(".")
    n = sum(map(len, layers))
    dagd = Dagd(folder / name, {dag_id: graph_text(dag_id, layers)})
    results = {"dagd": dagd.run(dag_id)}
    dagd.stop()
    results["make -j32"] = peers.make(folder, "/bin/true", graph_needs(layers), 32)
    results["ninja -j32"] = peers.ninja(folder, "/bin/true", graph_needs(layers), 32)
    for who, (wall_s, cpu_s) in results.items():
        figures.add(who, rate=n / wall_s, cpu=cpu_s * 1e6 / n)
    return joins_ms(dagd, layers)


def names(first, n):
    return [f"t{i}" for i in range(first, first + n)]


def fanin10k(folder, rounds):
    layers = [names(0, 1), names(1, 10000), names(10001, 1)]
    figures = Figures("fanin10k: /bin/true once, then 10,000 times, then once; 32 at a time")
    for i in range(rounds):
        joins = graph_round(folder, figures, f"fanin10k.{i}", layers)
        figures.add("dagd", join=joins[1])
    rates_print(figures, ("make -j32", "ninja -j32"))
    row("last end to join, ms", figures.span("dagd", "join", 2))
    join = figures.median("dagd", "join")
    aim(join <= 5, f"the join starts at most 5 ms after the last end: {join:.2f} ms")


def edges_round(home, layers, figures):
    """The engine's work alone: the same graph, whose tasks start no process."""
    n_edges = sum(len(before) * len(after) for before, after in zip(layers, layers[1:]))
    dagd = Dagd(home, {"edges": graph_text("edges", layers, empty_task)})
    before, counter = cpu_s(dagd.process.pid), Instructions(dagd.process.pid)
    dagd.run("edges")
    dagd.wait_rows("SELECT count(*) FROM run WHERE ended_at IS NOT NULL", 1, 0.01)
    n_instructions = counter.stop()
    figures.add("dagd", edge_ns=(cpu_s(dagd.process.pid) - before) * 1e9 / n_edges)
    if n_instructions:
        figures.add("dagd", edge=n_instructions / n_edges)
    dagd.stop()


def dense(folder, rounds):
    layers = [names(i * 100, 100) for i in range(100)]
    figures = Figures("dense: 100 layers of 100 times /bin/true, each task after all of the layer"
                      " before (990,000 edges); 32 at a time")
    for i in range(rounds):
        joins = graph_round(folder, figures, f"dense.{i}", layers)
        figures.add("dagd", join=statistics.median(joins), worst=max(joins))
        home = folder / f"dense.load.{i}"
        dagd = Dagd(home, {"dense": graph_text("dense", layers)})
        edges_round(folder / f"dense.edges.{i}", layers, figures)
        empty = Dagd(folder / f"dense.none.{i}", {})
        figures.add("dagd", load=dagd.ready_s - empty.ready_s)
        dagd.stop()
        empty.stop()
        figures.add("libyaml events", load=peers.yaml_events(folder, home / "dags"))
        figures.add("make -n", load=peers.make(
            folder, ":", graph_needs(layers), 1, "-n")[0])
        figures.add("ninja -n", load=peers.ninja(
            folder, ":", graph_needs(layers), 1, "-n", "--quiet")[0])
    rates_print(figures, ("make -j32", "ninja -j32"))
    row("last end to join, ms", figures.span("dagd", "join", 2), "worst of 99: "
        + figures.span("dagd", "worst", 2))
    row("of tasks without process", "ns an edge", "user instructions an edge")
    row("dagd", figures.span("dagd", "edge_ns", 0), figures.span("dagd", "edge", 0)
        if ("dagd", "edge") in figures.samples else "not counted by this machine")
    row("", "seconds to load it", "dagd takes times")
    row("dagd", figures.span("dagd", "load", 3))
    for who in ("libyaml events", "make -n", "ninja -n"):
        row(who, figures.span(who, "load", 3), figures.ratio("load", "dagd", who))
    join = figures.median("dagd", "join")
    aim(join <= 5, f"a join starts at most 5 ms after the last end: {join:.2f} ms")
