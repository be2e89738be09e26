# A task without a program succeeds as soon as it may begin.

story: an empty task needs no worker
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: empty}
  dependencies: b >> a

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: success
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success

story: a run of empty tasks ends at once
dag:
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: empty}
    - {task_id: c, operator: empty}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] a: success
[00:00] b: success
[00:00] c: success
[00:00] d r1: success

story: an empty task joins others
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: join, operator: empty}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: "[a, b] >> join >> c"

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 0
[00:01] a: success
00:02 b exits 0
[00:02] b: success
[00:02] join: success
[00:02] c: running (try 1)
00:03 c exits 0
[00:03] c: success
[00:03] d r1: success

story: an empty task after a failed one does not succeed
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: empty}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)

story: an empty task waits for the end of a pause
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: empty}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 pause d
00:01 a exits 0
[00:01] a: success
[00:01] b: scheduled
00:02 unpause d
[00:02] b: success
[00:02] d r1: success

story: a scheduled run of empty tasks makes room for the next slot
begins: 2026-01-01 00:10
dag:
  schedule: "0 * * * *"
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: empty}

[01:00] a: success
[01:00] d @01:00: success
[02:00] a: success
[02:00] d @02:00: success
02:30 why d
[02:30] d next run at 2026-01-01T03:00:00+00:00

story: a cleared empty task succeeds again
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 clear d r1 a
