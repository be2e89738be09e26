# SPDX-License-Identifier: MIT
"""A disk whose writes fail: dagd believes nothing that it cannot know, and keeps what it answered for."""
from daemon import Daemon, wait_until
from disk import disk_fill, failing_disk


def test_an_error_of_the_disk_ends_dagd_and_what_it_answered_for_is_there_afterwards(build, tmp_path):
    home = tmp_path / "home"
    with failing_disk(tmp_path, home) as disk:
        dagd = Daemon(build, home)
        try:
            dagd.start()
            dagd.load_dag("hello", "\n    dag_id: hello\n    is_paused_upon_creation: true\n"
                                   "    tasks: [{task_id: greet, operator: bash, bash_command: echo good day}]\n")
            answered = [dagd.trigger("hello", dag_run_id=f"run{number}") for number in range(10)]
            filler = disk_fill(disk.folder)
            number = 0
            while dagd.process.poll() is None:
                number += 1
                body = {"logical_date": None, "dag_run_id": f"late{number}", "conf": {"filler": "x" * 100000}}
                try:
                    if dagd.request("POST", "/api/v2/dags/hello/dagRuns", body).status == 200:
                        answered.append(body["dag_run_id"])
                except OSError:
                    pass
            assert dagd.process.wait(60) == -6
            dagd.process = None
            assert any("the disk could not keep what was written to" in line for line in dagd.log), dagd.log
            wait_until(lambda: not dagd.workers(), "idle workers end with dagd")
            dagd.spawn()  # as systemd does
            assert dagd.process.wait(60) in (1, -6)  # refused, or found out when it writes
            dagd.process = None
            wait_until(lambda: "Read-only file system" in dagd.log[-1], "it says why")
            filler.unlink()
            disk.unmount()
            disk.repair()
            disk.mount()
            dagd.start()
            runs = {run["dag_run_id"] for run in dagd.get("/dags/hello/dagRuns", limit=10000)["dag_runs"]}
            assert set(answered) <= runs
            assert dagd.dagctl("dags", "unpause", "hello").returncode == 0
            assert dagd.wait_run("hello", "run0")["state"] == "success"
            dagd.stop()
        finally:
            dagd.dispose()
