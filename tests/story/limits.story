# Workers, tasks of a run and runs of a DAG are limited; what waits begins as soon as there is room.

story: no more attempts run than there are workers
workers: 2
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: scheduled
00:00 why d r1 c
[00:00] r1 c waits: all 2 workers (core.parallelism) are busy
00:01 b exits 0
[00:01] b: success
[00:01] c: running (try 1)
00:02 a exits 0
[00:02] a: success
00:03 c exits 0
[00:03] c: success
[00:03] d r1: success

story: max_active_tasks limits each run for itself
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: running (try 1)
[00:00] r2 b: scheduled
00:00 why d r1 b
[00:00] r1 b waits: max_active_tasks (1) of the run is taken by "a"
00:01 r1 a exits 0
[00:01] r1 a: success
[00:01] r1 b: running (try 1)

story: max_active_runs holds further runs until one ends
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:00 why d r2
[00:00] r2 waits: max_active_runs (1) is taken by "r1"
00:05 r1 a exits 1
[00:05] d r2: running
[00:05] r1 a: failed (exit code 1)
[00:05] r2 a: running (try 1)
[00:05] d r1: failed (task "a" failed)
00:06 r2 a exits 0
[00:06] r2 a: success
[00:06] d r2: success

story: runs that wait start in the order of their dates
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2
[00:01] d r2: queued
00:02 trigger d r3 logical 2025-12-31 00:00
[00:02] d r3: queued
00:03 r1 a exits 0
[00:03] d r3: running
[00:03] r1 a: success
[00:03] r3 a: running (try 1)
[00:03] d r1: success
00:04 r3 a exits 0
[00:04] d r2: running
[00:04] r3 a: success
[00:04] r2 a: running (try 1)
[00:04] d r3: success

story: a higher max_active_runs lets runs that wait start
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  max_active_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:00 trigger d r3
[00:00] d r3: queued
00:01 load v2
[00:01] d r2: running
[00:01] r2 a: running (try 1)

story: a lower max_active_runs ends nothing and starts nothing
dag:
  max_active_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: running (try 1)
00:00 trigger d r3
[00:00] d r3: queued
00:01 load v2
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] d r1: success
00:03 r2 a exits 0
[00:03] d r3: running
[00:03] r2 a: success
[00:03] r3 a: running (try 1)
[00:03] d r2: success

story: a reopened run counts in max_active_runs
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 clear d r1 a
[00:03] d r1: queued
[00:03] r1 a: none
00:04 r2 a exits 0
[00:04] d r1: running
[00:04] r2 a: success
[00:04] r1 a: running (try 2)
[00:04] d r2: success

story: more workers take what waits for one
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
[00:00] c: scheduled
00:01 workers 2
[00:01] b: running (try 1)

story: fewer workers end nothing that runs
workers: 2
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: scheduled
00:01 workers 1
00:02 a exits 0
[00:02] a: success
00:03 b exits 0
[00:03] b: success
[00:03] c: running (try 1)

story: a skipped task frees its worker
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 a exits 99
[00:01] a: skipped
[00:01] b: running (try 1)
