# A paused DAG starts nothing new; what runs goes on.

story: a paused DAG starts no task, and its running ones end
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 pause d
00:02 a exits 0
[00:02] a: success
[00:02] b: scheduled
00:03 why d r1
[00:03] r1 b could start, but the DAG is paused
00:04 unpause d
[00:04] b: running (try 1)

story: a task that waits for a worker waits for the pause as well
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 pause d
00:02 a exits 0
[00:02] a: success
00:03 why d r1 b
[00:03] r1 b could start, but the DAG is paused
00:04 unpause d
[00:04] b: running (try 1)

story: the worker that a paused DAG does not take goes to another one
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 5}
dag other:
  dag_id: other
  tasks:
    - {task_id: c, operator: bash, bash_command: x}

00:00 load other
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
[00:00] b: running (try 1)
00:00 trigger other r2
[00:00] other r2: running
[00:00] r2 c: scheduled
00:01 pause d
00:02 b exits 0
[00:02] r1 b: success
[00:02] r2 c: running (try 1)
00:03 unpause d
00:04 c exits 0
[00:04] r2 c: success
[00:04] r1 a: running (try 1)
[00:04] other r2: success

story: runs that are triggered while the DAG is paused wait
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 pause d
00:01 trigger d r1
[00:01] d r1: queued
00:02 why d r1
[00:02] r1 waits: the DAG is paused
00:03 unpause d
[00:03] d r1: running
[00:03] a: running (try 1)

story: a paused DAG retries nothing until it is unpaused
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 pause d
00:02 a exits 1
[00:02] a: up_for_retry (exit code 1), next try at 00:07
[00:07] a: scheduled (exit code 1)
00:10 why d r1
[00:10] r1 a could start, but the DAG is paused
00:11 unpause d
[00:11] a: running (try 2)

story: catchup false drops the slots that were missed in a pause
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 pause d
03:30 why d
[03:30] d is paused; dagctl dags unpause d
[03:30] @00:00 a runs since 2026-01-01T00:00:00+00:00
03:30 unpause d
[03:30] d missed 3 slots, @01:00 to @03:00 (the DAG was paused)
03:31 why d
[03:31] d next run at 2026-01-01T04:00:00+00:00
[03:31] d missed 3 slots from 2026-01-01T01:00:00+00:00 to 2026-01-01T03:00:00+00:00: the DAG was paused
[03:31] @00:00 a runs since 2026-01-01T00:00:00+00:00
[04:00] d @04:00: running
[04:00] @04:00 a: running (try 1)
04:00 until

story: catchup latest runs the newest slot that was missed in a pause
dag:
  schedule: "0 * * * *"
  catchup: latest
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 pause d
03:30 unpause d
[03:30] d missed 2 slots, @01:00 to @02:00 (the DAG was paused)
[03:30] d @03:00: running
[03:30] @03:00 a: running (try 1)

story: catchup true runs all slots that were missed in a pause
dag:
  schedule: "0 * * * *"
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 pause d
03:30 unpause d
[03:30] d @01:00: running
[03:30] d @02:00: running
[03:30] d @03:00: running
[03:30] @01:00 a: running (try 1)
[03:30] @02:00 a: running (try 1)
[03:30] @03:00 a: running (try 1)

story: a DAG that begins paused runs nothing
dag:
  schedule: "0 * * * *"
  is_paused_upon_creation: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

02:30 why d
[02:30] d is paused; dagctl dags unpause d
02:31 load
02:32 unpause d
[02:32] d missed 3 slots, @00:00 to @02:00 (the DAG was paused)
[03:00] d @03:00: running
[03:00] a: running (try 1)
03:00 until

story: a pause outlasts a restart
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 pause d
00:02 restart
00:03 a exits 0
[00:03] a: success
00:04 unpause d
[00:04] b: running (try 1)

story: dagrun_timeout passes in a pause, too
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 pause d
00:02 a exits 0
[00:02] a: success
[00:02] b: scheduled
[01:00] b: skipped (dagrun_timeout has passed)
[01:00] d r1: failed (dagrun_timeout has passed)
02:00 until
