# SPDX-License-Identifier: MIT
"""Breaks the engine on purpose, one patch at a time: each must still apply, and each must be caught by the
stories, or by the simulation with few seeds. `run.py BUILD [NAME...]` works on copies of this tree and of its
build folder's settings; standard output ends as `CAUGHT NOT-CAUGHT`."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATCHES = pathlib.Path(__file__).resolve().parent
SEEDS = "0-400"
COPIED = ("lib", "tests", "operators", "worker", "daemon", "cli", "docs", "systemd", "meson.build", "meson_options.txt")
DEADLINE_S = 120


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*words, cwd, **environment):
    """The exit status; one that hangs has been caught, too."""
    try:
        return subprocess.run([str(word) for word in words], cwd=cwd, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=DEADLINE_S,
                              env=dict(os.environ, **environment)).returncode
    except subprocess.TimeoutExpired:
        return -1


class Tree:
    """A copy in which one mutant after the other is built."""

    def __init__(self, folder, build):
        self.folder, self.build = folder, folder / "build"
        self.operators = (ROOT / build).resolve() / "operators"
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        assert run("meson", "setup", "build", "-Dbuildtype=debugoptimized", cwd=folder) == 0, "meson setup failed"
        assert self.make(), "the tree does not build"

    def make(self):
        return run("ninja", "-C", "build", "tests/sim/test-sim", "tests/story/test-story", cwd=self.folder) == 0

    def patch(self, patch, *options):
        return run("patch", "-p1", "--fuzz=3", "-s", *options, "-i", patch, cwd=self.folder) == 0

    def is_caught(self):
        """By whom, or None."""
        stories = sorted((self.folder / "tests" / "story").glob("*.story"))
        operators = {"DAGD_OPERATORS": str(self.operators)}
        if run("build/tests/story/test-story", *stories, cwd=self.folder, **operators) != 0:
            return "the stories"
        if run("build/tests/sim/test-sim", f"--seeds={SEEDS}", cwd=self.folder, **operators) != 0:
            return "the simulation"
        return None


def judge(tree, patch):
    if not tree.patch(patch):
        return "does not apply"
    try:
        if not tree.make():
            return "does not build"
        catcher = tree.is_caught()
        say(f"ok {patch.stem}: caught by {catcher}" if catcher else "")
        return None if catcher else "is not caught"
    finally:
        tree.patch(patch, "-R")


def main():
    build, names = sys.argv[1], sys.argv[2:]
    patches = [path for path in sorted(PATCHES.glob("*.patch")) if not names or path.stem in names]
    n_bad = 0
    with tempfile.TemporaryDirectory(prefix="dagd-mutants-") as folder:
        tree = Tree(pathlib.Path(folder), build)
        assert tree.is_caught() is None, "the engine is broken before anything is done to it"
        for patch in patches:
            wrong = judge(tree, patch)
            n_bad += wrong is not None
            if wrong:
                say(f"not ok {patch.stem}: {wrong}: {patch.read_text().splitlines()[0]}")
    print(len(patches) - n_bad, n_bad)


main()
