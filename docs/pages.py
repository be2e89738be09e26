#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""pages.py MANUAL OPERATORS [--write]: whether the manual says what the code knows.

MANUAL is the program of manual.c, OPERATORS the folder of manifests. Prints TAP: two pages are made
from the code and are to be current, one is written by hand and is to name all that a DAG file may
say. With --write the two are written.
"""
import difflib
import os
import re
import subprocess
import sys

DOCS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(DOCS)

# How a row begins, and where the tables of names are.
TABLES = {
    "keys": (r'^\t\{"(\w+)", read_',
             ["lib/dag/load.c", "lib/dag/task_keys.c", "lib/dag/schedule_key.c", "lib/dag/calendar_key.c",
              "lib/dag/catchup_key.c"]),
    "refused keys": (r'^\t\{"(\w+)"', ["lib/dag/later.c"]),
    "names of templates": (r'^\t\{"(\w+)", NAME_', ["lib/dag/names.c"]),
    "filters, tests and functions": (r'^\t\{"(\w+)", "', [
        "lib/template/filters_each.c", "lib/template/filters_list.c", "lib/template/functions.c",
        "lib/template/filters_number.c", "lib/template/filters_text.c", "lib/template/tests.c"]),
    "words of rules": (r'^\t\{"(\w+)", check_', ["lib/dag/rule.c"]),
}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def commands(manual, operators):
    return {"docs/configuration.md": [manual, "configuration"],
            "docs/operators.md": [manual, "operators", operators]}


def made(command):
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def write(pages):
    for page, command in pages.items():
        text = made(command)
        with open(os.path.join(ROOT, page), "w", encoding="utf-8") as file:
            file.write(text)


def differences(page, command):
    diff = list(difflib.unified_diff(read(page).splitlines(), made(command).splitlines(), page,
                                     "the code", lineterm=""))
    return diff and diff + ["`ninja docs` in the build folder writes it"]


def missing(text, pattern, paths):
    """What the tables name and the text does not."""
    complaints = []
    for path in paths:
        names = re.findall(pattern, read(path), re.M)
        complaints += [] if names else [f"no row of a table was found in {path}"]
        complaints += [f"not named: {name}" for name in names
                       if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return complaints


def main(manual, operators):
    text = read("docs/dag-file.md")
    tests = [(f"{page} says what the code says", differences(page, command))
             for page, command in commands(manual, operators).items()]
    tests += [(f"docs/dag-file.md names all {what}", missing(text, *table))
              for what, table in TABLES.items()]
    found = "not named: retries" in missing(text.replace("retries", "tries"), *TABLES["keys"])
    tests.append(("a name that is missing is found", [] if found else ["it was not"]))
    print(f"1..{len(tests)}")
    for number, (name, complaints) in enumerate(tests, 1):
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
        for complaint in complaints:
            print(f"# {complaint}")
    return any(complaints for _, complaints in tests)


if sys.argv[3:] == ["--write"]:
    write(commands(*sys.argv[1:3]))
else:
    sys.exit(main(*sys.argv[1:]))
