#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""pages.py MANUAL OPERATORS [--write]: whether the pages that are made from the code are current.

MANUAL is the program of manual.c, OPERATORS the folder of manifests. Prints TAP; with --write it
writes the pages instead.
"""
import difflib
import os
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def pages(manual, operators):
    return {"configuration.md": [manual, "configuration"],
            "operators.md": [manual, "operators", operators]}


def wanted(command):
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def write(commands):
    for page, command in commands.items():
        with open(os.path.join(FOLDER, page), "w", encoding="utf-8") as file:
            file.write(wanted(command))


def check(commands):
    print(f"1..{len(commands)}")
    n_failed = 0
    for number, (page, command) in enumerate(commands.items(), 1):
        with open(os.path.join(FOLDER, page), encoding="utf-8") as file:
            diff = list(difflib.unified_diff(file.read().splitlines(), wanted(command).splitlines(),
                                             "docs/" + page, "the code", lineterm=""))
        print(f"{'not ok' if diff else 'ok'} {number} - docs/{page} says what the code says")
        for line in diff + ["`ninja docs` in the build folder writes it"] if diff else ():
            print(f"# {line}")
        n_failed += bool(diff)
    return n_failed > 0


if sys.argv[3:] == ["--write"]:
    write(pages(*sys.argv[1:3]))
else:
    sys.exit(check(pages(*sys.argv[1:])))
