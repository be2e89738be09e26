# SPDX-License-Identifier: MIT
"""The password of a database is open in the program that restores, and in no other that an operator starts."""
import shutil

import pytest

import dumps
from operator_process import PATH, operate  # noqa: F401


def arguments_of(name, pg, mongo):
    if name == "pg_restore":
        return {"host": pg["PGHOST"], "port": int(pg["PGPORT"]), "user": pg["PGUSER"], "password": pg["PGPASSWORD"],
                "database": "postgres"}
    return {"host": mongo["MONGODB_HOST"], "port": int(mongo["MONGODB_PORT"]), "user": mongo["MONGODB_USER"],
            "password": mongo["MONGODB_PASS"]}


@pytest.mark.parametrize("name", ["pg_restore", "mongorestore"])
def test_the_command_that_gives_aws_keys_has_nothing_open_but_its_output(pg, mongo, operate, tmp_path, name):
    (tmp_path / "config").write_text(
        f"[default]\ncredential_process = sh -c 'ls -l /proc/self/fd > {tmp_path}/open; exit 3'\n")
    ended = operate(name, {"source": "s3://bucket/key", **arguments_of(name, pg, mongo)},
                    AWS_CONFIG_FILE=str(tmp_path / "config"))
    assert "its credential_process failed (exit 3)" in ended.last, ended.log
    lines = [line for line in (tmp_path / "open").read_text().splitlines() if " -> " in line]
    assert len(lines) == 4 and lines[3].endswith("/fd"), lines  # the last one is the folder that is listed


def test_of_the_runs_of_mongorestore_those_that_connect_have_the_password(mongo, operate, tmp_path):
    dumps.mongo_fill(mongo, "open")
    archive = dumps.mongo_dump(mongo, "open", tmp_path / "archive")
    real = shutil.which("mongorestore", path=PATH)
    wrapper = tmp_path / "mongorestore"
    wrapper.write_text(f'#!/bin/sh\nls -l /proc/$$/fd | grep -c memfd: >> {tmp_path}/$#.runs\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    arguments = {"source": str(archive), "dry_run": True, **arguments_of("mongorestore", {}, mongo)}
    ended = operate("mongorestore", arguments, PATH=f"{tmp_path}:{PATH}")
    assert ended.code == 0, ended.log
    runs = {path.name: path.read_text() for path in tmp_path.glob("*.runs")}
    assert runs.pop("1.runs") == "0\n"  # --version
    assert list(runs.values()) == ["1\n"], runs  # --dryRun
