story: a backfill makes a run for each slot of the past, and ends with the last of them
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  catchup: false
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d plans from 01-03 00:00 to 01-05 00:00
[12:00] ~01-03T00:00 new
[12:00] ~01-04T00:00 new
[12:00] ~01-05T00:00 new
12:00 backfill d from 01-03 00:00 to 01-05 00:00
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: running
[12:00] d ~01-05T00:00: running
[12:00] ~01-03T00:00 a: running (try 1)
[12:00] ~01-04T00:00 a: running (try 1)
[12:00] ~01-05T00:00 a: running (try 1)
12:01 ~01-04T00:00 a exits 0
[12:01] ~01-04T00:00 a: success
[12:01] d ~01-04T00:00: success
12:01 ~01-03T00:00 a exits 1
[12:01] ~01-03T00:00 a: failed (exit code 1)
[12:01] d ~01-03T00:00: failed (task "a" failed)
12:02 ~01-05T00:00 a exits 0
[12:02] d backfill 1: ended
[12:02] ~01-05T00:00 a: success
[12:02] d ~01-05T00:00: success
12:03 backfill d pause
[12:03] refused: backfill 1 has ended

story: its runs wait for a limit of its own, which is not that of the DAG
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-01 00:00 to 01-05 00:00 max 2
[12:00] d backfill 1: goes on
[12:00] d ~01-01T00:00: running
[12:00] d ~01-02T00:00: running
[12:00] d ~01-03T00:00: queued
[12:00] d ~01-04T00:00: queued
[12:00] d ~01-05T00:00: queued
[12:00] ~01-01T00:00 a: running (try 1)
[12:00] ~01-02T00:00 a: running (try 1)
12:00 why d ~01-03T00:00
[12:00] ~01-03T00:00 waits: max_active_runs (2) of backfill 1 is taken by "backfill__2026-01-01T00:00:00+00:00", "backfill__2026-01-02T00:00:00+00:00"
12:01 trigger d r1
[12:01] d r1: running
[12:01] r1 a: running (try 1)
12:02 ~01-02T00:00 a exits 0
[12:02] d ~01-03T00:00: running
[12:02] ~01-02T00:00 a: success
[12:02] ~01-03T00:00 a: running (try 1)
[12:02] d ~01-02T00:00: success
12:03 trigger d r2
[12:03] d r2: queued
12:03 why d r2
[12:03] r2 waits: max_active_runs (1) is taken by "r1"
12:04 r1 a exits 0
[12:04] d r2: running
[12:04] r1 a: success
[12:04] r2 a: running (try 1)
[12:04] d r1: success
01-11 00:00 until

story: backwards the newest slot is filled first
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-05 00:00 max 1 backwards
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: queued
[12:00] d ~01-04T00:00: queued
[12:00] d ~01-05T00:00: running
[12:00] ~01-05T00:00 a: running (try 1)
12:01 ~01-05T00:00 a exits 0
[12:01] d ~01-04T00:00: running
[12:01] ~01-05T00:00 a: success
[12:01] ~01-04T00:00 a: running (try 1)
[12:01] d ~01-05T00:00: success
12:02 ~01-04T00:00 a exits 0
[12:02] d ~01-03T00:00: running
[12:02] ~01-04T00:00 a: success
[12:02] ~01-03T00:00 a: running (try 1)
[12:02] d ~01-04T00:00: success
12:03 ~01-03T00:00 a exits 0
[12:03] d backfill 1: ended
[12:03] ~01-03T00:00 a: success
[12:03] d ~01-03T00:00: success

story: runs that need the one before them cannot be filled backwards
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-05 00:00 backwards
[12:00] refused: task "a" has depends_on_past: its runs cannot be filled backwards

story: a slot that has a run is left alone
begins: 2026-01-01 00:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] d @00:00: success
[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] @01-02T00:00 a: running (try 1)
01-02 00:01 @01-02T00:00 a exits 1
[01-02 00:01] @01-02T00:00 a: failed (exit code 1)
[01-02 00:01] d @01-02T00:00: failed (task "a" failed)
[01-03 00:00] d @01-03T00:00: running
[01-03 00:00] @01-03T00:00 a: running (try 1)
01-03 00:01 backfill d plans from 01-01 00:00 to 01-03 00:00
[01-03 00:01] @00:00 left
[01-03 00:01] @01-02T00:00 left
[01-03 00:01] @01-03T00:00 left
01-03 00:01 backfill d from 01-01 00:00 to 01-03 00:00
[01-03 00:01] d backfill 1: ended

story: failed runs are run again when that is wanted, as runs of the backfill
begins: 2026-01-01 00:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] b: running (try 1)
00:02 @00:00 b exits 0
[00:02] b: success
[00:02] d @00:00: success
[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] @01-02T00:00 a: running (try 1)
01-02 00:01 @01-02T00:00 a exits 0
[01-02 00:01] @01-02T00:00 a: success
[01-02 00:01] @01-02T00:00 b: running (try 1)
01-02 00:02 @01-02T00:00 b exits 1
[01-02 00:02] @01-02T00:00 b: failed (exit code 1)
[01-02 00:02] d @01-02T00:00: failed (task "b" failed)
01-02 12:00 backfill d from 01-01 00:00 to 01-02 00:00 again failed
[01-02 12:00] d backfill 1: goes on
[01-02 12:00] d @01-02T00:00: running
[01-02 12:00] @01-02T00:00 a: running (try 2)
[01-02 12:00] @01-02T00:00 b: none
01-02 12:01 @01-02T00:00 a exits 0
[01-02 12:01] @01-02T00:00 a: success
[01-02 12:01] @01-02T00:00 b: running (try 2)
01-02 12:02 @01-02T00:00 b exits 0
[01-02 12:02] d backfill 1: ended
[01-02 12:02] @01-02T00:00 b: success
[01-02 12:02] d @01-02T00:00: success

story: all finished runs are run again when that is wanted, and those that go on are left alone
begins: 2026-01-01 00:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] d @00:00: success
[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] @01-02T00:00 a: running (try 1)
01-02 00:01 @01-02T00:00 a exits 1
[01-02 00:01] @01-02T00:00 a: failed (exit code 1)
[01-02 00:01] d @01-02T00:00: failed (task "a" failed)
[01-03 00:00] d @01-03T00:00: running
[01-03 00:00] @01-03T00:00 a: running (try 1)
01-03 00:01 backfill d plans from 01-01 00:00 to 01-03 00:00 again completed
[01-03 00:01] @00:00 again
[01-03 00:01] @01-02T00:00 again
[01-03 00:01] @01-03T00:00 left
01-03 00:01 backfill d from 01-01 00:00 to 01-03 00:00 again completed max 1
[01-03 00:01] d backfill 1: goes on
[01-03 00:01] d @00:00: running
[01-03 00:01] d @01-02T00:00: queued
[01-03 00:01] @00:00 a: running (try 2)
[01-03 00:01] @01-02T00:00 a: none
01-03 00:02 @00:00 a exits 0
[01-03 00:02] d @01-02T00:00: running
[01-03 00:02] @00:00 a: success
[01-03 00:02] @01-02T00:00 a: running (try 2)
[01-03 00:02] d @00:00: success
01-03 00:03 @01-02T00:00 a exits 0
[01-03 00:03] d backfill 1: ended
[01-03 00:03] @01-02T00:00 a: success
[01-03 00:03] d @01-02T00:00: success
01-03 00:04 @01-03T00:00 a exits 0
[01-03 00:04] @01-03T00:00 a: success
[01-03 00:04] d @01-03T00:00: success

story: a DAG has one backfill at a time
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-03 00:00
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] a: running (try 1)
12:01 backfill d from 01-04 00:00 to 01-04 00:00
[12:01] refused: DAG "d" has a backfill that goes on (1): cancel it, or wait for its end
12:02 ~01-03T00:00 a exits 0
[12:02] d backfill 1: ended
[12:02] a: success
[12:02] d ~01-03T00:00: success
12:03 backfill d from 01-04 00:00 to 01-04 00:00
[12:03] d backfill 2: goes on
[12:03] d ~01-04T00:00: running
[12:03] ~01-04T00:00 a: running (try 1)

story: while it is paused no run of it begins, and what runs goes on
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-04 00:00 max 1
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: queued
[12:00] ~01-03T00:00 a: running (try 1)
12:01 backfill d pause
[12:01] d backfill 1: paused
12:01 backfill d pause
12:02 ~01-03T00:00 a exits 0
[12:02] ~01-03T00:00 a: success
[12:02] d ~01-03T00:00: success
12:02 why d ~01-04T00:00
[12:02] ~01-04T00:00 waits: backfill 1 is paused; dagctl backfill unpause 1
12:02 why d
[12:02] d next run at 2026-01-11T00:00:00+00:00
[12:02] d backfill 1 is paused: 0 of its runs run, 1 wait
[12:02] d missed 10 slots from 2026-01-01T00:00:00+00:00 to 2026-01-10T00:00:00+00:00: due before the DAG was first seen
[12:02] ~01-04T00:00 waits: backfill 1 is paused; dagctl backfill unpause 1
12:03 restart
12:03 backfill d unpause
[12:03] d backfill 1: goes on
[12:03] d ~01-04T00:00: running
[12:03] ~01-04T00:00 a: running (try 1)
12:04 ~01-04T00:00 a exits 0
[12:04] d backfill 1: ended
[12:04] ~01-04T00:00 a: success
[12:04] d ~01-04T00:00: success

story: a DAG that is paused holds its backfill, too
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 pause d
12:00 backfill d from 01-03 00:00 to 01-03 00:00
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: queued
12:00 why d ~01-03T00:00
[12:00] ~01-03T00:00 waits: the DAG is paused
12:01 unpause d
[12:01] d ~01-03T00:00: running
[12:01] a: running (try 1)

story: cancelled, its queued runs fail and its running ones go on
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-05 00:00 max 1
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: queued
[12:00] d ~01-05T00:00: queued
[12:00] ~01-03T00:00 a: running (try 1)
12:01 backfill d cancel
[12:01] d backfill 1: ended
[12:01] d ~01-04T00:00: failed (its backfill was cancelled)
[12:01] d ~01-05T00:00: failed (its backfill was cancelled)
12:02 backfill d cancel
[12:02] refused: backfill 1 has ended
12:03 backfill d from 01-06 00:00 to 01-06 00:00
[12:03] d backfill 2: goes on
[12:03] d ~01-06T00:00: running
[12:03] ~01-06T00:00 a: running (try 1)
12:04 restart
12:05 ~01-03T00:00 a exits 0
[12:05] ~01-03T00:00 a: success
[12:05] d ~01-03T00:00: success
12:06 ~01-06T00:00 a exits 0
[12:06] d backfill 2: ended
[12:06] ~01-06T00:00 a: success
[12:06] d ~01-06T00:00: success

story: a run of a cancelled backfill is a run as any other when it is begun anew
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-04 00:00 max 1
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: queued
[12:00] ~01-03T00:00 a: running (try 1)
12:01 backfill d cancel
[12:01] d backfill 1: ended
[12:01] d ~01-04T00:00: failed (its backfill was cancelled)
12:02 trigger d r1
[12:02] d r1: running
[12:02] r1 a: running (try 1)
12:03 clear d ~01-04T00:00 a
[12:03] d ~01-04T00:00: queued
12:03 why d ~01-04T00:00
[12:03] ~01-04T00:00 waits: max_active_runs (1) is taken by "r1"
12:04 r1 a exits 0
[12:04] d ~01-04T00:00: running
[12:04] r1 a: success
[12:04] ~01-04T00:00 a: running (try 1)
[12:04] d r1: success
12:05 ~01-04T00:00 a exits 0
[12:05] ~01-04T00:00 a: success
[12:05] d ~01-04T00:00: success

story: a run that is cleared while its backfill goes on waits in its line again
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-05 00:00 max 1
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: queued
[12:00] d ~01-05T00:00: queued
[12:00] ~01-03T00:00 a: running (try 1)
12:01 ~01-03T00:00 a exits 1
[12:01] d ~01-04T00:00: running
[12:01] ~01-03T00:00 a: failed (exit code 1)
[12:01] ~01-04T00:00 a: running (try 1)
[12:01] d ~01-03T00:00: failed (task "a" failed)
12:02 clear d ~01-03T00:00 a
[12:02] d ~01-03T00:00: queued
[12:02] ~01-03T00:00 a: none
12:03 ~01-04T00:00 a exits 0
[12:03] d ~01-03T00:00: running
[12:03] ~01-04T00:00 a: success
[12:03] ~01-03T00:00 a: running (try 2)
[12:03] d ~01-04T00:00: success
12:04 ~01-03T00:00 a exits 0
[12:04] d ~01-05T00:00: running
[12:04] ~01-03T00:00 a: success
[12:04] ~01-05T00:00 a: running (try 1)
[12:04] d ~01-03T00:00: success
12:05 ~01-05T00:00 a exits 0
[12:05] d backfill 1: ended
[12:05] ~01-05T00:00 a: success
[12:05] d ~01-05T00:00: success

story: it comes back after a restart with all that it counts
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-06 00:00 max 2 backwards
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: queued
[12:00] d ~01-04T00:00: queued
[12:00] d ~01-05T00:00: running
[12:00] d ~01-06T00:00: running
[12:00] ~01-06T00:00 a: running (try 1)
[12:00] ~01-05T00:00 a: running (try 1)
12:01 restart
12:02 ~01-06T00:00 a exits 0
[12:02] d ~01-04T00:00: running
[12:02] ~01-06T00:00 a: success
[12:02] ~01-04T00:00 a: running (try 1)
[12:02] d ~01-06T00:00: success
12:03 ~01-05T00:00 a exits 0
[12:03] d ~01-03T00:00: running
[12:03] ~01-05T00:00 a: success
[12:03] ~01-03T00:00 a: running (try 1)
[12:03] d ~01-05T00:00: success
12:04 restart
12:05 ~01-04T00:00 a exits 0
[12:05] ~01-04T00:00 a: success
[12:05] d ~01-04T00:00: success
12:06 ~01-03T00:00 a exits 0
[12:06] d backfill 1: ended
[12:06] ~01-03T00:00 a: success
[12:06] d ~01-03T00:00: success

story: what was not committed was never filled
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-03 00:00 -- dies before the commit
12:01 starts
12:01 recovered
12:02 backfill d from 01-03 00:00 to 01-03 00:00
[12:02] d backfill 1: goes on
[12:02] d ~01-03T00:00: running
[12:02] a: running (try 1)

story: slots that are still to come are not filled
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-09
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 2 slots, @01-09T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-01 00:00 to 01-12 00:00
[12:00] d backfill 1: goes on
[12:00] d ~01-09T00:00: running
[12:00] d ~00:00: running
[12:00] ~01-09T00:00 a: running (try 1)
[12:00] ~00:00 a: running (try 1)
12:01 backfill d from 01-11 00:00 to 01-12 00:00
[12:01] refused: DAG "d" has a backfill that goes on (1): cancel it, or wait for its end
12:02 ~01-09T00:00 a exits 0
[12:02] ~01-09T00:00 a: success
[12:02] d ~01-09T00:00: success
12:02 ~01-10T00:00 a exits 0
[12:02] d backfill 1: ended
[12:02] ~00:00 a: success
[12:02] d ~00:00: success
12:03 backfill d from 01-11 00:00 to 01-12 00:00
[12:03] refused: the schedule of DAG "d" has no slot that has come from 2026-01-11T00:00:00+00:00 to 2026-01-12T00:00:00+00:00

story: a slot with a data interval is chosen by its logical date
begins: 2026-01-10 12:00
dag:
  schedule: {every: 1d, interval: true}
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 9 slots, @01-02T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d plans from 01-03 00:00 to 01-04 00:00
[12:00] ~01-03T00:00 new
[12:00] ~01-04T00:00 new
12:00 backfill d plans from 01-09 00:00 to 01-10 00:00
[12:00] ~01-09T00:00 new

story: a schedule that has the slots still before it does not run them once more
begins: 2026-01-01 00:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] d @00:00: success
00:02 pause d
01-04 12:00 backfill d from 01-02 00:00 to 01-03 00:00
[01-04 12:00] d backfill 1: goes on
[01-04 12:00] d ~01-02T00:00: queued
[01-04 12:00] d ~01-03T00:00: queued
01-04 12:01 unpause d
[01-04 12:01] d ~01-02T00:00: running
[01-04 12:01] d ~01-03T00:00: running
[01-04 12:01] d @01-04T00:00: running
[01-04 12:01] ~01-02T00:00 a: running (try 1)
[01-04 12:01] ~01-03T00:00 a: running (try 1)
[01-04 12:01] @01-04T00:00 a: running (try 1)

story: where the schedule begins before the backfill, it runs all of its own
begins: 2026-01-01 00:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] d @00:00: success
00:02 pause d
01-03 12:00 backfill d from 01-03 00:00 to 01-03 00:00
[01-03 12:00] d backfill 1: goes on
[01-03 12:00] d ~01-03T00:00: queued
01-03 12:01 unpause d
[01-03 12:01] d ~01-03T00:00: running
[01-03 12:01] d @01-02T00:00: running
[01-03 12:01] d @01-03T00:00: running
[01-03 12:01] ~01-03T00:00 a: running (try 1)
[01-03 12:01] @01-02T00:00 a: running (try 1)
[01-03 12:01] @01-03T00:00 a: running (try 1)

story: what cannot be filled is refused with the reason
begins: 2026-01-10 12:00
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag e:
  dag_id: e
  schedule: "@continuous"
  start_date: 2026-01-20
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag f:
  dag_id: f
  schedule: "* * * * *"
  start_date: 2026-01-01
  catchup: false
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

12:00 load e
12:00 backfill d from 01-03 00:00 to 01-05 00:00
[12:00] refused: DAG "d" has no schedule whose slots could be filled
12:00 backfill e from 01-03 00:00 to 01-05 00:00
[12:00] refused: DAG "e" has no schedule whose slots could be filled
12:00 backfill g from 01-03 00:00 to 01-05 00:00
[12:00] refused: there is no DAG "g"
12:00 load f
[12:00] f missed very many slots, @01-01T00:00 to @11:59 (due before the DAG was first seen)
[12:00] f @12:00: running
[12:00] a: running (try 1)
12:00 backfill f from 01-05 00:00 to 01-03 00:00
[12:00] refused: the backfill ends before it begins
12:00 backfill f from 01-01 00:00 to 01-10 00:00
[12:00] refused: the schedule of DAG "f" has more than 10000 slots from 2026-01-01T00:00:00+00:00 to 2026-01-10T00:00:00+00:00: fill them in several backfills
12:00 gone f
12:00 backfill f from 01-09 00:00 to 01-09 01:00
[12:00] refused: DAG "f" has no file that can be loaded now; it cannot be backfilled

story: a DAG whose tasks need no process is filled within the step
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: empty}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-05 00:00 max 1
[12:00] d backfill 1: ended
[12:00] a: success
[12:00] a: success
[12:00] a: success
[12:00] d ~01-03T00:00: success
[12:00] d ~01-04T00:00: success
[12:00] d ~01-05T00:00: success
