# One task of a run is started now, whatever comes before it. Limits hold.

story: a task runs although those before it have not ended
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 force d r1 b
[00:01] b: running (try 1)
00:02 b exits 0
[00:02] b: success
00:03 a exits 1
[00:03] a: failed (exit code 1)
[00:03] d r1: success

story: a task that could not run is run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 force d r1 b
[00:02] d r1: running
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: its retries wait for nothing, either
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, retries: 1, retry_delay: 1m}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 force d r1 b
[00:02] d r1: running
[00:02] b: running (try 1)
00:03 b exits 1
[00:03] b: up_for_retry (exit code 1), next try at 00:04
[00:04] b: running (try 2)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success
00:06 clear d r1 b
[00:06] b: upstream_failed (upstream task "a" failed)
[00:06] d r1: failed (task "a" failed)

story: a restart does not forget it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, retries: 1, retry_delay: 1m}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 pause d
00:02 force d r1 b
[00:02] d r1: queued
[00:02] b: none
00:03 restart
00:04 unpause d
[00:04] d r1: running
[00:04] b: running (try 1)
00:05 b exits 1
[00:05] b: up_for_retry (exit code 1), next try at 00:06
00:05 restart
[00:06] b: running (try 2)
00:07 b exits 0
[00:07] b: success
[00:07] d r1: success

story: limits hold
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 force d r1 b
[00:01] b: scheduled
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: a task that is ready stays ready when those before it are cleared
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: hold, operator: bash, bash_command: x, priority_weight: 99}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
[00:00] hold: running (try 1)
00:01 force d r1 b
[00:01] b: scheduled
00:02 clear d r1 a
00:03 hold exits 0
[00:03] hold: success
[00:03] a: running (try 1)
00:04 a exits 1
[00:04] a: failed (exit code 1)
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: what runs is not started once more
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 force d r1 a
[00:01] refused: task "a" of run "r1" runs already
00:02 force d r1 b
[00:02] refused: run "r1" of DAG "d" has no task "b"
00:03 cancel d r1
[00:03] a: is to be killed
00:04 force d r1 a
[00:04] refused: task "a" of run "r1" runs already
00:05 a is killed by signal 15
[00:05] a: failed (ended by signal 15 (Terminated))
[00:05] d r1: failed (cancelled)
00:06 force d r1 a
[00:06] d r1: running
[00:06] a: running (try 2)

story: those after it follow when it has ended well
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 force d r1 b
[00:01] b: running (try 1)
00:02 b exits 0
[00:02] b: success
[00:02] c: running (try 1)
00:03 c exits 0
[00:03] c: success
00:04 a exits 0
[00:04] a: success
[00:04] d r1: success
