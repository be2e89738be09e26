# A task with depends_on_past waits for the same task of the run before, by logical date.

story: a task waits until that of the run before has succeeded
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
[00:01] r2 b: running (try 1)
00:02 why d r2 a
[00:02] r2 a waits for the run before: "a" of r1 has not ended
00:03 r1 a exits 0
[00:03] r1 a: success
[00:03] r2 a: running (try 1)

story: a task that was skipped lets the next run go on
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:03 r1 a exits 99
[00:03] r1 a: skipped
[00:03] r2 a: running (try 1)
[00:03] d r1: success

story: a task that failed holds the next run until it is cleared and succeeds
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 r1 a exits 1
[00:02] r1 a: failed (exit code 1)
[00:02] d r1: failed (task "a" failed)
00:03 why d r2
[00:03] r2 a waits for the run before: "a" of r1 has failed; clear it, or mark it as success or skipped
00:04 clear d r1 a
[00:04] d r1: running
[00:04] r1 a: none
[00:04] r1 a: running (try 2)
00:05 why d r2
[00:05] r2 a waits for the run before: "a" of r1 has not ended
00:06 r1 a exits 0
[00:06] r1 a: success
[00:06] r2 a: running (try 1)
[00:06] d r1: success

story: a run that began after the failure is held as well
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:10 a exits 1
[00:10] a: failed (exit code 1)
[00:10] d @00:00: failed (task "a" failed)
[01:00] d @01:00: running
01:10 why d @01:00
[01:10] @01:00 a waits for the run before: "a" of scheduled__2026-01-01T00:00:00+00:00 has failed; clear it, or mark it as success or skipped
01:20 clear d @00:00 a
[01:20] d @00:00: running
[01:20] @00:00 a: none
[01:20] @00:00 a: running (try 2)
01:30 @00:00 a exits 0
[01:30] @00:00 a: success
[01:30] @01:00 a: running (try 1)
[01:30] d @00:00: success

story: a retry of the run before is waited for
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true, retries: 1}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 r1 a exits 1
[00:02] r1 a: up_for_retry (exit code 1), next try at 00:07
00:03 why d r2 a
[00:03] r2 a waits for the run before: "a" of r1 has not ended
[00:07] r1 a: running (try 2)
00:08 r1 a exits 0
[00:08] r1 a: success
[00:08] r2 a: running (try 1)
[00:08] d r1: success

story: a run without a logical date has no past and is none
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a: running (try 1)
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] d r1: success
00:03 trigger d r3 logical 2025-12-03 00:00
[00:03] d r3: running
[00:03] r3 a: running (try 1)

story: the date counts and not when a run was made
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d late logical 2025-12-03 00:00
[00:00] d late: running
[00:00] a: running (try 1)
00:01 late a exits 1
[00:01] a: failed (exit code 1)
[00:01] d late: failed (task "a" failed)
00:02 trigger d early logical 2025-12-01 00:00
[00:02] d early: running
[00:02] early a: running (try 1)
00:03 trigger d later logical 2025-12-04 00:00
[00:03] d later: running
00:04 why d later
[00:04] later a waits for the run before: "a" of late has failed; clear it, or mark it as success or skipped

story: a run that is made between two is waited for from then on
dag:
  tasks:
    - {task_id: first, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true, dependencies: first}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] first: running (try 1)
00:01 first exits 0
[00:01] first: success
[00:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success
00:03 trigger d r3 logical 2025-12-03 00:00
[00:03] d r3: running
[00:03] r3 first: running (try 1)
00:04 trigger d r2 logical 2025-12-02 00:00
[00:04] d r2: running
[00:04] r2 first: running (try 1)
00:05 r3 first exits 0
[00:05] r3 first: success
00:06 why d r3 a
[00:06] r3 a waits for the run before: "a" of r2 has not ended
00:07 r2 first exits 0
[00:07] r2 first: success
[00:07] r2 a: running (try 1)
00:08 r2 a exits 0
[00:08] r2 a: success
[00:08] r3 a: running (try 1)
[00:08] d r2: success

story: a task that is ready waits again when a run is made between
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 2}
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r2 logical 2025-12-02 00:00
[00:00] d r2: running
[00:00] b: running (try 1)
[00:00] a: scheduled
00:01 trigger d r1 logical 2025-12-01 00:00
[00:01] d r1: running
[00:01] r2 a: none
[00:01] r1 b: running (try 1)
[00:01] r1 a: scheduled
00:02 r2 b exits 0
[00:02] r2 b: success

story: a task that is ready waits again when that of the run before is cleared
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] a: scheduled
00:01 b exits 0
[00:01] b: success
[00:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success
00:03 trigger d r2 logical 2025-12-02 00:00
[00:03] d r2: running
[00:03] r2 b: running (try 1)
[00:03] r2 a: scheduled
00:04 clear d r1 a
[00:04] d r1: running
[00:04] r1 a: none
[00:04] r2 a: none
[00:04] r1 a: running (try 2)
00:05 why d r2 a
[00:05] r2 a waits for the run before: "a" of r1 has not ended
00:06 r2 b exits 0
[00:06] r2 b: success
00:07 r1 a exits 0
[00:07] r1 a: success
[00:07] r2 a: running (try 1)
[00:07] d r1: success

story: with catchup the runs that people make do not count
dag:
  schedule: "0 * * * *"
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:10 a exits 0
[00:10] a: success
[00:10] d @00:00: success
00:20 trigger d m logical 00:20
[00:20] d m: running
[00:20] m a: running (try 1)
00:30 m a exits 1
[00:30] m a: failed (exit code 1)
[00:30] d m: failed (task "a" failed)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:10 until

story: without catchup the runs that people make count
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:10 a exits 0
[00:10] a: success
[00:10] d @00:00: success
00:20 trigger d m logical 00:20
[00:20] d m: running
[00:20] m a: running (try 1)
00:30 m a exits 1
[00:30] m a: failed (exit code 1)
[00:30] d m: failed (task "a" failed)
[01:00] d @01:00: running
01:10 why d @01:00
[01:10] @01:00 a waits for the run before: "a" of m has failed; clear it, or mark it as success or skipped

story: a backfill counts as the schedule does
begins: 2026-01-01 05:30
dag:
  schedule: "0 * * * *"
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

05:40 backfill d from 01:00 to 02:00
[05:40] d backfill 1: goes on
[05:40] d ~01:00: running
[05:40] d ~02:00: running
[05:40] ~01:00 a: running (try 1)
05:42 why d
[05:42] d next run at 2026-01-01T06:00:00+00:00
[05:42] d backfill 1 goes on: 2 of its runs run, 0 wait
[05:42] ~01:00 a runs since 2026-01-01T05:40:00+00:00
[05:42] ~02:00 a waits for the run before: "a" of backfill__2026-01-01T01:00:00+00:00 has not ended
05:50 backfill__2026-01-01T01:00:00+00:00 a exits 1
[05:50] ~01:00 a: failed (exit code 1)
[05:50] d ~01:00: failed (task "a" failed)
[06:00] d @06:00: running
06:10 why d
[06:10] d next run at 2026-01-01T07:00:00+00:00
[06:10] d backfill 1 goes on: 1 of its runs run, 0 wait
[06:10] ~01:00 failed at 2026-01-01T05:50:00+00:00: task "a" failed
[06:10] ~02:00 a waits for the run before: "a" of backfill__2026-01-01T01:00:00+00:00 has failed; clear it, or mark it as success or skipped
[06:10] @06:00 a waits for the run before: "a" of backfill__2026-01-01T02:00:00+00:00 has not ended

story: wait_for_downstream waits for the tasks right after it, too
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, wait_for_downstream: true}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}
    - {task_id: c, operator: bash, bash_command: x, dependencies: b}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] r1 b: running (try 1)
00:03 why d r2 a
[00:03] r2 a waits for the run before: "b" of r1 has not ended
00:04 r1 b exits 0
[00:04] r1 b: success
[00:04] r1 c: running (try 1)
[00:04] r2 a: running (try 1)

story: without wait_for_downstream the tasks after it do not count
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] r1 b: running (try 1)
[00:02] r2 a: running (try 1)

story: a failure right after it holds wait_for_downstream
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, wait_for_downstream: true}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:02 r1 a exits 0
[00:02] a: success
[00:02] b: running (try 1)
00:04 r1 b exits 1
[00:04] b: failed (exit code 1)
[00:04] d r1: failed (task "b" failed)
00:05 trigger d r2 logical 2025-12-02 00:00
[00:05] d r2: running
00:06 why d r2
[00:06] r2 a waits for the run before: "b" of r1 has failed; clear it, or mark it as success or skipped
[00:06] r2 b waits for upstream "a"
00:07 clear d r1 b
[00:07] d r1: running
[00:07] r1 b: running (try 2)
00:08 r1 b exits 0
[00:08] r1 b: success
[00:08] r2 a: running (try 1)
[00:08] d r1: success

story: a task that could not run holds the next run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 r2 a exits 0
[00:03] r2 a: success
00:04 why d r2
[00:04] r2 b waits for the run before: "b" of r1 did not run, for what is before it failed; clear that

story: a task that is skipped or cannot run by its rule does not wait for its past
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 r2 a exits 99
[00:03] r2 a: skipped
[00:03] r2 b: skipped (upstream task "a" was skipped)
[00:03] d r2: success

story: a task that is new has nothing to wait for
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[00:02] r2 a: running (try 1)
[00:02] r2 b: running (try 1)

story: without ignore_first_depends_on_past a task that is new waits
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, depends_on_past: true, ignore_first_depends_on_past: false}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 why d r2 b
[00:03] r2 b waits for the run before: r1 has no task "b", and ignore_first_depends_on_past is false

story: without ignore_first_depends_on_past the first run of all begins, too
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true, ignore_first_depends_on_past: false}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)

story: each run waits for the one before it alone
dag:
  max_active_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true, retries: 1}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 trigger d r3 logical 2025-12-03 00:00
[00:02] d r3: queued
00:03 r1 a exits 0
[00:03] d r3: running
[00:03] r1 a: success
[00:03] r2 a: running (try 1)
[00:03] d r1: success
00:04 r2 a exits 0
[00:04] r2 a: success
[00:04] r3 a: running (try 1)
[00:04] d r2: success

story: the past is known again after a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: running
00:02 r1 a exits 1
[00:02] r1 a: failed (exit code 1)
[00:02] d r1: failed (task "a" failed)
00:03 restart
00:04 why d r2
[00:04] r2 a waits for the run before: "a" of r1 has failed; clear it, or mark it as success or skipped
00:05 clear d r1 a
[00:05] d r1: running
[00:05] r1 a: none
[00:05] r1 a: running (try 2)
00:06 r1 a exits 0
[00:06] r1 a: success
[00:06] r2 a: running (try 1)
[00:06] d r1: success

story: dagd dies before it knows which run was before
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00 -- pending
[00:01] d r2: running
00:02 why d r2
[00:02] r2 a waits until the run before is known
00:03 dies
00:04 starts
00:05 recovered
00:06 trigger d r2 logical 2025-12-02 00:00 -- pending
[00:06] d r2: running
00:07 r1 a exits 0
[00:07] r1 a: success
[00:07] d r1: success
[00:07] r2 a: running (try 1)

story: a task that was ready waits after a restart until its past is known
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 2}
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] a: scheduled
00:01 dies
00:02 starts
[00:02] a: none
00:03 recovered
[00:03] a: scheduled
00:04 b exits 0
[00:04] b: success
[00:04] a: running (try 1)

story: an older run that is cleared begins above max_active_runs when a newer one waits for it
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
00:03 trigger d r3 logical 2025-12-03 00:00
[00:03] d r3: queued
00:04 clear d r1 a
[00:04] d r1: running
[00:04] r1 a: none
[00:04] r1 a: running (try 2)
00:05 r1 a exits 0
[00:05] r1 a: success
[00:05] r2 a: running (try 1)
[00:05] d r1: success
00:06 r2 a exits 0
[00:06] d r3: running
[00:06] r2 a: success
[00:06] d r2: success
[00:06] r3 a: running (try 1)

story: a run that nobody waits for waits for its turn
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2 logical 2025-12-02 00:00
[00:01] d r2: queued
00:02 why d r2
[00:02] r2 waits: max_active_runs (1) is taken by "r1"
00:03 r1 a exits 0
[00:03] d r2: running
[00:03] r1 a: success
[00:03] d r1: success
[00:03] r2 a: running (try 1)

story: dagrun_timeout passes while a run waits for the one before
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[01:02] r2 a: skipped (dagrun_timeout has passed)
[01:02] d r2: failed (dagrun_timeout has passed)
02:00 until

story: a task of the run before that becomes more than it was holds the next run again
dag:
  max_active_tasks: 9
  task_groups:
    - {group_id: g, expand: {V: "{{ tasks.list.output }}"}}
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: a, operator: empty, task_group: g, dependencies: list}
    - {task_id: b, operator: bash, bash_command: x, task_group: g, depends_on_past: true, dependencies: a, trigger_rule: all_done}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 r1 list exits 0 leaving 1 values
[00:01] list: success
[00:01] g.a[0]: success
[00:01] g.b[0]: running (try 1)
00:02 r1 g.b[0] exits 0
[00:02] g.b[0]: success
[00:02] d r1: success
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
[00:02] r2 list: running (try 1)
00:03 clear d r1 list g.a
[00:03] d r1: running
[00:03] r1 list: running (try 2)
[00:03] r1 g.a[0]: none
00:04 r1 list exits 0 leaving 2 values
[00:04] r1 list: success
[00:04] r1 g.a[1]: success
[00:04] r1 g.b[1]: running (try 1)
[00:04] r1 g.a[0]: success
00:05 r2 list exits 0 leaving 1 values
[00:05] r2 list: success
[00:05] r2 g.a[0]: success
00:06 why d r2 g.b
[00:06] r2 g.b[0] waits for the run before: "g.b[1]" of r1 has not ended
00:07 r1 g.b[1] exits 0
[00:07] r1 g.b[1]: success
[00:07] r2 g.b[0]: running (try 1)
[00:07] d r1: success
00:08 r2 g.b[0] exits 0
[00:08] r2 g.b[0]: success
[00:08] d r2: success
