# SPDX-License-Identifier: MIT
"""An operator's program as a process that a test can watch, hold and end; and what it left."""
import json
import os
import pathlib
import subprocess
import time

import pytest

import dumps

PATH = f"{dumps.TOOLS}:/usr/local/bin:/usr/bin:/bin"
CANARY = "canary-4b1f0c55"
DEADLINE_S = 60


class Ended:
    """What an operator program left: exit code, log, the last line, its return value."""

    def __init__(self, code, log, output):
        self.code, self.log = code, log
        self.last = log.strip().splitlines()[-1] if log.strip() else ""
        self.value = json.loads(output.read_text())["return_value"] if output.exists() else None


class Program:
    """An operator program that is running."""

    def __init__(self, build, folder, name, arguments, words=(), prefix=(), **environment):
        self.output = folder / f"{name}-output.json"
        self.output.unlink(missing_ok=True)
        self.log = open(folder / f"{name}.log", "w+")
        environment = dict({"PATH": PATH, "HOME": str(folder), "DAGD_OUTPUT": str(self.output)}, **environment)
        self.process = subprocess.Popen([*prefix, build / "operators" / name / name, *words], env=environment,
                                        stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.STDOUT, text=True,
                                        start_new_session=True)
        self.process.stdin.write(json.dumps(arguments))
        self.process.stdin.close()

    def end(self):
        code = self.process.wait(DEADLINE_S)
        self.log.seek(0)
        return Ended(code, self.log.read(), self.output)


@pytest.fixture
def operate(build, tmp_path):
    """operate(name, arguments, **environment): runs an operator program to its end."""
    return lambda name, arguments, **environment: Program(build, tmp_path, name, arguments, **environment).end()


def wait_for(fact):
    """Until fact() is true; what it is, is returned."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        value = fact()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"it did not come true: {fact}")


def processes_with(text, what="cmdline"):
    """The processes whose command line (or environment) holds the text, this one apart."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if folder.name != str(os.getpid()) and text.encode() in (folder / what).read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found
