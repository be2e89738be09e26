# trigger_dag makes a run of another DAG, once, and may wait for its end.

story: a run is made and the task succeeds
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: success
[00:01] s1 x: running (try 1)
[00:01] d r1: success
00:02 s1 x exits 0
[00:02] s1 x: success
[00:02] e s1: success

story: with wait_for_completion it waits for the end and holds no worker
workers: 1
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
    - {task_id: u, operator: bash, bash_command: x, dependencies: t}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 why d r1 t
[00:02] r1 t waits for the end of run "s1" of DAG "e"
00:03 s1 x exits 0
[00:03] s1 x: success
[00:03] r1 t: success
[00:03] r1 u: running (try 1)
[00:03] e s1: success
00:04 r1 u exits 0
[00:04] r1 u: success
[00:04] d r1: success

story: a run that fails fails the task that waits for it
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true, retries: 1, retry_delay: 1m}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 s1 x exits 1
[00:02] s1 x: failed (exit code 1)
[00:02] r1 t: up_for_retry (run "s1" of DAG "e" ended as failed), next try at 00:03
[00:02] e s1: failed (task "x" failed)
[00:03] r1 t: running (try 2)
00:03 until
00:04 r1 t triggers e s2
[00:04] e s2: running
[00:04] r1 t: deferred until e s2 ends
[00:04] s2 x: running (try 1)
00:05 s2 x exits 0
[00:05] s2 x: success
[00:05] r1 t: success
[00:05] e s2: success
[00:05] d r1: success

story: allowed_states and failed_states say which end is wanted
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true, allowed_states: [failed], failed_states: [success]}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 s1 x exits 1
[00:02] s1 x: failed (exit code 1)
[00:02] r1 t: success
[00:02] e s1: failed (task "x" failed)
[00:02] d r1: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 t: running (try 1)
00:03 r2 t triggers e s2
[00:03] e s2: running
[00:03] r2 t: deferred until e s2 ends
[00:03] s2 x: running (try 1)
00:04 s2 x exits 0
[00:04] s2 x: success
[00:04] r2 t: failed (run "s2" of DAG "e" ended as success)
[00:04] e s2: success
[00:04] d r2: failed (task "t" failed)

story: an end that is neither allowed nor a failure is no end of the wait
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true, failed_states: []}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 s1 x exits 1
[00:02] s1 x: failed (exit code 1)
[00:02] e s1: failed (task "x" failed)
00:03 restart
00:04 clear e s1 x
[00:04] e s1: running
[00:04] s1 x: running (try 2)
00:05 s1 x exits 0
[00:05] s1 x: success
[00:05] r1 t: success
[00:05] e s1: success
[00:05] d r1: success

story: a dagd that dies before the commit has made no run
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1 -- dies before the commit
00:02 starts
00:02 t is taken back because it never began
[00:02] t: scheduled
00:02 recovered
[00:02] t: running (try 1)
00:03 t triggers e s2
[00:03] e s2: running
[00:03] r1 t: deferred until e s2 ends
[00:03] s2 x: running (try 1)
00:04 restart
00:05 s2 x exits 0
[00:05] s2 x: success
[00:05] r1 t: success
[00:05] e s2: success
[00:05] d r1: success

story: the wait goes on after a restart
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 restart
00:03 why d r1
[00:03] r1 t waits for the end of run "s1" of DAG "e"
00:04 s1 x exits 0 -- dies before the commit
00:05 starts
00:05 recovered
00:06 s1 x exits 0
[00:06] s1 x: success
[00:06] r1 t: success
[00:06] e s1: success
[00:06] d r1: success

story: a run that exists fails the task, or skips it, or runs again
dag:
  dag_id: d
  max_active_runs: 9
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: success
[00:01] s1 x: running (try 1)
[00:01] d r1: success
00:02 s1 x exits 0
[00:02] s1 x: success
[00:02] e s1: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 t: running (try 1)
00:03 r2 t triggers e s1
[00:03] r2 t: failed (DAG "e" has a run "s1" already)
[00:03] d r2: failed (task "t" failed)
00:04 trigger d r3
[00:04] d r3: running
[00:04] r3 t: running (try 1)
00:04 r3 t triggers e s1 unless-it-exists
[00:04] r3 t: skipped (DAG "e" has a run "s1" already)
[00:04] d r3: success
00:05 trigger d r4
[00:05] d r4: running
[00:05] r4 t: running (try 1)
00:05 r4 t triggers e s1 again
[00:05] e s1: running
[00:05] s1 x: running (try 2)
[00:05] r4 t: success
[00:05] d r4: success
00:06 s1 x exits 0
[00:06] s1 x: success
[00:06] e s1: success

story: a run that still runs is begun anew
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger e s1
[00:00] e s1: running
[00:00] x: running (try 1)
00:01 trigger d r1
[00:01] d r1: running
[00:01] r1 t: running (try 1)
00:02 r1 t triggers e s1 again
[00:02] s1 x: is to be killed
[00:02] s1 x: restarting
[00:02] r1 t: deferred until e s1 ends
00:03 s1 x is killed by signal 15
[00:03] s1 x: running (try 2)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] r1 t: success
[00:04] e s1: success
[00:04] d r1: success

story: a DAG that is not there fails the task
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e}

00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] t: failed (there is no DAG "e")
[00:01] d r1: failed (task "t" failed)

story: a paused DAG makes a run that waits, or fails the task
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 pause e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1 unless-paused
[00:01] t: failed (DAG "e" is paused)
[00:01] d r1: failed (task "t" failed)
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 t: running (try 1)
00:03 r2 t triggers e s1
[00:03] e s1: queued
[00:03] r2 t: success
[00:03] d r2: success
00:04 why e
[00:04] e is paused; dagctl dags unpause e
[00:04] s1 waits: the DAG is paused

story: execution_timeout ends the wait
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true, execution_timeout: 1h}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:30 restart
[01:00] r1 t: failed (execution_timeout of 1h has passed)
[01:00] d r1: failed (task "t" failed)
02:00 until

story: a waiting task that is cleared makes another run
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 clear d r1 t
[00:02] r1 t: running (try 2)
00:03 r1 t triggers e s2
[00:03] e s2: running
[00:03] r1 t: deferred until e s2 ends
[00:03] s2 x: running (try 1)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] e s1: success
00:05 s2 x exits 0
[00:05] s2 x: success
[00:05] r1 t: success
[00:05] e s2: success
[00:05] d r1: success

story: a run that is ended waits for nothing and makes nothing
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
    - {task_id: u, operator: trigger_dag, trigger_dag_id: e}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
[00:00] u: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:02 fail d r1
[00:02] r1 u: is to be killed
[00:02] r1 t: skipped (marked as failed)
00:03 r1 u triggers e s2
[00:03] r1 u: skipped (marked as failed)
[00:03] d r1: failed (marked as failed)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] e s1: success

story: two tasks may wait for one run
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
    - {task_id: u, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
[00:00] u: running (try 1)
00:01 t triggers e s1
[00:01] e s1: running
[00:01] r1 t: deferred until e s1 ends
[00:01] s1 x: running (try 1)
00:01 r1 u triggers e s1 again
[00:01] s1 x: is to be killed
[00:01] s1 x: restarting
[00:01] r1 u: deferred until e s1 ends
00:02 s1 x is killed by signal 15
[00:02] s1 x: running (try 2)
00:03 s1 x exits 0
[00:03] s1 x: success
[00:03] r1 t: success
[00:03] r1 u: success
[00:03] e s1: success
[00:03] d r1: success

story: a run without anything to do ends at once
dag:
  dag_id: d
  tasks:
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: empty}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] t: running (try 1)
00:01 t triggers e s1
[00:01] t: success
[00:01] x: success
[00:01] e s1: success
[00:01] d r1: success
