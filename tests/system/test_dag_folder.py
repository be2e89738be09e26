# SPDX-License-Identifier: MIT
"""The DAG folder as a tree: links, subfolders that move, files that are not whole yet, thousands that go at once.
Whatever is done to it, dagd knows afterwards what lies there, without a restart."""
import contextlib
import os
import signal

import pytest

import watches
from daemon import wait_until
from test_dag_files import import_errors

TEXT = "dag_id: {0}\ntags: [{1}]\ntasks: [{{task_id: only, operator: bash, bash_command: echo}}]\n"


def tags(daemon, dag_id):
    """What a version of the DAG is known by; None: there is no such DAG, or no file has it any more."""
    answer = daemon.request("GET", f"/api/v2/dags/{dag_id}")
    if answer.status != 200 or answer.json["is_stale"]:
        return None
    return [tag["name"] for tag in answer.json["tags"]]


def wait_tag(daemon, dag_id, tag):
    wait_until(lambda: tags(daemon, dag_id) == [tag], f"{dag_id} is the version {tag}")


def save(path, text):
    """In one step, as an editor does."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(text)
    temporary.rename(path)


def said(daemon, words):
    return [line for line in daemon.log if words in line]


def rescan_with(daemon, folder="elsewhere"):
    """A new folder makes dagd look at everything; waits until it has."""
    (daemon.dags / folder).mkdir()
    save(daemon.dags / folder / f"{folder}.yaml", TEXT.format(folder, "seen"))
    wait_tag(daemon, folder, "seen")


# ---- files that are not whole yet ----

def test_a_file_that_is_being_written_is_not_read_when_something_else_asks_for_a_look_at_everything(dagd):
    path = dagd.dags / "one.yaml"
    save(path, TEXT.format("one", "old"))
    wait_tag(dagd, "one", "old")
    with open(path, "w") as file, open(dagd.dags / "new.yaml", "w") as new:
        for to, dag_id in ((file, "one"), (new, "new")):
            to.write(TEXT.format(dag_id, "half"))
            to.flush()
        rescan_with(dagd)
        dagd.process.send_signal(signal.SIGHUP)
        rescan_with(dagd, "again")
        assert tags(dagd, "one") == ["old"] and tags(dagd, "new") is None
        assert import_errors(dagd) == {}
        for name in ("one.yaml", "new.yaml"):
            assert len(said(dagd, f"{name} is being written: it is read when it is closed")) == 1, dagd.log
        file.seek(0)
        file.write(TEXT.format("one", "new!"))
    wait_tag(dagd, "one", "new!")
    wait_tag(dagd, "new", "half")


def test_a_file_that_is_being_written_while_dagd_starts_leaves_the_last_good_version(dagd):
    path = dagd.dags / "one.yaml"
    save(path, TEXT.format("one", "old"))
    wait_tag(dagd, "one", "old")
    dagd.stop()
    with open(path, "w") as file:
        file.write(TEXT.format("one", "half"))
        file.flush()
        dagd.start()
        assert tags(dagd, "one") == ["old"] and import_errors(dagd) == {}
    wait_tag(dagd, "one", "half")


def test_a_file_that_is_opened_again_before_it_was_read_is_read_when_it_is_closed(dagd):
    path = dagd.dags / "one.yaml"
    dagd.process.send_signal(signal.SIGSTOP)
    with open(path, "w") as file:
        file.write(TEXT.format("one", "half"))
    with open(path, "a") as file:
        dagd.process.send_signal(signal.SIGCONT)
        rescan_with(dagd)
        assert tags(dagd, "one") is None
        file.write("# the rest\n")
    wait_tag(dagd, "one", "half")


# ---- links ----

def test_a_file_is_noticed_in_a_tree_with_a_link_that_leads_back_up(dagd):
    (dagd.dags / "sub").mkdir()
    (dagd.dags / "sub" / "up").symlink_to("..")
    rescan_with(dagd)
    for tag in ("first", "second"):
        save(dagd.dags / "one.yaml", TEXT.format("one", tag))
        wait_tag(dagd, "one", tag)
    assert import_errors(dagd) == {}
    dagd.restart()
    save(dagd.dags / "one.yaml", TEXT.format("one", "third"))
    wait_tag(dagd, "one", "third")
    assert import_errors(dagd) == {}


def test_a_linked_folder_is_read_watched_and_forgotten(dagd, tmp_path):
    save(tmp_path / "one.yaml", TEXT.format("one", "first"))
    (dagd.dags / "team").symlink_to(tmp_path)
    wait_tag(dagd, "one", "first")
    save(tmp_path / "one.yaml", TEXT.format("one", "second"))
    wait_tag(dagd, "one", "second")
    (dagd.dags / "team").unlink()
    wait_until(lambda: tags(dagd, "one") is None, "the DAG of the linked folder is gone")


def test_a_hard_link_is_whole_at_once(dagd, tmp_path):
    (tmp_path / "one").write_text(TEXT.format("one", "linked"))
    os.link(tmp_path / "one", dagd.dags / "one.yaml")
    wait_tag(dagd, "one", "linked")


def test_what_is_no_file_is_an_import_error(dagd):
    os.mkfifo(dagd.dags / "fifo.yaml")
    wait_until(lambda: "not a regular file" in import_errors(dagd).get("fifo.yaml", {}).get("stack_trace", ""),
               "the import error")
    (dagd.dags / "nowhere.yaml").symlink_to("missing")
    rescan_with(dagd)
    assert set(import_errors(dagd)) == {"fifo.yaml", "nowhere.yaml"}
    (dagd.dags / "fifo.yaml").unlink()
    (dagd.dags / "nowhere.yaml").unlink()
    wait_until(lambda: import_errors(dagd) == {}, "they are gone")


LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
HOSTILE = {
    "nested.yaml": ("[" * 1_000_000, ":1:65: lists and maps are nested more than 64 levels deep"),
    "laughs.yaml": ("a0: &a0 [ha]\n" + LAUGHS, ":7:25: the file has more than 1000000 values"),
    "itself.yaml": ("tasks: &a [*a]\n", ":1:12: alias"),
    "large.yaml": ("# " + "x" * (16 << 20), "at most 16 MiB is read"),
}


def test_a_hostile_file_is_an_import_error_and_all_else_goes_on(dagd):
    for name, (text, _) in HOSTILE.items():
        save(dagd.dags / name, text)
    (dagd.dags / "circle.yaml").symlink_to("circle.yaml")
    rescan_with(dagd)
    wait_until(lambda: set(import_errors(dagd)) == {*HOSTILE, "circle.yaml"}, "each of them is an import error")
    errors = import_errors(dagd)
    for name, (_, words) in HOSTILE.items():
        assert name in errors[name]["stack_trace"] and words in errors[name]["stack_trace"], errors[name]
    assert "Too many levels of symbolic links" in errors["circle.yaml"]["stack_trace"]
    assert dagd.wait_run("elsewhere", dagd.trigger("elsewhere"))["state"] == "success"


# ---- folders ----

def test_a_folder_that_was_renamed_is_watched_with_all_below_it(dagd):
    (dagd.dags / "old" / "deep").mkdir(parents=True)
    save(dagd.dags / "old" / "deep" / "one.yaml", TEXT.format("one", "first"))
    wait_tag(dagd, "one", "first")
    (dagd.dags / "old").rename(dagd.dags / "new")
    wait_until(lambda: dagd.get("/dags/one")["relative_fileloc"] == "new/deep/one.yaml", "the DAG has moved")
    save(dagd.dags / "new" / "deep" / "one.yaml", TEXT.format("one", "second"))
    wait_tag(dagd, "one", "second")


def test_the_last_good_version_of_a_file_that_was_renamed_outlives_restarts(dagd):
    save(dagd.dags / "old.yaml", TEXT.format("one", "good"))
    wait_tag(dagd, "one", "good")
    (dagd.dags / "old.yaml").rename(dagd.dags / "new.yaml")
    wait_until(lambda: dagd.get("/dags/one")["relative_fileloc"] == "new.yaml", "the DAG has moved")
    save(dagd.dags / "new.yaml", "dag_id: one\n")
    wait_until(lambda: import_errors(dagd), "the import error")
    # Answered when it is stored, and with it all that came before.
    assert dagd.request("PATCH", "/api/v2/dags/one", {"is_paused": True}).status == 200
    for _ in range(2):
        dagd.restart()
        assert tags(dagd, "one") == ["good"]
        assert dagd.get("/dags/one")["relative_fileloc"] == "new.yaml"


def test_a_folder_that_was_moved_away_is_not_watched_any_more(dagd, tmp_path):
    (dagd.dags / "sub").mkdir()
    save(dagd.dags / "sub" / "one.yaml", TEXT.format("one", "first"))
    wait_tag(dagd, "one", "first")
    (dagd.dags / "sub").rename(tmp_path / "sub")
    wait_until(lambda: tags(dagd, "one") is None, "the DAG is gone")
    (dagd.dags / "sub").mkdir()
    save(tmp_path / "sub" / "one.yaml", TEXT.format("one", "elsewhere"))
    save(dagd.dags / "sub" / "two.yaml", TEXT.format("two", "here"))
    wait_tag(dagd, "two", "here")
    assert tags(dagd, "one") is None


def test_thousands_of_files_come_and_go_while_dagd_answers(dagd):
    n = 2000
    for i in range(n):
        (dagd.dags / f"many{i}.yaml").write_text(TEXT.format(f"many{i}", "many"))
    wait_until(lambda: dagd.get("/dags", limit=1)["total_entries"] == n, "all are loaded")
    for i in range(n):
        (dagd.dags / f"many{i}.yaml").unlink()
    wait_until(lambda: dagd.get("/dags", limit=1)["total_entries"] == 0, "all are gone")


# ---- rights ----

@contextlib.contextmanager
def without_rights(daemon):
    """dagd as one who may not read what others do not let it read, although it is root here."""
    if os.getuid() != 0:
        pytest.skip("only root can give files away and take rights from dagd")
    daemon.stop()
    command = daemon.command
    daemon.command = lambda: ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-lease", *command()]
    yield daemon.start()
    daemon.stop()
    daemon.command = command
    daemon.start()


def test_a_file_that_may_not_be_read_is_an_import_error_until_it_may(dagd):
    with without_rights(dagd):
        path = dagd.dags / "one.yaml"
        path.touch(mode=0o000)
        path.write_text(TEXT.format("one", "first"))
        wait_until(lambda: "Permission denied" in import_errors(dagd).get("one.yaml", {}).get("stack_trace", ""),
                   "the import error")
        path.chmod(0o644)
        wait_tag(dagd, "one", "first")
        assert import_errors(dagd) == {}


def test_a_file_of_somebody_else_that_is_being_written_is_not_read_either(dagd):
    with without_rights(dagd):
        path = dagd.dags / "one.yaml"
        save(path, TEXT.format("one", "old"))
        wait_tag(dagd, "one", "old")
        os.chown(path, 65534, 65534)
        with open(path, "w") as file:
            file.write(TEXT.format("one", "half"))
            file.flush()
            rescan_with(dagd)
            assert tags(dagd, "one") == ["old"]
        wait_tag(dagd, "one", "half")


def test_an_empty_file_of_somebody_else_is_an_import_error_all_the_same(dagd):
    with without_rights(dagd):
        path = dagd.dags / "one.yaml"
        save(path, TEXT.format("one", "old"))
        os.chown(path, 65534, 65534)
        wait_tag(dagd, "one", "old")
        path.write_text("")
        wait_until(lambda: "no DAG" in import_errors(dagd).get("one.yaml", {}).get("stack_trace", ""),
                   "the import error")
        assert tags(dagd, "one") == ["old"]


# ---- what cannot be watched ----

@pytest.mark.parametrize("name", [watches.INSTANCES, watches.WATCHES])
def test_a_dag_folder_that_cannot_be_watched_is_looked_at(dagd_home, name):
    dagd, why = dagd_home, watches.SENTENCES[name]
    watches.leave(dagd, name, 0)
    dagd.start()
    told = f"the folder {dagd.dags} cannot be watched: {why}; until it can be, it is looked at every minute"
    assert said(dagd, told)
    for tag in ("first", "second"):
        save(dagd.dags / "one.yaml", TEXT.format("one", tag))
        wait_tag(dagd, "one", tag)
    assert len(said(dagd, told)) == 1
    watches.leave_now(dagd, name, 1000)
    wait_until(lambda: said(dagd, f"the folder {dagd.dags} is watched now"), "it is watched")
    save(dagd.dags / "one.yaml", TEXT.format("one", "third"))
    wait_tag(dagd, "one", "third")


def test_a_folder_for_which_no_watch_is_left_is_looked_at(dagd_home):
    dagd = dagd_home
    watches.leave(dagd, watches.WATCHES, 1000)
    dagd.start()
    watches.leave_now(dagd, watches.WATCHES, 0)
    (dagd.dags / "sub").mkdir()
    told = f"the folder {dagd.dags}/sub cannot be watched: No space left on device"
    wait_until(lambda: said(dagd, told), "it says so")
    for tag in ("first", "second"):
        save(dagd.dags / "sub" / "one.yaml", TEXT.format("one", tag))
        wait_tag(dagd, "one", tag)
    assert len(said(dagd, told)) == 1
    watches.leave_now(dagd, watches.WATCHES, 1000)
    wait_until(lambda: said(dagd, f"the folder {dagd.dags}/sub is watched now"), "it is watched")
