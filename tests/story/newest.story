# A run can be cleared so that it goes on with the newest version of its DAG.

story: tasks that are gone are removed, new ones are run
dag:
  tasks:
    - {task_id: kept, operator: bash, bash_command: x}
    - {task_id: dropped, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: kept, operator: bash, bash_command: y}
    - {task_id: added, operator: bash, bash_command: y}
  dependencies: kept >> added

00:00 trigger d r1
[00:00] d r1: running
[00:00] kept: running (try 1)
[00:00] dropped: running (try 1)
00:01 kept exits 0
[00:01] kept: success
00:01 dropped exits 0
[00:01] dropped: success
[00:01] d r1: success
00:02 load v2
00:03 plan clear d r1 kept
[00:03] would clear kept
00:03 plan clear d r1 kept +newest
[00:03] would clear kept
[00:03] would add added
[00:03] would remove dropped
00:03 clear d r1 kept +newest
[00:03] d r1: running
[00:03] dropped: removed (this version of the DAG does not have it)
[00:03] kept: running (try 2)
00:04 kept exits 0
[00:04] kept: success
[00:04] added: running (try 1)
00:05 added exits 0
[00:05] added: success
[00:05] d r1: success

story: only what is new is run when nothing is named
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 load v2
00:03 plan clear d r1 +newest
[00:03] would add b
00:03 clear d r1 +newest
[00:03] d r1: running
[00:03] b: running (try 1)
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success

story: a new task before one that has succeeded does not begin that again
dag:
  tasks:
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b exits 0
[00:01] b: success
[00:01] d r1: success
00:02 load v2
00:03 clear d r1 +newest
[00:03] d r1: running
[00:03] a: running (try 1)
00:04 a exits 0
[00:04] a: success
[00:04] d r1: success

story: what runs goes on running in the newest version
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 clear d r1 +newest
[00:02] b: removed (this version of the DAG does not have it)
00:03 a exits 0
[00:03] a: success
[00:03] c: running (try 1)
00:04 c exits 0
[00:04] c: success
[00:04] d r1: success

story: a sensor that was about to look again and is no sensor any more begins as what it is now
dag:
  tasks:
    - {task_id: a, operator: wait.file, filepath: /x, poke_interval: 1m}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:00 a exits 75
[00:00] a: up_for_reschedule until 00:01
00:00 b exits 1
[00:00] b: failed (exit code 1)
00:00 pool default_pool 0
[00:01] a: scheduled
00:01 load v2
00:02 clear d r1 b +newest
[00:02] b: scheduled
00:03 pool default_pool 2
[00:03] a: running (try 2)
[00:03] b: running (try 2)
00:04 a exits 0
[00:04] a: success

story: a run does not move while a sensor looks that is none in the newest version
dag:
  tasks:
    - {task_id: a, operator: wait.file, filepath: /x, poke_interval: 1m}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:00 a exits 75
[00:00] a: up_for_reschedule until 00:01
00:00 b exits 1
[00:00] b: failed (exit code 1)
[00:01] a: running (try 1)
00:01 load v2
00:02 clear d r1 b +newest
[00:02] refused: task "a" of run "r1" runs, and the newest version of DAG "d" does not have it; end it first

story: a run does not move while a task runs that the newest version does not have
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 plan clear d r1 all +newest
[00:02] refused: task "a" of run "r1" runs, and the newest version of DAG "d" does not have it; end it first
00:02 clear d r1 all +newest
[00:02] refused: task "a" of run "r1" runs, and the newest version of DAG "d" does not have it; end it first
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success
00:04 clear d r1 all +newest
[00:04] d r1: running
[00:04] a: removed (this version of the DAG does not have it)
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: a task that comes back goes on with its tries
dag:
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: empty}
dag v3:
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: bash, bash_command: z, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: success
[00:00] b: running (try 1)
00:01 b exits 1
[00:01] b: failed (exit code 1)
[00:01] d r1: failed (task "b" failed)
00:02 load v2
00:03 clear d r1 +newest
[00:03] b: removed (this version of the DAG does not have it)
[00:03] d r1: success
00:04 load v3
00:05 restart
00:06 plan clear d r1 +newest
[00:06] would add b
00:06 clear d r1 +newest
[00:06] d r1: running
[00:06] b: running (try 2)
00:07 b exits 1
[00:07] b: up_for_retry (exit code 1), next try at 00:12
[00:12] b: running (try 3)
00:13 b exits 0
[00:13] b: success
[00:13] d r1: success

story: the limits of the newest version hold
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 0
[00:01] a: success
00:02 b exits 0
[00:02] b: success
[00:02] d r1: success
00:03 load v2
00:04 clear d r1 all +newest
[00:04] d r1: running
[00:04] a: running (try 2)
[00:04] b: scheduled
00:05 a exits 0
[00:05] a: success
[00:05] b: running (try 2)
00:06 b exits 0
[00:06] b: success
[00:06] d r1: success

story: names are those of the newest version
dag:
  tasks:
    - {task_id: old, operator: empty}
dag v2:
  tasks:
    - {task_id: new, operator: empty}

00:00 trigger d r1
[00:00] old: success
[00:00] d r1: success
00:01 load v2
00:02 clear d r1 old +newest
[00:02] refused: run "r1" of DAG "d" has no task "old"
00:02 clear d r1 new
[00:02] refused: run "r1" of DAG "d" has no task "new"
00:03 clear d r1 new +newest
[00:03] old: removed (this version of the DAG does not have it)
[00:03] new: success

story: a run whose version cannot be loaded is saved by the newest one
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 dies
00:03 starts in vain
00:03 recovered
00:04 clear d r1 all
[00:04] refused: the version of DAG "d" that run "r1" uses cannot be loaded: line 7: the key "new" is not known
00:05 clear d r1 +newest
[00:05] refused: DAG "d" has no file that can be loaded now: there is no newest version
00:06 load
00:07 clear d r1 +newest
[00:07] a: running (try 2)
00:08 a exits 0
[00:08] a: success
[00:08] b: running (try 1)
00:09 b exits 0
[00:09] b: success
[00:09] d r1: success

story: without a newest version nothing moves
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 gone d
00:02 clear d r1 all +newest
[00:02] refused: DAG "d" has no file that can be loaded now: there is no newest version

story: a move that was not committed never was
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 load v2
00:03 clear d r1 all +newest -- dies before the commit
00:04 starts
00:04 recovered
00:05 clear d r1 all
[00:05] d r1: running
[00:05] a: running (try 2)

story: a waiting retry goes on waiting in the newest version
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, retry_delay: 10m}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: y, retries: 1, retry_delay: 10m}
    - {task_id: b, operator: empty}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:11
00:02 load v2
00:03 clear d r1 +newest
[00:11] a: running (try 2)
00:12 a exits 0
[00:12] a: success
[00:12] b: success
[00:12] d r1: success

story: a ready task waits for what comes before it in the newest version
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  max_active_tasks: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: new, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: new >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 load v2
00:02 clear d r1 +newest
[00:02] b: none
[00:02] new: running (try 1)
00:03 new exits 0
[00:03] new: success
[00:03] b: running (try 1)
00:04 a exits 0
[00:04] a: success
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success

story: a run that was ended while its version could not be loaded is as it was ended
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1 -- pending
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 dies
00:03 starts in vain
00:03 recovered
00:04 cancel d r1
[00:04] a: is to be killed
00:05 a is killed by signal 15
[00:05] a: failed (ended by signal 15 (Terminated))
[00:05] d r1: failed (cancelled)
00:06 restart
00:07 load
00:08 mark d r1 failed b
[00:08] b: failed (marked as failed)
00:09 clear d r1 b
[00:09] b: upstream_failed (upstream task "a" failed)
[00:09] d r1: failed (task "a" failed)

story: a queued run without its DAG begins when it is moved to a version that loads
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  catchup: false
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  schedule: 1d
  start_date: 2026-01-01
  catchup: false
  tasks:
    - {task_id: a, operator: bash, bash_command: y}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-04 00:00 max 1
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] d ~01-04T00:00: queued
[12:00] ~01-03T00:00 a: running (try 1)
12:01 ~01-03T00:00 a exits 0 -- pending
[12:01] d ~01-04T00:00: running
[12:01] ~01-03T00:00 a: success
[12:01] ~01-04T00:00 a: running (try 1)
[12:01] d ~01-03T00:00: success
12:01 dies
12:02 starts in vain
12:02 load v2
12:02 ~01-03T00:00 a exits 0
[12:02] ~01-03T00:00 a: success
12:02 recovered
12:03 fail d ~01-03T00:00
[12:03] d ~01-03T00:00: failed (marked as failed)
12:04 clear d ~01-04T00:00 +newest
[12:04] d ~01-04T00:00: running
[12:04] ~01-04T00:00 a: running (try 1)

story: one that gives way to the many that it was before is told of
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, expand: {v: [1, 2]}, env: {V: "{{ expand.v }}"}}
    - {task_id: b, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
[00:00] b: running (try 1)
00:01 a[0] exits 0
[00:01] a[0]: success
00:01 a[1] exits 0
[00:01] a[1]: success
00:01 b exits 0
[00:01] b: success
[00:01] d r1: success
00:02 load v2
00:03 clear d r1 a +newest
[00:03] d r1: running
[00:03] a[0]: removed (this version of the DAG does not have it)
[00:03] a[1]: removed (this version of the DAG does not have it)
[00:03] a: running (try 1)
00:04 a exits 0
[00:04] a: success
[00:04] d r1: success
00:05 load
00:06 plan clear d r1 b +newest
[00:06] would clear b
[00:06] would add a[0]
[00:06] would remove a
[00:06] would add a[1]
00:06 clear d r1 b +newest
[00:06] d r1: running
[00:06] a[0]: running (try 2)
[00:06] a[1]: running (try 2)
[00:06] a: removed (this version of the DAG does not have it)
[00:06] b: running (try 2)
