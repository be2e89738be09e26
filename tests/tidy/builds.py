# SPDX-License-Identifier: MIT
"""What a meson.build names is there, and what is there is named."""
import os
import re

from tree import File, Rule

NAMED = re.compile(r"'([\w./-]+\.(?:c|h|yaml|py|in|sh))'")
SUBDIR = re.compile(r"\bsubdir\('([\w./-]+)'\)")
COMMENT = re.compile(r"(?m)^\s*#.*")
# Tables of programs by their topic: `'NAME': [...]` stands for PREFIXNAME.c.
TOPIC = re.compile(r"^\s*'([\w-]+)'\s*:", re.M)
PREFIXES = {"tests/unit": "test-", "tests/fuzz": "fuzz-"}


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def named(file):
    """(line, path) of everything that a meson.build names."""
    text = COMMENT.sub("", file.text)
    for match in NAMED.finditer(text):
        yield line_of(text, match.start()), match.group(1)
    for match in SUBDIR.finditer(text):
        yield line_of(text, match.start()), match.group(1) + "/meson.build"
    for match in TOPIC.finditer(text) if file.folder in PREFIXES else ():
        yield line_of(text, match.start()), PREFIXES[file.folder] + match.group(1) + ".c"


def check_named(file):
    if file.language() != "meson":
        return
    for line, name in named(file):
        path = os.path.normpath(os.path.join(file.folder, name))
        # What is made while building stands in the folder of the build, not in the tree.
        if path not in file.tree and f"output: '{name}'" not in file.text:
            yield line, f"there is no file {path}"


def check_built(file):
    if file.language() != "meson":
        return
    names = {os.path.normpath(os.path.join(file.folder, name)) for _, name in named(file)}
    for path in sorted(file.tree):
        if os.path.dirname(path) == file.folder and path.endswith(".c") and path not in names:
            yield 1, f"{path} is built by nothing"


def planted(text, *others, path="lib/base/meson.build"):
    return File(path, text + "\n", frozenset((path,) + others))


RULES = [
    Rule("a meson.build names files that are there", check_named, bad=[
        planted("files('arena.c')"),
        planted("subdir('bash')", path="operators/meson.build"),
        planted("  'cron': [],", path="tests/unit/meson.build"),
        planted("install_data('x.yaml')", "x.yaml"),
    ], good=[
        planted("files('arena.c')", "lib/base/arena.c"),
        planted("  'cron': [],", "tests/fuzz/fuzz-cron.c", path="tests/fuzz/meson.build"),
        planted("'test-@0@.c'.format(name)"),
        planted("# as in files('NAME.c')"),
    ]),
    Rule("every .c is built by the meson.build of its folder", check_built, bad=[
        planted("files('arena.c')", "lib/base/arena.c", "lib/base/size.c"),
    ], good=[planted("files('size.c')", "lib/base/size.c", "lib/yaml/yaml.c")]),
]
