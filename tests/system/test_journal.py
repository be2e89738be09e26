# SPDX-License-Identifier: MIT
"""dagd's own log: each line has its level, and whoever does not read it holds nothing up."""
import contextlib
import os

from daemon import wait_until

HELLO = """
    dag_id: hello
    tasks: [{task_id: greet, operator: bash, bash_command: echo good day}]
"""


@contextlib.contextmanager
def full_pipe():
    """A pipe without room: the end to read and the one to write."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write_end, b"x" * 4096)
    os.set_blocking(write_end, True)
    try:
        yield read_end, write_end
    finally:
        os.close(read_end)
        os.close(write_end)


def answers(daemon):
    with contextlib.suppress(OSError):
        return daemon.request("GET", "/health").status == 200
    return False


def read_until(read_end, words):
    """What comes out of the pipe, as far as the line with these words."""
    text = b""
    while words not in text:
        text += os.read(read_end, 1 << 16)
    return text


def test_a_log_that_nobody_reads_holds_no_run_up(dagd_home):
    dagd = dagd_home
    with full_pipe() as (read_end, write_end):
        dagd.spawn(stderr=write_end)
        wait_until(lambda: answers(dagd), "dagd answers")
        dagd.load_dag("hello", HELLO)
        assert dagd.wait_run("hello", dagd.trigger("hello"))["state"] == "success"
        os.set_blocking(read_end, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(read_end, 1 << 16):
                pass
        os.set_blocking(read_end, True)
        run_id = dagd.trigger("hello")
        text = read_until(read_end, b"succeeded\n").decode()
        assert dagd.wait_run("hello", run_id)["state"] == "success"
        assert " lines of this log were not written: nobody read standard error\n" in text
        assert f'run "{run_id}" of DAG "hello" succeeded\n' in text
        dagd.stop()


def test_each_line_in_the_journal_has_its_level(dagd_home):
    dagd_home.environment["JOURNAL_STREAM"] = "1:1"
    (dagd_home.dags / "odd.yaml").write_bytes("dag_id: größe\n".encode("latin-1"))
    dagd_home.spawn()
    wait_until(lambda: "<6>ready" in dagd_home.log, "dagd is ready")
    problem = next(i for i, line in enumerate(dagd_home.log) if line.startswith("<3>odd.yaml:1:"))
    assert dagd_home.log[problem + 1].startswith("<3>    hint: ")
