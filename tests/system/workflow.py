# SPDX-License-Identifier: MIT
"""The main job against the servers of a test: dumps in a bucket, variables, empty targets, and whether what was
restored is equal."""
import contextlib
import os
import pathlib
import time

import psycopg2

import dumps
import s3_store
from daemon import PATH, wait_until

DAGS = pathlib.Path(__file__).resolve().parent.parent.parent / "dags"
DAG_ID = "full_database_restore_workflow"
TASKS = ("find_latest_postgres_dump", "restore_postgres_dump", "find_latest_mongodb_dump", "restore_mongodb_dump",
         "process_mongodb_data")
BUCKET = "kft-lakehouse-staging"
PREFIX = "digital_lending/backups/zemzem"
POSTGRES_KEY = f"{PREFIX}/postgres/zemzem-newest.dump"
MONGO_KEY = f"{PREFIX}/mongodb/zemzem-newest.archive.gz"
DATABASE = "zemzem"
DAY_S = 86400
N_ROWS = 50


class Original:
    """What was dumped: the two files, and the answers that a restore must give again."""

    def __init__(self, pg, mongo, folder):
        dumps.postgres_fill(pg, "production", N_ROWS)
        dumps.mongo_fill(mongo, DATABASE, N_ROWS)
        self.postgres = dumps.postgres_answers(pg, "production")
        self.mongo = dumps.mongo_answers(mongo, DATABASE)
        self.postgres_dump = dumps.postgres_dump(pg, "production", folder / "zemzem.dump").read_bytes()
        self.mongo_dump = dumps.mongo_dump(mongo, DATABASE, folder / "zemzem.archive.gz").read_bytes()


class Workflow:
    """The targets hold an older state, and the bucket several generations of each dump."""

    def __init__(self, daemon, servers, original, folder):
        self.daemon, self.original = daemon, original
        self.pg, self.mongo, self.s3 = servers
        self.credentials = folder / "aws-credentials"
        self.client = s3_store.client(self.s3)
        self.bucket_fill()
        dumps.postgres_fill(self.pg, DATABASE, 3)
        dumps.mongo_fill(self.mongo, DATABASE, 3)
        with dumps.mongo_client(self.mongo) as client:
            client[DATABASE].drop_collection("customer_totals")
        self.credentials_write(self.s3["AWS_SECRET_ACCESS_KEY"])
        # The keys of S3 are in a file: no secret is in any environment.
        daemon.environment.update(
            PATH=f"{dumps.TOOLS}:{PATH}", AWS_ENDPOINT_URL=self.s3["AWS_ENDPOINT_URL"],
            AWS_DEFAULT_REGION=self.s3["AWS_DEFAULT_REGION"], AWS_SHARED_CREDENTIALS_FILE=str(self.credentials))

    def credentials_write(self, secret):
        self.credentials.write_text(
            f"[default]\naws_access_key_id = {self.s3['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {secret}\n")
        self.credentials.chmod(0o600)

    # ---- the bucket ----

    def put(self, key, data, days_old=0):
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)
        instant = time.time() - days_old * DAY_S
        os.utime(self.s3.folder / "data" / BUCKET / key, (instant, instant))

    def bucket_remove(self):
        with contextlib.suppress(self.client.exceptions.NoSuchBucket):
            for one in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
                self.client.delete_object(Bucket=BUCKET, Key=one["Key"])
            self.client.delete_bucket(Bucket=BUCKET)

    def bucket_fill(self):
        self.bucket_remove()
        self.client.create_bucket(Bucket=BUCKET)
        for newest, dump in ((POSTGRES_KEY, self.original.postgres_dump), (MONGO_KEY, self.original.mongo_dump)):
            self.put(newest.replace("newest", "old"), b"not a dump: an older generation", 30)
            self.put(newest + ".md5", b"newer, but of another suffix")
            self.put(newest, dump, 1)

    # ---- dagd ----

    @staticmethod
    def text(**replaced):
        """The DAG file of the repository, with values of keys replaced: retry_delay="1s"."""
        text = (DAGS / f"{DAG_ID}.yaml").read_text()
        for key, value in replaced.items():
            old = next(line for line in text.splitlines() if line.strip().startswith(f"{key}:"))
            text = text.replace(old, old.split(":")[0] + f": {value}")
        return text

    def start(self, text=None, **variables):
        """Starts dagd with the DAG and the variables; some may be other than usual, or None for none."""
        self.daemon.write_dag(DAG_ID, text or self.text())
        self.daemon.start()
        values = {"POSTGRES_PORT": self.pg["PGPORT"], "POSTGRES_DB": DATABASE, "POSTGRES_PASS": self.pg["PGPASSWORD"],
                  "MONGODB_PORT": self.mongo["MONGODB_PORT"], "MONGODB_DB": DATABASE,
                  "MONGODB_PASS": self.mongo["MONGODB_PASS"], "POSTGRES_HOST": self.pg["PGHOST"],
                  "POSTGRES_USER": self.pg["PGUSER"], "MONGODB_HOST": self.mongo["MONGODB_HOST"],
                  "MONGODB_USER": self.mongo["MONGODB_USER"]}
        for key, value in dict(values, **variables).items():
            if value is not None:
                self.daemon.post("/variables", {"key": key, "value": str(value)})
        return self

    def trigger(self):
        return self.daemon.trigger(DAG_ID)

    def wait(self, run_id, **options):
        return self.daemon.wait_run(DAG_ID, run_id, **options)

    def tasks(self, run_id):
        return self.daemon.tasks(DAG_ID, run_id)

    def log(self, run_id, task_id, try_number=1):
        return self.daemon.task_log(DAG_ID, run_id, task_id, try_number)

    # ---- what must be true ----

    def assert_success(self, run_id):
        run = self.wait(run_id, deadline_s=180)
        tasks = self.tasks(run_id)
        assert run["state"] == "success", (run["reason"], {i: (t["state"], t["reason"]) for i, t in tasks.items()})
        assert {t["state"] for t in tasks.values()} == {"success"}
        self.assert_equal()

    def assert_failed(self, run_id, task_id, sentence):
        """The run failed because this task did, at its first try, with this sentence as its reason."""
        assert self.wait(run_id, deadline_s=180)["state"] == "failed"
        task = self.tasks(run_id)[task_id]
        assert (task["state"], task["try_number"]) == ("failed", 1), task
        assert sentence in task["reason"], task["reason"]

    def assert_equal(self):
        """The targets hold what was dumped, and the totals of it."""
        assert dumps.postgres_answers(self.pg, DATABASE) == self.original.postgres
        restored = dumps.mongo_answers(self.mongo, DATABASE)
        totals, _ = restored.pop("customer_totals")
        assert restored == self.original.mongo
        paid = [order["amount"] for order in self.original.mongo["orders"][0] if order["state"] == "paid"]
        assert sum(total["amount"] for total in totals) == sum(paid) > 0
        assert sum(total["orders"] for total in totals) == len(paid)

    def assert_postgres_untouched(self):
        """The older state is still there, complete."""
        assert dumps.psql(self.pg, "SELECT count(*) FROM lending.customer", DATABASE) == "3"
        assert dumps.psql(self.pg, "SELECT count(*) FROM keyless", DATABASE) == "3"

    def assert_mongo_untouched(self):
        with dumps.mongo_client(self.mongo) as client:
            assert client[DATABASE].customers.count_documents({}) == 3
            assert client[DATABASE].orders.count_documents({}) == 9

    # ---- a restore that is held ----

    @contextlib.contextmanager
    def held(self):
        """While it lasts, pg_restore waits for a table that it must drop. Gives a function that waits until
        pg_restore is there, and returns the pid of its session in the server."""
        lock, eye = self.session(), self.session()
        eye.autocommit = True
        try:
            lock.cursor().execute("LOCK TABLE keyless IN ACCESS EXCLUSIVE MODE")
            yield lambda: wait_until(lambda: session_that_waits(eye), "pg_restore waits for the table")
        finally:
            lock.close()
            eye.close()

    def session(self):
        return psycopg2.connect(host=self.pg["PGHOST"], port=self.pg["PGPORT"], user=self.pg["PGUSER"],
                                password=self.pg["PGPASSWORD"], dbname=DATABASE)


def session_that_waits(connection):
    """The pid of pg_restore's session when it waits for a lock, else None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                       " AND application_name = 'dagd pg_restore' AND wait_event_type = 'Lock'")
        found = cursor.fetchone()
    return found[0] if found else None
