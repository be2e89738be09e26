# A run that is late calls, once, and goes on.

story: a run that has not ended by its deadline calls, and is not touched
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:05 why d r1
[00:05] r1 has its deadline at 2026-01-01T00:10:00+00:00
[00:05] r1 a runs since 2026-01-01T00:00:00+00:00
[00:10] @deadline: running (try 1)
00:10 until
00:11 why d r1
[00:11] r1 has missed its deadline at 2026-01-01T00:10:00+00:00
[00:11] r1 @deadline runs since 2026-01-01T00:10:00+00:00
[00:11] r1 a runs since 2026-01-01T00:00:00+00:00
00:12 @deadline exits 0
[00:12] @deadline: success
00:30 a exits 0
[00:30] a: success
[00:30] d r1: success

story: a run that ends before its deadline calls nothing
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:09 a exits 0
[00:09] a: success
[00:09] d r1: success
01:00 until

story: a deadline counts from when the run was queued, however long it waits
dag:
  max_active_runs: 1
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:05 trigger d r2
[00:05] d r2: queued
00:09 until
[00:10] r1 @deadline: running (try 1)
00:14 until
[00:15] r2 @deadline: running (try 1)
00:16 r1 @deadline exits 0
[00:16] r1 @deadline: success
00:16 r2 @deadline exits 0
[00:16] r2 @deadline: success
00:17 r1 a exits 0
[00:17] d r2: running
[00:17] r1 a: success
[00:17] r2 a: running (try 1)
[00:17] d r1: success
00:18 r2 a exits 0
[00:18] r2 a: success
[00:18] d r2: success

story: a deadline counts from the start
dag:
  max_active_runs: 1
  deadline: {after: 10m, from: start, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:05 trigger d r2
[00:05] d r2: queued
00:09 r1 a exits 0
[00:09] d r2: running
[00:09] r1 a: success
[00:09] r2 a: running (try 1)
[00:09] d r1: success
00:18 until
[00:19] r2 @deadline: running (try 1)
00:19 until
00:20 r2 a exits 0
[00:20] r2 a: success
[00:20] d r2: success

story: a deadline counts from the logical date, and may be before it
dag:
  schedule: "0 3 * * *"
  deadline: {after: -30m, from: logical_date, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

02:00 trigger d r1 logical 2026-01-01 04:00
[02:00] d r1: running
[02:00] a: running (try 1)
[03:00] d @03:00: running
[03:00] @03:00 @deadline: running (try 1)
[03:00] @03:00 a: running (try 1)
03:00 until
03:01 r1 a exits 0
[03:01] r1 a: success
[03:01] d r1: success
03:02 @03:00 a exits 0
[03:02] @03:00 a: success
[03:02] d @03:00: success

story: a run without a logical date counts from when it was triggered
dag:
  deadline: {after: 10m, from: logical_date, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:03 trigger d r1
[00:03] d r1: running
[00:03] a: running (try 1)
[00:13] @deadline: running (try 1)
00:13 until
00:14 a exits 0
[00:14] a: success
[00:14] d r1: success

story: a deadline that passes while dagd is away is missed when it is back
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:05 dies
00:20 starts
00:20 recovered
[00:20] @deadline: running (try 1)
00:20 until
00:21 @deadline exits 0
[00:21] @deadline: success
00:22 restart
00:30 why d r1
[00:30] r1 has missed its deadline at 2026-01-01T00:20:00+00:00
[00:30] r1 a runs since 2026-01-01T00:00:00+00:00
00:31 a exits 0
[00:31] a: success
[00:31] d r1: success

story: a deadline is missed once, whatever restarts
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:10 until -- dies before the commit
00:11 starts
00:11 recovered
[00:11] @deadline: running (try 1)
00:11 until
00:12 restart
01:00 until
01:01 @deadline exits 0
[01:01] @deadline: success
01:02 a exits 0
[01:02] a: success
[01:02] d r1: success

story: a run that waits in a paused DAG is late, too
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 pause d
00:00 trigger d r1
[00:00] d r1: queued
[00:10] @deadline: running (try 1)
00:10 until
00:11 @deadline exits 0
[00:11] @deadline: success

story: a run whose tasks are cleared has a new deadline
dag:
  deadline: {after: 10m, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:10] @deadline: running (try 1)
00:11 a exits 0
[00:11] a: success
[00:11] d r1: success
00:11 @deadline exits 0
[00:11] @deadline: success
01:00 clear d r1 a
[01:00] d r1: running
[01:00] a: running (try 2)
[01:10] @deadline: running (try 2)
01:10 until
01:11 @deadline exits 0
[01:11] @deadline: success
01:12 a exits 0
[01:12] a: success
[01:12] d r1: success

story: a deadline from the logical date is not missed again by a run that is cleared
dag:
  deadline: {after: 10m, from: logical_date, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:10] @deadline: running (try 1)
00:11 a exits 0
[00:11] a: success
[00:11] d r1: success
00:11 @deadline exits 0
[00:11] @deadline: success
01:00 clear d r1 a
[01:00] d r1: running
[01:00] a: running (try 2)
02:00 until
02:01 a exits 0
[02:01] a: success
[02:01] d r1: success

story: runs of a backfill are not late by their dates, which are past
begins: 2026-01-10 12:00
dag:
  schedule: 1d
  start_date: 2026-01-01
  deadline: {after: 2h, from: logical_date, callback: {operator: bash, bash_command: x}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[12:00] d missed 10 slots, @01-01T00:00 to @00:00 (due before the DAG was first seen)
12:00 backfill d from 01-03 00:00 to 01-03 00:00
[12:00] d backfill 1: goes on
[12:00] d ~01-03T00:00: running
[12:00] a: running (try 1)
12:30 until
