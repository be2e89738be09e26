# SPDX-License-Identifier: MIT
"""Breaks the engine on purpose, one patch at a time: each must still apply, and each must be caught by the
stories, or by the simulation with SEEDS seeds (10000 unless that is set); by which of them is told of each. What
the simulation prints of a seed that it catches must be a story that can be played.
`run.py BUILD [NAME...]` works on copies of this tree and of its build folder's settings; standard output ends as
`CAUGHT NOT-CAUGHT`."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATCHES = pathlib.Path(__file__).resolve().parent
SEEDS = int(os.environ.get("SEEDS", "10000"))
COPIED = ("lib", "tests", "operators", "worker", "daemon", "cli", "docs", "systemd", "meson.build", "meson_options.txt")
DEADLINE_S = 300
SIM_DEADLINE_S = 120 + SEEDS // 10
HUNG = "hangs"


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*words, cwd, deadline_s=DEADLINE_S, **environment):
    """The exit status, or that it hung, and what it printed."""
    try:
        ended = subprocess.run([str(word) for word in words], cwd=cwd, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, timeout=deadline_s, text=True, errors="replace",
                               env=dict(os.environ, **environment))
        return ended.returncode, ended.stdout
    except subprocess.TimeoutExpired:
        return HUNG, ""


class Tree:
    """A copy in which one mutant after the other is built."""

    def __init__(self, folder, build):
        self.folder, self.build = folder, folder / "build"
        self.environment = {"DAGD_OPERATORS": str((ROOT / build).resolve() / "operators")}
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        status, said = run("meson", "setup", "build", "-Dbuildtype=debugoptimized", cwd=folder)
        assert status == 0, f"meson setup failed: {said}"
        assert self.make(), "the tree does not build"

    def make(self):
        return run("ninja", "-C", "build", "tests/sim/test-sim", "tests/story/test-story", cwd=self.folder)[0] == 0

    def patch(self, patch, *options):
        return run("patch", "-p1", "--fuzz=3", "-s", *options, "-i", patch, cwd=self.folder)[0] == 0

    def broken_story(self):
        """The first story that goes another way; None: there is none."""
        stories = sorted((self.folder / "tests" / "story").glob("*.story"))
        status, said = run("build/tests/story/test-story", *stories, cwd=self.folder, **self.environment)
        if status == 0:
            return None
        named = re.search(r"^not ok \d+ (\S+)", said, re.MULTILINE)
        return named.group(1) if named else str(status)

    def broken_seed(self):
        """The first seed that breaks a law, and what was printed of it; None: there is none."""
        status, said = run("build/tests/sim/test-sim", f"--seeds=0-{SEEDS - 1}", cwd=self.folder,
                           deadline_s=SIM_DEADLINE_S, **self.environment)
        if status == 0:
            return None
        named = re.search(r"--play=(\d+)", said)
        return (named.group(1) if named else str(status)), said

    def can_be_played(self, said):
        """A law may be broken again while the story is played; but each line of it has to make sense."""
        file = self.folder / "seed.story"
        file.write_text(said[said.index("story: "):])
        status, told = run("build/tests/story/test-story", "--print", file, cwd=self.folder, **self.environment)
        return status == 0 or (status != HUNG and status < 0)


def judge(tree, patch):
    """What is wrong with a mutant, or None; and by how many it was caught: the stories, the simulation."""
    if not tree.patch(patch):
        return "does not apply", 0, 0
    try:
        if not tree.make():
            return "does not build", 0, 0
        story, seed = tree.broken_story(), tree.broken_seed()
        if seed and "story: " in seed[1] and not tree.can_be_played(seed[1]):
            return f"the story of seed {seed[0]} cannot be played", bool(story), 1
        if not story and not seed:
            return "is not caught", 0, 0
        say(f"ok {patch.stem}: story {story or '-'}, seed {seed[0] if seed else '-'}")
        return None, bool(story), bool(seed)
    finally:
        tree.patch(patch, "-R")


def main():
    build, names = sys.argv[1], sys.argv[2:]
    patches = [path for path in sorted(PATCHES.glob("*.patch")) if not names or path.stem in names]
    n_bad = n_story = n_sim = 0
    with tempfile.TemporaryDirectory(prefix="dagd-mutants-") as folder:
        tree = Tree(pathlib.Path(folder), build)
        assert tree.broken_story() is None, "the engine is broken before anything is done to it"
        for patch in patches:
            wrong, by_story, by_sim = judge(tree, patch)
            n_bad, n_story, n_sim = n_bad + (wrong is not None), n_story + by_story, n_sim + by_sim
            if wrong:
                say(f"not ok {patch.stem}: {wrong}: {patch.read_text().splitlines()[0]}")
    say(f"{len(patches)} mutants: {n_story} caught by the stories, {n_sim} by the simulation ({SEEDS} seeds)")
    print(len(patches) - n_bad, n_bad)


main()
