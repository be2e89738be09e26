# max_consecutive_failed_dag_runs: a DAG that only fails is paused.

story: after so many failed runs in a row the DAG is paused, and why says so
dag:
  max_consecutive_failed_dag_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 r2 a exits 1
[00:03] r2 a: failed (exit code 1)
[00:03] d r2: failed (task "a" failed)
00:04 why d
[00:04] d is paused: its last 2 runs have failed (max_consecutive_failed_dag_runs); dagctl dags unpause d
00:05 trigger d r3
[00:05] d r3: queued
00:06 why d r3
[00:06] r3 waits: the DAG is paused

story: a run that succeeds begins the count anew
dag:
  max_consecutive_failed_dag_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 r2 a exits 0
[00:03] r2 a: success
[00:03] d r2: success
00:04 trigger d r3
[00:04] d r3: running
[00:04] r3 a: running (try 1)
00:05 r3 a exits 1
[00:05] r3 a: failed (exit code 1)
[00:05] d r3: failed (task "a" failed)
00:06 trigger d r4
[00:06] d r4: running
[00:06] r4 a: running (try 1)
00:07 r4 a exits 0
[00:07] r4 a: success
[00:07] d r4: success

story: the scheduled runs stop with it
dag:
  schedule: 1h
  start_date: 2026-01-01
  max_consecutive_failed_dag_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00] d @00:00: running
[00:00] a: running (try 1)
00:00 until
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d @00:00: failed (task "a" failed)
05:00 why d
[05:00] d is paused: its last run has failed (max_consecutive_failed_dag_runs); dagctl dags unpause d

story: a person who lets it go on begins the count anew
dag:
  max_consecutive_failed_dag_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 a: running (try 1)
00:03 r2 a exits 1
[00:03] r2 a: failed (exit code 1)
[00:03] d r2: failed (task "a" failed)
00:04 unpause d
00:04 why d
[00:04] d has no schedule: it runs when it is triggered
00:05 trigger d r3
[00:05] d r3: running
[00:05] r3 a: running (try 1)
00:06 r3 a exits 1
[00:06] r3 a: failed (exit code 1)
[00:06] d r3: failed (task "a" failed)
00:07 why d
[00:07] d has no schedule: it runs when it is triggered
00:08 trigger d r4
[00:08] d r4: running
[00:08] r4 a: running (try 1)
00:09 r4 a exits 1
[00:09] r4 a: failed (exit code 1)
[00:09] d r4: failed (task "a" failed)
00:09 why d
[00:09] d is paused: its last 2 runs have failed (max_consecutive_failed_dag_runs); dagctl dags unpause d

story: a restart forgets neither the count nor the reason
dag:
  max_consecutive_failed_dag_runs: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 restart
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 a: running (try 1)
00:04 r2 a exits 1
[00:04] r2 a: failed (exit code 1)
[00:04] d r2: failed (task "a" failed)
00:05 restart
00:06 why d
[00:06] d is paused: its last 2 runs have failed (max_consecutive_failed_dag_runs); dagctl dags unpause d

story: a run that a person fails does not count
dag:
  max_consecutive_failed_dag_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 a is killed by signal 15
[00:02] a: failed (ended by signal 15 (Terminated))
[00:02] d r1: failed (marked as failed)
00:03 why d
[00:03] d has no schedule: it runs when it is triggered

story: a DAG that is paused already keeps its reason to itself
dag:
  max_consecutive_failed_dag_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 pause d
00:02 a exits 1
[00:02] a: failed (exit code 1)
[00:02] d r1: failed (task "a" failed)
00:03 why d
[00:03] d is paused; dagctl dags unpause d
