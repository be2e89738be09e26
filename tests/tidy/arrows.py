# SPDX-License-Identifier: MIT
"""Includes point one way: what a folder may include, of the project's own and of libraries."""
import os
import re

from tree import File, Rule

BASE = ("lib/base",)
DAG = BASE + ("lib/yaml", "lib/schedule", "lib/template", "lib/dag")
ENGINE = DAG + ("lib/engine",)

# The longest folder that holds a file decides. A folder may always include itself.
MAY_INCLUDE = {
    "lib/base": (),
    "lib/wire": (),
    "lib/yaml": BASE,
    "lib/schedule": BASE,
    "lib/template": BASE + ("lib/yaml", "lib/schedule"),
    "lib/dag": DAG,
    "lib/engine": ENGINE,
    "lib/aws": BASE,
    "worker": ("lib/wire",),
    "operators": BASE + ("lib/aws", "operators"),
    "cli": DAG,
    "daemon/http": ENGINE,
    "daemon/store": ENGINE,
    "daemon/executor": ENGINE + ("lib/wire",),
    "daemon/render": ENGINE + ("lib/wire", "daemon/store"),
    "daemon/api": ENGINE + ("daemon/http", "daemon/store", "daemon/render", "daemon"),
    "daemon": ENGINE + ("lib/wire", "daemon/http", "daemon/store", "daemon/executor",
                        "daemon/render", "daemon/api"),
    "docs": DAG + ("daemon",),
    "tests": None,  # everything
    "bench": None,
}

# Where the header of a library may be included.
LIBRARIES = {
    r"uv\.h": ("daemon",),
    r"sqlite3\.h": ("daemon/store", "operators/sql"),
    r"microhttpd\.h": ("daemon/http",),
    r"sodium\.h": ("daemon/store",),
    r"yaml\.h": ("lib/yaml",),
    r"curl/.*": ("lib/aws", "cli", "operators"),
    r"expat\.h": ("lib/aws",),
    r"libpq-fe\.h": ("operators",),
    r"mongoc/.*|bson/.*": ("operators",),
    r"zlib\.h": ("operators",),
}

# The C library and Linux: all that lib/wire and worker/ know.
LIBC = re.compile(
    r"(sys|linux|arpa|netinet)/\w+\.h|(assert|ctype|dirent|errno|fcntl|fnmatch|grp|inttypes|limits|"
    r"locale|math|poll|pwd|sched|signal|spawn|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|"
    r"syslog|termios|time|unistd|wchar)\.h")
LIBC_ONLY = ("lib/wire", "worker")

INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')


def includes(file):
    if file.language() == "c":
        for number, line in enumerate(file.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1) == '"', match.group(2)


def owner(path):
    """The entry of MAY_INCLUDE that a folder belongs to."""
    while path and path not in MAY_INCLUDE:
        path = os.path.dirname(path)
    return path


def check_own(file):
    who = owner(file.folder)
    for number, is_own, name in includes(file):
        folder = os.path.dirname(name)
        if not is_own:
            continue
        if not who:
            yield number, "a folder that no rule of includes knows"
        elif MAY_INCLUDE[who] is None or owner(folder) == who != "operators":
            continue
        elif who == "operators" and folder in ("operators", file.folder):
            continue
        elif owner(folder) not in MAY_INCLUDE[who] or (folder.startswith("operators/")):
            yield number, f"{who} may not include {name}"


def check_rooted(file):
    for number, is_own, name in includes(file):
        if is_own and file.tree and name not in file.tree:
            yield number, f'"{name}" is no path from the root of the tree'


def check_libraries(file):
    for number, is_own, name in includes(file):
        if is_own or file.is_in("tests", "bench"):
            continue
        for header, folders in LIBRARIES.items():
            if re.fullmatch(header, name) and not file.is_in(*folders):
                yield number, f"<{name}> belongs into {' and '.join(folders)} only"


def check_libc(file):
    for number, is_own, name in includes(file):
        if file.is_in(*LIBC_ONLY) and not is_own and not LIBC.fullmatch(name):
            yield number, f"<{name}>: only the C library is used here"


def planted(path, line):
    return File(path, line + "\n", frozenset({"lib/base/arena.h"}))


RULES = [
    Rule("includes point one way", check_own, bad=[
        planted("lib/base/arena.c", '#include "lib/yaml/yaml.h"'),
        planted("lib/schedule/cron.c", '#include "lib/yaml/yaml.h"'),
        planted("lib/dag/load.c", '#include "lib/engine/engine.h"'),
        planted("lib/engine/engine.c", '#include "lib/wire/wire.h"'),
        planted("lib/engine/engine.c", '#include "daemon/daemon.h"'),
        planted("daemon/store/store.c", '#include "daemon/http/http.h"'),
        planted("daemon/http/server.c", '#include "daemon/executor/executor.h"'),
        planted("daemon/executor/job.c", '#include "daemon/store/store.h"'),
        planted("daemon/executor/job.c", '#include "daemon/daemon.h"'),
        planted("daemon/render/render.c", '#include "daemon/api/api.h"'),
        planted("daemon/api/api.c", '#include "daemon/executor/executor.h"'),
        planted("worker/main.c", '#include "lib/base/arena.h"'),
        planted("lib/wire/wire.c", '#include "lib/base/arena.h"'),
        planted("cli/dags.c", '#include "lib/engine/engine.h"'),
        planted("cli/dags.c", '#include "daemon/config.h"'),
        planted("operators/sql/sql.c", '#include "lib/dag/dag.h"'),
        planted("operators/sql/sql.c", '#include "operators/pg_restore/dump.h"'),
        planted("operators/postgres.c", '#include "operators/sql/statement.h"'),
        planted("lib/aws/s3.c", '#include "operators/tool.h"'),
        planted("somewhere/new.c", '#include "lib/base/arena.h"'),
    ], good=[
        planted("daemon/turn.c", '#include "daemon/store/store.h"'),
        planted("daemon/api/api.c", '#include "daemon/daemon.h"'),
        planted("operators/sql/sql.c", '#include "operators/sql/statement.h"'),
        planted("operators/sql/sql.c", '#include "operators/postgres.h"'),
        planted("operators/s3_copy/s3_copy.c", '#include "lib/aws/s3.h"'),
        planted("lib/dag/load.c", '#include "lib/dag/load.h"'),
        planted("tests/unit/test-store.c", '#include "daemon/store/store.h"'),
    ]),
    Rule("includes are written from the root", check_rooted, bad=[
        planted("lib/base/size.c", '#include "arena.h"'),
        planted("lib/base/size.c", '#include "../base/arena.h"'),
    ], good=[planted("lib/base/size.c", '#include "lib/base/arena.h"')]),
    Rule("a library is used in its own folder", check_libraries, bad=[
        planted("lib/engine/wake.c", "#include <uv.h>"),
        planted("cli/dags.c", "# include <uv.h>"),
        planted("daemon/turn.c", "#include <sqlite3.h>"),
        planted("daemon/api/api.c", "#include <microhttpd.h>"),
        planted("daemon/http/server.c", "#include <sodium.h>"),
        planted("daemon/main.c", "#include <curl/curl.h>"),
    ], good=[
        planted("daemon/turn.c", "#include <uv.h>"),
        planted("daemon/store/store.c", "#include <sqlite3.h>"),
        planted("daemon/turn.c", '#include "lib/yaml/yaml.h"'),
    ]),
    Rule("wire and worker use the C library only", check_libc, bad=[
        planted("worker/main.c", "#include <glib.h>"),
        planted("lib/wire/wire.c", "#include <jansson.h>"),
    ], good=[planted("worker/main.c", "#include <sys/signalfd.h>")]),
]
