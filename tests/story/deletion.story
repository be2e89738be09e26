# A DAG is deleted with its runs; not while one of them is unfinished.

story: a DAG is deleted with its runs, and its file begins it anew
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 delete d
00:02 trigger d r1
[00:02] refused: there is no DAG "d"
00:03 load
00:03 trigger d r1
[00:03] a: success
[00:03] d r1: success

story: a DAG with an unfinished run is not deleted
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 delete d
[00:01] refused: run "r1" of DAG "d" is unfinished; a DAG can be deleted when all its runs have ended
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success
00:03 delete d
00:03 delete d
[00:03] refused: there is no DAG "d"

story: what is deleted is gone after a restart, too
dag:
  schedule: 1h
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: empty}

[00:00] a: success
[00:00] d @00:00: success
00:30 gone d
00:31 delete d
00:32 restart
00:33 trigger d r1
[00:33] refused: there is no DAG "d"

story: a deletion that was not committed never was
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 gone d
00:02 delete d -- dies before the commit
00:03 starts
00:03 recovered
00:04 clear d r1 a

story: what went with its DAG is not found again by one that begins anew before that is durable
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 delete d -- pending
00:01 load -- pending
00:01 clear d r1 a
[00:01] refused: DAG "d" has no run "r1"
00:01 mark d r1 failed a
[00:01] refused: DAG "d" has no run "r1"
00:02 trigger d r1
[00:02] a: success
[00:02] d r1: success
00:03 delete d r1

story: a run is deleted alone, and another one may have its name
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:01 delete d r1
00:01 why d r1
00:02 trigger d r1
[00:02] a: success
[00:02] d r1: success

story: an unfinished run is not deleted
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 delete d r1
[00:01] refused: run "r1" of DAG "d" is unfinished; end it first
00:02 a exits 1
[00:02] a: failed (exit code 1)
[00:02] d r1: failed (task "a" failed)
00:03 delete d r1

story: a slot whose run was deleted is not run again
dag:
  schedule: 1h
  start_date: 2026-01-01
  catchup: true
  tasks:
    - {task_id: a, operator: empty}

[00:00] a: success
[00:00] d @00:00: success
[01:00] a: success
[01:00] d @01:00: success
01:10 delete d @00:00
01:11 delete d @01:00
01:20 restart
01:30 pause d
01:40 unpause d
[02:00] @02:00 a: success
[02:00] d @02:00: success
02:10 until

story: the run before another one is not deleted while that one depends on it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, depends_on_past: true}

00:00 trigger d r1 logical 2025-12-01 00:00
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] d r1: failed (task "a" failed)
00:02 trigger d r2 logical 2025-12-02 00:00
[00:02] d r2: running
00:03 delete d r1
[00:03] refused: run "r1" of DAG "d" is the run before "r2", whose tasks depend on it
00:04 why d r2
[00:04] r2 a waits for the run before: "a" of r1 has failed; clear it, or mark it as success or skipped

story: a deletion of a run that was not committed never was
dag:
  tasks:
    - {task_id: a, operator: empty}

00:00 trigger d r1
[00:00] a: success
[00:00] d r1: success
00:02 delete d r1 -- dies before the commit
00:03 starts
00:03 recovered
00:04 clear d r1 a
