#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Polices the tree. Prints TAP: first that each rule fires on planted mistakes and on nothing else,
then that no file of the tree breaks it, with file:line of every place that does."""
import sys

import arrows
import builds
import calls
import lengths
import tree
import words

RULES = [rule for module in (arrows, lengths, calls, words, builds) for rule in module.RULES]


class Tap:
    def __init__(self, n):
        self.n, self.n_failed = 0, 0
        print(f"1..{n}")

    def test(self, name, complaints):
        self.n += 1
        self.n_failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.n} - {name}")
        for complaint in complaints:
            print(f"# {complaint}")


def self_test(rule):
    for planted, wanted in [(f, 1) for f in rule.bad] + [(f, 0) for f in rule.good]:
        found = list(rule.check(planted))
        if len(found) != wanted:
            text = planted.text[:60].replace("\n", "\\n")
            yield f"{planted.path} with {text!r}: {len(found)} places, not {wanted}: {found}"
    if not rule.bad or not rule.good:
        yield "the rule has nothing planted"


def main():
    everything = list(tree.files())
    tap = Tap(2 * len(RULES) + 1)
    for rule in RULES:
        tap.test(f"fires on planted mistakes only: {rule.name}", list(self_test(rule)))
    # A walk that finds nothing would let everything pass.
    found = {file.path for file in everything}
    missing = {"meson.build", "dev", "lib/base/arena.c", "tests/tidy/tidy.py"} - found
    tap.test("the tree is found", [f"not found: {path}" for path in sorted(missing)])
    for rule in RULES:
        tap.test(rule.name, [f"{file.path}:{line}: {message}"
                             for file in everything for line, message in rule.check(file)])
    return tap.n_failed > 0


sys.exit(main())
