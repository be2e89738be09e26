# wait.external_task is told when something of the run that it waits for ends, and looks at once.

story: it looks when the run of the other DAG with its date has ended
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w waits for e @03:00
[00:01] w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:02 why d r1 w
[00:02] r1 w waits for the run of DAG "e" with the date 2026-01-01T03:00:00+00:00
00:03 trigger e s1 logical 03:00
[00:03] e s1: running
[00:03] s1 x: running (try 1)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] r1 w: running (try 1)
[00:04] e s1: success
00:05 r1 w exits 0
[00:05] r1 w: success
[00:05] d r1: success

story: a run of another date does not wake it
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w waits for e @03:00
[00:01] w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:03 trigger e s1 logical 04:00
[00:03] e s1: running
[00:03] s1 x: running (try 1)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] e s1: success

story: of single tasks it hears when they end, and of no others
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e, external_task_ids: [x, y]}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w waits for e @03:00 x y
[00:01] w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:02 trigger e s1 logical 03:00
[00:02] e s1: running
[00:02] s1 x: running (try 1)
[00:02] s1 y: running (try 1)
[00:02] s1 z: running (try 1)
00:03 s1 z exits 0
[00:03] s1 z: success
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] r1 w: running (try 1)
00:05 r1 w waits for e @03:00 x y
[00:05] r1 w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:06 s1 y exits 0
[00:06] s1 y: success
[00:06] r1 w: running (try 1)
[00:06] e s1: success
00:07 r1 w exits 0
[00:07] r1 w: success
[00:07] d r1: success

story: its timeout ends the wait after a last look
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e, timeout: 1h, retries: 1}

00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w waits for e @03:00
[00:01] w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01:00
[01:00] w: running (try 1)
01:01 w waits for e @03:00
[01:01] w: failed (timeout of 1h has passed)
[01:01] d r1: failed (task "w" failed)

story: after a restart it hears of any task and looks again
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e, external_task_id: x}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w waits for e @03:00 x
[00:01] w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:02 trigger e s1 logical 03:00
[00:02] e s1: running
[00:02] s1 x: running (try 1)
[00:02] s1 y: running (try 1)
00:03 restart
00:04 s1 y exits 0
[00:04] s1 y: success
[00:04] r1 w: running (try 1)
00:05 r1 w waits for e @03:00 x
[00:05] r1 w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:00
00:06 s1 x exits 0
[00:06] s1 x: success
[00:06] r1 w: running (try 1)
[00:06] e s1: success
00:07 r1 w exits 0
[00:07] r1 w: success
[00:07] d r1: success

story: a finished run that is cleared and runs again wakes it
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger e s1 logical 03:00
[00:00] e s1: running
[00:00] x: running (try 1)
00:01 s1 x exits 1
[00:01] x: failed (exit code 1)
[00:01] e s1: failed (task "x" failed)
00:02 trigger d r1 logical 03:00
[00:02] d r1: running
[00:02] r1 w: running (try 1)
00:03 r1 w waits for e @03:00
[00:03] r1 w: up_for_reschedule until e 2026-01-01T03:00:00+00:00 ends until 01-08 00:02
00:04 clear e s1 x
[00:04] e s1: running
[00:04] s1 x: running (try 2)
00:05 s1 x exits 0
[00:05] s1 x: success
[00:05] r1 w: running (try 1)
[00:05] e s1: success
00:06 r1 w exits 0
[00:06] r1 w: success
[00:06] d r1: success

story: a state that is not wanted fails the try
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.external_task, external_dag_id: e, failed_states: [failed], retries: 1, retry_delay: 1m}

00:00 trigger d r1 logical 03:00
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w cannot start because run "s1" of DAG "e" failed
[00:01] w: up_for_retry (run "s1" of DAG "e" failed), next try at 00:02
