# What was committed is there after a restart; what was not has not happened.

story: a running task outlasts a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 restart
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: nothing begins before all is known
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts
00:03 a exits 0
[00:03] a: success
[00:03] b: scheduled
00:04 why d r1 b
[00:04] r1 b waits until all that an earlier dagd left is known
00:05 trigger d r2
[00:05] d r2: queued
00:06 recovered
[00:06] d r2: running
[00:06] r2 a: running (try 1)
[00:06] r1 b: running (try 1)

story: a result that was not committed is reported again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0 -- dies before the commit
00:02 starts
00:02 recovered
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: a run whose trigger was not committed does not exist
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1 -- dies before the commit
00:01 starts
00:01 recovered
00:02 trigger d r1
[00:02] d r1: running
[00:02] a: running (try 1)

story: an attempt that no worker claimed begins again with the same try number
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts
00:03 a is taken back because no worker had claimed it
[00:03] a: scheduled
00:04 recovered
[00:04] a: running (try 1)
00:05 a exits 0
[00:05] a: success
[00:05] d r1: success

story: an attempt that was taken back is known no more
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts
00:03 a is taken back because no worker had claimed it
[00:03] a: scheduled
00:03 a exits 0 -- again
[00:03] refused: attempt 1 has been settled before
00:04 recovered
[00:04] a: running (try 1)

story: a retry that came due while dagd was down begins after the restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 dies
01:00 starts
01:01 recovered
[01:01] a: running (try 2)
01:02 a exits 0
[01:02] a: success
[01:02] d r1: success

story: a retry that is not due yet is waited for after the restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 restart
[00:06] a: running (try 2)
00:10 a exits 0
[00:10] a: success
[00:10] d r1: success

story: what waited for a worker waits for one again
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
[00:00] c: scheduled
00:01 restart
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] c: running (try 1)

story: what waited for a limit is held by it again
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 restart
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)

story: runs that waited keep their order
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:00 trigger d r3 logical 2025-01-01 00:00
[00:00] d r3: queued
00:01 restart
00:02 r1 a exits 0
[00:02] d r3: running
[00:02] r1 a: success
[00:02] r3 a: running (try 1)
[00:02] d r1: success
00:03 r3 a exits 0
[00:03] d r2: running
[00:03] r3 a: success
[00:03] r2 a: running (try 1)
[00:03] d r3: success

story: a task that was cleared while it ran is killed again after a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 restart
[00:02] a: is to be killed
00:03 a is killed by signal 15
[00:03] a: running (try 2)
00:04 a exits 0
[00:04] a: success
[00:04] d r1: success

story: the tasks of an aborted run are killed again after a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 restart
[00:02] a: is to be killed
00:03 a is killed by signal 15
[00:03] a: failed (ended by signal 15 (Terminated))
[00:03] d r1: failed (marked as failed)

story: dagrun_timeout passes while dagd is down
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
03:00 starts
03:01 recovered
[03:01] a: is to be killed
03:02 a is killed by signal 15
[03:02] a: failed (ended by signal 15 (Terminated))
[03:02] d r1: failed (dagrun_timeout has passed)

story: a slot that was not committed is run after the restart
begins: 2026-01-01 00:30
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

01:00 until -- dies before the commit
01:01 starts
01:01 recovered
[01:01] d @01:00: running
[01:01] a: running (try 1)
01:02 a exits 0
[01:02] a: success
[01:02] d @01:00: success

story: a reopened run outlasts a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 clear d r1 a b
[00:02] d r1: running
[00:02] a: running (try 2)
[00:02] b: none
00:03 restart
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: a retry that waits for a cleared task waits after the restart, too
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, retries: 1}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] b: running (try 1)
00:02 b exits 1
[00:02] b: up_for_retry (exit code 1), next try at 00:07
00:03 clear d r1 a
[00:03] a: running (try 2)
[00:07] b: none (exit code 1)
00:10 restart
00:11 a exits 0
[00:11] a: success
[00:11] b: running (try 2)
00:12 b exits 0
[00:12] b: success
[00:12] d r1: success

story: an unclaimed attempt waits for a task before it that was cleared
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] b: running (try 1)
00:02 clear d r1 a
[00:02] a: running (try 2)
00:03 dies
00:04 starts
00:05 b is taken back because no worker had claimed it
[00:05] b: none
00:06 recovered
00:07 a exits 0
[00:07] a: success
[00:07] b: running (try 1)
00:08 b exits 0
[00:08] b: success
[00:08] d r1: success

story: a run that ended while all was pending is undone by a crash
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0 -- pending
[00:01] a: success
[00:01] d r1: success
00:02 dies
00:03 starts
00:04 recovered
00:05 a exits 0
[00:05] a: success
[00:05] d r1: success
