# SPDX-License-Identifier: MIT
"""The program behind the operator `python`: what it calls, and what it says when it cannot."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

RUN = pathlib.Path(__file__).parents[2] / "operators" / "python" / "run.py"

STEPS = """
import sys
def echo(*args, **kwargs):
    print("called")
    return {"args": args, "kwargs": kwargs}
def nothing():
    pass
def fails():
    raise ValueError("no such\\ntable")
def skips():
    sys.exit(99)
def odd():
    return {1, 2}
class Box:
    @staticmethod
    def size():
        return 3
"""


def run(folder, arguments, text=None):
    (folder / "steps.py").write_text(STEPS)
    output = folder / "output.json"
    done = subprocess.run([sys.executable, RUN], input=json.dumps(arguments) if text is None else text, cwd=folder,
                          env={**os.environ, "DAGD_OUTPUT": str(output)}, capture_output=True, text=True, timeout=60)
    return done, json.loads(output.read_text())["return_value"] if output.exists() else None


@pytest.mark.parametrize("named", [{"python_callable": "steps:echo"}, {"file": "steps.py", "function": "echo"}])
def test_what_a_function_returns_is_the_result(tmp_path, named):
    done, value = run(tmp_path, {**named, "op_args": [1, "a"], "op_kwargs": {"b": None}})
    assert (done.returncode, done.stdout, done.stderr) == (0, "called\n", "")
    assert value == {"args": [1, "a"], "kwargs": {"b": None}}


def test_a_method_of_a_class_is_a_function_too(tmp_path):
    assert run(tmp_path, {"python_callable": "steps:Box.size"})[1] == 3


def test_none_is_no_result(tmp_path):
    done, value = run(tmp_path, {"python_callable": "steps:nothing"})
    assert done.returncode == 0 and value is None


def test_an_exception_leaves_its_traceback_and_its_reason_last(tmp_path):
    done, value = run(tmp_path, {"python_callable": "steps:fails"})
    assert done.returncode == 1 and value is None
    assert "steps.py" in done.stderr and "in fails" in done.stderr
    assert done.stderr.splitlines()[-1] == "error: ValueError: no such table"


def test_the_function_can_skip_its_task(tmp_path):
    assert run(tmp_path, {"python_callable": "steps:skips"})[0].returncode == 99


@pytest.mark.parametrize("arguments, reason", [
    ({}, "python_callable is missing, or file and function"),
    ({"file": "steps.py"}, "python_callable is missing, or file and function"),
    ({"python_callable": "steps:echo", "file": "steps.py"}, "either python_callable or file and function"),
    ({"python_callable": "steps"}, 'python_callable is "steps": module:function was expected'),
    ({"python_callable": "stepz:echo"}, 'there is no module "stepz"'),
    ({"python_callable": "steps:ecko"}, 'there is no function "ecko" in steps'),
    ({"file": "gone.py", "function": "f"}, 'there is no file "gone.py"'),
    ({"python_callable": "steps:odd"}, "what the function returned cannot be written as JSON"),
])
def test_what_cannot_work_fails_for_good_with_one_sentence(tmp_path, arguments, reason):
    done, value = run(tmp_path, arguments)
    assert done.returncode == 78 and value is None
    assert done.stderr.startswith("error: " + reason) and done.stderr.count("\n") == 1


def test_arguments_that_are_no_json_are_refused(tmp_path):
    done, _ = run(tmp_path, None, text="{")
    assert done.returncode == 78 and done.stderr.startswith("error: the arguments on stdin are not JSON")
