# SPDX-License-Identifier: MIT
"""The scripts of docs/secrets.md, word for word: pass itself, and what the tools of vaults are known to say."""
import re
import subprocess
import textwrap

import pytest

from conftest import ROOT
from daemon import PATH

URI = "postgres://etl:p%40ss@db.example/dwh"

# Each says what the real one says: the value on stdout, warnings and errors on stderr.
AWS = """\
    #!/usr/bin/python3
    import os, sys
    words = sys.argv[1:]
    values = {"dagd/connection/warehouse": os.environ["ANSWER"], "dagd/variable/IMAGE": None}
    assert words[:2] == ["secretsmanager", "get-secret-value"] and words[words.index("--output") + 1] == "text", words
    name = words[words.index("--secret-id") + 1]
    print("aws: a new version is there", file=sys.stderr)
    if name == "dagd/variable/DENIED":
        sys.exit("An error occurred (AccessDeniedException) when calling the GetSecretValue operation: not authorized")
    if name not in values:
        sys.exit("An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: no secret")
    if values[name] is None and "join(" in words[words.index("--query") + 1]:
        sys.exit("In function join(), invalid type for value: None, expected one of: ['array-string']")
    print(values[name])
"""
VAULT = """\
    #!/usr/bin/python3
    import os, sys
    assert sys.argv[1:4] == ["kv", "get", "-field=value"] and os.environ["VAULT_TOKEN"] == "t0ken", sys.argv
    print("WARNING! the token is about to expire", file=sys.stderr)
    name = sys.argv[4]
    if name == "secret/dagd/variable/DENIED":
        print("Error making API request.\\n\\nCode: 403. Errors:\\n\\n* 1 error occurred:\\n\\t* permission denied\\n",
              file=sys.stderr)
        sys.exit(2)
    if name == "secret/dagd/variable/IMAGE":
        print('Field "value" not present in secret', file=sys.stderr)
        sys.exit(1)
    if name != "secret/dagd/connection/warehouse":
        print("No value found at secret/data/dagd/variable/NONE", file=sys.stderr)
        sys.exit(2)
    print(os.environ["ANSWER"], end="")
"""

# What each prints behind a value, and the exit code of its script where there is no text.
TOOLS = {"aws": (AWS, "\n", 2), "vault": (VAULT, "", 1)}


def script(tool):
    """The script of the page that runs it."""
    page = (ROOT / "docs" / "secrets.md").read_text()
    found = [textwrap.dedent(one) for one in re.findall(r"^    #!/bin/sh\n(?:    .*\n)+", page, re.MULTILINE)]
    return next(one for one in found if re.search(rf"\b{tool} (?:show|kv|secretsmanager) ", one))


def written(path, text):
    path.write_text(textwrap.dedent(text))
    path.chmod(0o755)
    return path


def asked(program, *words, **environment):
    """As secrets.command is run: its exit code, its output and the last line of its stderr."""
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return done.returncode, done.stdout, lines[-1] if lines else ""


@pytest.mark.parametrize("value", [URI, "two\nlines\n"], ids=["a line", "lines"])
@pytest.mark.parametrize("tool", TOOLS)
def test_of_what_a_tool_says_only_the_value_is_one(tmp_path, tool, value):
    program, end, no_text = TOOLS[tool]
    written(tmp_path / tool, program)
    (tmp_path / "token").write_text("t0ken\n")
    command = written(tmp_path / "command", script(tool))
    given = {"PATH": f"{tmp_path}:{PATH}", "VAULT_TOKEN_FILE": str(tmp_path / "token"), "ANSWER": value}
    assert asked(command, "connection", "warehouse", **given)[:2] == (0, value + end)
    assert asked(command, "variable", "NONE", **given) == (1, "", "")
    code, output, why = asked(command, "variable", "DENIED", **given)
    assert code == 2 and output == "" and ("denied" in why or "AccessDenied" in why)
    assert asked(command, "variable", "IMAGE", **given)[:2] == (no_text, "")


def test_pass_is_asked(tmp_path):
    command = written(tmp_path / "command", script("pass"))
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    given = {"PATH": PATH, "HOME": str(home), "GNUPGHOME": str(home)}

    def tell(*words, stdin=""):
        subprocess.run(words, env=given, input=stdin, check=True, capture_output=True, text=True)

    try:
        tell("gpg", "--batch", "--passphrase", "", "--quick-gen-key", "dagd <dagd@localhost>", "future-default")
        tell("pass", "init", "dagd@localhost")
        tell("pass", "insert", "-m", "dagd/connection/warehouse", stdin=URI + "\n")
        assert asked(command, "connection", "warehouse", **given) == (0, URI + "\n", "")
        assert asked(command, "variable", "NONE", **given) == (1, "", "")
        for key in (home / "private-keys-v1.d").iterdir():
            key.unlink()
        code, output, why = asked(command, "connection", "warehouse", **given)
        assert code > 1 and output == "" and "No secret key" in why
    finally:
        tell("gpgconf", "--kill", "gpg-agent")
