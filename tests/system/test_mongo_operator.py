# SPDX-License-Identifier: MIT
"""The mongo operator as a program of its own, against a real server."""
import pytest

import dumps
from operator_process import CANARY, operate  # noqa: F401


@pytest.fixture(scope="module")
def shop(mongo):
    dumps.mongo_fill(mongo, "shop", rows=100)
    with dumps.mongo_client(mongo) as client:
        yield client["shop"]


@pytest.fixture
def ask(mongo, shop, operate):  # noqa: F811
    def run(operation="aggregate", **arguments):
        return operate("mongo", dict({"operation": operation, "host": mongo["MONGODB_HOST"],
                                      "port": int(mongo["MONGODB_PORT"]), "user": mongo["MONGODB_USER"],
                                      "password": mongo["MONGODB_PASS"], "database": "shop"}, **arguments))
    return run


TOTALS = [{"$match": {"state": "paid"}}, {"$group": {"_id": "$customer", "total": {"$sum": "$amount"}}}]


@pytest.mark.parametrize("last,database", [
    ({"$merge": {"into": "totals", "whenMatched": "replace"}}, "shop"),
    ({"$merge": "totals"}, "shop"),
    ({"$out": "totals"}, "shop"),
    ({"$out": {"db": "elsewhere", "coll": "totals"}}, "elsewhere"),
    ({"$merge": {"into": {"db": "elsewhere", "coll": "totals"}}}, "elsewhere"),
])
def test_a_pipeline_that_writes_tells_what_its_target_holds(shop, ask, last, database):
    target = shop.client[database].totals
    target.drop()
    ended = ask(collection="orders", pipeline=TOTALS + [last])
    assert ended.code == 0, ended.log
    assert ended.value == {"count": 50, "database": database, "collection": "totals"}
    wanted = {order["_id"]: order["total"] for order in shop.orders.aggregate(TOTALS)}
    assert {order["_id"]: order["total"] for order in target.find()} == wanted and len(wanted) == 50


def test_a_pipeline_without_a_target_gives_its_documents(ask):
    ended = ask(collection="orders", pipeline=[{"$match": {"_id": {"$oid": "%024x" % 7}}}])
    assert ended.code == 0, ended.log
    assert ended.value == {"count": 1, "documents": [
        {"_id": {"$oid": "%024x" % 7}, "customer": 7, "state": "paid", "amount": 35, "large": 7 << 40,
         "price": {"$numberDecimal": "7.25"}, "placed_at": {"$date": "2026-01-01T00:07:00Z"}}]}


def test_extended_json_means_its_types(ask):
    since = {"$date": "2026-01-01T04:50:00Z"}
    ended = ask("count", collection="orders", query={"placed_at": {"$gte": since}})
    assert ended.code == 0 and ended.value == {"count": 10}


def test_more_documents_than_wanted_are_a_failure(ask):
    assert ask(collection="orders", pipeline=[], max_documents=300).value["count"] == 300
    ended = ask(collection="orders", pipeline=[], max_documents=299)
    assert ended.code == 1 and "gives more than 299 documents" in ended.last and ended.value is None


def test_count_without_a_query_counts_all(ask):
    assert ask("count", collection="orders").value == {"count": 300}
    assert ask("count", collection="nothing").value == {"count": 0}


def test_a_command_gives_the_answer_of_the_server(shop, ask):
    assert ask("command", command={"ping": 1}).value["ok"] == 1
    ended = ask("command", command={"distinct": "orders", "key": "state"})
    assert sorted(ended.value["values"]) == ["open", "paid"]


def test_a_connection_is_used(mongo, shop, operate):  # noqa: F811
    connection = {"conn_id": "m", "conn_type": "mongo", "host": f"{mongo['MONGODB_HOST']}:{mongo['MONGODB_PORT']}",
                  "login": mongo["MONGODB_USER"], "password": mongo["MONGODB_PASS"], "schema": "shop",
                  "extra": {"authSource": "admin", "directConnection": True, "connectTimeoutMS": 5000}}
    ended = operate("mongo", {"operation": "count", "collection": "orders", "mongo_conn_id": connection})
    assert ended.code == 0 and ended.value == {"count": 300}


@pytest.mark.parametrize("operation,arguments,sentence", [
    ("aggregate", {"collection": "orders"}, "operation aggregate needs pipeline, a list"),
    ("aggregate", {"collection": "orders", "pipeline": {"$match": {}}}, "operation aggregate needs pipeline, a list"),
    ("count", {}, "operation count needs collection"),
    ("command", {}, "operation command needs command, a map"),
    ("update", {}, 'operation: "update" is none of aggregate, count, command'),
    ("count", {"collection": "orders", "database": None}, "no database is named"),
    ("count", {"collection": "orders", "mongo_conn_id": {"conn_id": "p", "conn_type": "http"}}, 'is of type "http"'),
])
def test_wrong_arguments_fail_for_good(ask, operation, arguments, sentence):
    ended = ask(operation, **arguments)
    assert ended.code == 78 and sentence in ended.last


@pytest.mark.parametrize("operation,arguments,sentence", [
    ("aggregate", {"collection": "orders", "pipeline": [{"$nonsense": 1}]}, "MongoDB says: "),
    ("command", {"command": {"nonsense": 1}}, "MongoDB says: "),
    ("count", {"collection": "orders", "query": {"_id": {"$oid": "short"}}}, "query: not a document of MongoDB"),
    ("count", {"collection": "orders", "password": CANARY}, "cannot reach the server"),
])
def test_what_the_server_refuses_is_a_sentence(ask, operation, arguments, sentence):
    ended = ask(operation, **arguments)
    assert ended.code == 1 and sentence in ended.last
    assert CANARY not in ended.log
