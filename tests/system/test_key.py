# SPDX-License-Identifier: MIT
"""The key of variables and connections is changed while dagd runs; nothing is opened with a wrong one."""
import contextlib
import os
import shutil

import pytest

from daemon import Daemon, wait_until
from test_backup import restore

ANOTHER = "0123456789abcdef" * 4 + "\n"


def fill(dagd, n=5):
    for i in range(n):
        dagd.post("/variables", {"key": f"v{i}", "value": f"value {i}"})
    dagd.post("/connections", {"connection_id": "db", "conn_type": "postgres", "password": "p4ssw0rd"})


def is_whole(dagd, n=5):
    values = dagd.request("GET", "/api/dagd/v1/variables/export").json["variables"]
    connections = dagd.request("GET", "/api/dagd/v1/connections/export").json["connections"]
    return ({one["key"]: one["value"] for one in values} == {f"v{i}": f"value {i}" for i in range(n)}
            and [one["password"] for one in connections] == ["p4ssw0rd"])


def rotate(dagd, *words, stdin=None):
    return dagd.dagctl("secrets", "rotate-key", *words, stdin=stdin)


def refused(daemon):
    """The sentence with which it does not start."""
    daemon.spawn()
    process, daemon.process = daemon.process, None
    assert process.wait(60) == 1
    daemon.reader.join()
    return daemon.log[-1]


def test_all_values_are_sealed_with_a_new_key(dagd, tmp_path):
    fill(dagd)
    key = dagd.home / "state" / "key"
    old = key.read_text()
    assert dagd.dagctl("db", "backup", tmp_path / "backup.db").returncode == 0
    done = rotate(dagd, "--keep-old", tmp_path / "old key")
    assert done.returncode == 0 and "6 values are sealed with the new key" in done.stderr, done
    assert key.read_text() != old and (tmp_path / "old key").read_text() == old
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (key, tmp_path / "old key"))
    assert not (dagd.home / "state" / "key.new").exists()
    assert is_whole(dagd)
    dagd.post("/variables", {"key": "v5", "value": "value 5"})
    dagd.restart()
    assert is_whole(dagd, 6)
    assert key.read_text() not in "".join(dagd.log) + done.stderr + done.stdout
    # The old key opens nothing any more, but the backup of its time.
    new = key.read_text()
    dagd.stop()
    key.write_text(old)
    sentence = refused(dagd)
    assert "holds another key than the one used so far" in sentence and "put the key back" in sentence
    restore(dagd, tmp_path / "backup.db")
    dagd.start()
    assert is_whole(dagd)
    dagd.stop()
    key.write_text(new)
    assert "holds another key" in refused(dagd)


def test_without_a_terminal_the_old_key_is_not_thrown_away_unasked(dagd):
    fill(dagd)
    key = (dagd.home / "state" / "key").read_text()
    done = rotate(dagd)
    assert done.returncode == 1 and "--yes" in done.stderr
    assert (dagd.home / "state" / "key").read_text() == key
    assert rotate(dagd, "--yes").returncode == 0
    assert (dagd.home / "state" / "key").read_text() != key
    assert is_whole(dagd)


def test_a_key_can_be_given(dagd, tmp_path):
    fill(dagd)
    (tmp_path / "new").write_text(ANOTHER)
    assert rotate(dagd, "--yes", "--new-key", tmp_path / "new").returncode == 0
    assert (dagd.home / "state" / "key").read_text() == ANOTHER
    dagd.restart()
    assert is_whole(dagd)
    done = rotate(dagd, "--yes", "--new-key", "-", stdin=ANOTHER)
    assert done.returncode == 1 and "this is the key that is used already" in done.stderr


@pytest.mark.parametrize("text", ["", "secret", ANOTHER.strip() + "0", "x" * 64])
def test_what_is_no_key_changes_nothing(dagd, text):
    fill(dagd)
    done = rotate(dagd, "--yes", "--new-key", "-", stdin=text)
    assert done.returncode == 1 and "a key is 64 hexadecimal digits" in done.stderr
    assert is_whole(dagd)
    dagd.restart()
    assert is_whole(dagd)


def test_an_older_key_that_is_kept_is_never_overwritten(dagd, tmp_path):
    fill(dagd)
    (tmp_path / "old").write_text("precious")
    key = (dagd.home / "state" / "key").read_text()
    done = rotate(dagd, "--keep-old", tmp_path / "old")
    assert done.returncode == 1 and "File exists" in done.stderr
    assert (tmp_path / "old").read_text() == "precious"
    assert (dagd.home / "state" / "key").read_text() == key
    assert not (dagd.home / "state" / "key.new").exists()


@pytest.mark.parametrize("name", ["key", "key.new", "dagd.db", "dagd.db-journal"])
def test_the_old_key_is_not_kept_where_dagd_writes_itself(credential, tmp_path, name):
    fill(credential)
    state = credential.home / "state"
    (tmp_path / "new").write_text("a" * 64)
    (tmp_path / "link").symlink_to(state)
    before = {file: file.exists() for file in state.glob("*")}
    for folder in (state, tmp_path / "link"):
        done = rotate(credential, "--new-key", tmp_path / "new", "--keep-old", folder / name)
        assert done.returncode == 1 and "name another file" in done.stderr and name in done.stderr, done
    assert before == {file: file.exists() for file in state.glob("*")}
    done = rotate(credential, "--new-key", tmp_path / "new", "--keep-old", state / "key-of-before")
    assert done.returncode == 0 and (state / "key-of-before").read_text() == ANOTHER


def test_the_old_key_may_be_kept_already(dagd, tmp_path):
    """A change that failed is asked for again in the same words."""
    fill(dagd)
    old = dagd.home / "state" / "key"
    shutil.copy(old, tmp_path / "old")
    text = old.read_text()
    # Where a link leads to it is gone with the change.
    (tmp_path / "link").symlink_to(old)
    done = rotate(dagd, "--keep-old", tmp_path / "link")
    assert done.returncode == 1 and "File exists" in done.stderr and old.read_text() == text
    assert rotate(dagd, "--keep-old", tmp_path / "old").returncode == 0
    assert (tmp_path / "old").read_text() == text != old.read_text()


def memory(process):
    """What the process has in its memory."""
    with open(f"/proc/{process.pid}/maps") as maps, open(f"/proc/{process.pid}/mem", "rb", 0) as bytes_:
        for line in maps:
            begin, end = (int(one, 16) for one in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and end - begin < 1 << 28:
                with contextlib.suppress(OSError, OverflowError):
                    bytes_.seek(begin)
                    yield bytes_.read(end - begin)


def test_no_key_stays_in_memory_in_clear(dagd, tmp_path):
    """Neither the text of the one that is given nor those of the files."""
    if os.getuid() != 0:
        pytest.skip("only root reads dagd's memory")
    fill(dagd)
    old = (dagd.home / "state" / "key").read_text().strip()
    (tmp_path / "new").write_text(ANOTHER)
    assert rotate(dagd, "--yes", "--new-key", tmp_path / "new").returncode == 0
    dagd.request("GET", "/api/v2/version")
    found = list(memory(dagd.process))
    assert any(bytes(dagd.home) in part for part in found)
    for text in (old, ANOTHER.strip()):
        for piece in (text[:24], text[20:44], text[-24:]):
            assert not any(piece.encode() in part for part in found), piece


def test_values_that_are_written_meanwhile_are_sealed_with_one_of_the_keys(dagd):
    import threading
    fill(dagd)
    written = []

    def write():
        for i in range(40):
            dagd.post("/variables", {"key": f"w{i}", "value": "w"})
            written.append(f"w{i}")
    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(3):
        assert rotate(dagd, "--yes").returncode == 0
    writer.join()
    dagd.restart()
    values = dagd.request("GET", "/api/dagd/v1/variables/export").json["variables"]
    assert len(values) == 45 and {one["key"] for one in values} >= set(written)


@pytest.fixture
def credential(build, tmp_path):
    """A dagd whose key is a credential, as systemd gives it."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "dagd.key").write_text(ANOTHER)
    (folder / "dagd.key").chmod(0o440)
    daemon = Daemon(build, tmp_path / "home", CREDENTIALS_DIRECTORY=str(folder))
    daemon.credential = folder / "dagd.key"
    yield daemon.start()
    daemon.dispose()


def test_with_a_credential_an_emptied_database_is_not_taken_for_a_new_one(credential):
    fill(credential)
    credential.stop()
    database = credential.home / "state" / "dagd.db"
    content, log = database.read_bytes(), database.with_name("dagd.db-wal")
    log.rename(log.with_suffix(".aside"))
    database.write_bytes(b"")
    assert f'"{database}" is empty, though "' in refused(credential)
    database.write_bytes(content)
    log.with_suffix(".aside").rename(log)
    credential.start()
    assert is_whole(credential)


def test_what_a_first_start_has_left_that_was_killed_is_taken(credential):
    credential.stop()
    shutil.rmtree(credential.home / "state")
    (credential.home / "state").mkdir()
    (credential.home / "state" / "dagd.db").touch()
    credential.start()
    fill(credential)
    assert is_whole(credential)


def put(file, text):
    file.unlink()
    file.write_text(text)


def test_a_credential_is_the_key(credential):
    fill(credential)
    assert not (credential.home / "state" / "key").exists()
    credential.restart()
    assert is_whole(credential)
    # Another key beside it does not matter.
    (credential.home / "state" / "key").write_text("f" * 64)
    (credential.home / "state" / "key").chmod(0o600)
    credential.restart()
    assert is_whole(credential)
    put(credential.credential, "e" * 64)
    credential.stop()
    assert "credential" in (sentence := refused(credential)) and "holds another key" in sentence


def test_a_credential_that_is_missing_is_told_and_no_other_key_is_made(credential):
    fill(credential)
    credential.stop()
    credential.credential.unlink()
    sentence = refused(credential)
    assert "is missing" in sentence and "put the key back" in sentence, sentence
    assert not (credential.home / "state" / "key").exists()
    credential.credential.write_text(ANOTHER)
    credential.start()
    assert is_whole(credential)


def test_a_credential_is_followed_by_the_operator(credential, tmp_path):
    fill(credential)
    done = rotate(credential, "--yes")
    assert done.returncode == 1 and "which dagd cannot replace" in done.stderr
    (tmp_path / "new").write_text("a" * 64)
    done = rotate(credential, "--yes", "--new-key", tmp_path / "new")
    assert done.returncode == 0 and "put the new key in place of the credential" in done.stderr
    assert is_whole(credential)
    # Until that is done the new key is the one, and each start says so.
    credential.restart()
    assert is_whole(credential)
    assert any("the credential dagd.key is older" in line for line in credential.log[credential.log_begin:])
    # It is nowhere else: no other change puts it at risk.
    (tmp_path / "third").write_text("c" * 64)
    done = rotate(credential, "--yes", "--new-key", tmp_path / "third")
    assert done.returncode == 1 and "restart dagd first" in done.stderr
    assert (credential.home / "state" / "key.new").read_text() == "a" * 64 + "\n"
    put(credential.credential, "a" * 64)
    credential.restart()
    assert is_whole(credential)
    assert not any("is older" in line for line in credential.log[credential.log_begin:])
    assert not (credential.home / "state" / "key.new").exists()


def test_a_new_key_that_cannot_be_read_is_not_written_over(credential, tmp_path):
    """It may be the only copy of the key in use."""
    fill(credential)
    (tmp_path / "new").write_text("a" * 64)
    (tmp_path / "third").write_text("c" * 64)
    assert rotate(credential, "--yes", "--new-key", tmp_path / "new").returncode == 0
    new = credential.home / "state" / "key.new"
    new.chmod(0o644)
    done = rotate(credential, "--yes", "--new-key", tmp_path / "third")
    assert done.returncode == 1 and f'"{new}" may be read by others: chmod it to 600' in done.stderr, done
    assert new.read_text() == "a" * 64 + "\n"
    # Nor is it passed over at the start, as if there were none.
    credential.stop()
    assert f'"{new}" may be read by others: chmod it to 600' in refused(credential)
    new.chmod(0o600)
    credential.start()
    assert is_whole(credential)


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_key_that_is_in_no_file_any_more_is_not_changed(dagd, is_removed):
    """Were it, a change that fails half way would leave nothing that opens the values."""
    fill(dagd)
    key = dagd.home / "state" / "key"
    old = key.read_text()
    key.unlink() if is_removed else key.write_text(ANOTHER)
    done = rotate(dagd, "--yes")
    assert done.returncode == 1 and f'"{key}"' in done.stderr, done
    assert is_removed or "no longer holds the key in use" in done.stderr
    assert not key.with_name("key.new").exists()
    key.write_text(old)
    key.chmod(0o600)
    assert rotate(dagd, "--yes").returncode == 0
    dagd.restart()
    assert is_whole(dagd)


def test_the_file_becomes_a_credential(build, tmp_path, credential):
    """A dagd that has used its own file is given another key as a credential: it says what to do."""
    fill(credential)
    credential.stop()
    key = credential.home / "state" / "key"
    shutil.copy(credential.credential, key)
    key.chmod(0o600)
    put(credential.credential, "b" * 64)
    sentence = refused(credential)
    assert "another key than state/key" in sentence and "rotate-key" in sentence
    shutil.copy(key, credential.credential)
    credential.start()
    assert is_whole(credential)


def test_only_root_and_dagds_user_change_the_key(dagd):
    assert dagd.request("POST", "/api/dagd/v1/secrets/rotate-key", {"keep_old": "relative"}).status == 422
    assert dagd.request("POST", "/api/dagd/v1/secrets/rotate-key", {"new": "x"}).status == 422


def test_a_secret_that_was_sent_does_not_stay_in_memory(dagd):
    """Neither the text of the request nor what was parsed of it."""
    if os.getuid() != 0:
        pytest.skip("only root reads dagd's memory")
    secret = "sent-" + "7c1e55aa0d-5b0f1a77c2-91d2e6f0b3-" * 3
    dagd.post("/variables", {"key": "sent_token", "value": secret})
    dagd.request("PATCH", "/api/v2/variables/sent_token", {"key": "sent_token", "value": secret})
    dagd.post("/connections", {"connection_id": "sent", "conn_type": "generic", "password": secret,
                               "extra": '{"token": "%s"}' % secret})
    dagd.request("POST", "/api/v2/variables", {"key": "sent_token", "value": secret})
    dagd.request("POST", "/api/v2/variables", {"kee": secret})
    dagd.request("GET", "/api/v2/version")
    found = list(memory(dagd.process))
    assert any(bytes(dagd.home) in part for part in found)
    for piece in (secret[:40], secret[20:60], secret[50:90]):
        assert not any(piece.encode() in part for part in found), piece
