# SPDX-License-Identifier: MIT
"""Real servers for the tests, started by tests/servers/*-up: PostgreSQL, MongoDB's protocol, S3."""
import os
import pathlib
import subprocess

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "servers"


class Server:
    """One server; its KEY=VALUE lines are items: server["PGPORT"]."""

    def __init__(self, kind, folder, **environment):
        self.kind, self.folder, self.environment = kind, pathlib.Path(folder), environment
        self.values = {}
        self.start()

    def __getitem__(self, key):
        return self.values[key]

    def start(self, port=None):
        """Starts it, after stop() on the same data; on `port` where one is given."""
        environment = dict(PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        environment.update({k: v for k, v in os.environ.items() if k in ("HOME", "DAGD_SERVERS")})
        environment.update(self.environment)
        if port:
            environment["SERVER_PORT"] = str(port)
        done = subprocess.run([SCRIPTS / f"{self.kind}-up", self.folder], env=environment, text=True,
                              capture_output=True)
        assert done.returncode == 0, done.stderr
        self.values = dict(line.split("=", 1) for line in done.stdout.splitlines())

    def stop(self):
        subprocess.run([SCRIPTS / "down", self.folder], check=True)
