# SPDX-License-Identifier: MIT
"""The model of a disk after a power cut: what it must never lose, what it may lose, and what it never makes up."""
import random

import pytest

from unsynced import PAGE, SECTOR, Disk, PowerCut
from record import Step

ROOT, FILE, FOLDER, PID = 1, 2, 3, 77
N_CUTS = 400


def disk_of(*steps):
    disk = Disk()
    for word, *fields in (("root", ROOT), *steps):
        data = fields.pop() if word == "write" else b""
        pid = [] if word == "root" else [PID]
        disk.take(Step(word, pid + fields + ([len(data)] if word == "write" else []), data))
    return disk


def images(disk):
    for seed in range(N_CUTS):
        yield disk.image(PowerCut(disk, random.Random(seed)))


def contents(disk, path="a"):
    """All that was seen of a file: its bytes, or None where it has no name."""
    seen = set()
    for image in images(disk):
        data, size = image.get(path, (None, 0))
        seen.add(data if data is None else bytes(data).ljust(size, b"\0"))
    return seen


def synced(inode, ticket=1):
    return ("sync", inode, ticket), ("synced", inode, ticket)


MADE = ("make", ROOT, "a", FILE)


def test_what_was_synced_is_always_there():
    disk = disk_of(MADE, ("write", FILE, 0, b"old"), *synced(FILE), *synced(ROOT))
    assert contents(disk) == {b"old"}


def test_a_file_whose_folder_was_not_synced_may_be_lost_with_all_its_bytes():
    assert contents(disk_of(MADE, ("write", FILE, 0, b"old"), *synced(FILE))) == {None, b"old"}


def test_what_was_written_while_a_sync_was_under_way_is_not_kept_by_it():
    disk = disk_of(MADE, *synced(ROOT, 9), ("sync", FILE, 1), ("write", FILE, 0, b"new"), ("synced", FILE, 1))
    assert contents(disk) >= {b"", b"new"}


def test_a_write_may_be_torn_between_sectors_and_never_within_one():
    disk = disk_of(MADE, ("write", FILE, 0, b"o" * 2 * SECTOR), *synced(FILE), *synced(ROOT, 2),
                   ("write", FILE, 0, b"n" * 2 * SECTOR))
    assert contents(disk) == {a * SECTOR + b * SECTOR for a in (b"o", b"n") for b in (b"o", b"n")}


def test_two_writes_may_arrive_in_the_other_order():
    disk = disk_of(MADE, *synced(ROOT), ("write", FILE, 0, b"1" * PAGE), ("write", FILE, PAGE, b"2" * PAGE))
    assert contents(disk) >= {b"", b"1" * PAGE, b"\0" * PAGE + b"2" * PAGE, b"1" * PAGE + b"2" * PAGE}


def test_a_sector_holds_only_what_it_once_held():
    disk = disk_of(MADE, *synced(ROOT), *[("write", FILE, 0, bytes([n]) * SECTOR) for n in (1, 2, 3)])
    assert contents(disk) == {b"", b"\0" * SECTOR, *(bytes([n]) * SECTOR for n in (1, 2, 3))}


def test_names_of_a_folder_are_lost_from_the_newest_on():
    disk = disk_of(MADE, ("link", ROOT, "b", FILE), ("rename", ROOT, "a", ROOT, "c", FILE), ("unlink", ROOT, "b"))
    assert {frozenset(image) for image in images(disk)} == {
        frozenset(), frozenset("a"), frozenset("ab"), frozenset("bc"), frozenset("c")}


@pytest.mark.parametrize("is_synced", (False, True))
def test_a_folder_that_was_not_synced_loses_what_lies_in_it(is_synced):
    disk = disk_of(("folder", ROOT, "f", FOLDER), ("make", FOLDER, "a", FILE), ("write", FILE, 0, b"old"),
                   *synced(FILE), *synced(FOLDER, 2), *(synced(ROOT, 3) if is_synced else ()))
    assert contents(disk, "f/a") == ({b"old"} if is_synced else {b"old", None})


def test_a_move_to_another_folder_is_one_step_where_there_is_one_order_of_all_names():
    disk = disk_of(("folder", ROOT, "f", FOLDER), MADE, *synced(ROOT), ("rename", ROOT, "a", FOLDER, "b", FILE))
    seen = {rule: set() for rule in PowerCut.RULES}
    for seed in range(N_CUTS):
        cut = PowerCut(disk, random.Random(seed))
        seen[cut.rule].add(frozenset(disk.image(cut)) - {"f"})
    assert seen["journal"] == {frozenset({"a"}), frozenset({"f/b"})}
    assert seen["posix"] == {frozenset(), frozenset({"a"}), frozenset({"f/b"}), frozenset({"a", "f/b"})}
