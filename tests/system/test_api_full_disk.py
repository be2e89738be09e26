# SPDX-License-Identifier: MIT
"""A change that cannot be stored is answered with 507 and has not happened; with room it works again."""
import pytest

from daemon import wait_until

BASE = "/api/v2/variables"


def test_a_variable_that_does_not_fit_is_refused_whole_and_fits_later(small_dagd):
    filler = small_dagd.home / "filler"
    with open(filler, "wb") as file:
        with pytest.raises(OSError):
            while True:
                file.write(bytes(1 << 16))
                file.flush()
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
