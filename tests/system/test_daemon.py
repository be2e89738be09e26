# SPDX-License-Identifier: MIT
"""dagd's own life: it starts, stops, is killed, and knows what it knew."""

from daemon import wait_until

HELLO = """
    dag_id: hello
    tasks:
      - {task_id: greet, operator: bash, bash_command: echo good day}
"""


def test_a_dag_is_loaded_run_and_logged(dagd):
    dagd.load_dag("hello", HELLO)
    run_id = dagd.trigger("hello")
    assert dagd.wait_run("hello", run_id)["state"] == "success"
    assert "good day" in dagd.task_log("hello", run_id, "greet")


def test_a_stop_and_a_kill_forget_no_run(dagd):
    dagd.load_dag("hello", HELLO)
    first = dagd.trigger("hello")
    dagd.wait_run("hello", first)
    dagd.restart()
    second = dagd.trigger("hello")
    dagd.kill()
    dagd.start()
    assert dagd.wait_run("hello", second)["state"] == "success"
    assert dagd.run("hello", first)["state"] == "success"


def test_a_second_dagd_on_one_home_is_refused(dagd, build):
    other = type(dagd)(build, dagd.home)
    other.spawn()
    assert other.process.wait(60) == 75
    other.reader.join(60)
    assert str(dagd.process.pid) in other.log[-1]
    other.process = None


def test_a_file_changed_while_dagd_was_down_is_noticed_at_start(dagd):
    dagd.load_dag("hello", HELLO)
    before = dagd.version("hello")
    dagd.stop()
    dagd.write_dag("hello", HELLO.replace("good day", "good night"))
    dagd.start()
    wait_until(lambda: dagd.version("hello") not in (None, before), "the new version")
