# SPDX-License-Identifier: MIT
"""wait.s3_key against a server that verifies signatures."""
import pytest

from s3_store import Store

NOT_YET = 75


@pytest.fixture
def store(s3, build):
    return Store(s3, build)


def look(store, key, **arguments):
    return store.run("wait.s3_key", bucket_key=key, **{"bucket_name": store.bucket, **arguments})


def test_a_key_is_there_or_not_yet(store):
    absent = look(store, "in/a.dump")
    assert absent.status == NOT_YET and absent.result is None
    assert absent.log.strip() == f"not yet: there is no s3://{store.bucket}/in/a.dump"
    store.put("in/a.dump")
    assert look(store, "in/a.dump").result == ["in/a.dump"]
    assert look(store, store.uri("in/a.dump"), bucket_name=None).result == ["in/a.dump"]


def test_of_several_keys_all_must_be_there(store):
    store.put("one")
    assert look(store, ["one", "two"]).status == NOT_YET
    store.put("two")
    assert look(store, ["one", store.uri("two")]).result == ["one", "two"]


def test_a_pattern_means_any_key_and_a_plain_key_none_but_itself(store):
    store.put("in/2026/a.dump")
    assert look(store, "in/*.dump").status == NOT_YET
    assert look(store, "in/*.dump", wildcard_match=True).result == ["in/2026/a.dump"]
    assert look(store, "in/*.csv", wildcard_match=True).status == NOT_YET
    assert look(store, "in/????/[ab].dump", wildcard_match=True).result == ["in/2026/a.dump"]


@pytest.mark.parametrize("arguments, sentence", [
    ({"bucket_key": "a"}, '"bucket_name" is missing, for the key "a" does not name its bucket'),
    ({"bucket_key": []}, '"bucket_key" is an empty list'),
    ({"bucket_key": [1]}, '"bucket_key" is neither a key nor a list of keys'),
    ({}, '"bucket_key" is neither a key nor a list of keys')])
def test_what_no_later_look_can_mend_fails_for_good(store, arguments, sentence):
    outcome = store.run("wait.s3_key", **arguments)
    assert outcome.status == 78 and sentence in outcome.reason


@pytest.mark.parametrize("given, sentence", [
    ({"secret_access_key": "wrong"}, "the secret access key is not the one of access key"),
    ({"access_key_id": "AKIANOBODY"}, 'does not know the access key "AKIANOBODY"'),
    ({"bucket_name": "no-such-bucket-here"}, 'there is no bucket "no-such-bucket-here"')])
@pytest.mark.parametrize("are_patterns", [False, True])
def test_what_a_head_cannot_tell_is_no_not_yet(store, given, sentence, are_patterns):
    outcome = look(store, "a", wildcard_match=are_patterns, **given)
    assert outcome.status == 78 and sentence in outcome.reason, outcome.error
