# SPDX-License-Identifier: MIT
"""The databases that experiments restore into, and what proves them equal: all that a dump of them holds."""
import contextlib
import hashlib
import os
import subprocess

import psycopg2

import dumps  # of the system tests, which experiment has made known

OLDER = "older"  # what a PostgreSQL target holds before
PRECIOUS = {"_id": "precious"}


def pg_bin():
    """The server's own programs: Debian's wrappers around them are slow."""
    return dumps.run(["pg_config", "--bindir"], os.environ).strip()


class PostgresTarget:
    """One database of the server. `original`: the database that the dumps are of."""

    def __init__(self, server, name, original):
        self.server, self.name, self.original = server, name, original
        self.prepare()

    @staticmethod
    def make_older(server):
        dumps.postgres_create(server, OLDER)
        dumps.psql(server, "CREATE TABLE keyless AS SELECT 'precious' AS line", OLDER)

    @contextlib.contextmanager
    def session(self):
        connection = psycopg2.connect(host=self.server["PGHOST"], port=self.server["PGPORT"], dbname="postgres",
                                      user=self.server["PGUSER"], password=self.server["PGPASSWORD"])
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def prepare(self, older=OLDER):
        with self.session() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{older}"')

    def state(self, database=None):
        """A digest of what pg_dump says of it."""
        with dumps.pgpass(self.server) as environment:
            text = subprocess.run(["pg_dump", "-d", database or self.name], env=environment, check=True,
                                  capture_output=True).stdout
        lines = [line for line in text.splitlines() if not line.startswith((b"\\restrict", b"\\unrestrict"))]
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    def arguments(self, port=None):
        return {"host": self.server["PGHOST"], "port": int(port or self.server["PGPORT"]),
                "user": self.server["PGUSER"], "database": self.name, "clean": True}

    def password(self):
        return self.server["PGPASSWORD"]

    def sessions(self):
        """pids of the server's processes that serve a restore."""
        with self.session() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'dagd%%'",
                           [self.name])
            return [pid for pid, in cursor.fetchall()]

    def terminate(self):
        with self.session() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name])


class MongoTarget:
    """One database of the server."""

    def __init__(self, server, name, original):
        self.server, self.name, self.original = server, name, original
        self.prepare()

    @staticmethod
    def make_older(server):
        pass

    def prepare(self):
        with dumps.mongo_client(self.server) as client:
            client.drop_database(self.name)
            client[self.name].orders.insert_one(PRECIOUS)

    def state(self, database=None):
        """A digest of its documents and indexes."""
        return hashlib.sha256(repr(dumps.mongo_answers(self.server, database or self.name)).encode()).hexdigest()

    def arguments(self, port=None):
        return {"host": self.server["MONGODB_HOST"], "port": int(port or self.server["MONGODB_PORT"]),
                "user": self.server["MONGODB_USER"], "drop": True,
                "ns_from": f"{self.original}.*", "ns_to": f"{self.name}.*"}

    def password(self):
        return self.server["MONGODB_PASS"]

    def sessions(self):
        return []


TARGETS = {"pg_restore": PostgresTarget, "mongorestore": MongoTarget}
