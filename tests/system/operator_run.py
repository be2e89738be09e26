# SPDX-License-Identifier: MIT
"""Runs an operator's program as a worker does: arguments on stdin, the result in the file DAGD_OUTPUT names."""
import json
import os
import pathlib
import subprocess
import tempfile


class Outcome:
    def __init__(self, status, log, error, output):
        self.status, self.log, self.error = status, log, error
        self.result = output.get("return_value") if output else None

    @property
    def reason(self):
        """The last line of its standard error, as the worker keeps it."""
        lines = self.error.splitlines()
        return lines[-1] if lines else ""


def operator_run(build, name, arguments, environment=None, timeout=120):
    """`arguments`: an object, or text that is given as it is. Only PATH is inherited."""
    text = arguments if isinstance(arguments, (str, bytes)) else json.dumps(arguments)
    data = text if isinstance(text, bytes) else text.encode()
    with tempfile.TemporaryDirectory(prefix="dagd-operator-") as folder:
        output = pathlib.Path(folder, "output.json")
        env = {"PATH": os.environ["PATH"], "HOME": folder, "DAGD_OUTPUT": str(output)}
        env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        env.update(environment or {})
        done = subprocess.run([build / "operators" / name / name], input=data, capture_output=True,
                              env=env, timeout=timeout)
        found = json.loads(output.read_text()) if output.exists() else None
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode(), found)
