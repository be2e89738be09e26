# How a run ends follows from its last tasks.

story: a run ends when its last task does
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 b exits 0
[00:01] b: success
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success

story: a failed leaf fails the run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
00:02 b exits 0
[00:02] b: success
[00:02] d r1: failed (task "a" failed)

story: a run of skipped tasks succeeds
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 99
[00:01] a: skipped
00:02 b exits 99
[00:02] b: skipped
[00:02] d r1: success

story: the leaves alone decide, as in Airflow
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: "[a, b] >> c"

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 99
[00:01] a: skipped
[00:01] c: skipped (upstream task "a" was skipped)
00:02 b exits 1
[00:02] b: failed (exit code 1)
[00:02] d r1: success

story: a run does not end while a task waits for its retry
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 b exits 1
[00:01] b: failed (exit code 1)
00:02 a exits 1
[00:02] a: up_for_retry (exit code 1), next try at 00:07
[00:07] a: running (try 2)
00:08 a exits 0
[00:08] a: success
[00:08] d r1: failed (task "b" failed)

story: the reason names the first failed task of the file
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: "[a, b] >> c"

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 b exits 1
[00:01] b: failed (exit code 1)
[00:01] c: upstream_failed (upstream task "b" failed)
00:02 a exits 1
[00:02] a: failed (exit code 1)
[00:02] d r1: failed (task "a" failed)
