# A mapped task becomes many, one for each value.

story: a task that is mapped over a list is as many as the list is long
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, expand: {env: [{N: "1"}, {N: "2"}]}}
    - {task_id: z, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
00:01 a[1] exits 0
[00:01] a[1]: success
00:02 why d r1 z
[00:02] r1 z waits for upstream "a[0]"
00:03 a[0] exits 0
[00:03] a[0]: success
[00:03] z: running (try 1)

story: several lists are a product
dag:
  tasks:
    - {task_id: a, operator: bash, expand: {cwd: ["/", /tmp], bash_command: [x, y, z]}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
[00:00] a[2]: running (try 1)
[00:00] a[3]: running (try 1)
[00:00] a[4]: scheduled
[00:00] a[5]: scheduled

story: lists that are zipped are as many as the shortest
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, expand_zip: {cwd: "{{ tasks.list.output }}", bash_command: [x, y, z]}, dependencies: list}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 2 values
[00:01] list: success
[00:01] a[0]: running (try 1)
[00:01] a[1]: running (try 1)

story: what a task leaves decides how many the next one becomes
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list}
    - {task_id: z, operator: empty, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 3 values
[00:01] list: success
[00:01] a[0]: running (try 1)
[00:01] a[1]: running (try 1)
[00:01] a[2]: running (try 1)
00:02 a[0] exits 0
[00:02] a[0]: success
00:02 a[1] exits 0
[00:02] a[1]: success
00:02 a[2] exits 0
[00:02] a[2]: success
[00:02] z: success
[00:02] d r1: success

story: over no values the task is skipped
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list}
    - {task_id: z, operator: bash, bash_command: x, dependencies: a}
    - {task_id: y, operator: bash, bash_command: x, dependencies: a, trigger_rule: none_failed}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 0 values
[00:01] list: success
[00:01] a: skipped (it is mapped over no values)
[00:01] z: skipped (upstream task "a" was skipped)
[00:01] y: running (try 1)

story: over too many values the task fails
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, expand: {cwd: "{{ tasks.list.output }}", bash_command: [x, y]}, dependencies: list}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 1000 values
[00:01] list: success
[00:01] a: failed (it is mapped over 2000 values; at most 1024 are allowed (core.max_map_length))
[00:01] d r1: failed (task "a" failed)

story: one that fails fails what comes after all of them
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: ["/", /tmp, /var]}}
    - {task_id: z, operator: bash, bash_command: x, dependencies: a}
    - {task_id: y, operator: bash, bash_command: x, dependencies: a, trigger_rule: one_success}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
[00:00] a[2]: running (try 1)
00:01 a[1] exits 1
[00:01] a[1]: failed (exit code 1)
[00:01] z: upstream_failed (upstream task "a[1]" failed)
00:02 a[0] exits 0
[00:02] a[0]: success
[00:02] y: running (try 1)
00:03 a[2] exits 0
[00:03] a[2]: success

story: each of them is tried again for itself
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, expand: {cwd: ["/", /tmp]}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
00:01 a[0] exits 1
[00:01] a[0]: up_for_retry (exit code 1), next try at 00:06
00:02 a[1] exits 0
[00:02] a[1]: success
[00:06] a[0]: running (try 2)
00:10 a[0] exits 0
[00:10] a[0]: success
[00:10] d r1: success

story: at most so many of them run at once in a run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dagrun: 2, expand: {cwd: ["/", /tmp, /var]}}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
[00:00] a[2]: scheduled
[00:00] b: running (try 1)
00:01 why d r1 a
[00:01] r1 a[0] runs since 2026-01-01T00:00:00+00:00
[00:01] r1 a[1] runs since 2026-01-01T00:00:00+00:00
[00:01] r1 a[2] waits: max_active_tis_per_dagrun (2) is taken by "a[0]", "a[1]"
00:02 a[0] exits 0
[00:02] a[0]: success
[00:02] a[2]: running (try 1)

story: how many they are outlasts a restart
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dagrun: 1, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list}
    - {task_id: z, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 3 values
[00:01] list: success
[00:01] a[0]: running (try 1)
[00:01] a[1]: scheduled
[00:01] a[2]: scheduled
00:02 a[0] exits 0
[00:02] a[0]: success
[00:02] a[1]: running (try 1)
00:03 restart
00:04 a[1] exits 0
[00:04] a[1]: success
[00:04] a[2]: running (try 1)
00:05 a[2] exits 0
[00:05] a[2]: success
[00:05] z: running (try 1)

story: when the values are made anew there may be fewer, or more
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 3 values
[00:01] list: success
[00:01] a[0]: running (try 1)
[00:01] a[1]: running (try 1)
[00:01] a[2]: running (try 1)
00:02 a[0] exits 0
[00:02] a[0]: success
00:02 a[1] exits 0
[00:02] a[1]: success
00:02 a[2] exits 1
[00:02] a[2]: failed (exit code 1)
[00:02] d r1: failed (task "a[2]" failed)
00:03 clear d r1 list a
[00:03] d r1: running
[00:03] list: running (try 2)
[00:03] a[0]: none
[00:03] a[1]: none
[00:03] a[2]: none
00:04 list exits 0 leaving 1 values
[00:04] list: success
[00:04] a[1]: removed (there are fewer values now)
[00:04] a[2]: removed (there are fewer values now)
[00:04] a[0]: running (try 2)
00:05 a[0] exits 0
[00:05] a[0]: success
[00:05] d r1: success
00:06 clear d r1 list a
[00:06] d r1: running
[00:06] list: running (try 3)
[00:06] a[0]: none
00:07 list exits 0 leaving 4 values
[00:07] list: success
[00:07] a[1]: running (try 2)
[00:07] a[2]: running (try 2)
[00:07] a[3]: running (try 1)
[00:07] a[0]: running (try 3)

story: one of them is cleared alone
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: ["/", /tmp]}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
00:01 a[0] exits 0
[00:01] a[0]: success
00:01 a[1] exits 1
[00:01] a[1]: failed (exit code 1)
[00:01] d r1: failed (task "a[1]" failed)
00:02 clear d r1 a[1]
[00:02] d r1: running
[00:02] a[1]: running (try 2)
00:03 a[1] exits 0
[00:03] a[1]: success
[00:03] d r1: success

story: a source that failed, was skipped or left nothing
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list, trigger_rule: all_done}

00:00 trigger d failed
[00:00] d failed: running
[00:00] list: running (try 1)
00:00 trigger d skipped
[00:00] d skipped: running
[00:00] skipped list: running (try 1)
00:00 trigger d nothing
[00:00] d nothing: running
[00:00] nothing list: running (try 1)
00:01 failed list exits 1
[00:01] failed list: failed (exit code 1)
[00:01] failed a: upstream_failed ("list", over whose output it is mapped, did not succeed)
[00:01] d failed: failed (task "list" failed)
00:02 skipped list exits 99
[00:02] skipped list: skipped
[00:02] skipped a: skipped ("list", over whose output it is mapped, was skipped)
[00:02] d skipped: success
00:03 nothing list exits 0
[00:03] nothing list: success
[00:03] nothing a: failed ("list", over whose output it is mapped, left no list or map as its return_value)
[00:03] d nothing: failed (task "a" failed)

story: a task may be mapped over what a mapped task leaves
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: ["/", /tmp, /var]}}
    - {task_id: b, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.a.output }}"}, dependencies: a, trigger_rule: all_done}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
[00:00] a[2]: running (try 1)
00:01 a[0] exits 0
[00:01] a[0]: success
00:01 a[1] exits 1
[00:01] a[1]: failed (exit code 1)
00:01 a[2] exits 0
[00:01] a[2]: success
[00:01] b[0]: running (try 1)
[00:01] b[1]: running (try 1)

story: a mapped group goes index by index
dag:
  task_groups:
    - {group_id: g, expand: {name: [x, y]}}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x, dependencies: a}
    - {task_id: z, operator: bash, bash_command: x, dependencies: g}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a[0]: running (try 1)
[00:00] g.a[1]: running (try 1)
00:01 g.a[1] exits 0
[00:01] g.a[1]: success
[00:01] g.b[1]: running (try 1)
00:02 g.b[1] exits 0
[00:02] g.b[1]: success
00:03 g.a[0] exits 1
[00:03] g.a[0]: failed (exit code 1)
[00:03] g.b[0]: upstream_failed (upstream task "g.a[0]" failed)
[00:03] z: upstream_failed (upstream task "g.b[0]" could not run)
[00:03] d r1: failed (task "g.a[0]" failed)

story: a group is mapped over what a task leaves
dag:
  task_groups:
    - {group_id: g, expand: {name: "{{ tasks.list.output }}"}, dependencies: list}
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 2 values
[00:01] list: success
[00:01] g.a[0]: running (try 1)
[00:01] g.a[1]: running (try 1)
00:02 g.a[0] exits 0
[00:02] g.a[0]: success
[00:02] g.b[0]: running (try 1)
00:03 restart
00:04 g.a[1] exits 0
[00:04] g.a[1]: success
[00:04] g.b[1]: running (try 1)

story: a mapped group with retries begins anew at the index that failed
dag:
  task_groups:
    - {group_id: g, expand: {name: [x, y]}, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a[0]: running (try 1)
[00:00] g.a[1]: running (try 1)
00:01 g.a[0] exits 0
[00:01] g.a[0]: success
[00:01] g.b[0]: running (try 1)
00:01 g.a[1] exits 0
[00:01] g.a[1]: success
[00:01] g.b[1]: running (try 1)
00:02 g.b[1] exits 1
[00:02] g.b[1]: up_for_retry (exit code 1), next try at 00:03
00:02 g.b[0] exits 0
[00:02] g.b[0]: success
[00:03] g.a[1]: running (try 2)
[00:03] g.b[1]: none
00:05 g.a[1] exits 0
[00:05] g.a[1]: success
[00:05] g.b[1]: running (try 2)

story: when no value is left the task is skipped though it was many before
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, expand: {cwd: "{{ tasks.list.output }}"}, dependencies: list}
    - {task_id: z, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 2 values
[00:01] list: success
[00:01] a[0]: running (try 1)
[00:01] a[1]: running (try 1)
00:02 a[0] exits 0
[00:02] a[0]: success
00:02 a[1] exits 0
[00:02] a[1]: success
[00:02] z: running (try 1)
00:03 z exits 0
[00:03] z: success
[00:03] d r1: success
00:04 clear d r1 list a z
[00:04] d r1: running
[00:04] list: running (try 2)
[00:04] a[0]: none
[00:04] a[1]: none
[00:04] z: none
00:05 list exits 0 leaving 0 values
[00:05] list: success
[00:05] a[0]: skipped (it is mapped over no values)
[00:05] a[1]: removed (there are fewer values now)
[00:05] z: skipped (upstream task "a[0]" was skipped)
[00:05] d r1: success

story: a mapped group of which no value is left is skipped
dag:
  task_groups:
    - {group_id: g, expand: {name: "{{ tasks.list.output }}"}, dependencies: list}
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 2 values
[00:01] list: success
[00:01] g.a[0]: running (try 1)
[00:01] g.a[1]: running (try 1)
00:02 g.a[0] exits 0
[00:02] g.a[0]: success
[00:02] g.b[0]: running (try 1)
00:02 g.a[1] exits 0
[00:02] g.a[1]: success
[00:02] g.b[1]: running (try 1)
00:03 g.b[0] exits 0
[00:03] g.b[0]: success
00:03 g.b[1] exits 0
[00:03] g.b[1]: success
[00:03] d r1: success
00:04 clear d r1 list g
[00:04] d r1: running
[00:04] list: running (try 2)
[00:04] g.a[0]: none
[00:04] g.a[1]: none
[00:04] g.b[0]: none
[00:04] g.b[1]: none
00:05 list exits 0 leaving 0 values
[00:05] list: success
[00:05] g.a[0]: skipped (it is mapped over no values)
[00:05] g.a[1]: removed (there are fewer values now)
[00:05] g.b[0]: skipped (it is mapped over no values)
[00:05] g.b[1]: removed (there are fewer values now)
[00:05] d r1: success
00:06 clear d r1 list g
[00:06] d r1: running
[00:06] list: running (try 3)
[00:06] g.a[0]: none
[00:06] g.b[0]: none
00:07 list exits 0 leaving 1 values
[00:07] list: success
[00:07] g.a[0]: running (try 2)

story: a mapped group may grow
dag:
  task_groups:
    - {group_id: g, expand: {name: "{{ tasks.list.output }}"}, dependencies: list}
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, task_group: g, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 1 values
[00:01] list: success
[00:01] g.a[0]: running (try 1)
00:02 g.a[0] exits 0
[00:02] g.a[0]: success
[00:02] d r1: success
00:03 clear d r1 list g
[00:03] d r1: running
[00:03] list: running (try 2)
[00:03] g.a[0]: none
00:04 list exits 0 leaving 2 values
[00:04] list: success
[00:04] g.a[1]: running (try 1)
[00:04] g.a[0]: running (try 2)
