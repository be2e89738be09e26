# SPDX-License-Identifier: MIT
"""Words that do not belong into the tree, and the line that belongs into every source file."""
import os
import re

from tree import File, Rule

# Written so that this file does not hold them itself.
LATER = re.compile(r"\b(TO[D]O|FI[X]ME|XX[X]|HA[C]K)\b|\bnot implemente[d]\b|\bfor no[w]\b")
ELSEWHERE = re.compile(
    r"(?<![\w.])/wor[k]/|/tmp/(bash_job|brie)[s.f]|\.\./share[d]/|\bfact[s]/|\bissue [A-Z]\b|"
    r"\b(desig[n]|interfac[e]|styl[e]|aesthetic[s])\.md|\bpyp[i]\.org|\bpythonhoste[d]\.org|"
    r"\bprox[y]\.golang\.org|\bregistr[y]\.npmjs|\bde[b]\.debian\.org")
NAMELESS = re.compile(r"(^|[-_/])(utils?|common|helpers?|misc|stuff|various)(?=[-_./]|$)")
SPDX = "SPDX-License-Identifier: MIT"
# Files of other tools, which have no comments or are made by them.
NO_COMMENTS = re.compile(r"go\.sum$|\.json$")


def check_later(file):
    for number, line in enumerate(file.lines, 1):
        match = LATER.search(line)
        if match and not NO_COMMENTS.search(file.path):
            yield number, f'"{match.group()}": what is missing is refused with a sentence'


def check_elsewhere(file):
    for number, line in enumerate(file.lines, 1):
        match = ELSEWHERE.search(line)
        if match and not NO_COMMENTS.search(file.path):
            yield number, f'"{match.group()}" is no part of this project'


def check_names(file):
    match = NAMELESS.search(file.path)
    if match:
        yield 1, f'"{match.group(2)}" says nothing: a file is named by what it is about'


def check_spdx(file):
    is_manifest = os.path.basename(file.path) == "operator.yaml"
    if not file.text or file.language() not in ("c", "py", "sh") and not is_manifest:
        return
    lines = file.lines
    line = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    wanted = f"/* {SPDX} */" if file.language() == "c" else f"# {SPDX}"
    if line != wanted:
        yield 1, f"the first line is to be: {wanted}"
    elif file.text.count("SPDX" "-License") > 1 and not file.is_in("tests/tidy"):
        yield 1, "the licence stands once in a file"


def planted(line, path="lib/base/size.c"):
    return File(path, line + "\n")


RULES = [
    Rule("what is missing is not hidden in a comment", check_later, bad=[
        planted("/* TO" "DO: sizes */"), planted("# FIX" "ME", "docs/dag-file.md"),
        planted("int x; // XX" "X"), planted('die("not implement' 'ed")'),
        planted("/* good enough for" " now */"),
    ], good=[planted('mkstemp("x-XXXX' 'XX")'), planted("/* photodocument */")]),
    Rule("the tree speaks of itself alone", check_elsewhere, bad=[
        planted("/* see /wor" "k/main */"), planted("as desig" "n.md says", "README.md"),
        planted("https://pyp" "i.org/simple", "tests/servers/install"),
        planted("/* comes with issue" " B */"),
    ], good=[planted("/* the network/wor" "k/flow */"), planted("docs/architecture.md", "README.md")]),
    Rule("a file is named by what it is about", check_names, bad=[
        planted("", "lib/base/utils.c"), planted("", "lib/common/list.c"),
        planted("", "tests/system/dag_helpers.py"), planted("", "cli/misc.h"),
    ], good=[planted("", "lib/base/commonly.c"), planted("", "daemon/executor/leftovers.c")]),
    Rule("every source file begins with its licence", check_spdx, bad=[
        planted("#pragma once", "lib/base/size.h"), planted("#!/bin/sh", "dev"),
        planted("name: bash", "operators/bash/operator.yaml"), planted("import os", "bench/x.py"),
        planted("// " + SPDX), planted(f"/* {SPDX} */\n/* {SPDX} */"),
    ], good=[
        planted(f"/* {SPDX} */"), planted(f"#!/bin/sh\n# {SPDX}", "dev"),
        planted("dag_id: x", "dags/x.yaml"), File("tests/unit/__init__.py", ""),
    ]),
]
