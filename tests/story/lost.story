# What cannot be known is reported as lost, never guessed.

story: a lost try consumes a retry
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is lost because its worker was killed
[00:01] a: up_for_retry (lost: its worker was killed), next try at 00:06
[00:06] a: running (try 2)
00:07 a is lost because its worker was killed
[00:07] a: failed (lost: its worker was killed)
[00:07] d r1: failed (task "a" failed)

story: on_lost fail ends the task though it has retries
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3, on_lost: fail}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is lost because the power failed
[00:01] a: failed (lost: the power failed)
[00:01] d r1: failed (task "a" failed)

story: on_lost retry is what a task has that destroys nothing
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x, retries: 1, on_lost: retry}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a is lost because the power failed
[00:01] a: up_for_retry (lost: the power failed), next try at 00:06
00:02 b is lost because the power failed
[00:02] b: up_for_retry (lost: the power failed), next try at 00:07

story: an operator that destroys data is not run again when it is lost
dag:
  tasks:
    - {task_id: a, operator: pg_restore, retries: 3, source: /backup/db.dump, database: shop}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is lost because the power failed
[00:01] a: failed (lost: the power failed)
[00:01] d r1: failed (task "a" failed)

story: an operator that destroys data is retried when it fails
dag:
  tasks:
    - {task_id: a, operator: pg_restore, retries: 1, source: /backup/db.dump, database: shop}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06

story: a lost try holds its worker until it is known to be lost
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 dies
00:02 starts
00:03 recovered
00:04 why d r1 b
[00:04] r1 b waits: all 1 workers (core.parallelism) are busy
00:05 a is lost because its worker was killed
[00:05] a: failed (lost: its worker was killed)
[00:05] b: running (try 1)

story: a result after the loss changes nothing
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is lost because its worker was killed
[00:01] a: failed (lost: its worker was killed)
[00:01] d r1: failed (task "a" failed)
00:02 a exits 0 -- again
[00:02] refused: attempt 1 has been settled before

story: a second result changes nothing
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 a exits 0 -- again
[00:02] refused: attempt 1 has been settled before

story: a task that was cleared and then lost begins anew
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_lost: fail}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 a is lost because its worker was killed
[00:02] a: running (try 2)
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: a task whose worker could not be started waits a second and keeps its try
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a is taken back because no worker could be started
[00:01] a: up_for_retry (no worker could be started), next try at 00:01:01
[00:01:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success

story: a task that was cleared before it began keeps its tries
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 a is taken back because no worker could be started
[00:02] a: running (try 1)
00:03 a exits 1
[00:03] a: up_for_retry (exit code 1), next try at 00:08
[00:08] a: running (try 2)
00:09 a exits 1
[00:09] a: failed (exit code 1)
[00:09] d r1: failed (task "a" failed)
