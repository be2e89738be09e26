# Schedules that are no rhythm: @once, @continuous, lists of instants.

story: @once runs once at start_date
dag:
  schedule: "@once"
  start_date: 2026-01-01T03:00
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:10 why d
[00:10] d next run at 2026-01-01T03:00:00+00:00
[03:00] d @03:00: running
[03:00] a: running (try 1)
03:10 @03:00 a exits 0
[03:10] a: success
[03:10] d @03:00: success
01-05 00:00 why d
[01-05 00:00] d its schedule has no further slot

story: @once without start_date runs when the DAG is first seen
begins: 2026-01-01 10:07
dag:
  schedule: "@once"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[10:07] d @10:07: running
[10:07] a: running (try 1)
10:10 @10:07 a exits 0
[10:10] a: success
[10:10] d @10:07: success
10:20 load
01-02 00:00 why d
[01-02 00:00] d its schedule has no further slot

story: @once runs also when its start_date is long past
begins: 2026-01-05 12:00
dag:
  schedule: "@once"
  start_date: 2020-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d @2020-01-01T00:00: running
[12:00] a: running (try 1)
12:10 @2020-01-01T00:00 a exits 0
[12:10] a: success
[12:10] d @2020-01-01T00:00: success
12:20 restart
12:30 why d
[12:30] d its schedule has no further slot

story: @once that begins paused runs when it is unpaused
dag:
  schedule: "@once"
  is_paused_upon_creation: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

05:00 unpause d
[05:00] d @00:00: running
[05:00] a: running (try 1)
05:10 @00:00 a exits 0
[05:10] a: success
[05:10] d @00:00: success
05:20 pause d
05:30 unpause d
05:40 why d
[05:40] d its schedule has no further slot

story: @continuous runs anew as soon as the last run has ended
dag:
  schedule: "@continuous"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:05 @00:00 a exits 0
[00:05] d @00:05: running
[00:05] @00:00 a: success
[00:05] @00:05 a: running (try 1)
[00:05] d @00:00: success
00:06 why d
[00:06] d the next run waits: max_active_runs (1) is reached
[00:06] @00:05 a runs since 2026-01-01T00:05:00+00:00
00:15 @00:05 a exits 1
[00:15] d @00:15: running
[00:15] @00:05 a: failed (exit code 1)
[00:15] @00:15 a: running (try 1)
[00:15] d @00:05: failed (task "a" failed)

story: @continuous waits for start_date and ends at end_date
dag:
  schedule: "@continuous"
  start_date: 2026-01-01T01:00
  end_date: 2026-01-01T02:00
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:10 why d
[00:10] d next run at 2026-01-01T01:00:00+00:00
[01:00] d @01:00: running
[01:00] a: running (try 1)
01:30 @01:00 a exits 0
[01:30] d @01:30: running
[01:30] @01:00 a: success
[01:30] @01:30 a: running (try 1)
[01:30] d @01:00: success
02:10 @01:30 a exits 0
[02:10] @01:30 a: success
[02:10] d @01:30: success
02:20 why d
[02:20] d its schedule has no further slot

story: @continuous with nothing to do runs once a second
dag:
  schedule: "@continuous"
  tasks:
    - {task_id: a, operator: empty}

[00:00] a: success
[00:00] d @00:00: success
[00:00:01] a: success
[00:00:01] d @00:00:01: success
[00:00:02] @00:00:02 a: success
[00:00:02] d @00:00:02: success
00:00:02 pause d

story: @continuous waits for a run that was triggered
dag:
  schedule: "@continuous"
  is_paused_upon_creation: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:01 trigger d r1
[00:01] d r1: queued
00:02 unpause d
[00:02] d r1: running
[00:02] a: running (try 1)
00:05 a exits 0
[00:05] d @00:05: running
[00:05] r1 a: success
[00:05] @00:05 a: running (try 1)
[00:05] d r1: success
00:06 until

story: @continuous goes on when the clock was set back
dag:
  schedule: "@continuous"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
02:00 @00:00 a exits 0
[02:00] d @02:00: running
[02:00] @00:00 a: success
[02:00] @02:00 a: running (try 1)
[02:00] d @00:00: success
02:10 clock is set to 01:00
01:10 @02:00 a exits 0
[01:10] d @02:00:00.000001: running
[01:10] @02:00 a: success
[01:10] @02:00:00.000001 a: running (try 1)
[01:10] d @02:00: success
01:20 until

story: @continuous goes on after a restart
dag:
  schedule: "@continuous"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
01:00 dies
02:00 starts
02:00 recovered
02:10 @00:00 a exits 0
[02:10] d @02:10: running
[02:10] @00:00 a: success
[02:10] @02:10 a: running (try 1)
[02:10] d @00:00: success
02:20 until

story: a list of instants has a run at each of them
dag:
  schedule: {at: [2026-01-03T12:00, 2026-01-01T05:00, 2026-01-01T05:00Z]}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[05:00] d @05:00: running
[05:00] a: running (try 1)
05:10 @05:00 a exits 0
[05:10] a: success
[05:10] d @05:00: success
[01-03 12:00] d @01-03T12:00: running
[01-03 12:00] @01-03T12:00 a: running (try 1)
01-03 12:10 @01-03T12:00 a exits 0
[01-03 12:10] @01-03T12:00 a: success
[01-03 12:10] d @01-03T12:00: success
01-03 12:20 why d
[01-03 12:20] d its schedule has no further slot

story: an instant that is added to the list when it is past is not run
begins: 2026-01-01 12:00
dag:
  schedule: {at: [2026-01-02]}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  schedule: {at: [2026-01-01T06:00, 2026-01-02]}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

13:00 load v2
[01-02 00:00] d @01-02T00:00: running
[01-02 00:00] a: running (try 1)
01-02 00:10 until

story: catchup true runs all instants of a list that are past
begins: 2026-01-05 12:00
dag:
  schedule: {at: [2026-01-02, 2026-01-03, 2026-01-06]}
  catchup: true
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d @01-02T00:00: running
[12:00] a: running (try 1)
12:10 @01-02T00:00 a exits 0
[12:10] d @01-03T00:00: running
[12:10] @01-02T00:00 a: success
[12:10] @01-03T00:00 a: running (try 1)
[12:10] d @01-02T00:00: success
12:20 @01-03T00:00 a exits 0
[12:20] @01-03T00:00 a: success
[12:20] d @01-03T00:00: success
12:30 why d
[12:30] d next run at 2026-01-06T00:00:00+00:00

story: the instants of a list that are past when it is first seen are missed
begins: 2026-01-05 12:00
dag:
  schedule: {at: [2026-01-02, 2026-01-03, 2026-01-06]}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 2 slots, @01-02T00:00 to @01-03T00:00 (due before the DAG was first seen)
12:30 why d
[12:30] d next run at 2026-01-06T00:00:00+00:00
[12:30] d missed 2 slots from 2026-01-02T00:00:00+00:00 to 2026-01-03T00:00:00+00:00: due before the DAG was first seen
