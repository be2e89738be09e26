# SPDX-License-Identifier: MIT
"""Lengths of lines, functions and files."""
import ast
import re

from tree import File, Rule

COLUMNS_MAX = {"c": 100, "py": 120, "sh": 120, "meson": 120}
FUNCTION_MAX, FILE_MAX, TAB = 70, 500, 8


def check_columns(file):
    columns_max = COLUMNS_MAX.get(file.language())
    for number, line in enumerate(file.lines if columns_max else (), 1):
        columns = len(line.expandtabs(TAB))
        if columns > columns_max:
            yield number, f"the line has {columns} columns, {columns_max} at most"


def check_file(file):
    n_lines = len(file.lines)
    if file.language() and n_lines > FILE_MAX:
        yield n_lines, f"the file has {n_lines} lines, {FILE_MAX} at most"


def functions_by_brace(lines, opening):
    """(first line, number of lines) of what a line `opening` matches begins and a `}` ends."""
    first = 0
    for number, line in enumerate(lines, 1):
        if not first and re.match(opening, line):
            first = number
        elif first and line.startswith("}"):
            yield first, number - first + 1
            first = 0


def functions(file):
    language = file.language()
    if language == "c":
        yield from functions_by_brace(file.lines, r"\{")
    elif language == "sh":
        yield from functions_by_brace(file.lines, r"\w+\(\)\s*\{[^}]*$")
    elif language == "py":
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno - node.lineno + 1


def check_functions(file):
    for first, length in functions(file):
        if length > FUNCTION_MAX:
            yield first, f"the function has {length} lines, {FUNCTION_MAX} at most"


C_LONG = "int f(void)\n{\n" + "\tg();\n" * 69 + "}\n"
C_SHORT = "int f(void)\n{\n" + "\tg();\n" * 68 + "}\n"
PY_LONG = "def f():\n" + "    g()\n" * 70
SH_LONG = "#!/bin/sh\nf() { # what for\n" + "\tg\n" * 69 + "}\n"

RULES = [
    Rule("a line has 100 columns at most in C, 120 in all else", check_columns, bad=[
        File("lib/base/size.c", "\t" + "x" * 93 + "\n"),
        File("tests/count.py", "x" * 121 + "\n"),
        File("meson.build", "#" * 121 + "\n"),
    ], good=[
        File("lib/base/size.c", "\t" + "x" * 92 + "\n"),
        File("lib/base/size.c", "é" * 100 + "\n"),
    ]),
    Rule("a function has 70 lines at most", check_functions, bad=[
        File("lib/base/size.c", C_LONG),
        File("tests/count.py", PY_LONG),
        File("dev", SH_LONG),
    ], good=[
        File("lib/base/size.c", C_SHORT + C_SHORT),
        File("lib/base/size.c", "static int a[] = {\n" + "\t1,\n" * 90 + "};\n"),
    ]),
    Rule("a file has 500 lines at most", check_file, bad=[
        File("lib/base/size.c", "\n" * 501),
    ], good=[
        File("lib/base/size.c", "\n" * 500),
        File("tests/fuzz/yaml.dict", "\n" * 501),
    ]),
]
