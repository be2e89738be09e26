# SPDX-License-Identifier: MIT
"""Databases of older dagds: what a dagd of today has left, as far as their formats can hold it."""
import contextlib
import pathlib
import shutil
import sqlite3
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "formats"
# From the first on, what brings the tables from the format before it to its own.
FORMATS = [path.read_text() for path in sorted(FOLDER.glob("*.sql"), key=lambda path: int(path.stem))]


def number(database, sql):
    return database.execute(sql).fetchone()[0]


def tables(database, schema="main"):
    """Names of the tables, each with those of its columns."""
    names = [name for name, in database.execute(
        f"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    return {name: [row[1] for row in database.execute(f"PRAGMA {schema}.table_info({name})")] for name in names}


@contextlib.contextmanager
def opened(path):
    """A copy of the database as it lies there, with its log: nothing of the original is touched."""
    with tempfile.TemporaryDirectory(prefix="dagd-past-") as folder:
        for file in (path, path.with_name(path.name + "-wal")):
            if file.exists():
                shutil.copy(file, folder)
        database = sqlite3.connect(f"{folder}/{path.name}")
        try:
            yield database
        finally:
            database.close()


def format_of(path):
    with opened(path) as database:
        return number(database, "PRAGMA user_version")


def made(version, path=":memory:"):
    """A database of this format without rows."""
    database = sqlite3.connect(path, isolation_level=None)
    for sql in FORMATS[:version]:
        database.executescript(sql)
    return database


def contents(path, version):
    """Table -> its rows, of those tables and columns that this format has."""
    known = tables(made(version))
    with opened(path) as database:
        sound = number(database, "PRAGMA integrity_check")
        assert sound == "ok", f"{path.name} is damaged: {sound}"
        return {table: sorted(database.execute(f"SELECT {', '.join(columns)} FROM {table}"), key=repr)
                for table, columns in known.items()}


def without_epoch(rows):
    return [row[:1] + row[2:] for row in rows]


def differences(before, after, has_new_epoch=False):
    """Sentences on what is not as it was. `has_new_epoch`: a dagd has had it since."""
    for table, rows in before.items():
        rows_after = after[table]
        if table == "meta" and has_new_epoch:
            rows, rows_after = without_epoch(rows), without_epoch(rows_after)
        if rows != rows_after:
            gone, new = [row for row in rows if row not in rows_after], [row for row in rows_after if row not in rows]
            yield f"table {table} has lost {gone} and got {new}"


class Past:
    """`home` is what a dagd has left that was stopped."""

    def __init__(self, home):
        self.home = home
        self.newest = format_of(home / "state" / "dagd.db")

    def leave(self, home, version, is_in_log):
        """Puts into `home` what a dagd of this format would have left: one that was stopped, or (`is_in_log`) one that
        was killed before any of it had been moved from the log into the file."""
        state = home / "state"
        state.mkdir(mode=0o700, parents=True)
        shutil.copytree(self.home / "dags", home / "dags", dirs_exist_ok=True)
        shutil.copy(self.home / "state" / "key", state / "key")
        with tempfile.TemporaryDirectory(prefix="dagd-past-") as folder:
            path = pathlib.Path(folder, "dagd.db")
            database = made(version, path)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA wal_autocheckpoint = 0")
            self._fill(database)
            if not is_in_log:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for file in (path, path.with_name("dagd.db-wal")):
                shutil.copy(file, state)
            database.close()

    def _fill(self, database):
        with opened(self.home / "state" / "dagd.db") as today:
            database.execute("ATTACH ? AS today", (today.execute("PRAGMA database_list").fetchone()[2],))
            database.execute("BEGIN")
            for table, columns in tables(database).items():
                names = ", ".join(columns)
                if table != "run_count":  # which counts the runs as they come
                    database.execute(f"INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM today.{table}")
            database.execute("COMMIT")
            database.execute("DETACH today")
