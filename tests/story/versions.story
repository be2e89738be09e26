# A run ends with the version of the DAG that it began with.

story: a run goes on with its version after the file has changed
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b
dag v2:
  tasks:
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success
00:04 trigger d r2
[00:04] d r2: running
[00:04] r2 c: running (try 1)
00:05 r2 c exits 0
[00:05] r2 c: success
[00:05] d r2: success

story: a run that waits keeps the version of its trigger
dag:
  max_active_runs: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  max_active_runs: 1
  tasks:
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 trigger d r2
[00:00] d r2: queued
00:01 load v2
00:02 r1 a exits 0
[00:02] d r2: running
[00:02] r1 a: success
[00:02] r2 a: running (try 1)
[00:02] d r1: success
00:03 r2 a exits 0
[00:03] r2 a: success
[00:03] d r2: success

story: a cleared run uses its own version again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b
dag v2:
  tasks:
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 load v2
00:03 clear d r1 a b
[00:03] d r1: running
[00:03] a: running (try 2)
[00:03] b: none
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success
00:06 clear d r1 c
[00:06] refused: run "r1" of DAG "d" has no task "c"

story: a restart keeps the version of a run
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b
dag v2:
  tasks:
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 restart
00:03 a exits 0
[00:03] a: success
[00:03] b: running (try 1)
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success

story: retries are those of the version, not of the newest file
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 load v2
00:02 a exits 1
[00:02] a: up_for_retry (exit code 1), next try at 00:07

story: a version that cannot be loaded holds its run, and its running tasks end
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 recovered
00:04 a exits 0
[00:04] a: success
00:05 why d r1
[00:05] r1 is held: this version of the DAG cannot be loaded: line 7: the key "new" is not known
00:06 why d r1 b
00:07 why d
[00:07] d no version of its file has loaded
[00:07] r1 is held: this version of the DAG cannot be loaded: line 7: the key "new" is not known
00:08 dies
00:09 starts
00:10 recovered
[00:10] b: running (try 1)
00:11 b exits 0
[00:11] b: success
[00:11] d r1: success

story: attempts of a held run that were taken back begin when it can be loaded
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 dies
00:02 starts in vain
00:03 a is taken back because no worker had claimed it
[00:03] a: none
00:03 b is taken back because no worker had claimed it
[00:03] b: none
00:04 recovered
00:05 dies
00:06 starts
00:07 recovered
[00:07] a: running (try 1)
[00:07] b: running (try 1)
00:08 a exits 0
[00:08] a: success
00:09 b exits 0
[00:09] b: success
[00:09] d r1: success

story: a task of a held run keeps its retries
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 recovered
00:04 a exits 1
[00:04] a: up_for_retry (exit code 1), next try at 00:04
00:05 dies
00:06 starts
00:07 recovered
[00:07] a: running (try 2)
00:08 a exits 0
[00:08] a: success
[00:08] d r1: success

story: a task of a held run that is lost is not begun again unseen
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 a is lost because the power failed
[00:03] a: failed (lost: the power failed)
00:04 recovered

story: a task that failed while its run was held lets nothing after it begin
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
00:01 dies
00:02 starts in vain
00:03 a exits 1
[00:03] a: failed (exit code 1)
00:04 recovered
00:05 dies
00:06 starts
00:07 b exits 0
[00:07] b: success
[00:07] c: upstream_failed (upstream task "a" failed)
[00:07] d r1: failed (task "a" failed)
00:08 recovered

story: a held run can be failed
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 recovered
00:04 fail d r1
[00:04] a: is to be killed
00:05 a is killed by signal 15
[00:05] a: failed (ended by signal 15 (Terminated))
[00:05] d r1: failed (marked as failed)

story: a held run cannot be cleared
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 dies
00:02 starts in vain
00:03 recovered
00:04 clear d r1 a
[00:04] refused: the version of DAG "d" that run "r1" uses cannot be loaded: line 7: the key "new" is not known
00:05 why d r1 b
00:06 fail d r1
[00:06] a: is to be killed
00:07 a is killed by signal 15
[00:07] a: failed (ended by signal 15 (Terminated))
[00:07] d r1: failed (marked as failed)

story: what a task decided does not count where the version has another task in its place
dag:
  tasks:
    - {task_id: q, operator: approval, subject: x}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}
dag v2:
  tasks:
    - {task_id: q, operator: empty}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 answer d r1 q Reject by ann
[00:01] q: success
[00:01] a: skipped ("q" was answered with Reject)
[00:01] d r1: success
00:02 load v2
00:03 clear d r1 a +newest
[00:03] d r1: running
[00:03] a: running (try 1)

story: a task that was removed is there again in a later version, also if the one between could not be loaded
dag d-1:
  dag_id: d
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}
    - {task_id: m, operator: bash, bash_command: x, expand: {cwd: [/a, /b]}, dependencies: a}
dag d-2:
  dag_id: d
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 load d-1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:00 a exits 0
[00:00] a: success
[00:00] b: running (try 1)
[00:00] m[0]: running (try 1)
[00:00] m[1]: running (try 1)
00:00 m[0] exits 0
[00:00] m[0]: success
00:00 m[1] exits 0
[00:00] m[1]: success
00:00 b exits 1
[00:00] b: failed (exit code 1)
[00:00] d r1: failed (task "b" failed)
00:01 load d-2
00:01 clear d r1 a +newest
[00:01] d r1: running
[00:01] m[0]: removed (this version of the DAG does not have it)
[00:01] m[1]: removed (this version of the DAG does not have it)
[00:01] b: removed (this version of the DAG does not have it)
[00:01] a: running (try 2)
00:02 dies
00:03 starts in vain
00:04 recovered
00:05 load d-1
00:06 clear d r1 a +newest
[00:06] a: is to be killed
[00:06] m[0]: none
[00:06] m[1]: none
[00:06] b: none
[00:06] a: restarting
00:07 a is killed by signal 15
[00:07] a: running (try 3)
00:08 a exits 0
[00:08] a: success
[00:08] b: running (try 2)
[00:08] m[0]: running (try 2)
[00:08] m[1]: running (try 2)
00:09 dies
00:10 starts
00:11 recovered
00:12 m[0] exits 0
[00:12] m[0]: success
00:13 m[1] exits 0
[00:13] m[1]: success
00:14 b exits 0
[00:14] b: success
[00:14] d r1: success
