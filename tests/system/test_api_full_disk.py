# SPDX-License-Identifier: MIT
"""A change that cannot be stored is answered with 507 and has not happened; with room it works again."""
from daemon import wait_until
from disk import disk_fill

BASE = "/api/v2/variables"


def test_a_variable_that_does_not_fit_is_refused_whole_and_fits_later(small_dagd):
    filler = disk_fill(small_dagd.home)
    stored = []
    for i in range(24):
        answer = small_dagd.request("POST", BASE, {"key": f"big{i}", "value": "x" * (1 << 20)})
        if answer.status != 201:
            break
        stored.append(f"big{i}")
    assert answer.status == 507, answer
    assert "space" in answer.sentence or "full" in answer.sentence, answer
    assert [one["key"] for one in small_dagd.get("/variables", order_by="key")["variables"]] == stored
    filler.unlink()
    wait_until(lambda: small_dagd.request("POST", BASE, {"key": "later", "value": "v"}).status == 201, "it fits")
    small_dagd.kill()
    small_dagd.start()
    assert [one["key"] for one in small_dagd.get("/variables", order_by="key")["variables"]] == stored + ["later"]
