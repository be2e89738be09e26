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
