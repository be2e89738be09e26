# What waits for a worker begins in the order of weight, then of the runs' dates, then of the file.

story: the heavier task gets the free worker
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x, priority_weight: 5}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
[00:00] b: scheduled
[00:00] c: running (try 1)
00:01 c exits 0
[00:01] c: success
[00:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)

story: a task weighs what depends on it, too
workers: 1
dag:
  tasks:
    - {task_id: alone, operator: bash, bash_command: x}
    - {task_id: first, operator: bash, bash_command: x}
    - {task_id: then, operator: bash, bash_command: x}
  dependencies: first >> then

00:00 trigger d r1
[00:00] d r1: running
[00:00] alone: scheduled
[00:00] first: running (try 1)
00:01 first exits 0
[00:01] first: success
[00:01] then: scheduled
[00:01] alone: running (try 1)

story: at the same weight the older run goes first
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a: scheduled
00:02 trigger d old logical 2025-01-01 00:00
[00:02] d old: running
[00:02] old a: scheduled
00:03 r1 a exits 0
[00:03] r1 a: success
[00:03] old a: running (try 1)
[00:03] d r1: success
00:04 old a exits 0
[00:04] old a: success
[00:04] r2 a: running (try 1)
[00:04] d old: success

story: weight goes before the age of the run
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 10}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
[00:00] b: running (try 1)
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a: scheduled
[00:01] r2 b: scheduled
00:03 r1 b exits 0
[00:03] r1 b: success
[00:03] r2 b: running (try 1)
00:04 r2 b exits 0
[00:04] r2 b: success
[00:04] r1 a: running (try 1)

story: the limit of a run is given out by weight as well
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 2}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
[00:00] b: running (try 1)
