# SPDX-License-Identifier: MIT
"""Each try in a cgroup of its own: nothing that a task starts outlives it, whatever it does, and whoever dies."""
import contextlib
import json
import os
import pathlib
import signal
import tempfile

import pytest

import cgroups
from daemon import wait_until
from gate import Gate
from roots_child import roots_child_load


@pytest.fixture
def cgroup():
    with cgroups.mounted() as one:
        yield one


def daemon_in(build, cgroup, uid):
    with tempfile.TemporaryDirectory(prefix="dagd-home-") as folder:
        os.chmod(folder, 0o755)
        one = cgroups.CgroupDaemon(build, pathlib.Path(folder) / "home", cgroup, uid)
        try:
            yield one.start()
            one.stop()
        finally:
            one.dispose()


@pytest.fixture
def daemon(build, cgroup):
    yield from daemon_in(build, cgroup, 0)


@pytest.fixture
def unprivileged(open_build, cgroup):
    yield from daemon_in(open_build, cgroup, cgroups.NOBODY)


ESCAPES = """
    dag_id: escapes
    schedule: null
    tasks:
      - task_id: escape
        operator: bash
        retries: 0
        bash_command: "(env -i setsid sleep 600 & echo $! >{pid}) >/dev/null 2>&1; {then}"
"""


def escaped(daemon, gate, pid_file):
    """A run whose task waits at the gate, and the pid of what has fled from it without a trace."""
    daemon.load_dag("escapes", ESCAPES.format(pid=pid_file, then=gate.command))
    run_id = daemon.trigger("escapes")
    gate.entered()
    pid = int(pid_file.read_text())
    wait_until(lambda: b"sleep" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), "it has fled")
    return run_id, pid


def lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def worker_of(daemon, run_id):
    path = f"/dags/escapes/dagRuns/{run_id}/taskInstances/escape"
    pid = wait_until(lambda: daemon.get(path)["pid"], "the pid of the task")
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def attempt_of(daemon, run_id):
    [one] = daemon.get(f"/dags/escapes/dagRuns/{run_id}/taskInstances/escape/tries")["task_instances"]
    return one["attempt"]


def test_a_task_and_all_it_starts_is_in_a_cgroup_that_goes_away_with_it(daemon, tmp_path):
    gate = Gate(tmp_path)
    run_id, pid = escaped(daemon, gate, tmp_path / "pid")
    [name] = daemon.task_cgroups()
    assert name.startswith(f"attempt-{attempt_of(daemon, run_id)}-")
    assert cgroups.cgroup_of(pid).endswith(f"{daemon.cgroup.name}/{name}")
    assert cgroups.cgroup_of(worker_of(daemon, run_id)).endswith(daemon.cgroup.name)
    gate.open()
    assert daemon.wait_run("escapes", run_id)["state"] == "success"
    assert not lives(pid) and daemon.task_cgroups() == []


@pytest.mark.parametrize("is_dagd_there", [True, False])
def test_what_fled_without_a_trace_is_killed_when_the_worker_dies(daemon, tmp_path, is_dagd_there):
    run_id, pid = escaped(daemon, Gate(tmp_path), tmp_path / "pid")
    worker = worker_of(daemon, run_id)
    if not is_dagd_there:
        daemon.kill()
    os.kill(worker, signal.SIGKILL)
    if not is_dagd_there:
        daemon.start()
    assert daemon.wait_run("escapes", run_id)["state"] == "failed"
    assert not lives(pid) and "lost" in daemon.tasks("escapes", run_id)["escape"]["reason"]
    wait_until(lambda: daemon.task_cgroups() == [], "its cgroup is removed")


def test_of_two_dagds_with_one_cgroup_neither_ends_or_removes_what_is_the_others(build, cgroup, tmp_path):
    with contextlib.ExitStack() as stack:
        first, second = (stack.enter_context(contextlib.contextmanager(daemon_in)(build, cgroup, 0)) for _ in range(2))
        gate = Gate(tmp_path)
        run_id, pid = escaped(first, gate, tmp_path / "pid")
        lost_id, lost_pid = escaped(second, Gate(tmp_path, "never"), tmp_path / "lost_pid")
        assert attempt_of(first, run_id) == attempt_of(second, lost_id)
        (cgroup / "attempt-7-of-nobody").mkdir()
        worker = worker_of(second, lost_id)
        second.kill()
        os.kill(worker, signal.SIGKILL)
        second.start()
        assert second.wait_run("escapes", lost_id)["state"] == "failed"
        assert lives(pid) and not lives(lost_pid)
        wait_until(lambda: len(first.task_cgroups()) == 2, "its own cgroup is removed")
        gate.open()
        assert first.wait_run("escapes", run_id)["state"] == "success"
        assert not lives(pid) and first.task_cgroups() == ["attempt-7-of-nobody"]


def test_an_adopted_task_leaves_nothing_either(daemon, tmp_path):
    gate = Gate(tmp_path)
    run_id, pid = escaped(daemon, gate, tmp_path / "pid")
    daemon.kill()
    daemon.start()
    assert lives(pid) and len(daemon.task_cgroups()) == 1
    gate.open()
    assert daemon.wait_run("escapes", run_id)["state"] == "success"
    assert not lives(pid) and daemon.task_cgroups() == []


def test_what_has_become_another_users_is_killed_as_well(unprivileged):
    daemon = unprivileged
    pid = roots_child_load(daemon, 'until [ "$(ps -o user= -p $!)" = root ]')
    run_id = daemon.trigger("roots")
    assert daemon.wait_run("roots", run_id)["state"] == "success"
    assert not lives(int(pid.read_text()))
    assert daemon.task_log("roots", run_id, "leave") == "done\n"


def test_cgroups_that_a_task_makes_below_its_own_are_removed(daemon, tmp_path):
    daemon.load_dag("nests", f"""
        dag_id: nests
        tasks:
          - task_id: nest
            operator: bash
            bash_command: |
              own=$(echo {daemon.cgroup}/attempt-$DAGD_ATTEMPT-*)
              mkdir -p $own/a/b
              setsid sleep 600 & echo $! | tee {tmp_path}/pid >$own/a/b/cgroup.procs
    """)
    run_id = daemon.trigger("nests")
    assert daemon.wait_run("nests", run_id)["state"] == "success", daemon.task_log("nests", run_id, "nest")
    assert not lives(int((tmp_path / "pid").read_text())) and daemon.task_cgroups() == []


def test_the_time_of_a_child_that_nobody_waited_for_is_counted(daemon, tmp_path):
    (tmp_path / "burn.py").write_text(
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "child = os.fork()\nif child == 0:\n    while time.process_time() < 0.3: pass\n    os._exit(0)\n"
        "while os.path.exists(f'/proc/{child}'): time.sleep(0.01)\n")
    daemon.load_dag("burns", f"""
        dag_id: burns
        tasks: [{{task_id: burn, operator: bash, bash_command: exec python3 {tmp_path}/burn.py}}]
    """)
    run_id = daemon.trigger("burns")
    assert daemon.wait_run("burns", run_id)["state"] == "success"
    [one] = daemon.get(f"/dags/burns/dagRuns/{run_id}/taskInstances/burn/tries")["task_instances"]
    assert one["user_cpu_seconds"] + one["system_cpu_seconds"] >= 0.3


def info(daemon):
    return json.loads(daemon.dagctl("-o", "json", "info").stdout)


def test_dagctl_says_where_the_cgroups_are(daemon):
    told = info(daemon)
    assert (told["task_cgroup"], told["task_cgroup_reason"]) == (str(daemon.cgroup), None)


def test_whether_it_can_make_cgroups_is_tried_where_no_task_is(daemon):
    daemon.stop()
    (daemon.cgroup / "attempt-0").mkdir()
    daemon.start()
    assert info(daemon)["task_cgroup"] == str(daemon.cgroup)
    assert daemon.task_cgroups() == ["attempt-0"]


def test_what_systemd_has_delegated_is_found_without_being_configured(daemon):
    daemon.stop()
    del daemon.environment["DAGD__CORE__TASK_CGROUP"]
    daemon.start()
    assert info(daemon)["task_cgroup_reason"] == "dagd's own cgroup was not delegated to it"
    daemon.stop()
    os.setxattr(daemon.cgroup, "user.delegate", b"1")
    daemon.start()
    assert info(daemon)["task_cgroup"].endswith(f"/{daemon.cgroup.name}")


def test_a_dagd_without_a_delegated_cgroup_says_so_and_goes_on(dagd):
    assert info(dagd)["task_cgroup"] is None
    assert info(dagd)["task_cgroup_reason"] in ("dagd's own cgroup was not delegated to it",
                                                "there are no cgroups of version 2")


def test_a_configured_cgroup_that_is_none_is_a_warning(dagd_home, tmp_path):
    dagd_home.environment["DAGD__CORE__TASK_CGROUP"] = str(tmp_path)
    dagd_home.start()
    assert info(dagd_home)["task_cgroup_reason"] == (
        f"in \"{tmp_path}\" cgroups cannot be killed as a whole: it is none of version 2, or the kernel is older than"
        " 5.14")
    assert any("tasks get no cgroup of their own" in line for line in dagd_home.log)
    assert not list(tmp_path.iterdir())
    dagd_home.load_dag("fine", "dag_id: fine\ntasks: [{task_id: t, operator: bash, bash_command: date}]\n")
    assert dagd_home.wait_run("fine", dagd_home.trigger("fine"))["state"] == "success"
