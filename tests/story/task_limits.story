# max_active_tis_per_dag: how many of one task may run at once in all runs of its DAG.

story: one task runs at most so often in all runs
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dag: 1}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: scheduled
[00:00] r2 b: running (try 1)
00:00 trigger d r3
[00:00] d r3: running
[00:00] r3 a: scheduled
[00:00] r3 b: running (try 1)
00:01 why d r2
[00:01] r2 a waits: max_active_tis_per_dag (1) is taken by "a of r1"
[00:01] r2 b runs since 2026-01-01T00:00:00+00:00
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] r2 a: running (try 1)
00:03 r2 a exits 1
[00:03] r2 a: failed (exit code 1)
[00:03] r3 a: running (try 1)
00:04 restart

story: who is cleared at the gate leaves his place to the next
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dag: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: scheduled
00:00 trigger d r3
[00:00] d r3: running
[00:00] r3 a: scheduled
00:01 fail d r2
[00:01] r2 a: skipped (marked as failed)
[00:01] d r2: failed (marked as failed)
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] r3 a: running (try 1)
[00:02] d r1: success

story: a task that waits for its retry leaves its place
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dag: 1, retries: 1, retry_delay: 10m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: scheduled
00:01 r1 a exits 1
[00:01] r1 a: up_for_retry (exit code 1), next try at 00:11
[00:01] r2 a: running (try 1)
[00:11] r1 a: scheduled (exit code 1)
00:20 until
00:21 r2 a exits 0
[00:21] r2 a: success
[00:21] r1 a: running (try 2)
[00:21] d r2: success

story: one that waits for its pool does not keep the place from one of another pool
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: p, max_active_tis_per_dag: 1}
dag v2:
  dag_id: d
  tasks:
    - {task_id: a, operator: bash, bash_command: x, max_active_tis_per_dag: 1}

00:00 pool p 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: running
[00:00] r2 a: scheduled
00:01 load v2
00:01 trigger d r3
[00:01] d r3: running
[00:01] r3 a: scheduled
00:02 pool p gone
00:03 r1 a exits 0
[00:03] r1 a: success
[00:03] r3 a: running (try 1)
[00:03] d r1: success
00:04 r3 a exits 0
[00:04] r3 a: success
[00:04] d r3: success
00:05 pool p 1
[00:05] r2 a: running (try 1)

story: who steps aside for the limit of its run leaves its place to another run
dag:
  max_active_runs: 4
  tasks:
    - task_id: a
      operator: bash
      bash_command: x
      expand: {v: [1, 2]}
      env: {V: "{{ expand.v }}"}
      max_active_tis_per_dag: 2
      max_active_tis_per_dagrun: 1
      retries: 1
      retry_delay: 1h

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: scheduled
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a[0]: running (try 1)
[00:01] r2 a[1]: scheduled
00:02 trigger d r3
[00:02] d r3: running
[00:02] r3 a[0]: scheduled
[00:02] r3 a[1]: scheduled
00:03 trigger d r4
[00:03] d r4: running
[00:03] r4 a[0]: scheduled
[00:03] r4 a[1]: scheduled
00:04 mark d r1 success a[1]
[00:04] r1 a[1]: success (marked as success)
00:04 mark d r2 success a[1]
[00:04] r2 a[1]: success (marked as success)
00:05 r1 a[0] exits 1
[00:05] r1 a[0]: up_for_retry (exit code 1), next try at 01:05
[00:05] r3 a[0]: running (try 1)
00:06 r2 a[0] exits 1
[00:06] r2 a[0]: up_for_retry (exit code 1), next try at 01:06
[00:06] r4 a[0]: running (try 1)

story: who was called and finds another limit reached later leaves its place, too
workers: 2
dag:
  max_active_runs: 3
  tasks:
    - task_id: a
      operator: bash
      bash_command: x
      expand: {v: [1, 2, 3]}
      env: {V: "{{ expand.v }}"}
      max_active_tis_per_dag: 1
      max_active_tis_per_dagrun: 1
      retries: 1
      retry_delay: 1h
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: scheduled
[00:00] a[2]: scheduled
[00:00] b: running (try 1)
00:00 mark d r1 success a[1] a[2]
[00:00] a[1]: success (marked as success)
[00:00] a[2]: success (marked as success)
00:01 a[0] exits 1
[00:01] a[0]: up_for_retry (exit code 1), next try at 01:01
00:02 b exits 0
[00:02] b: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 a[0]: running (try 1)
[00:03] r2 a[1]: scheduled
[00:03] r2 a[2]: scheduled
[00:03] r2 b: running (try 1)
[01:01] r1 a[0]: scheduled (exit code 1)
01:02 r2 b exits 0
[01:02] r2 b: success
01:03 trigger d r3
[01:03] d r3: running
[01:03] r3 a[0]: scheduled
[01:03] r3 a[1]: scheduled
[01:03] r3 a[2]: scheduled
[01:03] r3 b: running (try 1)
01:04 r2 a[0] exits 0
[01:04] r2 a[0]: success
[01:04] r1 a[0]: running (try 2)
01:05 r3 b exits 0
[01:05] r3 b: success
01:06 r1 a[0] exits 0
[01:06] r1 a[0]: success
[01:06] r2 a[1]: running (try 1)
[01:06] d r1: success
