# How far a DAG catches up with slots that it missed: the key catchup with limits.

story: max_runs keeps the newest of the slots that are due
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2025-12-01
  catchup: {mode: true, max_runs: 2}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 34 slots, @2025-12-01T03:00 to @01-03T03:00 (more were due than max_runs (2) of catchup)
[12:00] d @01-04T03:00: running
[12:00] d @03:00: running
[12:00] @01-04T03:00 a: running (try 1)
[12:00] @03:00 a: running (try 1)
12:01 why d
[12:01] d next run at 2026-01-06T03:00:00+00:00
[12:01] d missed 34 slots from 2025-12-01T03:00:00+00:00 to 2026-01-03T03:00:00+00:00: more were due than max_runs (2) of catchup
[12:01] @01-04T03:00 a runs since 2026-01-05T12:00:00+00:00
[12:01] @03:00 a runs since 2026-01-05T12:00:00+00:00
[01-06 03:00] d @01-06T03:00: running
[01-06 03:00] @01-06T03:00 a: running (try 1)
01-06 03:00 until

story: max_runs counts slots that wait for max_active_runs
dag:
  schedule: "0 * * * *"
  catchup: {mode: true, max_runs: 2}
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
05:30 @00:00 a exits 0
[05:30] d missed 3 slots, @01:00 to @03:00 (more were due than max_runs (2) of catchup)
[05:30] d @04:00: running
[05:30] @00:00 a: success
[05:30] @04:00 a: running (try 1)
[05:30] d @00:00: success
05:40 @04:00 a exits 0
[05:40] d @05:00: running
[05:40] @04:00 a: success
[05:40] @05:00 a: running (try 1)
[05:40] d @04:00: success
05:50 @05:00 a exits 0
[05:50] @05:00 a: success
[05:50] d @05:00: success

story: a slot that is due for longer than the window is not caught up with
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * *"
  start_date: 2026-01-01
  catchup: {mode: true, window: 2d}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 3 slots, @01-01T03:00 to @01-03T03:00 (due for longer than the window of catchup (2d))
[12:00] d @01-04T03:00: running
[12:00] d @03:00: running
[12:00] @01-04T03:00 a: running (try 1)
[12:00] @03:00 a: running (try 1)
12:01 why d
[12:01] d next run at 2026-01-06T03:00:00+00:00
[12:01] d missed 3 slots from 2026-01-01T03:00:00+00:00 to 2026-01-03T03:00:00+00:00: due for longer than the window of catchup (2d)
[12:01] @01-04T03:00 a runs since 2026-01-05T12:00:00+00:00
[12:01] @03:00 a runs since 2026-01-05T12:00:00+00:00

story: the window is kept by catchup latest, too
begins: 2026-01-05 12:00
dag:
  schedule: "0 3 * * MON"
  start_date: 2025-12-01
  catchup: {mode: latest, window: 2h}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 6 slots, @2025-12-01T03:00 to @03:00 (due for longer than the window of catchup (2h))
12:01 why d
[12:01] d next run at 2026-01-12T03:00:00+00:00
[12:01] d missed 6 slots from 2025-12-01T03:00:00+00:00 to 2026-01-05T03:00:00+00:00: due for longer than the window of catchup (2h)
[01-12 03:00] d @01-12T03:00: running
[01-12 03:00] a: running (try 1)
01-12 03:00 until

story: a slot that waited for longer than the window is not run any more
dag:
  schedule: "0 0,6 * * *"
  catchup: {mode: false, window: 1h}
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
08:00 @00:00 a exits 0
[08:00] d missed @06:00 (due for longer than the window of catchup (1h))
[08:00] a: success
[08:00] d @00:00: success
08:01 why d
[08:01] d next run at 2026-01-02T00:00:00+00:00
[08:01] d missed the slot 2026-01-01T06:00:00+00:00: due for longer than the window of catchup (1h)
[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] @01-02T00:00 a: running (try 1)
01-02 00:00 until

story: slots that were missed are not missed again after a restart
dag:
  schedule: "0 * * * *"
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
03:30 @00:00 a exits 0
[03:30] d missed 2 slots, @01:00 to @02:00 (max_active_runs (1) was reached)
[03:30] d @03:00: running
[03:30] @00:00 a: success
[03:30] @03:00 a: running (try 1)
[03:30] d @00:00: success
03:40 restart
03:50 why d
[03:50] d the next run waits: max_active_runs (1) is reached
[03:50] d missed 2 slots from 2026-01-01T01:00:00+00:00 to 2026-01-01T02:00:00+00:00: max_active_runs (1) was reached
[03:50] @03:00 a runs since 2026-01-01T03:30:00+00:00
04:10 until

story: what was missed is told as a number up to a hundred
begins: 2026-01-05 12:00
dag:
  schedule: "*/5 * * * *"
  start_date: 2025-12-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed very many slots, @2025-12-01T00:00 to @11:55 (due before the DAG was first seen)
[12:00] d @12:00: running
[12:00] a: running (try 1)
12:01 why d
[12:01] d next run at 2026-01-05T12:05:00+00:00
[12:01] d missed more than 100 slots from 2025-12-01T00:00:00+00:00 to 2026-01-05T11:55:00+00:00: due before the DAG was first seen
[12:01] @12:00 a runs since 2026-01-05T12:00:00+00:00

story: a clock that is set far ahead and back leaves the slots between to those that have been run
dag:
  schedule: "0 3 * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

01:00 clock is set to 2026-03-01 12:00
[03-01 12:00] d missed 59 slots, @03:00 to @02-28T03:00 (the clock was set forward, or the machine slept)
[03-01 12:00] d @03-01T03:00: running
[03-01 12:00] a: running (try 1)
03-01 12:30 @03-01T03:00 a exits 0
[03-01 12:30] a: success
[03-01 12:30] d @03-01T03:00: success
03-01 12:40 clock is set to 01-01 02:00
02:10 why d
[02:10] d next run at 2026-03-02T03:00:00+00:00: the clock has been set back, and its slots up to 2026-03-01T03:00:00+00:00 have been run or passed over before that
[02:10] d missed 59 slots from 2026-01-01T03:00:00+00:00 to 2026-02-28T03:00:00+00:00: the clock was set forward, or the machine slept
04:00 until

story: a file that comes back missed the slots in between
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:10 @00:00 a exits 0
[00:10] a: success
[00:10] d @00:00: success
00:20 gone d
03:30 load
[03:30] d missed 2 slots, @01:00 to @02:00 (the DAG was not loaded)
[03:30] d @03:00: running
[03:30] @03:00 a: running (try 1)
03:40 why d
[03:40] d next run at 2026-01-01T04:00:00+00:00
[03:40] d missed 2 slots from 2026-01-01T01:00:00+00:00 to 2026-01-01T02:00:00+00:00: the DAG was not loaded
[03:40] @03:00 a runs since 2026-01-01T03:30:00+00:00
