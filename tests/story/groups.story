# A group of tasks may be tried again as a whole.

story: a group begins anew when a task of it has no try left
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 10m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x, retries: 1, retry_delay: 1m, dependencies: g.a}
    - {task_id: z, operator: bash, bash_command: x, dependencies: g}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: running (try 1)
00:01 g.a exits 0
[00:01] g.a: success
[00:01] g.b: running (try 1)
00:02 g.b exits 1
[00:02] g.b: up_for_retry (exit code 1), next try at 00:03
[00:03] g.b: running (try 2)
00:04 g.b exits 1
[00:04] g.b: up_for_retry (exit code 1), next try at 00:14
00:05 why d r1
[00:05] r1 g.b exit code 1; its group "g" begins anew at 2026-01-01T00:14:00+00:00 (retry 1 of 1)
[00:05] r1 z waits for upstream "g.b"
00:06 restart
[00:14] g.a: running (try 2)
[00:14] g.b: none
00:15 g.a exits 0
[00:15] g.a: success
[00:15] g.b: running (try 3)
00:16 g.b exits 0
[00:16] g.b: success
[00:16] z: running (try 1)
00:17 z exits 0
[00:17] z: success
[00:17] d r1: success

story: when its retries are used up the group fails
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: g}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: running (try 1)
00:01 g.a exits 1
[00:01] g.a: up_for_retry (exit code 1), next try at 00:02
[00:02] g.a: running (try 2)
00:03 g.a exits 1
[00:03] g.a: failed (exit code 1)
[00:03] z: upstream_failed (upstream task "g.a" failed)
[00:03] d r1: failed (task "g.a" failed)

story: what runs of the group is ended before it begins anew
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}
    - {task_id: b, task_group: g, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: running (try 1)
[00:00] g.b: running (try 1)
00:01 g.a exits 1
[00:01] g.a: up_for_retry (exit code 1), next try at 00:02
[00:02] g.b: is to be killed
[00:02] g.a: running (try 2)
[00:02] g.b: restarting
00:03 g.b is killed by signal 15
[00:03] g.b: running (try 2)

story: an exit code that says for good does not try the group again
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x, fail_on_exit_code: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: running (try 1)
00:01 g.a exits 3
[00:01] g.a: failed (exit code 3)
[00:01] d r1: failed (task "g.a" failed)

story: a group inside is part of the group that is tried again
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 1m}
    - {group_id: inner, parent_group: g}
  tasks:
    - {task_id: a, task_group: g, operator: empty}
    - {task_id: b, task_group: g.inner, operator: bash, bash_command: x, dependencies: g.a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: success
[00:00] g.inner.b: running (try 1)
00:01 g.inner.b exits 1
[00:01] g.inner.b: up_for_retry (exit code 1), next try at 00:02
[00:02] g.inner.b: running (try 2)
00:03 g.inner.b exits 0
[00:03] g.inner.b: success
[00:03] d r1: success

story: clearing a task gives its group its retries back
dag:
  task_groups:
    - {group_id: g, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, task_group: g, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g.a: running (try 1)
00:01 g.a exits 1
[00:01] g.a: up_for_retry (exit code 1), next try at 00:02
[00:02] g.a: running (try 2)
00:03 g.a exits 1
[00:03] g.a: failed (exit code 1)
[00:03] d r1: failed (task "g.a" failed)
00:04 clear d r1 g.a
[00:04] d r1: running
[00:04] g.a: running (try 3)
00:05 g.a exits 1
[00:05] g.a: up_for_retry (exit code 1), next try at 00:06
[00:06] g.a: running (try 4)
00:07 g.a exits 0
[00:07] g.a: success
[00:07] d r1: success
