# SPDX-License-Identifier: MIT
"""dagctl where there is no daemon: checking files, next executions, help, wrong usage, one run in the foreground."""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess

import pytest

from daemon import PATH, wait_until

GOOD = """
dag_id: good
schedule: 30 2 * * *
timezone: Europe/Berlin
start_date: 2026-01-01
tasks: [{task_id: t, operator: empty}]
"""
BAD = """dag_id: bad
schedule: "0 0 * *"
tasks:
  - task_id: a
    operator: bash
    bash_command: "true"
    retires: 3
"""


class Cli:
    def __init__(self, build, folder):
        self.program, self.folder = build / "cli" / "dagctl", folder
        self.environment = {"PATH": PATH, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)}

    def start(self, *words, **options):
        return subprocess.Popen([self.program, *words], cwd=self.folder, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def run(self, *words, code=0, stdin=""):
        """What it did, which must end with this exit code."""
        done = subprocess.run([self.program, *words], cwd=self.folder, env=self.environment, input=stdin,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name


@pytest.fixture
def cli(build, tmp_path):
    return Cli(build, tmp_path)


# ---- dags check ----

def test_a_right_file_has_no_problems(cli):
    cli.write("good.yaml", GOOD)
    assert json.loads(cli.run("dags", "check", "-o", "json", "good.yaml").stdout) == {"problems": []}
    done = cli.run("dags", "check", "good.yaml")
    assert done.stdout == "" and "1 file, 1 DAG, 0 errors" in done.stderr


def test_all_mistakes_are_shown_with_their_places(cli):
    cli.write("bad.yaml", BAD)
    problems = json.loads(cli.run("dags", "check", "bad.yaml", "-o", "json", code=1).stdout)["problems"]
    assert [(problem["file"], problem["line"], problem["column"], problem["severity"]) for problem in problems] == [
        ("bad.yaml", 2, 11, "error"), ("bad.yaml", 7, 5, "error")]
    assert 'did you mean "retries"?' in problems[1]["message"] + (problems[1]["hint"] or "")
    assert all(set(problem) == {"file", "line", "column", "severity", "message", "hint"} for problem in problems)


def test_a_caret_stands_below_the_mistake(cli):
    cli.write("bad.yaml", BAD)
    lines = cli.run("dags", "check", "bad.yaml", code=1).stdout.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("bad.yaml:7:5: "))
    assert lines[place + 1].endswith("retires: 3")
    assert lines[place + 2].index("^") == lines[place + 1].index("retires")


@pytest.mark.parametrize("name, content", [
    ("nul.yaml", b"a\0b"),
    ("latin1.yaml", "dag_id: größe".encode("latin-1")),
    ("huge.yaml", b"# " + b"x" * (2 << 20)),
    ("cut.yaml", b"tasks: [{task_id: "),
    ("list.yaml", b"- 1"),
    ("deep.yaml", b"[" * 100_000),
])
def test_bad_bytes_are_a_problem_of_that_file(cli, name, content):
    cli.write(name, content)
    problems = json.loads(cli.run("dags", "check", "-o", "json", name, code=1).stdout)["problems"]
    assert problems and all(problem["file"] == name and problem["message"] for problem in problems)


def test_a_file_that_is_not_there_and_one_that_is_a_dag_already(cli):
    cli.write("one.yaml", GOOD)
    cli.write("two.yaml", GOOD)
    out = cli.run("dags", "check", "one.yaml", "two.yaml", "three.yaml", code=1).stdout
    assert 'two.yaml:2:1: dag_id "good" is defined in one.yaml already' in out
    assert "three.yaml: cannot be read: No such file or directory" in out


def test_a_folder_is_checked_as_a_daemon_would_read_it(cli):
    for name in ("dags/a.yaml", "dags/sub/b.yml"):
        cli.write(name, BAD)
    for name in ("dags/config/c.yaml", "dags/_d.yaml", "dags/.e.yaml", "dags/f.txt"):
        cli.write(name, BAD)
    problems = json.loads(cli.run("dags", "check", "-o", "json", "dags", code=1).stdout)["problems"]
    assert {problem["file"] for problem in problems} == {"dags/a.yaml", "dags/sub/b.yml"}


def test_a_pipe_is_read_and_one_that_nobody_writes_holds_nothing(cli):
    cli.write("dags/good.yaml", GOOD)
    os.mkfifo(cli.folder / "dags/fifo.yaml")
    problems = json.loads(cli.run("dags", "check", "-o", "json", "dags", code=1).stdout)["problems"]
    assert [problem["file"] for problem in problems] == ["dags/fifo.yaml"]
    assert "1 file, 1 DAG, 0 errors" in cli.run("dags", "check", "/dev/stdin", stdin=GOOD).stderr


def test_without_a_file_the_home_is_checked(cli):
    cli.write("home/dags/bad.yaml", BAD)
    cli.write("elsewhere/bad.yaml", BAD)
    out = cli.run("--home", "home", "dags", "check", code=1).stdout
    assert f"{cli.folder}/home/dags/bad.yaml:2:11: " in out
    cli.write("home/dagd.yaml", f"core: {{dags_folder: {cli.folder}/elsewhere}}")
    out = cli.run("--home", "home", "dags", "check", code=1).stdout
    assert f"{cli.folder}/elsewhere/bad.yaml:2:11: " in out and "home/dags" not in out


def test_plugins_of_the_home_are_known(cli):
    cli.write("dag.yaml", "tasks: [{task_id: t, operator: own, word: x}]")
    cli.run("dags", "check", "dag.yaml", code=1)
    cli.write("home/operators/own/operator.yaml", """
name: own
summary: Says a word.
parameters: {word: {type: text, summary: The word.}}
run: [/bin/echo, "{word}"]
""")
    cli.run("--home", "home", "dags", "check", "dag.yaml")


# ---- dags next-execution ----

def test_next_executions_have_the_offset_of_their_zone(cli):
    cli.write("good.yaml", GOOD)
    out = cli.run("dags", "next-execution", "-o", "json", "--after", "2026-03-27T12:00:00+00:00", "-n", "3",
                  "good.yaml").stdout
    # On the 29th there is no 02:30: the first instant after the gap.
    assert json.loads(out) == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]


def test_after_is_in_the_zone_of_the_dag_and_strict(cli):
    cli.write("good.yaml", GOOD)
    for after, first in (("2026-06-01T02:30", "2026-06-02"), ("2026-06-01T02:29:59", "2026-06-01")):
        assert cli.run("dags", "next-execution", "--after", after, "good.yaml").stdout == f"{first}T02:30:00+02:00\n"


def test_nothing_is_next_without_a_schedule(cli):
    cli.write("never.yaml", "tasks: [{task_id: t, operator: empty}]")
    done = cli.run("dags", "next-execution", "never.yaml")
    assert done.stdout == "" and "nothing is scheduled" in done.stderr
    assert cli.run("dags", "next-execution", "-o", "json", "never.yaml").stdout == "[]\n"


def test_the_next_execution_of_a_wrong_file_is_refused_with_its_mistakes(cli):
    cli.write("bad.yaml", BAD)
    done = cli.run("dags", "next-execution", "bad.yaml", code=1)
    assert done.stdout == "" and "bad.yaml:2:11: " in done.stderr


def test_a_file_of_several_dags_needs_a_choice(cli):
    two = "dag_id: {}\nschedule: 1d\nstart_date: {}\ntasks: [{{task_id: t, operator: empty}}]\n"
    cli.write("two.yaml", two.format("a", "2026-01-01") + "---\n" + two.format("b", "2027-01-01"))
    assert "defines 2 DAGs (a, b)" in cli.run("dags", "next-execution", "two.yaml", code=1).stderr
    out = cli.run("dags", "next-execution", "two.yaml", "--dag-id", "b", "--after", "2026-01-01").stdout
    assert out == "2027-01-01T00:00:00+00:00\n"


# ---- usage ----

@pytest.mark.parametrize("words, sentence", [
    (["dag", "list"], 'unknown command "dag"; did you mean "dags"?'),
    (["dags", "lst"], 'unknown verb of "dags": "lst"; did you mean "list"?'),
    (["dags", "list", "--outptu", "json"], 'unknown option "--outptu"; did you mean "--output"?'),
    (["dags", "list", "-o", "xml"], 'unknown output "xml"'),
    (["dags", "trigger"], "DAG is missing: dagctl dags trigger DAG"),
    (["dags", "trigger", "d", "extra"], 'unexpected argument "extra"'),
    (["dags", "trigger", "d", "--conf", "{"], "--conf is not JSON: line 1, column 1"),
    (["dags", "trigger", "d", "--conf", "[1]"], "--conf must be a JSON object"),
    (["dags", "trigger", "d", "-p", "x"], '--param "x" is not of the form name=value'),
    (["dags", "next-execution", "d", "-n", "0"], "--num-executions must be a whole number from 1"),
    (["connections", "add", "c"], "a connection needs --conn-type"),
    (["connections", "add", "c", "--conn-uri", "-", "--conn-password", "-"], "only one option can be read from stdin"),
    (["completion", "tcsh"], 'unknown shell "tcsh"'),
])
def test_wrong_usage_is_one_sentence_and_exit_2(cli, words, sentence):
    done = cli.run(*words, code=2)
    assert done.stdout == "" and sentence in done.stderr
    assert len(done.stderr.splitlines()) == 2 and done.stderr.splitlines()[1].endswith("--help` says more")


@pytest.mark.parametrize("words, has", [
    (["--help"], "connections"), (["dags", "--help"], "next-execution"),
    (["dags", "trigger", "--help"], "--logical-date"), (["tasks", "clear", "-h"], "--task-regex"),
])
def test_help_goes_to_stdout(cli, words, has):
    done = cli.run(*words)
    assert done.stdout.startswith("usage: dagctl") and has in done.stdout and done.stderr == ""


@pytest.mark.parametrize("words", [[], ["dags"]])
def test_a_missing_command_shows_what_there_is(cli, words):
    done = cli.run(*words, code=2)
    assert done.stdout == "" and done.stderr.startswith("usage: dagctl")


def test_output_that_cannot_be_written_is_a_failure(cli):
    with open("/dev/full", "w") as full:
        done = subprocess.run([cli.program, "version"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "the output cannot be written" in done.stderr


def test_completion_of_bash_offers_verbs_options_and_files(cli):
    script = cli.write("completion.bash", cli.run("completion", "bash").stdout)
    cli.write("some.yaml", GOOD)

    def offered(*words):
        line = " ".join(f"'{word}'" for word in words)
        shell = f"source {script}; COMP_WORDS=(dagctl {line}); COMP_CWORD={len(words)}; _dagctl; echo ${{COMPREPLY[@]}}"
        return subprocess.run(["bash", "-c", shell], cwd=cli.folder, env=cli.environment, capture_output=True,
                              text=True, check=True).stdout.split()

    assert offered("da") == ["dags"]
    assert offered("dags", "list-") == ["list-import-errors", "list-runs", "list-missed"]
    assert offered("--home", "x", "dags", "trigger", "d", "--lo") == ["--logical-date"]
    assert offered("dags", "list-runs", "--st") == ["--state"]
    assert offered("dags", "check", "so") == ["some.yaml"]
    assert offered("completion", "z") == ["zsh"]


def test_scripts_for_other_shells_are_printed(cli):
    assert cli.run("completion", "zsh").stdout.startswith("#compdef dagctl\n")
    assert "complete -c dagctl" in cli.run("completion", "fish").stdout


# ---- no daemon ----

@pytest.mark.parametrize("words", [
    ["health"], ["dags", "list"], ["dags", "trigger", "d"], ["tasks", "list", "d"], ["variables", "set", "K", "V"],
    ["connections", "list"], ["operators", "list"], ["config", "list"], ["dags", "next-execution", "d"],
])
def test_without_a_daemon_it_exits_69(cli, words):
    done = cli.run("--home", "nowhere", *words, code=69)
    assert done.stdout == ""
    home = f"{cli.folder}/nowhere"
    assert done.stderr == (f"dagctl: no daemon answers on {home}/run/dagd.sock: No such file or directory; "
                           f"start it with `dagd --home {home}`\n")


def test_a_socket_without_a_listener_is_no_daemon(cli):
    os.makedirs(cli.folder / "home/run")
    subprocess.run(["/usr/bin/python3", "-c", "import socket; socket.socket(socket.AF_UNIX).bind('dagd.sock')"],
                   cwd=cli.folder / "home/run", check=True)
    assert "Connection refused" in cli.run("--home", "home", "health", code=69).stderr


def test_a_url_without_a_server_is_no_daemon(cli):
    done = cli.run("--url", "http://127.0.0.1:1", "health", code=69)
    assert "no daemon answers at http://127.0.0.1:1: " in done.stderr
    assert '"x:y" is no URL of a daemon' in cli.run("--url", "x:y", "health", code=2).stderr


def test_version_and_info_need_none(cli):
    version = cli.run("version").stdout.strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert cli.run("--version").stdout == f"dagctl {version}\n"
    info = json.loads(cli.run("--home", "home", "info", "-o", "json").stdout)
    assert info["home"] == f"{cli.folder}/home" and info["dagd"] is None


# ---- dags test ----

def left_over(cli):
    return [path.name for path in cli.folder.iterdir() if path.name.startswith("dagd-test-")]


def test_a_run_in_the_foreground_shows_states_and_logs_and_leaves_nothing(cli):
    cli.write("hello.yaml", """
schedule: 1d
start_date: 2020-01-01
catchup: true
params: {name: world}
tasks:
  - {task_id: say, operator: bash, bash_command: "echo hello {{ params.name }}; echo ran >> %s/runs"}
""" % cli.folder)
    done = cli.run("dags", "test", "hello.yaml", "-p", "name=Ada")
    assert re.search(r"^\[\d\d:\d\d:\d\d\] say: success$", done.stdout, re.M)
    assert "say | hello Ada\n" in done.stdout
    assert (cli.folder / "runs").read_text() == "ran\n", "the schedule is not followed"
    assert left_over(cli) == []


def test_a_failed_run_in_the_foreground_exits_1(cli):
    cli.write("home/dags/fails.yaml", "tasks: [{task_id: t, operator: bash, bash_command: exit 3}]")
    assert "t: failed (exit code 3" in cli.run("--home", "home", "dags", "test", "fails", code=1).stdout
    assert left_over(cli) == []


def test_its_tasks_have_the_limits_that_they_have_under_dagd(cli):
    hard = subprocess.run(["bash", "-c", "ulimit -Hc"], capture_output=True, text=True, check=True).stdout
    cli.write("limits.yaml", 'tasks: [{task_id: t, operator: bash, bash_command: "ulimit -Sc; ulimit -Hc"}]')
    assert f"t | 0\nt | {hard}" in cli.run("dags", "test", "limits.yaml").stdout


def test_wrong_params_start_nothing(cli):
    cli.write("dag.yaml", "params: {n: {type: integer, default: 1}}\ntasks: [{task_id: t, operator: empty}]")
    assert 'param "n" is "x"' in cli.run("dags", "test", "dag.yaml", "-p", "n=x", code=1).stderr
    assert left_over(cli) == []


def test_an_interrupt_ends_the_run_and_its_tasks(cli):
    cli.write("long.yaml", """
tasks: [{task_id: t, operator: bash, bash_command: "echo $$ > %s/pid; sleep 1000"}]
""" % cli.folder)
    pid = cli.folder / "pid"
    process = cli.start("dags", "test", "long.yaml")
    wait_until(lambda: pid.exists() and pid.read_text().strip(), "the task runs")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "interrupted: the run is ended" in err
    assert not pathlib.Path(f"/proc/{pid.read_text().strip()}").exists()
    assert left_over(cli) == []


@pytest.mark.parametrize("command, is_told", [("echo hello", False), ("echo {{ var.value.word }}", True)])
def test_that_there_are_no_variables_is_told_where_they_may_be_missed(cli, command, is_told):
    cli.write("hello.yaml", f"tasks: [{{task_id: say, operator: bash, bash_command: '{command}'}}]")
    process = cli.start("dags", "test", "hello.yaml")
    _, err = process.communicate(timeout=60)
    assert ("the run has no variables and connections" in err) == is_told


def test_a_reader_that_goes_ends_the_run_and_its_dagd(cli):
    cli.write("long.yaml", """
tasks: [{task_id: t, operator: bash, bash_command: "echo $$ > %s/pid; while echo on; do sleep 0.1; done"}]
""" % cli.folder)
    process = cli.start("dags", "test", "long.yaml")
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert left_over(cli) == []


def test_a_private_dagd_that_dies_is_not_waited_for(cli):
    cli.write("long.yaml", "tasks: [{task_id: t, operator: bash, bash_command: echo $PPID; exec sleep 1000}]")
    process = cli.start("dags", "test", "long.yaml")
    worker = next(line for line in process.stdout if line.startswith("t | ")).removeprefix("t | ").strip()
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    _, err = process.communicate(timeout=50)
    assert process.returncode == 1 and "the private dagd ended before the run did" in err
    os.kill(int(worker), signal.SIGKILL)


def test_a_private_dagd_and_its_tasks_end_with_the_command_that_is_killed(cli):
    cli.write("long.yaml", """
tasks: [{task_id: t, operator: bash, bash_command: "echo $$ $PPID; trap '' TERM HUP; while :; do sleep 0.1; done"}]
""")
    (cli.folder / "home").mkdir(exist_ok=True)
    (cli.folder / "home" / "dagd.yaml").write_text("core: {killed_task_cleanup_time: 1s}\n")
    process = cli.start("--home", "home", "dags", "test", "long.yaml")
    line = next(line for line in process.stdout if line.startswith("t | "))
    task, worker = line.removeprefix("t | ").split()
    daemon = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
    process.kill()
    process.wait(60)
    for pid in (task, worker, daemon):
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}/cmdline").exists(), "its dagd, worker and task are gone")
    assert len(left_over(cli)) == 1  # to be looked at


# ---- terminals ----

def on_terminal(cli, *words, **environment):
    """What is shown on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([cli.program, *words], cwd=cli.folder, stdout=theirs, stderr=subprocess.DEVNULL,
                               env=cli.environment | {"TERM": "xterm"} | environment)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    process.wait(60)
    return shown.decode()


def test_colours_are_for_terminals_that_want_them(cli):
    assert "\033[1m" in on_terminal(cli, "--home", "home", "info")
    assert "\033" not in on_terminal(cli, "--home", "home", "info", NO_COLOR="1")
    assert "\033" not in cli.run("--home", "home", "info").stdout
