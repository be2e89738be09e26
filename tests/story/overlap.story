# What a slot does that comes due while a run of its DAG is unfinished: the key overlap.

story: overlap queue lets a slot run beside an unfinished run while max_active_runs lets it
dag:
  schedule: "0 * * * *"
  max_active_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:30 until
02:30 why d
[02:30] d the next run waits: max_active_runs (2) is reached
[02:30] @00:00 a runs since 2026-01-01T00:00:00+00:00
[02:30] @01:00 a runs since 2026-01-01T01:00:00+00:00

story: overlap skip leaves out the slots that come due while a run is unfinished
dag:
  schedule: "0 * * * *"
  overlap: skip
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] d missed @01:00 (overlap: skip: a run was unfinished)
01:30 why d
[01:30] d next run at 2026-01-01T02:00:00+00:00
[01:30] d missed the slot 2026-01-01T01:00:00+00:00: overlap: skip: a run was unfinished
[01:30] @00:00 a runs since 2026-01-01T00:00:00+00:00
[02:00] d missed 2 slots, @01:00 to @02:00 (overlap: skip: a run was unfinished)
[03:00] d missed 3 slots, @01:00 to @03:00 (overlap: skip: a run was unfinished)
03:20 why d
[03:20] d next run at 2026-01-01T04:00:00+00:00
[03:20] d missed 3 slots from 2026-01-01T01:00:00+00:00 to 2026-01-01T03:00:00+00:00: overlap: skip: a run was unfinished
[03:20] @00:00 a runs since 2026-01-01T00:00:00+00:00
03:30 @00:00 a exits 0
[03:30] a: success
[03:30] d @00:00: success
[04:00] d @04:00: running
[04:00] @04:00 a: running (try 1)
04:30 until

story: overlap skip leaves out nothing while no run is unfinished
dag:
  schedule: "0 * * * *"
  overlap: skip
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 @00:00 a exits 0
[00:30] a: success
[00:30] d @00:00: success
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:30 @01:00 a exits 0
[01:30] @01:00 a: success
[01:30] d @01:00: success
[02:00] d @02:00: running
[02:00] @02:00 a: running (try 1)
02:10 until

story: overlap skip counts runs that were triggered, too
dag:
  schedule: "0 * * * *"
  start_date: 2026-01-01T00:30
  overlap: skip
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:30 trigger d r1
[00:30] d r1: running
[00:30] a: running (try 1)
[01:00] d missed @01:00 (overlap: skip: a run was unfinished)
01:30 a exits 0
[01:30] a: success
[01:30] d r1: success
[02:00] d @02:00: running
[02:00] @02:00 a: running (try 1)
02:00 until

story: overlap skip lets runs that are triggered go on beside each other
dag:
  schedule: "0 * * * *"
  overlap: skip
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:10 trigger d r1
[00:10] d r1: running
[00:10] r1 a: running (try 1)
00:20 trigger d r2
[00:20] d r2: running
[00:20] r2 a: running (try 1)
[01:00] d missed @01:00 (overlap: skip: a run was unfinished)
01:10 until

story: of the slots due while dagd was down overlap skip runs none while a run is unfinished
dag:
  schedule: "0 * * * *"
  overlap: skip
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:30 dies
03:30 starts
03:30 recovered
[03:30] d missed 3 slots, @01:00 to @03:00 (overlap: skip: a run was unfinished)
03:40 @00:00 a exits 0
[03:40] a: success
[03:40] d @00:00: success
[04:00] d @04:00: running
[04:00] @04:00 a: running (try 1)
04:10 until

story: overlap cancel_running ends the run that goes on, then the new one begins
dag:
  schedule: "0 * * * *"
  overlap: cancel_running
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] a: is to be killed
[01:00] d @01:00: queued
01:00 why d
[01:00] d next run at 2026-01-01T02:00:00+00:00
[01:00] @00:00 a is being ended: overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come
[01:00] @01:00 waits (overlap: cancel_running) for the end of "scheduled__2026-01-01T00:00:00+00:00"
01:01 @00:00 a is killed by signal 15
[01:01] d @01:00: running
[01:01] @00:00 a: failed (ended by signal 15 (Terminated))
[01:01] @01:00 a: running (try 1)
[01:01] d @00:00: failed (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
01:30 @01:00 a exits 0
[01:30] @01:00 a: success
[01:30] d @01:00: success
[02:00] d @02:00: running
[02:00] @02:00 a: running (try 1)
02:10 until

story: a run that was ended by overlap has no other try
dag:
  schedule: "0 * * * *"
  overlap: cancel_running
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] a: is to be killed
[01:00] d @01:00: queued
[01:00] @00:00 b: skipped (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
01:01 @00:00 a is killed by signal 15
[01:01] d @01:00: running
[01:01] @00:00 a: failed (ended by signal 15 (Terminated))
[01:01] @01:00 a: running (try 1)
[01:01] d @00:00: failed (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
01:02 until

story: a run that still waits for the end of another is superseded by the next slot
dag:
  schedule: "0 * * * *"
  overlap: cancel_running
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] a: is to be killed
[01:00] d @01:00: queued
[02:00] d @02:00: queued
[02:00] @01:00 a: skipped (overlap: cancel_running: the slot 2026-01-01T02:00:00+00:00 has come)
[02:00] d @01:00: failed (overlap: cancel_running: the slot 2026-01-01T02:00:00+00:00 has come)
02:10 @00:00 a is killed by signal 15
[02:10] d @02:00: running
[02:10] @00:00 a: failed (ended by signal 15 (Terminated))
[02:10] @02:00 a: running (try 1)
[02:10] d @00:00: failed (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
02:20 until

story: overlap cancel_running ends a run that was triggered, one that waits stays
dag:
  schedule: "0 * * * *"
  start_date: 2026-01-01T00:30
  overlap: cancel_running
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:30 trigger d r1
[00:30] d r1: running
[00:30] a: running (try 1)
00:31 trigger d r2
[00:31] d r2: queued
[01:00] r1 a: is to be killed
[01:00] d @01:00: queued
01:01 r1 a is killed by signal 15
[01:01] d r2: running
[01:01] r1 a: failed (ended by signal 15 (Terminated))
[01:01] r2 a: running (try 1)
[01:01] d r1: failed (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
01:02 r2 a exits 0
[01:02] d @01:00: running
[01:02] r2 a: success
[01:02] @01:00 a: running (try 1)
[01:02] d r2: success
01:03 @01:00 a exits 0
[01:03] @01:00 a: success
[01:03] d @01:00: success

story: the end of a run that overlap cancels outlasts a restart
dag:
  schedule: "0 * * * *"
  overlap: cancel_running
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
[01:00] a: is to be killed
[01:00] d @01:00: queued
01:00 until
01:00 restart
[01:00] @00:00 a: is to be killed
01:02 @00:00 a is killed by signal 15
[01:02] d @01:00: running
[01:02] @00:00 a: failed (ended by signal 15 (Terminated))
[01:02] @01:00 a: running (try 1)
[01:02] d @00:00: failed (overlap: cancel_running: the slot 2026-01-01T01:00:00+00:00 has come)
01:10 until

story: what a slot has cancelled makes room for a run by assets
dag:
  schedule: {cron: "*/20 * * * *", assets: b}
  overlap: cancel_running
  max_active_runs: 3
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:01 until
00:01 @00:00 a exits 0
[00:01] a: success
[00:01] d @00:00: success
00:02 asset b
[00:02] d asset_triggered__2026-01-01T00:02:00+00:00_2: running
[00:02] asset_triggered__2026-01-01T00:02:00+00:00_2 a: running (try 1)
[00:20] d @00:20: queued
00:20 until
00:21 clear d @00:00 a
[00:21] d @00:00: queued
[00:21] @00:00 a: none
00:22 asset b
[00:40] d @00:40: queued
[00:40] d asset_triggered__2026-01-01T00:40:00+00:00_5: queued
[00:40] @00:00 a: skipped (overlap: cancel_running: the slot 2026-01-01T00:40:00+00:00 has come)
[00:40] @00:20 a: skipped (overlap: cancel_running: the slot 2026-01-01T00:40:00+00:00 has come)
[00:40] d @00:00: failed (overlap: cancel_running: the slot 2026-01-01T00:40:00+00:00 has come)
[00:40] d @00:20: failed (overlap: cancel_running: the slot 2026-01-01T00:40:00+00:00 has come)
00:40 until
