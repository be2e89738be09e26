# fail_fast: the first task that fails for good ends the run.

story: what runs is killed and what waits is skipped
dag:
  fail_fast: true
  max_active_tasks: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, retries: 3}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: d, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: scheduled
00:01 a exits 1
[00:01] b: is to be killed
[00:01] a: failed (exit code 1)
[00:01] c: skipped (fail_fast: task "a" failed)
[00:01] d: skipped (fail_fast: task "a" failed)
00:01 why d r1
[00:01] r1 b is being ended: fail_fast: task "a" failed
00:02 b is killed by signal 15
[00:02] b: failed (ended by signal 15 (Terminated))
[00:02] d r1: failed (fail_fast: task "a" failed)

story: a try with another to follow ends nothing
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, retry_delay: 1m}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:02
[00:02] a: running (try 2)
00:02 until
00:03 a exits 1
[00:03] b: is to be killed
[00:03] a: failed (exit code 1)
00:04 b is killed by signal 15
[00:04] b: failed (ended by signal 15 (Terminated))
[00:04] d r1: failed (fail_fast: task "a" failed)

story: a task that waits for its next try is skipped
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, retry_delay: 1h}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 01:01
00:03 b exits 1
[00:03] b: failed (exit code 1)
[00:03] a: skipped (fail_fast: task "b" failed)
[00:03] d r1: failed (fail_fast: task "b" failed)
02:00 until

story: a task that succeeds while it is to be killed has succeeded
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] b: is to be killed
[00:01] a: failed (exit code 1)
00:01 b exits 0
[00:01] b: success
[00:01] d r1: failed (fail_fast: task "a" failed)

story: the task that failed and the run call, those that were ended do not
dag:
  fail_fast: true
  on_failure_callback: {operator: bash, bash_command: x}
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
    on_skipped_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x, dependencies: b}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] b: is to be killed
[00:01] a: failed (exit code 1)
[00:01] a@on_failure_callback: running (try 1)
[00:01] c: skipped (fail_fast: task "a" failed)
00:02 b is killed by signal 15
[00:02] b: failed (ended by signal 15 (Terminated))
[00:02] @on_failure_callback: running (try 1)
[00:02] d r1: failed (fail_fast: task "a" failed)
00:03 a@on_failure_callback exits 0
[00:03] a@on_failure_callback: success
00:03 @on_failure_callback exits 0
[00:03] @on_failure_callback: success

story: a restart goes on with the ending
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] b: is to be killed
[00:01] a: failed (exit code 1)
00:02 restart
[00:02] b: is to be killed
00:03 b is killed by signal 15
[00:03] b: failed (ended by signal 15 (Terminated))
[00:03] d r1: failed (fail_fast: task "a" failed)

story: dagd dies before the failure is durable
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1 -- dies before the commit
00:02 starts
00:02 a exits 1
[00:02] b: is to be killed
[00:02] a: failed (exit code 1)
00:02 recovered
[00:02] b: is to be killed
00:03 b is killed by signal 15
[00:03] b: failed (ended by signal 15 (Terminated))
[00:03] d r1: failed (fail_fast: task "a" failed)

story: a task that is cleared while the run is being ended begins anew
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] b: is to be killed
[00:01] a: failed (exit code 1)
00:01 clear d r1 a b
[00:01] b: is to be killed
[00:01] a: running (try 2)
[00:01] b: restarting
00:02 b is killed by signal 15
[00:02] b: running (try 2)
00:03 a exits 0
[00:03] a: success
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: fail_fast leaves the teardown alone
dag:
  fail_fast: true
  tasks:
    - {task_id: up, operator: bash, bash_command: x, setup: true}
    - {task_id: work, operator: bash, bash_command: x}
    - {task_id: more, operator: bash, bash_command: x}
    - {task_id: down, operator: bash, bash_command: x, teardown: up, retries: 1, retry_delay: 1m}
  dependencies: up >> [work, more] >> down

00:00 trigger d r1
[00:00] d r1: running
[00:00] up: running (try 1)
00:01 up exits 0
[00:01] up: success
[00:01] work: running (try 1)
[00:01] more: running (try 1)
00:02 work exits 1
[00:02] more: is to be killed
[00:02] work: failed (exit code 1)
00:03 more is killed by signal 15
[00:03] more: failed (ended by signal 15 (Terminated))
[00:03] down: running (try 1)
00:04 down exits 1
[00:04] down: up_for_retry (exit code 1), next try at 00:05
[00:05] down: running (try 2)
00:05 restart
00:06 down exits 0
[00:06] down: success
[00:06] d r1: failed (fail_fast: task "work" failed)

story: a callback that fails ends nothing
dag:
  fail_fast: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
00:02 a@on_success_callback exits 1
[00:02] a@on_success_callback: failed (exit code 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success
