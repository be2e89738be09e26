# SPDX-License-Identifier: MIT
"""The examples that show one way each to give credentials, each run with nothing but what it names."""
import json
import pathlib
import sqlite3

import pytest

import s3_store
from aws_find import ini
from fakes.imds import Imds
from fakes.sts import Sts
from http_script import HttpScript

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"
BUCKET = "company-backups"
KEY = "postgres/shop.dump"
BASE = ("AKIABASE", "base-secret-canary")
ALONE = {"AWS_EC2_METADATA_DISABLED": "true"}


def run(dagd, name):
    """What the run of the example printed; it succeeds."""
    if not dagd.process:
        dagd.start()
    dagd.load_dag(name, (EXAMPLES / f"{name}.yaml").read_text())
    done = dagd.dagctl("dags", "trigger", name, "--follow")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# A connection, wherever it is kept


@pytest.fixture
def crm(tmp_path):
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
        database.executemany("INSERT INTO customers VALUES (?)", [("Ada",), ("Grace",), ("Barbara",)])
    return f"sqlite:///{path}"


def in_the_store(dagd, uri, tmp_path):
    dagd.start()
    done = dagd.dagctl("connections", "add", "crm", "--conn-uri", "-", stdin=uri)
    assert done.returncode == 0, done.stderr


def in_the_environment(dagd, uri, tmp_path):
    dagd.environment["DAGD_CONN_CRM"] = uri


def in_a_folder(dagd, uri, tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "conn.crm").write_text(uri + "\n")
    dagd.environment["CREDENTIALS_DIRECTORY"] = str(folder)


def from_a_command(dagd, uri, tmp_path):
    command = tmp_path / "from-vault"
    command.write_text(f"#!/bin/sh\n[ \"$1 $2\" = \"connection crm\" ] || exit 1\necho '{uri}'\n")
    command.chmod(0o755)
    dagd.environment["DAGD__SECRETS__COMMAND"] = str(command)


WAYS = {"store": in_the_store, "environment": in_the_environment, "folder": in_a_folder, "command": from_a_command}


@pytest.mark.parametrize("way", WAYS)
def test_the_connection_is_found(dagd_home, crm, tmp_path, way):
    WAYS[way](dagd_home, crm, tmp_path)
    run(dagd_home, f"credentials_{way}")
    runs = dagd_home.get(f"/dags/credentials_{way}/dagRuns")["dag_runs"]
    path = f"/dags/credentials_{way}/dagRuns/{runs[0]['dag_run_id']}/taskInstances/count/xcomEntries/return_value"
    assert dagd_home.get(path)["value"]["rows"] == [[3]]


@pytest.mark.parametrize("way", ["environment", "folder", "command"])
def test_without_its_place_the_connection_is_not_there(dagd_home, way):
    dagd_home.start()
    dagd_home.load_dag(f"credentials_{way}", (EXAMPLES / f"credentials_{way}.yaml").read_text())
    done = dagd_home.dagctl("dags", "trigger", f"credentials_{way}", "--follow")
    assert done.returncode == 1 and 'there is no connection "crm"' in done.stdout + done.stderr


# Keys of AWS


@pytest.fixture
def right(s3):
    store = s3_store.client(s3)
    if BUCKET not in [bucket["Name"] for bucket in store.list_buckets()["Buckets"]]:
        store.create_bucket(Bucket=BUCKET)
    store.put_object(Bucket=BUCKET, Key=KEY, Body=b"dump")
    return s3["AWS_ACCESS_KEY_ID"], s3["AWS_SECRET_ACCESS_KEY"]


def reaches(dagd, s3, tmp_path, **environment):
    """A dagd that knows where the server is, and nothing else."""
    dagd.environment.update(HOME=str(tmp_path), AWS_ENDPOINT_URL_S3=s3["AWS_ENDPOINT_URL"], AWS_REGION="us-east-1",
                            **environment)
    return dagd


def finds(dagd, name):
    run(dagd, name)
    [one] = dagd.get(f"/dags/{name}/dagRuns")["dag_runs"]
    path = f"/dags/{name}/dagRuns/{one['dag_run_id']}/taskInstances/find/xcomEntries/return_value"
    assert dagd.get(path)["value"]["key"] == KEY


def test_the_role_of_the_instance(dagd_home, s3, right, tmp_path):
    with HttpScript(Imds(right)) as service:
        finds(reaches(dagd_home, s3, tmp_path, AWS_EC2_METADATA_SERVICE_ENDPOINT=service.url), "aws_instance_role")


def test_a_profile(dagd_home, s3, right, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(ini("backup", right))
    finds(reaches(dagd_home, s3, tmp_path, **ALONE), "aws_profile")


def test_a_role_in_a_connection(dagd_home, s3, right, tmp_path):
    extra = {"role_arn": "arn:aws:iam::123456789012:role/backup", "region_name": "us-east-1"}
    sts = Sts(right, sources=[BASE])
    with HttpScript(sts) as service:
        dagd = reaches(dagd_home, s3, tmp_path, AWS_ENDPOINT_URL_STS=service.url, **ALONE).start()
        added = dagd.dagctl("connections", "add", "aws_backup", "--conn-type", "aws", "--conn-login", BASE[0],
                            "--conn-password", "-", "--conn-extra", json.dumps(extra), stdin=BASE[1])
        assert added.returncode == 0, added.stderr
        finds(dagd, "aws_role")
    assert sts.asked[0]["RoleArn"] == extra["role_arn"]


def test_a_web_identity(dagd_home, s3, right, tmp_path):
    token = tmp_path / "token"
    token.write_text(Sts.web_token)
    sts = Sts(right)
    text = (EXAMPLES / "aws_web_identity.yaml").read_text()
    place = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
    assert place in text
    with HttpScript(sts) as service:
        dagd = reaches(dagd_home, s3, tmp_path, AWS_ENDPOINT_URL_STS=service.url, **ALONE).start()
        dagd.load_dag("aws_web_identity", text.replace(place, str(token)))
        done = dagd.dagctl("dags", "trigger", "aws_web_identity", "--follow")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sts.asked[0]["RoleArn"] == "arn:aws:iam::123456789012:role/backup"
