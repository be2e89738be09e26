#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lets test-ini and botocore read the same shared files, made at random, and compares what they find. Prints TAP.

    ini.py TEST-INI [COUNT [SEED]]
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from botocore.configloader import load_config
from botocore.exceptions import ConfigParseError

BEGINNINGS = ["[default]", "[profile b]", '[profile "b"]', "# x", ""]
LINES = [*BEGINNINGS, "[profile 'b c']", "[profile c]", "[DEFAULT]", "[b", "[]", "[default] # x", "[sso-session b]",
         "  [profile b]", "region = x", "region: y=z", "Region=w", "a=1", "a = 2", " a = 3", "  b=4", "\tb = 5",
         "c = [b]", "s3 =", "s3=", "    max = 1", "  max=2", "   MAX = 3", "# c", "; c", "   # c", "", "  ", "x", "  x",
         "= 1", "B:2", "  C = D", "é = ü", "k = v ; w", "k2 = \t v  ", "e =", "u = a:b=c"]


def text(dice):
    lines = dice.choices(BEGINNINGS, k=1) + dice.choices(LINES, k=dice.randrange(1, 8))
    return dice.choice(["\n", "\r\n"]).join(lines) + dice.choice(["", "\n"])


def flat(values):
    """A nested setting has the name of its outer one before it, and no case."""
    found = {}
    for key, value in values.items():
        nested = value if isinstance(value, dict) else {}
        found[key] = "" if nested else value
        found.update({f"{key}.{inner.lower()}": one for inner, one in nested.items()})
    return found


def botocores(path, asked):
    path.write_text(asked["text"], newline="")
    try:
        profiles = load_config(str(path))["profiles"]
    except ConfigParseError:
        return False
    return flat(profiles[asked["profile"]]) if asked["profile"] in profiles else None


def main(program, count="4000", seed="1"):
    dice = random.Random(int(seed))
    asked = [{"text": text(dice), "profile": dice.choice(["default", "b", "b c"])} for _ in range(int(count))]
    # Of two, configparser refuses a key that stands in both; here the later one counts.
    asked = [one for one in asked if one["text"].count("[DEFAULT]") < 2]
    done = subprocess.run([program], input="".join(json.dumps(one) + "\n" for one in asked), stdout=subprocess.PIPE,
                          text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    with tempfile.TemporaryDirectory(prefix="dagd-ini-") as folder:
        wanted = [botocores(pathlib.Path(folder, "config"), one) for one in asked]
    wrong = [(one, theirs, ours) for one, theirs, ours in zip(asked, wanted, answers) if theirs != ours]
    for one, theirs, ours in wrong[:3]:
        print("# " + json.dumps({"asked": one, "botocore": theirs, "ours": ours}))
    good = done.returncode == 0 and len(answers) == len(asked) and not wrong and any(wanted) and False in wanted
    print("1..1")
    print(f"{'ok' if good else 'not ok'} 1 {len(asked)} files (seed {seed}) are read as botocore reads them, "
          f"{len(wrong)} are not")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
