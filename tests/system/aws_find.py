# SPDX-License-Identifier: MIT
"""What the tests of AWS's credentials share: a bucket on the real server, looked into with whatever keys are found."""
import pytest

from operator_run import operator_run
from s3_store import Store

# No other test's machine may be asked for its role.
ALONE = {"AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def store(s3, build):
    store = Store(s3, build)
    store.put("k")
    return store


@pytest.fixture
def right(s3):
    return s3["AWS_ACCESS_KEY_ID"], s3["AWS_SECRET_ACCESS_KEY"]


def find(store, environment=None, **arguments):
    """Without keys, unless they are among the arguments."""
    arguments = {"bucket": store.bucket, "endpoint_url": store.server["AWS_ENDPOINT_URL"], **arguments}
    outcome = operator_run(store.build, "s3_find_latest", arguments, {**ALONE, **(environment or {})})
    said = outcome.log + outcome.error
    assert "canary" not in said and store.server["AWS_SECRET_ACCESS_KEY"] not in said, said
    return outcome


def succeeds(outcome):
    assert outcome.status == 0, outcome.error
    assert outcome.result["key"] == "k"


def error_of(outcome, status=78):
    assert outcome.status == status, outcome.error
    assert len(outcome.error.splitlines()) == 1
    return outcome.reason


def connection(**extra):
    return {"conn_id": "c", "conn_type": "aws", "extra": extra}


def ini(section, keys):
    return f"[{section}]\naws_access_key_id = {keys[0]}\naws_secret_access_key = {keys[1]}\n"
