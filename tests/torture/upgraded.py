# SPDX-License-Identifier: MIT
"""What is asked of a dagd that has changed the format of an older one's database, or was interrupted in it: `before` is
what the database held, `version` its format."""
from past import contents, differences, format_of

SECRET = "of the older dagd"


def kept_faults(state, before, version):
    """Of the copies from before, if there are any: sentences on what they lack. `version`: that of `before`."""
    for copy in state.glob("dagd.db.before-*"):
        if format_of(copy) != version:
            yield f"the copy is of format {format_of(copy)}, the database was of {version}"
        yield from (f"in the copy {fault}" for fault in differences(before, contents(copy, version)))


def database_faults(state, before, version, newest):
    database = state / "dagd.db"
    if format_of(database) not in (version, newest):
        yield f"the database has format {format_of(database)}, it was changed from {version} to {newest}"
    yield from differences(before, contents(database, version), has_new_epoch=True)


def left_faults(state):
    """Of a copy that was broken off; asked after the next life."""
    yield from (f"{path.name} is left" for path in state.glob(".*.dagd-backup*"))


def next_life(daemon, before, version, newest):
    """It is started again, and nothing happens to it."""
    state = daemon.home / "state"
    daemon.start()
    yield from database_faults(state, before, version, newest)
    yield from kept_faults(state, before, version)
    if format_of(state / "dagd.db") != newest:
        yield f"the database is of format {format_of(state / 'dagd.db')}, the newest is {newest}"
    if [path.name for path in state.glob("dagd.db.before-*")] != [f"dagd.db.before-{newest}"]:
        yield "there is no copy from before, or more than one"
    if daemon.get("/variables/word")["value"] != SECRET:
        yield "a variable has another value"
    [run] = daemon.get("/dags/later/dagRuns")["dag_runs"]
    if run["state"] != "queued":
        yield f"the run that was queued is {run['state']}"
    answer = daemon.request("PATCH", "/api/v2/dags/later", {"is_paused": False})
    assert answer.status == 200, answer
    if daemon.wait_run("later", run["dag_run_id"])["state"] != "success":
        yield "the run that was queued has failed"
    daemon.stop()
