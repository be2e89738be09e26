# SPDX-License-Identifier: MIT
"""What the instances of a mapped task are given, and what is read of them."""


def run_once(daemon, text):
    """Loads the DAG, runs it to its end, and gives its task instances by `task_id` or `task_id[map_index]`."""
    daemon.load_dag("m", text)
    run_id = daemon.trigger("m")
    daemon.wait_run("m", run_id)
    found = daemon.get(f"/dags/m/dagRuns/{run_id}/taskInstances", limit=100)["task_instances"]
    return run_id, {one["task_id"] + ("" if one["map_index"] < 0 else f"[{one['map_index']}]"): one for one in found}


def left(dagd, run_id, task_id, map_index=-1):
    path = f"/dags/m/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
    return dagd.get(path, map_index=map_index)["value"]


LIST = """
          - task_id: list
            operator: bash
            bash_command: |
              echo '{"return_value": %s}' > "$DAGD_OUTPUT"
"""


def test_each_instance_has_a_name_of_its_own_once_it_has_succeeded(dagd):
    run_id, tasks = run_once(dagd, f"""
        tasks:{LIST % '["$(id)", "b"]'}
          - task_id: each
            operator: bash
            dependencies: list
            expand: {{item: "{{{{ tasks.list.output }}}}"}}
            bash_command: test "{{{{ expand.item }}}}" = b && echo left
            map_index_template: "{{{{ expand.item }}}}: {{{{ tasks.each.output }}}}"
    """)
    assert (tasks["each[0]"]["state"], tasks["each[0]"]["rendered_map_index"]) == ("failed", None)
    assert (tasks["each[1]"]["state"], tasks["each[1]"]["rendered_map_index"]) == ("success", "b: left")


def test_what_failed_or_left_nothing_is_not_in_the_list_of_results(dagd):
    run_id, tasks = run_once(dagd, """
        tasks:
          - task_id: each
            operator: bash
            expand: {code: [0, 1, 99, 0]}
            bash_command: echo "{{ map_index }}"; exit {{ expand.code }}
          - task_id: all
            operator: bash
            dependencies: each
            trigger_rule: all_done
            bash_command: >-
              echo "{{ tasks.each.output }} {{ ti.xcom_pull(task_ids='each', map_indexes=3) }}
              {{ ti.xcom_pull(task_ids='each', map_indexes=[3, 0]) }}
              {{ ti.xcom_pull(task_ids='each', map_indexes=1, default='none') }}"
    """)
    assert [tasks[f"each[{i}]"]["state"] for i in range(4)] == ["success", "failed", "skipped", "success"]
    assert left(dagd, run_id, "all") == "['0', '3'] 3 ['3', '0'] none"


def test_a_map_is_a_list_of_pairs_and_the_last_source_changes_fastest(dagd):
    run_id, tasks = run_once(dagd, f"""
        tasks:{LIST % '{"x": 1, "y": [2]}'}
          - task_id: each
            operator: bash
            dependencies: list
            expand: {{pair: "{{{{ tasks.list.output }}}}", letter: [a, b]}}
            bash_command: echo "{{{{ expand.pair }}}} {{{{ expand.letter }}}}"
    """)
    assert [left(dagd, run_id, "each", i) for i in range(4)] == [
        "['x', 1] a", "['x', 1] b", "['y', [2]] a", "['y', [2]] b"]


def test_arguments_of_another_tasks_output_cannot_be_code(dagd):
    values = '[{"cwd": "/"}, {"bash_command": "id"}, {"env": {"PATH": "/tmp"}}, {"cdw": "/"}, 3]'
    run_id, tasks = run_once(dagd, f"""
        tasks:{LIST % values}
          - task_id: each
            operator: bash
            dependencies: list
            expand_kwargs: "{{{{ tasks.list.output }}}}"
            partial: {{bash_command: pwd}}
    """)
    assert left(dagd, run_id, "each", 0) == "/"
    reasons = [tasks[f"each[{i}]"]["reason"] for i in range(1, 5)]
    assert '"bash_command" cannot come from another task, for what it holds would be code' in reasons[0]
    assert '"env" cannot come from another task, for what it holds would be names of variables' in reasons[1]
    assert 'the operator bash has no parameter "cdw"' in reasons[2]
    assert "value number 4 is no map of arguments" in reasons[3]


def test_mapping_over_what_is_no_list_fails_the_task_that_left_it(dagd):
    run_id, tasks = run_once(dagd, """
        tasks:
          - {task_id: list, operator: bash, bash_command: 'echo "[1]"'}
          - task_id: each
            operator: bash
            dependencies: list
            expand: {item: "{{ tasks.list.output }}"}
            bash_command: echo "{{ expand.item }}"
    """)
    assert tasks["list"]["state"] == "failed" and "its return_value is text" in tasks["list"]["reason"]
    assert tasks["each"]["state"] == "upstream_failed"


def test_a_mapped_group_may_be_mapped_over_a_mapped_task(dagd):
    run_id, tasks = run_once(dagd, """
        task_groups:
          - {group_id: g, expand: {item: "{{ tasks.first.output }}"}}
        tasks:
          - {task_id: first, operator: bash, expand: {n: [1, 2]}, bash_command: 'echo "n{{ expand.n }}"'}
          - {task_id: a, task_group: g, operator: bash, bash_command: 'echo "a {{ expand.item }}"'}
          - {task_id: b, task_group: g, operator: bash, dependencies: a,
             bash_command: 'echo "b {{ tasks.g.a.output }} of {{ tasks.first.output | length }}"'}
    """)
    assert [left(dagd, run_id, "g.b", i) for i in range(2)] == ["b a n1 of 2", "b a n2 of 2"]


def test_the_command_line_shows_one_instance_by_its_index(dagd):
    run_id, _ = run_once(dagd, """
        tasks:
          - task_id: each
            operator: bash
            expand: {word: [red, blue]}
            bash_command: echo "{{ expand.word }}"; test "{{ expand.word }}" = red
    """)

    def shown(*words):
        return dagd.dagctl("tasks", *words).stdout

    assert shown("logs", "m", run_id, "each", "--map-index", "0") == "red\n"
    assert shown("logs", "m", run_id, "each", "--map-index", "1") == "blue\n"
    assert shown("logs", "m", run_id, "each", "--map-index", "1", "--follow") == "blue\n"
    assert shown("state", "m", "each", run_id, "--map-index", "1") == "failed\n"
    assert "red" in shown("render", "m", "each", run_id, "--map-index", "0")
    rows = [line.split("|")[2:5] for line in shown("states-for-dag-run", "m", run_id).splitlines()[2:]]
    assert [[word.strip() for word in row] for row in rows] == [["each", "0", "success"], ["each", "1", "failed"]]
    refused = dagd.dagctl("tasks", "logs", "m", run_id, "each")
    assert refused.returncode == 1 and "mapped" in refused.stderr


def test_results_of_instances_that_are_too_large_together_fail_who_wants_them(dagd_home):
    dagd_home.environment["DAGD__CORE__MAX_XCOM_SIZE"] = "32MiB"
    _, tasks = run_once(dagd_home.start(), """
        tasks:
          - task_id: each
            operator: bash
            expand: {number: [0, 1, 2]}
            bash_command: |
              : "{{ expand.number }}"
              (printf '{"return_value": "'; head -c 25000000 /dev/zero | tr '\\0' x; printf '"}') > "$DAGD_OUTPUT"
          - {task_id: all, operator: bash, dependencies: each, bash_command: "true",
             env: {LENGTH: "{{ tasks.each.output | length }}"}}
    """)
    assert tasks["all"]["state"] == "failed"
    assert ('the values "return_value" of all instances of the task "each" are larger than 64 MiB together'
            in tasks["all"]["reason"])
