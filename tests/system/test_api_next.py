# SPDX-License-Identifier: MIT
"""The instants of a schedule, asked of the daemon."""
import pytest

DAG = """
    dag_id: nightly
    schedule: 30 2 * * *
    timezone: Europe/Berlin
    start_date: 2026-01-01
    is_paused_upon_creation: true
    tasks: [{task_id: t, operator: empty}]
"""
PATH = "/api/dagd/v1/dags/nightly/next"


@pytest.mark.parametrize("query, instants", [
    ("?n=2&after=2026-06-01T00:00:00Z", ["2026-06-01T02:30:00+02:00", "2026-06-02T02:30:00+02:00"]),
    ("?after=2026-06-01T00:30:00Z", ["2026-06-02T02:30:00+02:00"]),
    ("?after=2020-01-01", ["2026-01-01T02:30:00+01:00"]),
])
def test_the_next_instants_are_later_than_the_given_one(dagd, query, instants):
    dagd.load_dag("nightly", DAG)
    assert dagd.request("GET", PATH + query).json["instants"] == instants


@pytest.mark.parametrize("query", ["?n=0", "?n=x", "?after=tomorrow", "?n=1001"])
def test_a_wrong_question_is_refused(dagd, query):
    dagd.load_dag("nightly", DAG)
    assert dagd.request("GET", PATH + query).status == 422
