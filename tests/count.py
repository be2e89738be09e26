# SPDX-License-Identifier: MIT
"""count.py REPORT: "PASSED FAILED", from meson's testlog.json (its TAP lines) or pytest's JUnit XML."""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree


def of_meson(lines):
    passed = failed = 0
    for line in lines:
        test = json.loads(line)
        ok = len(re.findall(r"^\s*ok \d+(?!.*# SKIP)", test.get("stdout", ""), re.M))
        bad = len(re.findall(r"^\s*not ok \d+", test.get("stdout", ""), re.M))
        # A program that died, or a test without TAP, counts as one.
        if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not bad:
            bad = 1
        elif not ok and not bad:
            ok = 1
        passed, failed = passed + ok, failed + bad
    return passed, failed


def of_junit(text):
    suites = list(ElementTree.fromstring(text).iter("testsuite"))
    total, bad, skipped = (sum(int(s.get(key, 0)) for s in suites) for key in ("tests", "failures", "skipped"))
    errors = sum(int(s.get("errors", 0)) for s in suites)
    return total - bad - errors - skipped, bad + errors


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            return of_junit(file.read()) if path.endswith(".xml") else of_meson(file)
    except OSError:
        return 0, 1  # nothing ran


print(*main(sys.argv[1]))
