# SPDX-License-Identifier: MIT
"""Realistic dumps for the demo and the tests, and the questions that prove a restore equal.

As a script: dumps.py postgres FILE (PGHOST, PGPORT, PGUSER, PGPASSWORD), dumps.py mongodb FILE
(MONGODB_HOST, MONGODB_PORT, MONGODB_USER, MONGODB_PASS) make one; --rows N says how large. The
database that the dump is made of is left there (--database, default dump_source)."""
import argparse
import contextlib
import datetime
import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SERVERS = pathlib.Path(os.environ.get("DAGD_SERVERS") or
                       pathlib.Path(os.environ.get("XDG_CACHE_HOME") or
                                    pathlib.Path.home() / ".cache") / "dagd-test-servers")
TOOLS = SERVERS / "bin"  # mongodump, mongorestore

POSTGRES_SQL = r'''
CREATE SCHEMA lending;
CREATE TYPE lending.state AS ENUM ('open', 'paid', 'überfällig');
CREATE DOMAIN lending.amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TABLE lending.customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL, email text UNIQUE, born date, notes jsonb, picture bytea, tags text[]);
CREATE TABLE lending.loan (
    id serial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES lending.customer,
    amount lending.amount NOT NULL, state lending.state NOT NULL DEFAULT 'open',
    granted_at timestamptz NOT NULL);
CREATE TABLE lending.payment (
    loan_id integer NOT NULL REFERENCES lending.loan, paid_on date NOT NULL, amount lending.amount)
    PARTITION BY RANGE (paid_on);
CREATE TABLE lending.payment_2025 PARTITION OF lending.payment
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE lending.payment_2026 PARTITION OF lending.payment
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Größe und 表" ("Spalte ""eins""" text, "\weg" text);
CREATE TABLE keyless (line text);
CREATE INDEX loan_state ON lending.loan (state, granted_at DESC) WHERE state <> 'paid';
CREATE INDEX customer_notes ON lending.customer USING gin (notes);
CREATE SEQUENCE lending.receipt START 1000 INCREMENT 5;
CREATE VIEW lending.balance AS
    SELECT c.id, c.name, sum(l.amount) AS total FROM lending.customer c
    JOIN lending.loan l ON l.customer_id = c.id GROUP BY c.id;
CREATE MATERIALIZED VIEW lending.states AS SELECT state, count(*) AS n FROM lending.loan GROUP BY state;
CREATE FUNCTION lending.interest(amount numeric, days integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS
    $$ SELECT round(amount * days * 0.0001, 2); $$;
CREATE FUNCTION lending.loan_check() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.amount > 1000000 THEN RAISE EXCEPTION 'too much'; END IF; RETURN NEW; END $$;
INSERT INTO lending.customer (name, email, born, notes, picture, tags)
    SELECT 'Kundin ' || i || ' Zoë 客户 🙂', 'c' || i || '@example.com', date '1960-01-01' + i % 9000,
        jsonb_build_object('n', i, 'text', E'tab\t, line\nand \\.'),
        decode(md5(i::text), 'hex'), ARRAY['a', NULL, 'ü{}"']
    FROM generate_series(1, {rows}) i;
INSERT INTO lending.loan (customer_id, amount, state, granted_at)
    SELECT 1 + i % {rows}, i * 1.25, (enum_range(NULL::lending.state))[1 + i % 3],
        timestamptz '2026-01-01 00:00:00+00' + i * interval '7 minutes'
    FROM generate_series(1, {rows} * 2) i;
INSERT INTO lending.payment
    SELECT 1 + i % ({rows} * 2), date '2025-06-01' + i % 365, i * 0.5 FROM generate_series(1, {rows} * 3) i;
INSERT INTO "Größe und 表" VALUES (E'\\.', 'backslash dot'), ('', NULL), (E'a\tb\r\nc', E'\\N');
INSERT INTO keyless SELECT 'line ' || i FROM generate_series(1, {rows}) i;
CREATE TRIGGER loan_check BEFORE INSERT ON lending.loan
    FOR EACH ROW EXECUTE FUNCTION lending.loan_check();
SELECT nextval('lending.receipt'), nextval('lending.receipt');
SELECT lo_from_bytea(424242, convert_to(repeat('large object ', 5000), 'UTF8'));
COMMENT ON TABLE keyless IS 'has no key, so a second restore would double it';
REFRESH MATERIALIZED VIEW lending.states;
ANALYZE;
'''

# What must be the same before and after: data, and the objects around it.
POSTGRES_QUESTIONS = {
    "customer": "SELECT count(*), md5(string_agg(c::text, '|' ORDER BY id)) FROM lending.customer c",
    "loan": "SELECT count(*), md5(string_agg(l::text, '|' ORDER BY id)) FROM lending.loan l",
    "payment": "SELECT count(*), md5(string_agg(p::text, '|' ORDER BY p::text)) FROM lending.payment p",
    "unicode": "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"Größe und 表\" t",
    "keyless": "SELECT count(*), md5(string_agg(line, '|' ORDER BY line)) FROM keyless",
    "view": "SELECT count(*), sum(total) FROM lending.balance",
    "materialized": "SELECT string_agg(s::text, '|' ORDER BY s::text) FROM lending.states s",
    "function": "SELECT lending.interest(1000, 30)",
    "sequences": "SELECT string_agg(schemaname || '.' || sequencename || '=' || coalesce(last_value, -1), ' '"
                 " ORDER BY sequencename) FROM pg_sequences",
    "large object": "SELECT md5(lo_get(424242))",
    "indexes": "SELECT string_agg(indexdef, ' ' ORDER BY indexname) FROM pg_indexes"
               " WHERE schemaname IN ('public', 'lending')",
    "constraints": "SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ' '"
                   " ORDER BY conname, oid::regclass::text)"
                   " FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, 'lending'::regnamespace)",
    "triggers": "SELECT string_agg(tgname, ' ' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal",
    "comment": "SELECT obj_description('keyless'::regclass)",
}


@contextlib.contextmanager
def pgpass(server):
    """The environment of a PostgreSQL client, its password in a file; without Debian's wrapper, which costs as much as
    the client."""
    with tempfile.NamedTemporaryFile("w", prefix="pgpass-") as file:
        file.write("*:*:*:*:%s\n" % server["PGPASSWORD"])
        file.flush()
        keys = {k: server[k] for k in ("PGHOST", "PGPORT", "PGUSER")}
        yield dict(os.environ, PATH=f"{server['PGBIN']}:{os.environ['PATH']}", PGPASSFILE=file.name, **keys)


def run(command, environment, **options):
    done = subprocess.run(command, env=environment, text=True, capture_output=True, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stderr.strip()}")
    return done.stdout


def psql(server, sql, database="postgres"):
    """What psql prints of the queries, one line a row, columns with | between."""
    with pgpass(server) as environment:
        return run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database], environment, input=sql).strip()


def postgres_create(server, database):
    psql(server, f'DROP DATABASE IF EXISTS "{database}";\nCREATE DATABASE "{database}" TEMPLATE template0;')


def postgres_fill(server, database, rows=500):
    postgres_create(server, database)
    psql(server, POSTGRES_SQL.replace("{rows}", str(rows)), database)


def postgres_dump(server, database, path, *options):
    """pg_dump -Fc of the database; options may choose another format."""
    with pgpass(server) as environment:
        run(["pg_dump", *(options or ["-Fc"]), "-d", database, "-f", str(path)], environment)
    return pathlib.Path(path)


def postgres_answers(server, database):
    """The answer to every question; equal before and after a restore that is right."""
    end = "-- the next answer --"
    said = psql(server, f";\n\\echo '{end}'\n".join(POSTGRES_QUESTIONS.values()), database)
    return dict(zip(POSTGRES_QUESTIONS, (answer.strip() for answer in said.split(end)), strict=True))


def mongo_library():
    """pymongo and bson of the test servers: Debian's own need not be there, and is older."""
    folder = str(next(SERVERS.glob("python/lib/python3*/site-packages")))
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("pymongo"), importlib.import_module("bson")
    finally:
        sys.path.remove(folder)


def mongo_client(server):
    pymongo, _ = mongo_library()
    return pymongo.MongoClient(server["MONGODB_HOST"], int(server["MONGODB_PORT"]), username=server["MONGODB_USER"],
                               password=server["MONGODB_PASS"], directConnection=True, tz_aware=True)


def mongo_fill(server, database, rows=500):
    _, bson = mongo_library()
    instant = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    with mongo_client(server) as client:
        client.drop_database(database)
        shop = client[database]
        shop.customers.insert_many(
            {"_id": i, "name": f"Kundin {i} Zoë 客户 🙂", "email": f"c{i}@example.com",
             "address": {"city": ["Wien", "Köln", "東京"][i % 3], "lines": [None, "", "ü"]}} for i in range(rows))
        shop.orders.insert_many(
            {"_id": bson.ObjectId("%024x" % i), "customer": i % rows, "state": ["open", "paid"][i % 2],
             "amount": i * 5, "price": bson.Decimal128(f"{i}.25"), "large": i << 40,
             "placed_at": instant + datetime.timedelta(minutes=i)} for i in range(rows * 3))
        shop["files.chunks"].insert_many({"_id": i, "data": bson.Binary(bytes(range(256)) * 16)} for i in range(20))
        shop.create_collection("empty")
        shop.customers.create_index("email", unique=True, name="email_once")
        shop.orders.create_index([("state", 1), ("placed_at", -1)], name="by_state")
        shop.orders.create_index("customer")


@contextlib.contextmanager
def mongo_config(server):
    """A configuration file of the MongoDB Database Tools with the password."""
    with tempfile.NamedTemporaryFile("w", prefix="mongo-", suffix=".yaml") as file:
        file.write(json.dumps({"password": server["MONGODB_PASS"]}))
        file.flush()
        yield ["--config", file.name, "--host", server["MONGODB_HOST"], "--port", server["MONGODB_PORT"],
               "--username", server["MONGODB_USER"], "--authenticationDatabase", "admin", "--quiet"]


def mongo_dump(server, database, path, gzip=True):
    """mongodump --archive --gzip of the database."""
    with mongo_config(server) as options:
        run([str(TOOLS / "mongodump"), *options, "--db", database, f"--archive={path}", *["--gzip"][:gzip]], os.environ)
    return pathlib.Path(path)


def mongo_answers(server, database):
    """Every document of every collection, and the indexes."""
    with mongo_client(server) as client:
        shop = client[database]
        return {name: (list(shop[name].find().sort("_id", 1)), mongo_indexes(shop[name]))
                for name in sorted(shop.list_collection_names())}


def mongo_indexes(collection):
    """Without `ns`, which mongorestore adds to them."""
    return {name: {k: v for k, v in index.items() if k != "ns"}
            for name, index in collection.index_information().items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["postgres", "mongodb"])
    parser.add_argument("file")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--database", default="dump_source")
    arguments = parser.parse_args()
    fill, dump = {"postgres": (postgres_fill, postgres_dump), "mongodb": (mongo_fill, mongo_dump)}[arguments.kind]
    try:
        fill(os.environ, arguments.database, arguments.rows)
        dump(os.environ, arguments.database, arguments.file)
    except KeyError as missing:
        sys.exit(f"dumps.py: {missing} is not in the environment")


if __name__ == "__main__":
    main()
