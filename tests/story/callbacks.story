# A callback is an attempt of its own, beside the graph: nothing waits for it, and how it ends
# changes nothing.

story: a task that succeeds calls its on_success_callback, and the run does not wait for it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
[00:01] d r1: success
00:01 why d r1
[00:01] r1 a@on_success_callback runs since 2026-01-01T00:01:00+00:00
00:05 a@on_success_callback exits 0
[00:05] a@on_success_callback: success

story: a try that fails with another to follow calls on_retry_callback, the last one on_failure_callback
dag:
  default_args:
    on_retry_callback: {operator: bash, bash_command: x}
    on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:02
[00:01] a@on_retry_callback: running (try 1)
00:01 a@on_retry_callback exits 0
[00:01] a@on_retry_callback: success
[00:02] a: running (try 2)
00:03 a exits 2
[00:03] a: failed (exit code 2)
[00:03] a@on_failure_callback: running (try 1)
[00:03] d r1: failed (task "a" failed)
00:03 a@on_failure_callback exits 0
[00:03] a@on_failure_callback: success

story: each try that begins calls on_execute_callback
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1, retry_delay: 1m, on_execute_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] a@on_execute_callback: running (try 1)
00:00 a@on_execute_callback exits 0
[00:00] a@on_execute_callback: success
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:02
[00:02] a: running (try 2)
[00:02] a@on_execute_callback: running (try 2)
00:02 until
00:02 a@on_execute_callback exits 0
[00:02] a@on_execute_callback: success
00:03 a exits 0
[00:03] a: success
[00:03] d r1: success

story: only a task that skips itself calls on_skipped_callback
dag:
  default_args:
    on_skipped_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 99
[00:01] a: skipped
[00:01] a@on_skipped_callback: running (try 1)
[00:01] b: skipped (upstream task "a" was skipped)
[00:01] d r1: success
00:02 a@on_skipped_callback exits 0
[00:02] a@on_skipped_callback: success

story: a task that could not run calls nothing, the one that failed did
dag:
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] a@on_failure_callback: running (try 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] d r1: failed (task "a" failed)
00:02 a@on_failure_callback exits 0
[00:02] a@on_failure_callback: success

story: a try that is lost, times out or cannot start has failed, too
dag:
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_lost: fail}
    - {task_id: b, operator: bash, bash_command: x, execution_timeout: 1m}
    - {task_id: c, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: running (try 1)
00:01 a is lost because the power failed
[00:01] a: failed (lost: the power failed)
[00:01] a@on_failure_callback: running (try 1)
00:01 b times out
[00:01] b: failed (execution_timeout of 1m has passed)
[00:01] b@on_failure_callback: running (try 1)
00:01 c cannot start because there is no file
[00:01] c: failed (there is no file)
[00:01] c@on_failure_callback: running (try 1)
[00:01] d r1: failed (task "a" failed)
00:02 a@on_failure_callback exits 0
[00:02] a@on_failure_callback: success
00:02 b@on_failure_callback exits 0
[00:02] b@on_failure_callback: success
00:02 c@on_failure_callback exits 0
[00:02] c@on_failure_callback: success

story: a run calls its callbacks when it has ended
dag:
  on_success_callback: {operator: bash, bash_command: x}
  on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] @on_success_callback: running (try 1)
[00:01] d r1: success
00:02 @on_success_callback exits 0
[00:02] @on_success_callback: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 a: running (try 1)
00:04 r2 a exits 1
[00:04] r2 a: failed (exit code 1)
[00:04] r2 @on_failure_callback: running (try 1)
[00:04] d r2: failed (task "a" failed)
00:05 r2 @on_failure_callback exits 0
[00:05] r2 @on_failure_callback: success

story: a run that takes too long calls its callback with that reason
dag:
  dagrun_timeout: 10m
  on_failure_callback: {operator: bash, bash_command: x}
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:10] a: is to be killed
00:11 a is killed by signal 15
[00:11] a: failed (ended by signal 15 (Terminated))
[00:11] @on_failure_callback: running (try 1)
[00:11] d r1: failed (dagrun_timeout has passed)
00:11 @on_failure_callback exits 0
[00:11] @on_failure_callback: success

story: a run that a person fails calls its callback, its tasks call nothing
dag:
  on_failure_callback: {operator: bash, bash_command: x}
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 fail d r1
[00:01] a: is to be killed
00:02 a is killed by signal 15
[00:02] a: failed (ended by signal 15 (Terminated))
[00:02] @on_failure_callback: running (try 1)
[00:02] d r1: failed (marked as failed)
00:03 @on_failure_callback exits 0
[00:03] @on_failure_callback: success

story: several callbacks of a kind go at once, each on its own
dag:
  tasks:
    - task_id: a
      operator: bash
      bash_command: x
      on_failure_callback:
        - {operator: bash, bash_command: x}
        - {operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] a@on_failure_callback: running (try 1)
[00:01] a@on_failure_callback.2: running (try 1)
[00:01] d r1: failed (task "a" failed)
00:02 a@on_failure_callback.2 exits 0
[00:02] a@on_failure_callback.2: success
00:03 a@on_failure_callback exits 0
[00:03] a@on_failure_callback: success

story: a callback has tries of its own, and when all fail nothing follows
dag:
  tasks:
    - task_id: a
      operator: bash
      bash_command: x
      on_success_callback: {operator: bash, bash_command: x, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
[00:01] d r1: success
00:02 a@on_success_callback exits 1 saying the server is away
[00:02] a@on_success_callback: up_for_retry (exit code 1: the server is away), next try at 00:03
00:02 why d r1
[00:02] r1 a@on_success_callback exit code 1: the server is away; try 2 of 2 begins at 2026-01-01T00:03:00+00:00
[00:03] a@on_success_callback: running (try 2)
00:03 until
00:04 a@on_success_callback exits 1 saying the server is away
[00:04] a@on_success_callback: failed (exit code 1: the server is away)
01:00 until

story: an empty callback needs no worker
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_execute_callback: {operator: empty}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] a@on_execute_callback: success
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success

story: a task without a command calls its callbacks, too
dag:
  tasks:
    - {task_id: a, operator: empty, on_execute_callback: {operator: bash, bash_command: x}, on_success_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] a: success
[00:00] a@on_execute_callback: running (try 1)
[00:00] a@on_success_callback: running (try 1)
[00:00] d r1: success
00:01 a@on_execute_callback exits 0
[00:01] a@on_execute_callback: success
00:01 a@on_success_callback exits 0
[00:01] a@on_success_callback: success

story: a callback goes before the tasks that wait, and no limit of its run or its DAG holds it
workers: 1
dag:
  max_active_tasks: 1
  default_args: {priority_weight: 100}
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
00:01 why d r1
[00:01] r1 a@on_success_callback runs since 2026-01-01T00:01:00+00:00
[00:01] r1 b waits: all 1 workers (core.parallelism) are busy
00:02 a@on_success_callback exits 0
[00:02] a@on_success_callback: success
[00:02] b: running (try 1)
00:03 b exits 0
[00:03] b: success
[00:03] d r1: success

story: a callback counts for no limit of its run
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
[00:01] b: running (try 1)
00:02 b exits 0
[00:02] b: success
[00:02] d r1: success
00:03 a@on_success_callback exits 0
[00:03] a@on_success_callback: success

story: a callback waits for a worker, and for a slot of the default pool
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_execute_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] a@on_execute_callback: scheduled
00:00 why d r1 a@on_execute_callback
[00:00] r1 a@on_execute_callback waits: all 1 workers (core.parallelism) are busy
00:01 pool default_pool 0
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 why d r1 a@on_execute_callback
[00:02] r1 a@on_execute_callback can never start: it needs 1 slots of the pool "default_pool", which has 0
00:03 pool default_pool 1
[00:03] a@on_execute_callback: running (try 1)
00:04 a@on_execute_callback exits 0
[00:04] a@on_execute_callback: success

story: the callbacks of a DAG that is paused go on
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_failure_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 pause d
00:02 a exits 1
[00:02] a: failed (exit code 1)
[00:02] a@on_failure_callback: running (try 1)
[00:02] d r1: failed (task "a" failed)
00:03 a@on_failure_callback exits 0
[00:03] a@on_failure_callback: success

story: the end of a run does not end its callbacks
dag:
  dagrun_timeout: 10m
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_execute_callback: {operator: bash, bash_command: x, retries: 1}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] a@on_execute_callback: running (try 1)
[00:10] a: is to be killed
00:10 until
00:10 a is killed by signal 15
[00:10] a: failed (ended by signal 15 (Terminated))
[00:10] d r1: failed (dagrun_timeout has passed)
00:12 a@on_execute_callback exits 1
[00:12] a@on_execute_callback: up_for_retry (exit code 1), next try at 00:17
[00:17] a@on_execute_callback: running (try 2)
00:20 a@on_execute_callback exits 0
[00:20] a@on_execute_callback: success

story: a callback that is due again while it runs, runs again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 5, retry_delay: 1m, on_retry_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:02
[00:01] a@on_retry_callback: running (try 1)
[00:02] a: running (try 2)
00:02 until
00:03 a exits 1
[00:03] a: up_for_retry (exit code 1), next try at 00:04
[00:04] a: running (try 3)
00:04 until
00:05 a exits 1
[00:05] a: up_for_retry (exit code 1), next try at 00:06
[00:06] a: running (try 4)
00:06 until
00:07 a exits 0
[00:07] a: success
[00:07] d r1: success
00:08 a@on_retry_callback exits 0
[00:08] a@on_retry_callback: running (try 2)
00:09 a@on_retry_callback exits 0
[00:09] a@on_retry_callback: running (try 3)
00:10 a@on_retry_callback exits 0
[00:10] a@on_retry_callback: success

story: a task that is cleared calls again when it ends again, and the tries of the callback go on
dag:
  on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_failure_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] a@on_failure_callback: running (try 1)
[00:01] @on_failure_callback: running (try 1)
[00:01] d r1: failed (task "a" failed)
00:02 a@on_failure_callback exits 0
[00:02] a@on_failure_callback: success
00:02 @on_failure_callback exits 0
[00:02] @on_failure_callback: success
00:10 clear d r1 a
[00:10] d r1: running
[00:10] a: running (try 2)
00:11 a exits 1
[00:11] a: failed (exit code 1)
[00:11] a@on_failure_callback: running (try 2)
[00:11] @on_failure_callback: running (try 2)
[00:11] d r1: failed (task "a" failed)
00:12 a@on_failure_callback exits 0
[00:12] a@on_failure_callback: success
00:12 @on_failure_callback exits 0
[00:12] @on_failure_callback: success

story: clearing calls nothing, and a callback cannot be cleared
dag:
  default_args:
    on_failure_callback: {operator: bash, bash_command: x}
    on_retry_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 clear d r1 a
[00:01] a: is to be killed
[00:01] a: restarting
00:02 a is killed by signal 15
[00:02] a: running (try 2)
00:03 a exits 1
[00:03] a: failed (exit code 1)
[00:03] a@on_failure_callback: running (try 1)
[00:03] d r1: failed (task "a" failed)
00:04 clear d r1 a@on_failure_callback
[00:04] refused: run "r1" of DAG "d" has no task "a@on_failure_callback"
00:05 a@on_failure_callback exits 0
[00:05] a@on_failure_callback: success

story: dagd dies before a due callback has begun
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_execute_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] a@on_execute_callback: scheduled
00:01 restart
00:02 a exits 0
[00:02] a: success
[00:02] a@on_execute_callback: running (try 1)
[00:02] d r1: success
00:03 a@on_execute_callback exits 0
[00:03] a@on_execute_callback: success

story: dagd dies after the run has ended, while its callback runs
dag:
  on_failure_callback: {operator: bash, bash_command: x, retries: 1, retry_delay: 1m}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] @on_failure_callback: running (try 1)
[00:01] d r1: failed (task "a" failed)
00:02 dies
00:03 starts
00:03 @on_failure_callback is lost because its worker died
[00:03] @on_failure_callback: up_for_retry (lost: its worker died), next try at 00:04
00:03 recovered
[00:04] @on_failure_callback: running (try 2)
00:05 restart
00:06 @on_failure_callback exits 0
[00:06] @on_failure_callback: success

story: dagd dies before the end that calls is durable
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0 -- dies before the commit
00:02 starts
00:02 a exits 0
[00:02] a: success
[00:02] a@on_success_callback: scheduled
[00:02] d r1: success
00:02 recovered
[00:02] a@on_success_callback: running (try 1)
00:03 a@on_success_callback exits 0
[00:03] a@on_success_callback: success

story: a callback that is taken back before it began goes again
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
[00:01] d r1: success
00:01 a@on_success_callback is taken back because no worker could be started
[00:01] a@on_success_callback: up_for_retry (no worker could be started), next try at 00:01:01
[00:01:01] a@on_success_callback: running (try 1)
00:05 a@on_success_callback exits 0
[00:05] a@on_success_callback: success

story: a callback whose DAG cannot be loaded waits for it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, on_success_callback: {operator: bash, bash_command: x, retries: 1, retry_delay: 1m}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] a@on_success_callback: running (try 1)
[00:01] d r1: success
00:02 dies
00:03 starts in vain
00:03 recovered
00:04 why d r1
[00:04] r1 is held: this version of the DAG cannot be loaded: line 7: the key "new" is not known
[00:04] r1 a@on_success_callback is held: this version of the DAG cannot be loaded: line 7: the key "new" is not known
00:05 r1 a@on_success_callback exits 1
[00:05] a@on_success_callback: up_for_retry (exit code 1), next try at 00:05
00:06 restart
[00:06] a@on_success_callback: running (try 2)
00:07 until
00:08 a@on_success_callback exits 0
[00:08] a@on_success_callback: success

story: a callback that needs no process any more is done when the run can be loaded again
dag:
  on_failure_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  on_failure_callback: {operator: empty}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 r1 a exits 1
[00:01] a: failed (exit code 1)
[00:01] @on_failure_callback: running (try 1)
[00:01] d r1: failed (task "a" failed)
00:02 load v2
00:03 clear d r1 a +newest
[00:03] d r1: running
[00:03] a: running (try 2)
00:04 dies
00:05 starts in vain
00:05 @on_failure_callback is taken back because it never began
[00:05] @on_failure_callback: scheduled
00:06 recovered
00:07 restart
[00:07] @on_failure_callback: success
00:08 until

story: each instance of a mapped task has callbacks of its own
dag:
  tasks:
    - {task_id: a, operator: bash, expand: {bash_command: [x, y]}, on_success_callback: {operator: bash, bash_command: x}}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a[0]: running (try 1)
[00:00] a[1]: running (try 1)
00:01 a[1] exits 0
[00:01] a[1]: success
[00:01] a@on_success_callback[1]: running (try 1)
00:02 a[0] exits 0
[00:02] a[0]: success
[00:02] a@on_success_callback[0]: running (try 1)
[00:02] d r1: success
00:02 why d r1 a@on_success_callback
[00:02] r1 a@on_success_callback[0] runs since 2026-01-01T00:02:00+00:00
[00:02] r1 a@on_success_callback[1] runs since 2026-01-01T00:01:00+00:00
00:03 a@on_success_callback[1] exits 0
[00:03] a@on_success_callback[1]: success
00:04 a@on_success_callback[0] exits 0
[00:04] a@on_success_callback[0]: success

story: a task that waited without a worker calls as any other
dag:
  default_args:
    on_execute_callback: {operator: bash, bash_command: x}
    on_success_callback: {operator: bash, bash_command: x}
  tasks:
    - {task_id: w, operator: wait.time_delta, delta: 1h}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] w@on_execute_callback: running (try 1)
00:00 w waits until 01:00
[00:00] w: deferred until 01:00
00:00 w@on_execute_callback exits 0
[00:00] w@on_execute_callback: success
[01:00] w: success
[01:00] w@on_success_callback: running (try 1)
[01:00] d r1: success
01:00 until
01:01 w@on_success_callback exits 0
[01:01] w@on_success_callback: success

story: a task that can never become many calls that it failed
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - task_id: b
      operator: bash
      bash_command: "x {{ expand.item }}"
      expand: {item: "{{ tasks.a.output }}"}
      dependencies: a
      on_failure_callback: {operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0 leaving 5000 values
[00:01] a: success
[00:01] b: failed (it is mapped over 5000 values; at most 1024 are allowed (core.max_map_length))
[00:01] b@on_failure_callback: running (try 1)
[00:01] d r1: failed (task "b" failed)
00:02 b@on_failure_callback exits 0
[00:02] b@on_failure_callback: success
