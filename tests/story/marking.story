# A person says how a task ended, or a run. No callbacks of tasks are run; what runs is ended first.

story: a failed task that is marked as success lets those after it begin again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] c: upstream_failed (upstream task "b" could not run)
[00:01] d r1: failed (task "a" failed)
00:02 plan mark d r1 success a
[00:02] would mark a
[00:02] would clear b
[00:02] would clear c
00:02 mark d r1 success a
[00:02] d r1: running
[00:02] a: success (marked as success)
[00:02] b: running (try 1)
[00:02] c: none
00:03 b exits 0
[00:03] b: success
[00:03] c: running (try 1)
00:04 c exits 0
[00:04] c: success
[00:04] d r1: success

story: a mark leaves skipped tasks after it alone
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 99
[00:01] a: skipped
[00:01] b: skipped (upstream task "a" was skipped)
[00:01] d r1: success
00:02 plan mark d r1 success a
[00:02] would mark a
00:02 mark d r1 success a
[00:02] a: success (marked as success)

story: a run whose last failed task is marked as success has succeeded
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
00:02 b exits 0
[00:02] b: success
[00:02] d r1: failed (task "a" failed)
00:03 mark d r1 success a
[00:03] a: success (marked as success)
[00:03] d r1: success
00:04 mark d r1 failed b
[00:04] b: failed (marked as failed)
[00:04] d r1: failed (task "b" failed)

story: a run that was cancelled stays failed whatever is marked
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 cancel d r1
[00:01] a: is to be killed
[00:01] b: skipped (cancelled)
00:02 a is taken back because it never began
[00:02] a: skipped (cancelled)
[00:02] d r1: failed (cancelled)
00:03 mark d r1 success b
[00:03] b: success (marked as success)

story: a running task is ended before it is what it was marked as
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 success a
[00:01] a: is to be killed
00:01 why d r1
[00:01] r1 a marked as success; its process is being ended
[00:01] r1 b waits for upstream "a"
00:02 a is killed by signal 15
[00:02] a: success (marked as success)
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: a running task that is marked as failed is not tried again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 failed a
[00:01] a: is to be killed
00:02 a is killed by signal 15
[00:02] a: failed (marked as failed)
[00:02] d r1: failed (task "a" failed)

story: the last mark counts, and clearing is a newer word than a mark
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 failed a
[00:01] a: is to be killed
00:01 mark d r1 skipped a
[00:01] a: is to be killed
00:02 a is killed by signal 15
[00:02] a: skipped (marked as skipped)
[00:02] d r1: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 a: running (try 1)
00:04 mark d r2 failed a
[00:04] r2 a: is to be killed
00:04 clear d r2 a
[00:04] r2 a: is to be killed
[00:04] r2 a: restarting
00:05 r2 a is killed by signal 15
[00:05] r2 a: running (try 2)
00:06 r2 a exits 0
[00:06] r2 a: success
[00:06] d r2: success

story: a task that was cleared while it ran can be marked meanwhile
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:01 mark d r1 success a
[00:01] a: is to be killed
[00:01] a: restarting (marked as success; its process is being ended)
00:02 a is killed by signal 15
[00:02] a: success (marked as success)
[00:02] d r1: success

story: a mark outlives a death
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 success a
[00:01] a: is to be killed
00:02 restart
[00:02] a: is to be killed
00:03 a is killed by signal 9
[00:03] a: success (marked as success)
[00:03] b: running (try 1)
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success

story: a mark that was not committed never was
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 success a -- dies before the commit
00:02 starts
00:02 recovered
00:03 a exits 1
[00:03] a: failed (exit code 1)
[00:03] d r1: failed (task "a" failed)

story: a marked task whose process is lost is what it was marked as
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 success a
[00:01] a: is to be killed
00:02 a is lost because its worker died
[00:02] a: success (marked as success)
[00:02] d r1: success

story: a task that waits for its retry is marked
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 mark d r1 skipped a
[00:02] a: skipped (marked as skipped)
[00:02] d r1: success
00:10 until

story: tasks that have not begun are marked
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 skipped b
[00:01] b: skipped (marked as skipped)
[00:01] c: skipped (upstream task "b" was skipped)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success

story: a mark spreads upstream and downstream
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: other, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] other: running (try 1)
00:01 plan mark d r1 failed b +upstream
[00:01] would mark a
[00:01] would mark b
00:01 plan mark d r1 failed b +downstream
[00:01] would mark b
[00:01] would mark c
00:01 mark d r1 failed b +downstream
[00:01] b: failed (marked as failed)
[00:01] c: failed (marked as failed)
00:02 a exits 0
[00:02] a: success
00:03 other exits 0
[00:03] other: success
[00:03] d r1: failed (task "b" failed)

story: what is marked already does not change
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 plan mark d r1 success a
00:02 mark d r1 success a

story: a mark in a run that is being ended begins nothing
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
00:02 cancel d r1
[00:02] c: is to be killed
00:03 mark d r1 success a
[00:03] a: success (marked as success)
00:04 c is killed by signal 15
[00:04] c: failed (ended by signal 15 (Terminated))
[00:04] d r1: failed (cancelled)

story: a run that is marked as success ends what runs, and all its tasks are success
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 success
[00:01] a: is to be killed
[00:01] b: success (marked as success)
00:02 a is killed by signal 15
[00:02] a: success (marked as success)
[00:02] d r1: success

story: a run that failed is marked as success
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
00:02 mark d r1 success
[00:02] a: success (marked as success)
[00:02] b: success (marked as success)
[00:02] d r1: success

story: a run that succeeded is marked as failed, its tasks stay as they are
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 mark d r1 failed
[00:02] d r1: failed (marked as failed)

story: a run that waits for its turn is marked
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:00 trigger d r3
[00:00] d r3: queued
00:01 mark d r2 success
[00:01] r2 a: success (marked as success)
[00:01] d r2: success
00:01 mark d r3 failed
[00:01] r3 a: skipped (marked as failed)
[00:01] d r3: failed (marked as failed)
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] d r1: success

story: a run that is being ended is marked as success
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
[00:01] b: skipped (marked as failed)
00:02 mark d r1 success
[00:02] a: is to be killed
[00:02] b: success (marked as success)
00:03 a is killed by signal 15
[00:03] a: success (marked as success)
[00:03] d r1: success

story: a run that is queued again is settled by its tasks once more
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 mark d r1 failed
[00:02] d r1: failed (marked as failed)
00:03 mark d r1 queued
[00:03] d r1: success

story: a run that is running is not queued again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 mark d r1 queued
[00:01] refused: run "r1" of DAG "d" is running; only one that has ended can be queued again

story: a failed task further down begins again although those right before it did not change
dag:
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: empty}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: other, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: success
[00:00] other: running (try 1)
[00:00] b: success
[00:00] c: running (try 1)
00:01 c exits 1
[00:01] c: failed (exit code 1)
00:02 mark d r1 skipped a
[00:02] a: skipped (marked as skipped)
[00:02] c: running (try 2)
00:03 c exits 0
[00:03] c: success

story: a ready task whose upstream is marked otherwise follows its rule
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: busy, operator: bash, bash_command: x, priority_weight: 9}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: success
[00:00] busy: running (try 1)
[00:00] b: scheduled
00:01 mark d r1 failed a
[00:01] a: failed (marked as failed)
[00:01] b: upstream_failed (upstream task "a" failed)
