# SPDX-License-Identifier: MIT
"""The main job, shown: real servers, dumps in S3 among decoys, the workflow followed, the data proven equal.

Everything is in a folder of its own and is stopped and removed at the end. `--keep` leaves the folder."""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import boto3
import botocore.config

import dumps
import servers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
BUCKET = "kft-lakehouse-staging"
PREFIX = "digital_lending/backups/zemzem"
DATABASE = "zemzem"
WORKFLOW = "full_database_restore_workflow"
DAY_S = 86400
N_DECOYS = 1100  # more than one page of a listing


def say(text):
    print(f"\n== {text}", flush=True)


class Demo:
    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.home = folder / "home"
        self.environment = dict(os.environ, DAGD_HOME=str(self.home))

    def start_servers(self):
        say("PostgreSQL, MongoDB's protocol (SecantusDB) and S3 (versitygw) start")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            started = {kind: pool.submit(servers.Server, kind, self.folder / kind) for kind in ("pg", "mongo", "s3")}
            done = {}
            for kind, future in started.items():
                done[kind] = future.result()
                self.stack.callback(done[kind].stop)
        self.pg, self.mongo, self.s3 = done["pg"], done["mongo"], done["s3"]
        for kind, server in done.items():
            print(f"   {kind}: {next(v for k, v in server.values.items() if k.endswith('PORT'))}")

    def make_dumps(self):
        say("Databases are filled and dumped: pg_dump -Fc, mongodump --archive --gzip")
        dumps.postgres_fill(self.pg, "production", 2000)
        dumps.mongo_fill(self.mongo, DATABASE, 500)
        self.expected = (dumps.postgres_answers(self.pg, "production"), dumps.mongo_answers(self.mongo, DATABASE))
        self.postgres_dump = dumps.postgres_dump(self.pg, "production", self.folder / "zemzem.dump")
        self.mongo_dump = dumps.mongo_dump(self.mongo, DATABASE, self.folder / "zemzem.archive.gz")
        with dumps.mongo_client(self.mongo) as client:
            client.drop_database(DATABASE)
        dumps.postgres_create(self.pg, DATABASE)
        for path in (self.postgres_dump, self.mongo_dump):
            print(f"   {path.name}: {path.stat().st_size:,} bytes")

    def upload(self):
        say(f"Several generations go to s3://{BUCKET}, among {N_DECOYS:,} decoys")
        client = boto3.client("s3", endpoint_url=self.s3["AWS_ENDPOINT_URL"],
                              region_name=self.s3["AWS_DEFAULT_REGION"],
                              aws_access_key_id=self.s3["AWS_ACCESS_KEY_ID"],
                              aws_secret_access_key=self.s3["AWS_SECRET_ACCESS_KEY"],
                              config=botocore.config.Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket=BUCKET)
        now = time.time()

        def put(key, data, days_old):
            client.put_object(Bucket=BUCKET, Key=key, Body=data)
            path = self.s3.folder / "data" / BUCKET / key
            os.utime(path, (now - days_old * DAY_S,) * 2)

        for kind, suffix, dump in (("postgres", "dump", self.postgres_dump),
                                   ("mongodb", "archive.gz", self.mongo_dump)):
            client.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{kind}/", Body=b"")
            put(f"{PREFIX}/{kind}/zemzem-old.{suffix}", b"not a dump: an older generation", 30)
            put(f"{PREFIX}/{kind}/zzz-older.{suffix}", b"not a dump: last in the order of keys", 2)
            put(f"{PREFIX}/{kind}/zemzem-newest.{suffix}.md5", b"newer, but of another suffix", 0)
            put(f"{PREFIX}/{kind}/zemzem-newest.{suffix}", dump.read_bytes(), 1)
        put(f"{PREFIX}/../elsewhere.dump".replace("/..", "-"), b"outside of the prefix", 0)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for i in range(N_DECOYS):
                pool.submit(put, f"{PREFIX}/postgres/wal/{i:05}.log", b"decoy", 0)

    def dagctl(self, *arguments, **options):
        return subprocess.run([BUILD / "cli" / "dagctl", *arguments], env=self.environment, **options)

    def start_dagd(self):
        say("dagd starts")
        self.home.mkdir()
        (self.home / "dags").symlink_to(ROOT / "dags")
        keys = ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        environment = dict(self.environment, **{key: self.s3[key] for key in keys})
        environment["PATH"] = f"{dumps.TOOLS}:{environment['PATH']}"
        log = self.folder / "dagd.log"
        with log.open("w") as file:
            self.dagd = subprocess.Popen([BUILD / "daemon" / "dagd"], env=environment, stderr=file)
        self.stack.callback(self.stop_dagd)
        with log.open() as file:
            while " ready\n" not in file.read():
                if self.dagd.poll() is not None:
                    sys.exit(f"dagd did not start:\n{log.read_text()}")
                time.sleep(0.01)

    def stop_dagd(self):
        self.dagd.send_signal(signal.SIGTERM)
        self.dagd.wait()

    def set_variables(self):
        self.dagctl("variables", "import", ROOT / "dags" / "config" / "variables.json", check=True)
        found = {"POSTGRES_PORT": self.pg["PGPORT"], "POSTGRES_DB": DATABASE,
                 "MONGODB_PORT": self.mongo["MONGODB_PORT"], "MONGODB_DB": DATABASE}
        for key, value in found.items():
            self.dagctl("variables", "set", key, value, check=True)
        # Passwords through a pipe: they are on no command line.
        for key, password in (("POSTGRES_PASS", self.pg["PGPASSWORD"]), ("MONGODB_PASS", self.mongo["MONGODB_PASS"])):
            self.dagctl("variables", "set", key, "-", input=password, text=True, check=True)
        self.dagctl("variables", "list")

    def run_workflow(self):
        say(f"dagctl dags trigger {WORKFLOW} --follow")
        began = time.monotonic()
        done = self.dagctl("dags", "trigger", WORKFLOW, "--run-id", "demo", "--follow")
        say("dagctl tasks states-for-dag-run")
        self.dagctl("tasks", "states-for-dag-run", WORKFLOW, "demo")
        if done.returncode:
            sys.exit("the workflow failed")
        print(f"   {time.monotonic() - began:.1f} s")

    def prove(self):
        say("The restored data is compared with the original")
        restored = (dumps.postgres_answers(self.pg, DATABASE), dumps.mongo_answers(self.mongo, DATABASE))
        totals = restored[1].pop("customer_totals", None)
        for name, before in self.expected[0].items():
            if restored[0][name] != before:
                sys.exit(f"PostgreSQL, {name}: {before!r} became {restored[0][name]!r}")
        if restored[1] != self.expected[1]:
            sys.exit("MongoDB: the restored collections differ from the original ones")
        paid = [order for order in self.expected[1]["orders"][0] if order["state"] == "paid"]
        amount = sum(order["amount"] for order in paid)
        if not totals or sum(total["amount"] for total in totals[0]) != amount:
            sys.exit("MongoDB: customer_totals is not the sum of the paid orders")
        print(f"   PostgreSQL: {len(self.expected[0])} questions, equal answers")
        print(f"   MongoDB: {len(self.expected[1])} collections with their indexes, equal")
        print(f"   processed: {len(totals[0])} customers' totals of {len(paid)} paid orders, {amount} in all")


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description="The main job on real servers.")
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs and databases")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dagd-demo-", dir="/var/tmp"))
    folder.chmod(0o755)  # PostgreSQL's user must get there
    try:
        with contextlib.ExitStack() as stack:
            demo = Demo(folder, stack)
            demo.start_servers()
            demo.make_dumps()
            demo.upload()
            demo.start_dagd()
            demo.set_variables()
            demo.run_workflow()
            demo.prove()
    finally:
        if arguments.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    say("Done; nothing is left running")


main()
