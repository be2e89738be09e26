# SPDX-License-Identifier: MIT
"""What would let a restore destroy or double what it was not meant to, though every value looks right."""
import pytest

BOTH = ["min_size", "max_age", "sha256", "dry_run"]
NOT_EMPTY = [("pg_restore", BOTH + ["database", "postgres_conn_id"]),
             ("mongorestore", BOTH + ["mongo_conn_id", "ns_include", "ns_from", "ns_to"])]


@pytest.mark.parametrize("operator,names", NOT_EMPTY)
def test_a_value_that_comes_out_empty_is_not_the_same_as_none(dagd_home, operator, names):
    wanted = {f"{name}_{param}": (name, word) for name in names
              for param, word in [("nothing", "null"), ("blank", "empty")]}
    tasks = "".join(f"  - {{task_id: {name}_{param}, operator: {operator}, source: /nowhere, "
                    f"{name}: '{{{{ params.{param} }}}}'}}\n"
                    for name in names for param in ["nothing", "blank"])
    dagd_home.start()
    dagd_home.load_dag("empty", f"dag_id: empty\nparams: {{nothing: null, blank: ''}}\ntasks:\n{tasks}")
    run_id = dagd_home.trigger("empty")
    assert dagd_home.wait_run("empty", run_id)["state"] == "failed"
    reasons = {task: about["reason"] for task, about in dagd_home.tasks("empty", run_id).items()}
    for task, (name, word) in wanted.items():
        assert f"{name}: it is written, but comes out {word}; give it a value" in reasons[task], reasons
