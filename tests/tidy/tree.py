# SPDX-License-Identifier: MIT
"""The files that the rules look at, and what a rule is."""
import os
import re
from dataclasses import dataclass, field
from typing import Callable

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Folders of what is built or kept, at the top; and names that are skipped at every depth.
SKIPPED_AT_TOP = re.compile(r"build|\.(?!ci$)")
SKIPPED = {".git", "__pycache__", "node_modules", "corpus"}


@dataclass
class File:
    path: str  # from the root
    text: str
    tree: frozenset = frozenset()  # paths of all files

    @property
    def folder(self):
        return os.path.dirname(self.path)

    @property
    def lines(self):
        return self.text.splitlines()

    def is_in(self, *folders):
        return any(self.path.startswith(folder + "/") for folder in folders)

    def language(self):
        """c, py, sh or meson; "" for all else."""
        name = os.path.basename(self.path)
        extension = os.path.splitext(name)[1]
        if name == "meson.build":
            return "meson"
        if extension in (".c", ".h"):
            return "c"
        if extension in (".py", ".sh"):
            return extension[1:]
        head = self.text.split("\n", 1)[0]
        if head.startswith("#!"):
            return "py" if "python" in head else "sh"
        return ""

    def code(self):
        """The lines of C without comments and without what stands in quotes; as many as before."""
        return C_NO_CODE.sub(blank, self.text).splitlines()


C_NO_CODE = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.S)


def blank(match):
    text = match.group()
    quote = text[0] if text[0] in "\"'" else ""
    return quote + "\n" * text.count("\n") + quote


@dataclass
class Rule:
    """`check` gives (line, message) for each place of a file that is not as it should be."""

    name: str  # a sentence
    check: Callable
    bad: list = field(default_factory=list)  # planted files, each with exactly one such place
    good: list = field(default_factory=list)  # and some without any


def paths():
    for folder, folders, names in os.walk(ROOT):
        at = os.path.relpath(folder, ROOT)
        folders[:] = sorted(
            name for name in folders
            if name not in SKIPPED and not (at == "." and SKIPPED_AT_TOP.match(name)))
        for name in sorted(names):
            if name in SKIPPED:  # .git is a file in a second working tree
                continue
            path = os.path.normpath(os.path.join(at, name))
            if not os.path.islink(os.path.join(ROOT, path)):
                yield path


def files():
    """All text files of the tree."""
    tree = frozenset(paths())
    for path in sorted(tree):
        try:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        if "\0" not in text:
            yield File(path, text, tree)
