# A failed try is tried again as long as retries are left.

story: a failed task is retried after its delay
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:05 a exits 1
[00:05] a: up_for_retry (exit code 1), next try at 00:10
[00:10] a: running (try 2)
00:20 a exits 0
[00:20] a: success
[00:20] d r1: success

story: the last try ends the task
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:02
[00:02] a: running (try 2)
00:03 a exits 2
[00:03] a: up_for_retry (exit code 2), next try at 00:04
[00:04] a: running (try 3)
00:05 a exits 3 saying no such table
[00:05] a: failed (exit code 3: no such table)
[00:05] d r1: failed (task "a" failed)
00:59 until

story: exit code 78 is not tried again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 5}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 78 saying the configuration is wrong
[00:01] a: failed (exit code 78: the configuration is wrong)
[00:01] d r1: failed (task "a" failed)

story: a try that times out is a failed one
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, execution_timeout: 1h}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
01:00 a times out
[01:00] a: up_for_retry (execution_timeout of 1h has passed), next try at 01:05
[01:05] a: running (try 2)
01:06 a times out
[01:06] a: failed (execution_timeout of 1h has passed)
[01:06] d r1: failed (task "a" failed)

story: a try that is killed from outside is a failed one
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is killed by signal 9
[00:01] a: up_for_retry (ended by signal 9 (Killed)), next try at 00:06
[00:06] a: running (try 2)
00:07 a exits 0
[00:07] a: success
[00:07] d r1: success

story: a task whose program cannot start fails with the reason
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 a cannot start because /bin/bash: no such file
[00:00] a: up_for_retry (/bin/bash: no such file), next try at 00:05
[00:05] a: running (try 2)
00:06 a exits 0
[00:06] a: success
[00:06] d r1: success

story: exponential backoff doubles the delay and spreads it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3, retry_delay: 1m, retry_exponential_backoff: true}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 a exits 1
[00:00] a: up_for_retry (exit code 1), next try at 00:01:42.735000
[00:01:42.735000] a: running (try 2)
01:00 a exits 1
[01:00] a: up_for_retry (exit code 1), next try at 01:03:52.752000
[01:03:52.752000] a: running (try 3)
02:00 a exits 1
[02:00] a: up_for_retry (exit code 1), next try at 02:05:41.276000
[02:05:41.276000] a: running (try 4)
03:00 a exits 1
[03:00] a: failed (exit code 1)
[03:00] d r1: failed (task "a" failed)

story: max_retry_delay bounds the backoff
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2, retry_delay: 10m, retry_exponential_backoff: true, max_retry_delay: 15m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 a exits 1
[00:00] a: up_for_retry (exit code 1), next try at 00:13:42.735000
[00:13:42.735000] a: running (try 2)
01:00 a exits 1
[01:00] a: up_for_retry (exit code 1), next try at 01:15
[01:15] a: running (try 3)
02:00 a exits 0
[02:00] a: success
[02:00] d r1: success

story: a task that waits for its retry holds no worker and no place in its run
workers: 1
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:05 a exits 1
[00:05] a: up_for_retry (exit code 1), next try at 00:10
[00:05] b: running (try 1)
[00:10] a: scheduled (exit code 1)
00:20 b exits 0
[00:20] b: success
[00:20] a: running (try 2)
00:21 a exits 0
[00:21] a: success
[00:21] d r1: success

story: an exit code that means skipped is not tried again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}
    - {task_id: b, operator: bash, bash_command: x, skip_on_exit_code: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 99
[00:01] a: skipped
00:02 b exits 3
[00:02] b: skipped
[00:02] d r1: success

story: why names the next try
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 why d r1 a
[00:00] r1 a runs since 2026-01-01T00:00:00+00:00
00:05 a exits 1
[00:05] a: up_for_retry (exit code 1), next try at 00:10
00:05 why d r1
[00:05] r1 a exit code 1; try 2 of 2 begins at 2026-01-01T00:10:00+00:00
