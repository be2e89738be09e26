# Runs are made for slots of the schedule; catchup decides about those that were missed.

story: a run is made at each slot
dag:
  schedule: "0 3 * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 why d
[00:00] d next run at 2026-01-01T03:00:00+00:00
[03:00] d @03:00: running
[03:00] a: running (try 1)
03:10 @03:00 a exits 0
[03:10] a: success
[03:10] d @03:00: success
[01-02 03:00] d @01-02T03:00: running
[01-02 03:00] @01-02T03:00 a: running (try 1)
01-02 03:01 until

story: catchup false runs no slot from before the DAG was first seen
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 5 slots, @01-01T03:00 to @03:00 (due before the DAG was first seen)
12:01 why d
[12:01] d next run at 2026-01-06T03:00:00+00:00
[12:01] d missed 5 slots from 2026-01-01T03:00:00+00:00 to 2026-01-05T03:00:00+00:00: due before the DAG was first seen
[01-06 03:00] d @01-06T03:00: running
[01-06 03:00] a: running (try 1)
01-06 03:00 until

story: catchup latest runs the newest slot from before the DAG was first seen
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-01
  catchup: latest
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 4 slots, @01-01T03:00 to @01-04T03:00 (due before the DAG was first seen)
[12:00] d @03:00: running
[12:00] a: running (try 1)
12:01 why d
[12:01] d next run at 2026-01-06T03:00:00+00:00
[12:01] d missed 4 slots from 2026-01-01T03:00:00+00:00 to 2026-01-04T03:00:00+00:00: due before the DAG was first seen
[12:01] @03:00 a runs since 2026-01-05T12:00:00+00:00

story: catchup true runs all slots since start_date, in order
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-03
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d @01-03T03:00: running
[12:00] d @01-04T03:00: running
[12:00] d @03:00: running
[12:00] @01-03T03:00 a: running (try 1)
[12:00] @01-04T03:00 a: running (try 1)
[12:00] @03:00 a: running (try 1)
12:01 why d
[12:01] d next run at 2026-01-06T03:00:00+00:00
[12:01] @01-03T03:00 a runs since 2026-01-05T12:00:00+00:00
[12:01] @01-04T03:00 a runs since 2026-01-05T12:00:00+00:00
[12:01] @03:00 a runs since 2026-01-05T12:00:00+00:00

story: catchup true keeps to max_active_runs
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-03
  catchup: true
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d @01-03T03:00: running
[12:00] a: running (try 1)
12:01 why d
[12:01] d the next run waits: max_active_runs (1) is reached
[12:01] @01-03T03:00 a runs since 2026-01-05T12:00:00+00:00
12:02 @01-03T03:00 a exits 0
[12:02] d @01-04T03:00: running
[12:02] @01-03T03:00 a: success
[12:02] @01-04T03:00 a: running (try 1)
[12:02] d @01-03T03:00: success
12:03 @01-04T03:00 a exits 1
[12:03] d @03:00: running
[12:03] @01-04T03:00 a: failed (exit code 1)
[12:03] @03:00 a: running (try 1)
[12:03] d @01-04T03:00: failed (task "a" failed)
12:04 @03:00 a exits 0
[12:04] @03:00 a: success
[12:04] d @03:00: success
12:05 why d
[12:05] d next run at 2026-01-06T03:00:00+00:00

story: a start_date in the future is waited for
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-03
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:01 why d
[00:01] d next run at 2026-01-03T03:00:00+00:00
01-02 12:00 until
[01-03 03:00] d @01-03T03:00: running
[01-03 03:00] a: running (try 1)
01-03 03:00 until

story: catchup latest and a start_date in the future run nothing early
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-03
  catchup: latest
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:01 why d
[00:01] d next run at 2026-01-03T03:00:00+00:00
[01-03 03:00] d @01-03T03:00: running
[01-03 03:00] a: running (try 1)
01-03 03:00 until

story: an interval begins at its start_date
dag:
  schedule: 36h
  start_date: 2026-01-02
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] a: running (try 1)
01-02 01:00 @01-02T00:00 a exits 0
[01-02 01:00] a: success
[01-02 01:00] d @01-02T00:00: success
[01-03 12:00] d @01-03T12:00: running
[01-03 12:00] @01-03T12:00 a: running (try 1)
01-03 13:00 until

story: an interval without start_date begins when the DAG is first seen
begins: 2026-01-01 10:07
dag:
  schedule: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[10:07] d @10:07: running
[10:07] a: running (try 1)
10:08 @10:07 a exits 0
[10:08] a: success
[10:08] d @10:07: success
[11:07] d @11:07: running
[11:07] @11:07 a: running (try 1)
11:30 load
11:31 why d
[11:31] d next run at 2026-01-01T12:07:00+00:00
[11:31] @11:07 a runs since 2026-01-01T11:07:00+00:00

story: the last slot is at end_date
dag:
  schedule: "0 3 * * *"
  end_date: 2026-01-02T03:00:00Z
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[03:00] d @03:00: running
[03:00] a: running (try 1)
[01-02 03:00] d @01-02T03:00: running
[01-02 03:00] @01-02T03:00 a: running (try 1)
01-05 00:00 why d
[01-05 00:00] d its schedule has no further slot
[01-05 00:00] @03:00 a runs since 2026-01-01T03:00:00+00:00
[01-05 00:00] @01-02T03:00 a runs since 2026-01-02T03:00:00+00:00

story: after end_date catchup latest runs the last slot before it
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-01
  end_date: 2026-01-03
  catchup: latest
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed @01-01T03:00 (due before the DAG was first seen)
[12:00] d @01-02T03:00: running
[12:00] a: running (try 1)
12:01 why d
[12:01] d its schedule has no further slot
[12:01] d missed the slot 2026-01-01T03:00:00+00:00: due before the DAG was first seen
[12:01] @01-02T03:00 a runs since 2026-01-05T12:00:00+00:00

story: of the slots due while dagd was down the newest runs
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:05 @01:00 a exits 0
[01:05] @01:00 a: success
[01:05] d @01:00: success
01:10 dies
05:30 starts
05:30 recovered
[05:30] d missed 3 slots, @02:00 to @04:00 (dagd was not running)
[05:30] d @05:00: running
[05:30] @05:00 a: running (try 1)

story: catchup true runs all slots due while dagd was down
dag:
  schedule: "0 * * * *"
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:05 @01:00 a exits 0
[01:05] @01:00 a: success
[01:05] d @01:00: success
01:10 dies
03:30 starts
03:30 recovered
[03:30] d @02:00: running
[03:30] d @03:00: running
[03:30] @02:00 a: running (try 1)
[03:30] @03:00 a: running (try 1)

story: a slot that comes due while max_active_runs is reached waits, then the newest one runs
dag:
  schedule: "0 * * * *"
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
03:30 why d
[03:30] d the next run waits: max_active_runs (1) is reached
[03:30] @00:00 a runs since 2026-01-01T00:00:00+00:00
03:40 @00:00 a exits 0
[03:40] d missed 2 slots, @01:00 to @02:00 (max_active_runs (1) was reached)
[03:40] d @03:00: running
[03:40] @00:00 a: success
[03:40] @03:00 a: running (try 1)
[03:40] d @00:00: success
03:50 @03:00 a exits 0
[03:50] @03:00 a: success
[03:50] d @03:00: success
03:51 why d
[03:51] d next run at 2026-01-01T04:00:00+00:00
[03:51] d missed 2 slots from 2026-01-01T01:00:00+00:00 to 2026-01-01T02:00:00+00:00: max_active_runs (1) was reached

story: with catchup true each slot that waited runs
dag:
  schedule: "0 * * * *"
  max_active_runs: 1
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
03:30 @00:00 a exits 0
[03:30] d @01:00: running
[03:30] @00:00 a: success
[03:30] @01:00 a: running (try 1)
[03:30] d @00:00: success
03:40 @01:00 a exits 0
[03:40] d @02:00: running
[03:40] @01:00 a: success
[03:40] @02:00 a: running (try 1)
[03:40] d @01:00: success

story: a manual run takes a place of max_active_runs from the schedule
dag:
  schedule: "0 * * * *"
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 trigger d r1
[00:30] d r1: queued
01:30 a exits 0
[01:30] d r1: running
[01:30] @00:00 a: success
[01:30] r1 a: running (try 1)
[01:30] d @00:00: success

story: a clock that is set back repeats no slot
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
[02:00] d @02:00: running
[02:00] @02:00 a: running (try 1)
02:10 @01:00 a exits 0
[02:10] @01:00 a: success
[02:10] d @01:00: success
02:20 @02:00 a exits 0
[02:20] @02:00 a: success
[02:20] d @02:00: success
02:30 clock is set to 00:30
02:05 why d
[02:05] d next run at 2026-01-01T03:00:00+00:00: the clock has been set back, and its slots up to 2026-01-01T02:00:00+00:00 have been run or passed over before that
[02:05] @00:00 a runs since 2026-01-01T00:00:00+00:00
[03:00] d @03:00: running
[03:00] @03:00 a: running (try 1)
03:00 until

story: a clock that is set forward runs the newest slot of the gap
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 clock is set to 05:30
[05:30] d missed 4 slots, @01:00 to @04:00 (the clock was set forward, or the machine slept)
[05:30] d @05:00: running
[05:30] @05:00 a: running (try 1)
[06:00] d @06:00: running
[06:00] @06:00 a: running (try 1)
06:00 until

story: a schedule that is taken out makes no more runs
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:10 load v2
02:30 why d
[02:30] d has no schedule: it runs when it is triggered
[02:30] @00:00 a runs since 2026-01-01T00:00:00+00:00
[02:30] @01:00 a runs since 2026-01-01T01:00:00+00:00
02:40 @01:00 a exits 0
[02:40] @01:00 a: success
[02:40] d @01:00: success

story: another schedule begins after the slots that have run
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  schedule: "30 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:10 load v2
[01:30] d @01:30: running
[01:30] @01:30 a: running (try 1)
01:30 until

story: a DAG whose file is gone makes no more runs, and those it has go on
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:10 gone d
02:10 @01:00 a exits 0
[02:10] @01:00 a: success
[02:10] @01:00 b: running (try 1)
02:11 why d
[02:11] d d.yaml is gone from the DAG folder
[02:11] @00:00 a runs since 2026-01-01T00:00:00+00:00
[02:11] @00:00 b waits for upstream "a"
[02:11] @01:00 b runs since 2026-01-01T02:10:00+00:00
02:20 trigger d r1
[02:20] refused: DAG "d" has no file that can be loaded now; it cannot be triggered
02:30 load
[02:30] d @02:00: running
[02:30] @02:00 a: running (try 1)

story: a schedule that is given to a DAG later looks only forward
dag:
  schedule: null
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  schedule: "0 3 * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v3:
  schedule: "0 4 * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

05:00 load v2
05:00 why d
[05:00] d next run at 2026-01-02T03:00:00+00:00
05:01 load v3
05:01 why d
[05:01] d next run at 2026-01-02T04:00:00+00:00
