# Cleared tasks run again, whatever became of them.

story: clearing the failed task and those after it lets the run end well
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
00:03 a exits 0
[00:03] a: success
[00:03] b: running (try 1)
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success

story: clearing only the failed task leaves those after it as they are
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
00:02 clear d r1 a
[00:02] d r1: running
[00:02] a: running (try 2)
00:03 a exits 0
[00:03] a: success
[00:03] d r1: failed (task "b" failed)

story: clearing only a task after a failed one does not let it run
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
00:02 clear d r1 b

story: a cleared task has all its retries again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
[00:06] a: running (try 2)
00:07 a exits 1
[00:07] a: failed (exit code 1)
[00:07] d r1: failed (task "a" failed)
00:08 clear d r1 a
[00:08] d r1: running
[00:08] a: running (try 3)
00:09 a exits 1
[00:09] a: up_for_retry (exit code 1), next try at 00:14
[00:14] a: running (try 4)
00:20 a exits 1
[00:20] a: failed (exit code 1)
[00:20] d r1: failed (task "a" failed)
00:21 until

story: a task that is cleared while it runs is killed and begins anew
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:01 why d r1 a
[00:01] r1 a was cleared while it ran; its process is being ended
00:02 a is killed by signal 15
[00:02] a: running (try 2)
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: a task that ends well after it was cleared runs again all the same
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 a exits 0
[00:02] a: running (try 2)
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: clearing a task twice kills it once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 clear d r1 a
00:03 a is killed by signal 15
[00:03] a: running (try 2)

story: a task that is cleared while it waits for its retry begins at once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 clear d r1 a
[00:02] a: running (try 2)
00:10 a exits 0
[00:10] a: success
[00:10] d r1: success

story: what is ready waits again when the task before it is cleared
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x, priority_weight: 5}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: scheduled
00:01 a exits 0
[00:01] a: success
[00:01] b: scheduled
[00:01] c: running (try 1)
00:02 clear d r1 a
[00:02] a: scheduled
[00:02] b: none
00:03 c exits 0
[00:03] c: success
[00:03] a: running (try 2)
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: what waits for a worker waits again when the task before it is cleared
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x, priority_weight: 5}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: scheduled
00:01 a exits 0
[00:01] a: success
[00:01] b: scheduled
[00:01] c: running (try 1)
00:02 clear d r1 a
[00:02] a: scheduled
[00:02] b: none
00:03 c exits 0
[00:03] c: success
[00:03] a: running (try 2)
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 1)

story: a retry waits for the task before it when that is cleared
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
00:20 a exits 0
[00:20] a: success
[00:20] b: running (try 2)
00:21 b exits 0
[00:21] b: success
[00:21] d r1: success

story: a retry is given up when the task before it is cleared and fails
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
00:04 a exits 1
[00:04] a: failed (exit code 1)
[00:07] b: upstream_failed (upstream task "a" failed)
[00:07] d r1: failed (task "a" failed)
00:20 until

story: a task that runs goes on when the task before it is cleared
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
00:03 b exits 0
[00:03] b: success
00:04 a exits 0
[00:04] a: success
[00:04] d r1: success

story: a task and the one before it, cleared while it runs, run in their order
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
00:02 clear d r1 a b
[00:02] b: is to be killed
[00:02] a: running (try 2)
[00:02] b: restarting
00:03 b is killed by signal 15
[00:03] b: none
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 2)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: a run that was reopened ends with the new result
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 clear d r1 a
[00:02] d r1: running
[00:02] a: running (try 2)
00:03 a exits 1
[00:03] a: failed (exit code 1)
[00:03] d r1: failed (task "a" failed)

story: a run that ends, is reopened and ends again before any of it is durable is forgotten once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0 -- pending
[00:01] a: success
[00:01] d r1: success
00:02 clear d r1 a -- pending
[00:02] d r1: running
[00:02] a: running (try 2)
00:03 a exits 0 -- pending
[00:03] a: success
[00:03] d r1: success
00:04 until
00:05 trigger d r2
[00:05] d r2: running
[00:05] r2 a: running (try 1)
00:06 r2 a exits 0
[00:06] r2 a: success
[00:06] d r2: success

story: a run that is reopened before its end is durable goes on
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:00 b exits 0
[00:00] b: success
00:01 a exits 0 -- pending
[00:01] a: success
[00:01] d r1: success
00:02 clear d r1 a
[00:02] d r1: running
[00:02] a: running (try 2)
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: an unknown task is refused, and nothing is cleared
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 clear d r1 a b
[00:02] refused: run "r1" of DAG "d" has no task "b"
00:03 clear d r2 a
[00:03] refused: DAG "d" has no run "r2"

story: a reopened run waits for the end of a pause
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 pause d
00:03 clear d r1 a
[00:03] d r1: queued
[00:03] a: none
00:04 why d r1
[00:04] r1 waits: the DAG is paused
00:05 unpause d
[00:05] d r1: running
[00:05] a: running (try 2)

story: dagrun_timeout counts anew in a reopened run
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:10 a exits 1
[00:10] a: failed (exit code 1)
[00:10] d r1: failed (task "a" failed)
05:00 clear d r1 a
[05:00] d r1: running
[05:00] a: running (try 2)
05:30 why d r1 a
[05:30] r1 a runs since 2026-01-01T05:00:00+00:00
[06:00] a: is to be killed
06:01 a is killed by signal 15
[06:01] a: failed (ended by signal 15 (Terminated))
[06:01] d r1: failed (dagrun_timeout has passed)
