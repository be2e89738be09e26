# SPDX-License-Identifier: MIT
"""DAG files that show whether they are whole: the number of the version stands at their beginning and at their end, and
in between nearly every place at which one is cut off leaves a valid DAG."""
import re

N_TASKS = 8
FORM = re.compile(r"dag_id: (\w+)\ntags: \[n(\d+)\]\n")


def whole(dag_id, number):
    tasks = "".join(f"  - {{task_id: t{i}, operator: bash, bash_command: echo {i}}}\n" for i in range(N_TASKS))
    return f"dag_id: {dag_id}\ntags: [n{number}]\ntasks:\n{tasks}description: n{number}\n"


def wrong(dag_id, number):
    """The same with a mistake."""
    return whole(dag_id, number) + "descripton: wrong\n"


def read(text):
    """(dag_id, number) of a whole one, else None."""
    match = FORM.match(text)
    return match.groups() if match and text == whole(*match.groups()) else None


def number_of(dag):
    """The number of the version that the API shows, or None: it is not whole."""
    [tag] = [tag["name"] for tag in dag["tags"]] or [None]
    return tag[1:] if tag and dag["description"] == tag else None
