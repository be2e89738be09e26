# A sensor looks by a process that exits 75 when it has not seen it yet, and waits without a worker.

story: a look in vain is followed by another one after poke_interval
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: a, operator: bash, bash_command: x, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75 saying not yet
[00:01] w: up_for_reschedule (not yet) until 00:06
00:02 why d r1 w
[00:02] r1 w looks again at 2026-01-01T00:06:00+00:00; the last look: not yet
[00:06] w: running (try 1)
00:07 w exits 0
[00:07] w: success
[00:07] a: running (try 1)
00:08 a exits 0
[00:08] a: success
[00:08] d r1: success

story: it holds no worker between two looks
workers: 1
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, priority_weight: 9}
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] a: scheduled
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:01] a: running (try 1)
[00:06] w: scheduled
00:10 a exits 0
[00:10] a: success
[00:10] w: running (try 1)
00:11 w exits 0
[00:11] w: success
[00:11] d r1: success

story: it holds no slot of its run and its pool between two looks
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: a, operator: bash, bash_command: x}

00:00 pool default_pool 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] a: scheduled
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success

story: all looks are one try
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:06 w exits 75
[00:06] w: up_for_reschedule until 00:11
[00:11] w: running (try 1)
00:11 w exits 1
[00:11] w: up_for_retry (exit code 1), next try at 00:12
[00:12] w: running (try 2)
00:13 w exits 75
[00:13] w: up_for_reschedule until 00:18
[00:18] w: running (try 2)
00:18 w exits 0
[00:18] w: success
[00:18] d r1: success

story: when its timeout has passed it fails for good
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, timeout: 12m, retries: 3}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:06 w exits 75
[00:06] w: up_for_reschedule until 00:11
[00:11] w: running (try 1)
00:11 w exits 75
[00:11] w: up_for_reschedule until 00:12
[00:12] w: running (try 1)
00:12 w exits 75
[00:12] w: failed (timeout of 12m has passed)
[00:12] d r1: failed (task "w" failed)

story: the last look is when its time is over, and may succeed
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 1h, timeout: 90m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 01:00
[01:00] w: running (try 1)
01:00 w exits 75
[01:00] w: up_for_reschedule until 01:30
[01:30] w: running (try 1)
01:30 w exits 0
[01:30] w: success
[01:30] d r1: success

story: with soft_fail it is skipped instead
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, timeout: 10m, soft_fail: true}
    - {task_id: a, operator: bash, bash_command: x, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:10 w exits 75
[00:10] w: skipped (timeout of 10m has passed)
[00:10] a: skipped (upstream task "w" was skipped)
[00:10] d r1: success

story: soft_fail skips what no further try can mend, and nothing else
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, soft_fail: true, retries: 1}
    - {task_id: v, operator: wait.file, filepath: /x, soft_fail: true}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] v: running (try 1)
00:01 w exits 78 saying no such connection
[00:01] w: skipped (exit code 78: no such connection)
00:02 v exits 1 saying no
[00:02] v: failed (exit code 1: no)
[00:02] d r1: failed (task "v" failed)

story: the timeout of the next try counts from its own first look
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 10m, timeout: 15m, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:10
[00:10] w: running (try 1)
00:10 w exits 1
[00:10] w: up_for_retry (exit code 1), next try at 00:11
[00:11] w: running (try 2)
00:12 w exits 75
[00:12] w: up_for_reschedule until 00:22
[00:22] w: running (try 2)
00:22 w exits 75
[00:22] w: up_for_reschedule until 00:26
[00:26] w: running (try 2)
00:26 w exits 75
[00:26] w: failed (timeout of 15m has passed)
[00:26] d r1: failed (task "w" failed)

story: exponential_backoff doubles the time between looks up to max_wait
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 1m, exponential_backoff: true, max_wait: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:01
[00:01] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:03
[00:03] w: running (try 1)
00:03 w exits 75
[00:03] w: up_for_reschedule until 00:07
[00:07] w: running (try 1)
00:07 w exits 75
[00:07] w: up_for_reschedule until 00:12
[00:12] w: running (try 1)
00:12 w exits 75
[00:12] w: up_for_reschedule until 00:17

story: a wait goes on after a restart, and so does its timeout
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, timeout: 12m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
00:02 restart
[00:06] w: running (try 1)
00:06 w exits 75
[00:06] w: up_for_reschedule until 00:11
00:07 dies
00:30 starts
00:30 recovered
[00:30] w: running (try 1)
00:31 w exits 75
[00:31] w: failed (timeout of 12m has passed)
[00:31] d r1: failed (task "w" failed)

story: a look whose end was not committed is told again
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75 -- dies before the commit
00:02 starts
00:02 recovered
00:03 w exits 75
[00:03] w: up_for_reschedule until 00:08
[00:08] w: running (try 1)
00:08 w exits 0
[00:08] w: success
[00:08] d r1: success

story: a look that never began looks again, as the same try
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:06 w is taken back because no worker could be started
[00:06] w: up_for_reschedule until 00:06:01
[00:06:01] w: running (try 1)
00:07 w exits 75
[00:07] w: up_for_reschedule until 00:12
00:08 dies
00:13 starts
00:13 recovered
[00:13] w: running (try 1)
00:13 dies
00:14 starts
00:14 w is taken back because it never began
[00:14] w: scheduled
00:14 recovered
[00:14] w: running (try 1)
00:15 w exits 0
[00:15] w: success
[00:15] d r1: success

story: a look that is lost is a try that is lost
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:06 w is lost because the power failed
[00:06] w: up_for_retry (lost: the power failed), next try at 00:07
[00:07] w: running (try 2)
00:08 w exits 0
[00:08] w: success
[00:08] d r1: success

story: a waiting sensor that is cleared begins a new try
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, timeout: 10m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
00:05 clear d r1 w
[00:05] w: running (try 2)
00:06 w exits 75
[00:06] w: up_for_reschedule until 00:11
[00:11] w: running (try 2)
00:12 w exits 75
[00:12] w: up_for_reschedule until 00:15
[00:15] w: running (try 2)
00:16 w exits 75
[00:16] w: failed (timeout of 10m has passed)
[00:16] d r1: failed (task "w" failed)

story: a look that is cleared while it runs begins a new try
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
[00:06] w: running (try 1)
00:06 clear d r1 w
[00:06] w: is to be killed
[00:06] w: restarting
00:06 w is killed by signal 15
[00:06] w: running (try 2)
00:07 w exits 0
[00:07] w: success
[00:07] d r1: success

story: a run that is ended waits no more
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: v, operator: wait.file, filepath: /x, poke_interval: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] v: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
00:02 fail d r1
[00:02] v: is to be killed
[00:02] w: skipped (marked as failed)
00:03 v exits 75
[00:03] v: skipped (marked as failed)
[00:03] d r1: failed (marked as failed)
00:10 until

story: dagrun_timeout ends a wait
dag:
  dagrun_timeout: 1h
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 90m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 01:31
[01:00] w: skipped (dagrun_timeout has passed)
[01:00] d r1: failed (dagrun_timeout has passed)
02:00 until

story: a paused DAG looks no more until it is unpaused
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
00:02 pause d
[00:06] w: scheduled
00:20 why d r1 w
[00:20] r1 w could start, but the DAG is paused
00:21 unpause d
[00:21] w: running (try 1)
00:22 w exits 0
[00:22] w: success
[00:22] d r1: success

story: exit code 75 of any other operator is a failure
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 75
[00:01] a: failed (exit code 75)
[00:01] d r1: failed (task "a" failed)

story: an upstream task that is cleared meanwhile is waited for before the next look
dag:
  tasks:
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m, dependencies: u}

00:00 trigger d r1
[00:00] d r1: running
[00:00] u: running (try 1)
00:00 u exits 0
[00:00] u: success
[00:00] w: running (try 1)
00:01 w exits 75
[00:01] w: up_for_reschedule until 00:06
00:02 clear d r1 u
[00:02] u: running (try 2)
[00:06] w: none
00:10 u exits 0
[00:10] u: success
[00:10] w: running (try 1)
00:11 w exits 0
[00:11] w: success
[00:11] d r1: success
