# SPDX-License-Identifier: MIT
"""What becomes of a task: by its exit code, its time limit, its results, and what is not to be found or not safe."""
import pathlib
import signal

import pytest

from daemon import wait_until
from gate import Gate


def run_once(daemon, text, conf=None, dag_id="one"):
    """Loads the DAG, runs it to its end, and gives the run's id and its tasks."""
    daemon.load_dag(dag_id, text)
    run_id = daemon.trigger(dag_id, conf)
    daemon.wait_run(dag_id, run_id)
    return run_id, daemon.tasks(dag_id, run_id)


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


# ---- exit codes ----


def test_the_exit_code_decides_whether_a_task_is_tried_again(dagd):
    run_id, tasks = run_once(dagd, """
        tasks:
          - {task_id: fails, operator: bash, retries: 2, retry_delay: 0s, bash_command: exit 1}
          - {task_id: for_good, operator: bash, retries: 2, retry_delay: 0s, bash_command: echo why; exit 78}
          - {task_id: skips, operator: bash, retries: 2, retry_delay: 0s, bash_command: exit 99}
          - {task_id: skips_by_3, operator: bash, skip_on_exit_code: 3, bash_command: exit 3}
          - {task_id: second_time, operator: bash, retries: 2, retry_delay: 0s,
             bash_command: 'test $DAGD_TRY_NUMBER = 2'}
          - {task_id: killed, operator: bash, bash_command: 'kill -9 $$'}
          - {task_id: absent, operator: bash, bash_command: no-such-program}
          - {task_id: after_skip, operator: bash, bash_command: 'true', dependencies: skips}
          - {task_id: after_failure, operator: bash, bash_command: 'true', dependencies: fails}
    """)
    assert {task_id: (task["state"], task["try_number"]) for task_id, task in tasks.items()} == {
        "fails": ("failed", 3), "for_good": ("failed", 1), "skips": ("skipped", 1), "skips_by_3": ("skipped", 1),
        "second_time": ("success", 2), "killed": ("failed", 1), "absent": ("failed", 1),
        "after_skip": ("skipped", 0), "after_failure": ("upstream_failed", 0)}
    assert "exit code 1" in tasks["fails"]["reason"]
    assert "78" in tasks["for_good"]["reason"] and "why" in tasks["for_good"]["reason"]
    assert "signal 9" in tasks["killed"]["reason"] or "SIGKILL" in tasks["killed"]["reason"]
    assert "no-such-program: command not found" in tasks["absent"]["reason"]


# ---- limits of time ----


@pytest.mark.parametrize("manners", ["", "trap '' TERM; "], ids=["polite", "deaf"])
def test_a_task_that_takes_too_long_is_ended_with_all_it_started(dagd_home, tmp_path, manners):
    dagd_home.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = "1s"
    dagd = dagd_home.start()
    pids = tmp_path / "pids"
    _, tasks = run_once(dagd, f"""
        tasks:
          - task_id: long
            operator: bash
            execution_timeout: 1s
            bash_command: |
              {manners}sleep 600 &
              echo $! >>{pids}
              setsid sleep 601 &
              echo $! >>{pids}
              (setsid sleep 602 & echo $! >>{pids})
              wait
              wait
              sleep 603
    """)
    assert tasks["long"]["state"] == "failed"
    assert "execution_timeout" in tasks["long"]["reason"]
    left = [int(pid) for pid in pids.read_text().split()]
    assert len(left) == 3 and not any(map(is_alive, left))


HANGS = {"polite": "sleep 600", "deaf": "trap '' TERM; sleep 600", "stopped": "kill -STOP $$"}


@pytest.mark.parametrize("manners,how", [*((manners, "is dead") for manners in HANGS), ("polite", "stands still")])
def test_a_time_limit_passes_also_while_dagd_is_away(dagd_home, manners, how):
    dagd_home.environment["DAGD__CORE__KILLED_TASK_CLEANUP_TIME"] = "1s"
    dagd = dagd_home.start()
    dagd.load_dag("one", f"""
        tasks:
          - {{task_id: long, operator: bash, execution_timeout: 2s, bash_command: "{HANGS[manners]}"}}
    """)
    run_id = dagd.trigger("one")
    dagd.wait_task("one", run_id, "long", ["running"])
    path = f"/dags/one/dagRuns/{run_id}/taskInstances/long"
    pid = wait_until(lambda: dagd.get(path)["pid"], "the pid of the task")
    dagd.kill() if how == "is dead" else dagd.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: not is_alive(pid), "the task is ended by its worker")
    dagd.start() if how == "is dead" else dagd.process.send_signal(signal.SIGCONT)
    assert dagd.wait_run("one", run_id)["state"] == "failed"
    assert "execution_timeout" in dagd.tasks("one", run_id)["long"]["reason"]


# ---- results ----


def test_a_result_that_is_too_large_or_no_json_fails_with_a_sentence(dagd_home):
    dagd_home.environment["DAGD__CORE__MAX_XCOM_SIZE"] = "2KiB"
    dagd = dagd_home.start()
    run_id, tasks = run_once(dagd, """
        tasks:
          - {task_id: file, operator: bash, bash_command: head -c 100000 /dev/zero >$DAGD_OUTPUT}
          - {task_id: value, operator: bash, bash_command: 'printf "{\\"rows\\": \\"%2045d\\"}" 7 >$DAGD_OUTPUT'}
          - {task_id: text, operator: bash, bash_command: echo no json >$DAGD_OUTPUT}
          - {task_id: latin, operator: bash, bash_command: 'printf "{\\"a\\": \\"\\351\\"}" >$DAGD_OUTPUT'}
          - {task_id: list, operator: bash, bash_command: 'echo "[1]" >$DAGD_OUTPUT'}
          - {task_id: link, operator: bash, bash_command: rm -f $DAGD_OUTPUT; ln -s /etc/passwd $DAGD_OUTPUT}
          - {task_id: folder, operator: bash, bash_command: rm -f $DAGD_OUTPUT; mkdir $DAGD_OUTPUT}
          - {task_id: fits, operator: bash, bash_command: 'printf "{\\"rows\\": \\"%2000d\\"}" 7 >$DAGD_OUTPUT'}
          - {task_id: long_line, operator: bash, bash_command: head -c 100000 /dev/zero | tr '\\0' x}
          - {task_id: no_result, operator: bash, do_xcom_push: false,
             bash_command: head -c 100000 /dev/zero | tr '\\0' x}
    """)
    sentences = {"file": "more than 2048 bytes", "value": "more than 2048 bytes", "text": "is no JSON",
                 "latin": "is no JSON", "list": "is no JSON object", "link": "DAGD_OUTPUT", "folder": "DAGD_OUTPUT",
                 "long_line": 'the XCom value "return_value" has'}
    for task_id, sentence in sentences.items():
        assert tasks[task_id]["state"] == "failed" and sentence in tasks[task_id]["reason"], tasks[task_id]
    assert "near" not in tasks["text"]["reason"]  # it would quote what nobody has looked at
    assert "core.max_xcom_size" in tasks["file"]["reason"] and "core.max_xcom_size" in tasks["value"]["reason"]
    assert tasks["fits"]["state"] == "success"
    path = f"/dags/one/dagRuns/{run_id}/taskInstances"
    assert dagd.get(f"{path}/fits/xcomEntries/rows")["value"].strip() == "7"
    # What is not to become a result may be as long as it likes.
    assert tasks["no_result"]["state"] == "success"
    for task_id in ("long_line", "no_result"):
        assert len(dagd.task_log("one", run_id, task_id)) == 100000


# ---- what is looked up ----


def test_what_is_missing_when_a_task_begins_fails_with_a_sentence(dagd):
    dagd.post("/variables", {"key": "POSTGRES_HOST", "value": "db"})
    run_id, tasks = run_once(dagd, """
        params: {row: {}}
        tasks:
          - {task_id: variable, operator: bash, retries: 1, retry_delay: 0s,
             bash_command: "echo {{ var.value.POSTGRES_HOTS }}"}
          - {task_id: connection, operator: bash, bash_command: "echo {{ conn.shop.host }}"}
          - {task_id: key, operator: bash, bash_command: "echo {{ params.row.id }}"}
          - {task_id: there, operator: bash, bash_command: "echo {{ var.value.POSTGRES_HOST }}"}
          - task_id: otherwise
            operator: bash
            bash_command: |
              echo "{{ var.value.NO | default('a') }}{{ var.value.get('NO', 'b') }}{{ conn.get('no', 'c') }}"
    """)
    assert tasks["there"]["state"] == "success"
    assert dagd.task_log("one", run_id, "otherwise", 1) == "abc\n"
    for task_id, sentence in (("variable", 'there is no variable "POSTGRES_HOTS"; did you mean "POSTGRES_HOST"?'),
                              ("connection", 'there is no connection "shop"'), ("key", '"id"')):
        assert tasks[task_id]["state"] == "failed" and sentence in tasks[task_id]["reason"], tasks[task_id]
        assert sentence in dagd.task_log("one", run_id, task_id, tasks[task_id]["try_number"])


HOSTILE = [
    "$(touch {marker})", "`touch {marker}`", "; touch {marker};", "' ; touch {marker} ; '", '" ; touch {marker} ; "',
    "a\ntouch {marker}\n", "\\$(touch {marker})", "${{IFS}}", "&& touch {marker}", "| tee {marker}", "> {marker}",
    "*", "~", "!!", "-n", "{{{{ var.value.X }}}}", "{{% raw %}}", "$'\\x41'", "\\", "'", '"', "EOF", "ü 客户 🙂", " ", "",
    "a\tb  c", "$1", "$$", "%s%n", "\x1b]0;title\x07", "\u2028", "x" * 100000,
]


def test_what_comes_from_a_param_is_data_in_a_script_whatever_it_is(dagd, tmp_path):
    marker, out = tmp_path / "marker", tmp_path / "out"
    dagd.load_dag("one", f"""
        params: {{words: []}}
        tasks:
          - task_id: quote
            operator: bash
            env: {{WORD: "{{{{ params.word }}}}"}}
            bash_command: |
              cat >>{out} <<EOF
              {{{{ params.word }}}}
              EOF
              printf '%s\\0' {{{{ params.word }}}} "{{{{ params.word }}}}" '{{{{ params.word }}}}' \\
                "a{{{{ params.word }}}}"b "$(printf %s {{{{ params.word }}}}; echo .)" "$WORD" >{out}
    """.replace("words: []", 'word: ""'))
    for word in HOSTILE:
        word = word.format(marker=marker)
        run_id = dagd.trigger("one", {"word": word})
        assert dagd.wait_run("one", run_id)["state"] == "success", dagd.tasks("one", run_id)
        assert out.read_bytes().decode() == "".join(
            text + "\0" for text in (word, word, word, f"a{word}b", f"{word}.", word))
        assert not marker.exists()


def test_a_value_that_no_process_could_be_given_is_a_sentence(dagd):
    dagd.load_dag("one", """
        params: {word: ""}
        tasks:
          - {task_id: say, operator: bash, bash_command: "echo {{ params.word }} | wc -c"}
    """)
    run_id = dagd.trigger("one", {"word": "x" * 200000})
    assert dagd.wait_run("one", run_id)["state"] == "failed"
    assert "128 KiB" in dagd.tasks("one", run_id)["say"]["reason"]


# ---- how many at once ----


def test_of_many_runs_only_as_many_are_running_as_the_dag_allows(dagd, tmp_path):
    gates = [Gate(tmp_path, f"gate{i}") for i in range(4)]
    dagd.load_dag("one", f"""
        max_active_runs: 2
        params: {{gate: 0}}
        tasks:
          - {{task_id: wait, operator: bash, bash_command: "cat {tmp_path}/gate{{{{ params.gate }}}}"}}
    """)
    runs = [dagd.trigger("one", {"gate": i}) for i in range(4)]

    def states():
        return [dagd.run("one", run_id)["state"] for run_id in runs]

    gates[0].entered()
    gates[1].entered()
    assert states() == ["running", "running", "queued", "queued"]
    gates[1].open()
    gates[2].entered()
    assert states() == ["running", "success", "running", "queued"]
    dagd.kill()
    dagd.start()
    assert states() == ["running", "success", "running", "queued"]
    gates[0].open()
    gates[3].entered()
    gates[2].open()
    gates[3].open()
    for run_id in runs:
        assert dagd.wait_run("one", run_id)["state"] == "success"


def test_of_many_tasks_only_as_many_are_running_as_the_dag_allows(dagd, tmp_path):
    gates = [Gate(tmp_path, f"gate{i}") for i in range(3)]
    tasks = "".join(f"\n          - {{task_id: t{i}, operator: bash, bash_command: {gate.command}}}"
                    for i, gate in enumerate(gates))
    dagd.load_dag("one", f"""
        max_active_tasks: 1
        tasks:{tasks}
    """)
    run_id = dagd.trigger("one")
    for gate in gates:
        gate.entered()
        states = [task["state"] for task in dagd.tasks("one", run_id).values()]
        assert states.count("running") == 1
        gate.open()
    assert dagd.wait_run("one", run_id)["state"] == "success"


def test_a_log_that_cannot_be_made_fails_the_task_with_its_path(dagd):
    (dagd.home / "logs").mkdir(exist_ok=True)
    (dagd.home / "logs" / "dag_id=one").write_text("in the way")
    _, tasks = run_once(dagd, """
        tasks:
          - {task_id: a, operator: bash, bash_command: date}
    """)
    assert tasks["a"]["state"] == "failed"
    assert "dag_id=one/" in tasks["a"]["reason"] and "cannot be made" in tasks["a"]["reason"]
