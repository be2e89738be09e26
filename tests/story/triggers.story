# A run by hand begins at once, under a name of its own.

story: a run id is given once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 trigger d r1
[00:01] refused: DAG "d" has a run "r1" already
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success

story: an unknown DAG is refused
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger e r1
[00:00] refused: there is no DAG "e"
00:00 pause e
[00:00] refused: there is no DAG "e"
00:00 fail e r1
[00:00] refused: there is no DAG "e"
00:00 fail d r1
[00:00] refused: DAG "d" has no run "r1"
00:00 clear e r1 a
[00:00] refused: DAG "e" has no run "r1"

story: a run id that looks like one of the schedule is refused
dag:
  schedule: "0 1 * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d scheduled__2026-01-01T01:00:00+00:00
[00:00] refused: run_id "scheduled__2026-01-01T01:00:00+00:00" begins as those of scheduled runs do; choose another
00:00 trigger d backfill__1
[00:00] refused: run_id "backfill__1" begins as those of backfill runs do; choose another
[01:00] d @01:00: running
[01:00] a: running (try 1)
01:00 until

story: a DAG without schedule runs when it is triggered only
dag:
  start_date: 2020-01-01
  catchup: true
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

01-02 00:00 why d
[01-02 00:00] d has no schedule: it runs when it is triggered
01-02 00:01 trigger d r1
[01-02 00:01] d r1: running
[01-02 00:01] a: running (try 1)

story: manual runs do not move the schedule
begins: 2026-01-01 00:10
dag:
  schedule: "0 * * * *"
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:30 trigger d r1
[00:30] d r1: running
[00:30] a: running (try 1)
00:31 a exits 0
[00:31] a: success
[00:31] d r1: success
00:32 why d
[00:32] d next run at 2026-01-01T01:00:00+00:00
[01:00] d @01:00: running
[01:00] @01:00 a: running (try 1)
01:00 until
