# A run that is failed by a user or by its timeout ends as soon as its processes have.

story: what runs is killed, what waits is skipped
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
[00:01] b: skipped (marked as failed)
00:02 a is killed by signal 15
[00:02] a: failed (ended by signal 15 (Terminated))
[00:02] d r1: failed (marked as failed)

story: a run without running tasks ends at once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 fail d r1
[00:02] a: skipped (marked as failed)
[00:02] d r1: failed (marked as failed)
00:10 until

story: a run that waits can be failed
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:01 fail d r2
[00:01] r2 a: skipped (marked as failed)
[00:01] d r2: failed (marked as failed)
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] d r1: success

story: a task that ends well in an aborted run starts nothing
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
[00:01] b: skipped (marked as failed)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: failed (marked as failed)

story: a task that was cleared does not begin anew in an aborted run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 fail d r1
[00:02] a: is to be killed
00:03 a is killed by signal 15
[00:03] a: skipped (marked as failed)
[00:03] d r1: failed (marked as failed)

story: an attempt that never began does not begin in an aborted run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 a is taken back because no worker could be started
[00:02] a: skipped (marked as failed)
[00:02] d r1: failed (marked as failed)
00:10 until

story: an attempt that was never claimed does not begin in an aborted run after a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 dies
00:03 starts
00:04 a is taken back because no worker had claimed it
[00:04] a: skipped (marked as failed)
[00:04] d r1: failed (marked as failed)
00:05 recovered

story: a lost task of an aborted run is not retried
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 a is lost because its worker was killed
[00:02] a: failed (lost: its worker was killed)
[00:02] d r1: failed (marked as failed)

story: dagrun_timeout ends the run
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[01:00] a: is to be killed
[01:00] b: skipped (dagrun_timeout has passed)
01:05 a is killed by signal 15
[01:05] a: failed (ended by signal 15 (Terminated))
[01:05] d r1: failed (dagrun_timeout has passed)

story: dagrun_timeout does not change the word of the user
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:59 fail d r1
[00:59] a: is to be killed
01:05 a is killed by signal 15
[01:05] a: failed (ended by signal 15 (Terminated))
[01:05] d r1: failed (marked as failed)

story: a run that ended is not cancelled any more
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 cancel d r1
[00:02] refused: run "r1" of DAG "d" has ended already
00:03 cancel d r1 -- pending
[00:03] refused: run "r1" of DAG "d" has ended already

story: clearing is the newer word: the run goes on, its timeout counts anew
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:50 fail d r1
[00:50] a: is to be killed
[00:50] b: skipped (marked as failed)
00:55 clear d r1 a b
[00:55] a: is to be killed
[00:55] a: restarting
[00:55] b: none
00:56 a is killed by signal 15
[00:56] a: running (try 2)
01:30 a exits 0
[01:30] a: success
[01:30] b: running (try 1)
01:40 b exits 0
[01:40] b: success
[01:40] d r1: success

story: a killed task of an aborted run that goes on is retried if it may be
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 2}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
[00:01] b: skipped (marked as failed)
00:02 clear d r1 b
[00:02] b: none
00:03 a is killed by signal 15
[00:03] a: up_for_retry (ended by signal 15 (Terminated)), next try at 00:08

story: an aborted run makes room for the next one when its processes have ended
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:01 fail d r1
[00:01] r1 a: is to be killed
00:02 r1 a is killed by signal 15
[00:02] d r2: running
[00:02] r1 a: failed (ended by signal 15 (Terminated))
[00:02] r2 a: running (try 1)
[00:02] d r1: failed (marked as failed)

story: what was not known of a run when it was cancelled is skipped once it is known
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 recovered
00:04 cancel d r1
[00:04] a: is to be killed
00:05 restart
[00:05] a: is to be killed
[00:05] b: skipped (cancelled)
00:06 a is killed by signal 15
[00:06] a: failed (ended by signal 15 (Terminated))
[00:06] d r1: failed (cancelled)
