#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tells test-walk what the clocks of the world show, as Python's zoneinfo knows it, and lets it compare.

    walk.py TEST-WALK           some zones, some of their changes from 2000 to 2037
    walk.py TEST-WALK --all     all of them (minutes, in an optimised build)
    walk.py TEST-WALK ZONE...   all changes of these zones
"""
import datetime
import subprocess
import sys
import zoneinfo

SAMPLE = ["America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca",
          "Pacific/Apia", "Antarctica/Troll", "America/Caracas", "Asia/Pyongyang", "America/Sao_Paulo",
          "Asia/Gaza", "Asia/Tehran", "America/St_Johns", "Pacific/Chatham", "Asia/Kathmandu"]
CHANGES_OF_SAMPLE = 2
UTC = datetime.timezone.utc
FIRST = datetime.datetime(1999, 12, 20, tzinfo=UTC)
LAST = datetime.datetime(2038, 1, 10, tzinfo=UTC)
STEP_S = 6 * 3600


def offset_s(zone, at_s):
    return int(datetime.datetime.fromtimestamp(at_s, zone).utcoffset().total_seconds())


def find_change(zone, low, high):
    """The first second in (low, high] whose offset is not that of low."""
    before = offset_s(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_s(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def offsets(zone):
    """(from when, seconds east of UTC), from the first one on."""
    at, end = int(FIRST.timestamp()), int(LAST.timestamp())
    found = [(at, offset_s(zone, at))]
    while at < end:
        if offset_s(zone, at + STEP_S) != offset_s(zone, at):
            change = find_change(zone, at, at + STEP_S)
            found.append((change, offset_s(zone, change)))
        at += STEP_S
    return found


def spread(changes, n):
    """About n of them from all the time."""
    return changes[::max(1, len(changes) // n)]


def tell(name, choose):
    found = offsets(zoneinfo.ZoneInfo(name))
    changes = [at for at, _ in found[1:]] or [int(FIRST.timestamp()) + 10 * 86400]
    return "".join([f"zone {name}\n", *(f"offset {at} {offset}\n" for at, offset in found),
                    *(f"around {at}\n" for at in choose(changes))])


def main(program, *options):
    names = options or SAMPLE
    if options == ("--all",):
        names = sorted(zoneinfo.available_timezones() - {"localtime"})
    with subprocess.Popen([program], stdin=subprocess.PIPE, text=True) as walk:
        for name in names:
            walk.stdin.write(tell(name, list if options else lambda changes: spread(changes, CHANGES_OF_SAMPLE)))
        walk.stdin.close()
        return walk.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
