# A teardown runs when its setup has succeeded, whatever became of the work between them.

story: a teardown runs after the work
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 w exits 0
[00:02] w: success
[00:02] t: running (try 1)
00:03 t exits 0
[00:03] t: success
[00:03] d r1: success

story: a teardown runs after work that failed, and the run has failed
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 w exits 1
[00:02] w: failed (exit code 1)
[00:02] t: running (try 1)
00:03 t exits 0
[00:03] t: success
[00:03] d r1: failed (task "w" failed)

story: after a setup that failed nothing of its scope runs
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 1
[00:01] s: failed (exit code 1)
[00:01] w: upstream_failed (its setup "s" did not succeed)
[00:01] t: upstream_failed (trigger rule all_done_setup_success: no setup of it succeeded)
[00:01] d r1: failed (task "s" failed)

story: after a setup that was skipped all of its scope is skipped
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 99
[00:01] s: skipped
[00:01] w: skipped (its setup "s" was skipped)
[00:01] t: skipped (trigger rule all_done_setup_success: no setup of it succeeded)
[00:01] d r1: success

story: a setup that failed keeps tasks from running whatever their rule
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: a, operator: bash, bash_command: x, dependencies: s, trigger_rule: all_done}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: b}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 1
[00:01] s: failed (exit code 1)
[00:01] a: upstream_failed (its setup "s" did not succeed)
[00:01] b: upstream_failed (its setup "s" did not succeed)
[00:01] t: upstream_failed (trigger rule all_done_setup_success: no setup of it succeeded)
[00:01] d r1: failed (task "s" failed)

story: only a task that runs always does not look at its setup
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: a, operator: bash, bash_command: x, dependencies: s, trigger_rule: always}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
[00:00] a: running (try 1)
00:01 s exits 1
[00:01] s: failed (exit code 1)
00:02 a exits 0
[00:02] a: success
[00:02] t: upstream_failed (trigger rule all_done_setup_success: no setup of it succeeded)
[00:02] d r1: success

story: a task waits for its setup even when its rule does not
dag:
  tasks:
    - {task_id: s1, operator: bash, bash_command: x, setup: true}
    - {task_id: s2, operator: bash, bash_command: x, setup: true}
    - {task_id: a, operator: bash, bash_command: x, dependencies: [s1, s2], trigger_rule: one_success}
    - {task_id: t, operator: bash, bash_command: x, teardown: [s1, s2], dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s1: running (try 1)
[00:00] s2: running (try 1)
00:01 s1 exits 0
[00:01] s1: success
00:02 why d r1 a
[00:02] r1 a waits for upstream "s2"
00:03 s2 exits 0
[00:03] s2: success
[00:03] a: running (try 1)

story: a teardown runs when one of its setups has succeeded
dag:
  tasks:
    - {task_id: s1, operator: bash, bash_command: x, setup: true}
    - {task_id: s2, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: [s1, s2]}
    - {task_id: t, operator: bash, bash_command: x, teardown: [s1, s2], dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s1: running (try 1)
[00:00] s2: running (try 1)
00:01 s1 exits 0
[00:01] s1: success
00:02 s2 exits 1
[00:02] s2: failed (exit code 1)
[00:02] w: upstream_failed (its setup "s2" did not succeed)
[00:02] t: running (try 1)
00:03 t exits 0
[00:03] t: success
[00:03] d r1: failed (task "s2" failed)

story: a teardown that fails does not fail the run
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 w exits 0
[00:02] w: success
[00:02] t: running (try 1)
00:03 t exits 1
[00:03] t: failed (exit code 1)
[00:03] d r1: success

story: on_failure_fail_dagrun lets the teardown decide with the tasks after which only teardowns come
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w, on_failure_fail_dagrun: true}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 w exits 0
[00:02] w: success
[00:02] t: running (try 1)
00:03 t exits 1
[00:03] t: failed (exit code 1)
[00:03] d r1: failed (task "t" failed)

story: work with another task after it does not decide
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}
    - {task_id: z, operator: bash, bash_command: x, dependencies: w, trigger_rule: all_done}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 w exits 1
[00:02] w: failed (exit code 1)
[00:02] t: running (try 1)
[00:02] z: running (try 1)
00:03 t exits 0
[00:03] t: success
00:04 z exits 0
[00:04] z: success
[00:04] d r1: success

story: a run that is cancelled stays open until its teardown has ended
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: v, operator: bash, bash_command: x, dependencies: w}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: v, retries: 1}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 cancel d r1
[00:02] w: is to be killed
[00:02] v: skipped (cancelled)
00:02 why d r1 t
[00:02] r1 t waits until the processes of its run, which is being ended, are gone
00:03 w is killed by signal 15
[00:03] w: failed (ended by signal 15 (Terminated))
[00:03] t: running (try 1)
00:04 t exits 1
[00:04] t: up_for_retry (exit code 1), next try at 00:09
00:05 cancel d r1
[00:09] t: running (try 2)
00:10 t exits 0
[00:10] t: success
[00:10] d r1: failed (cancelled)

story: a run that is cancelled before its setup has succeeded needs no teardown
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 cancel d r1
[00:01] s: is to be killed
[00:01] w: skipped (cancelled)
00:02 s is killed by signal 15
[00:02] s: failed (ended by signal 15 (Terminated))
[00:02] t: upstream_failed (trigger rule all_done_setup_success: no setup of it succeeded)
[00:02] d r1: failed (cancelled)

story: a teardown that runs is not ended with its run
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: t, operator: bash, bash_command: x, teardown: s}
    - {task_id: z, operator: bash, bash_command: x, dependencies: s}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] t: running (try 1)
[00:01] z: running (try 1)
00:02 cancel d r1
[00:02] z: is to be killed
00:03 z is killed by signal 15
[00:03] z: failed (ended by signal 15 (Terminated))
00:04 restart
00:05 t exits 0
[00:05] t: success
[00:05] d r1: failed (cancelled)

story: a teardown runs after dagrun_timeout
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
[01:00] w: is to be killed
01:00 until
01:01 w is killed by signal 15
[01:01] w: failed (ended by signal 15 (Terminated))
[01:01] t: running (try 1)
03:00 t exits 0
[03:00] t: success
[03:00] d r1: failed (dagrun_timeout has passed)

story: a teardown that waits is there again after a restart of a run that is being ended
workers: 1
dag:
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] w: running (try 1)
00:02 cancel d r1
[00:02] w: is to be killed
00:03 restart
[00:03] w: is to be killed
00:04 w is killed by signal 15
[00:04] w: failed (ended by signal 15 (Terminated))
[00:04] t: running (try 1)
00:05 restart
00:06 t exits 0
[00:06] t: success
[00:06] d r1: failed (cancelled)

story: a setup that is marked as failed keeps what is ready from beginning
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: v, operator: bash, bash_command: x, dependencies: s, priority_weight: 5}
    - {task_id: w, operator: bash, bash_command: x, dependencies: s, trigger_rule: all_done}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: [v, w]}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:01 s exits 0
[00:01] s: success
[00:01] v: running (try 1)
[00:01] w: scheduled
00:02 mark d r1 failed s
[00:02] s: failed (marked as failed)
[00:02] w: upstream_failed (its setup "s" did not succeed)
00:03 why d r1
[00:03] r1 t waits for upstream "v"
[00:03] r1 v runs since 2026-01-01T00:01:00+00:00
00:04 v exits 0
[00:04] v: success
[00:04] t: upstream_failed (trigger rule all_done_setup_success: no setup of it succeeded)
[00:04] d r1: failed (task "s" failed)
