#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Breaks dagd and its worker on purpose, one patch at a time: each must still apply, and each must be caught by the
test that its second line names:

    caught by: unit NAME                the unit test tests/unit/test-NAME.c
    caught by: system FILE [OPTION...]  a file of tests/system, with options of pytest
    caught by: torture NAME COUNT       an experiment

`run.py [NAME...]` works on a copy of this tree; standard output ends as `CAUGHT NOT-CAUGHT`."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATCHES = pathlib.Path(__file__).resolve().parent
COPIED = ("lib", "tests", "operators", "worker", "daemon", "cli", "docs", "systemd", "meson.build", "meson_options.txt")
PARTS = ("daemon/dagd", "worker/dagd-worker", "cli/dagctl", "tests/torture/probe", "tests/torture/tracer",
         "tests/torture/recorder.so")
DEADLINE_S, BUILD_DEADLINE_S = 180, 1800
SEED = "1"


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*words, cwd, deadline_s=DEADLINE_S, **environment):
    """The exit status; one that hangs has been caught, too."""
    with subprocess.Popen([str(word) for word in words], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=dict(os.environ, **environment), start_new_session=True) as process:
        try:
            return process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return -1


class Mutant:
    """One patch: `sentence` says what it breaks, `catcher` who must notice."""

    def __init__(self, path):
        self.path, self.name = path, path.stem
        lines = path.read_text().splitlines()
        self.sentence, self.catcher = lines[0], lines[1].removeprefix("caught by: ").split()


class Tree:
    """A copy in which one mutant after the other is built."""

    def __init__(self, folder):
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        assert run("meson", "setup", "build", "-Dbuildtype=debugoptimized", cwd=folder) == 0, "meson setup failed"

    def make(self, catcher):
        parts = ["worker/dagd-worker", f"tests/unit/test-{catcher[1]}"] if catcher[0] == "unit" else PARTS
        return run("ninja", "-C", "build", *parts, cwd=self.folder, deadline_s=BUILD_DEADLINE_S) == 0

    def patch(self, mutant, *options):
        return run("patch", "-p1", "--fuzz=3", "-s", *options, "-i", mutant.path, cwd=self.folder) == 0

    def passes(self, catcher):
        kind, name, *options = catcher
        if kind == "unit":
            return run(f"build/tests/unit/test-{name}", cwd=self.folder) == 0
        if kind == "system":
            return run(sys.executable, "-m", "pytest", f"tests/system/{name}", "-qxp", "no:cacheprovider", *options,
                       cwd=self.folder, DAGD_BUILD=str(self.folder / "build")) == 0
        return run(sys.executable, f"tests/torture/{name}.py", "--build", "build", "--count", *options, "--seed", SEED,
                   "--keep", self.folder / "kept", cwd=self.folder) == 0


def judge(tree, mutant):
    """What is wrong; None: it is caught."""
    if not tree.patch(mutant):
        return "does not apply"
    try:
        if not tree.make(mutant.catcher):
            return "does not build"
        return "is not caught" if tree.passes(mutant.catcher) else None
    finally:
        tree.patch(mutant, "-R")


def main():
    names = sys.argv[1:]
    mutants = [Mutant(path) for path in sorted(PATCHES.glob("*.patch"))]
    mutants = [mutant for mutant in mutants if not names or any(mutant.name.startswith(name) for name in names)]
    n_bad = 0
    with tempfile.TemporaryDirectory(prefix="dagd-mutants-") as folder:
        tree = Tree(pathlib.Path(folder))
        for catcher in sorted({tuple(mutant.catcher) for mutant in mutants}):
            assert tree.make(catcher), "the tree does not build"
            assert tree.passes(catcher), f"{' '.join(catcher)} fails before anything is broken"
        for mutant in mutants:
            wrong = judge(tree, mutant)
            n_bad += wrong is not None
            caught_by = f"caught by {' '.join(mutant.catcher)}"
            say(f"not ok {mutant.name}: {wrong}: {mutant.sentence}" if wrong else f"ok {mutant.name}: {caught_by}")
    print(len(mutants) - n_bad, n_bad)


main()
