# wait.time and wait.time_delta wait until an instant, without a process.

story: it succeeds when the instant comes
workers: 1
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00"}
    - {task_id: a, operator: bash, bash_command: x, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
00:01 why d r1 w
[00:01] r1 w waits until 2026-01-01T03:00:00+00:00
[03:00] w: success
[03:00] a: running (try 1)
03:00 until

story: an instant that has passed is no wait
begins: 2026-01-01 04:00
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00"}

04:00 trigger d r1
[04:00] d r1: running
[04:00] w: running (try 1)
04:00 w waits until 03:00
[04:00] w: success
[04:00] d r1: success

story: an instant that comes while dagd is down has come when it starts
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00"}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
02:00 dies
05:00 starts
05:00 recovered
[05:00] w: success
[05:00] d r1: success
05:01 until

story: a timeout before the instant fails it for good
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00", timeout: 1h, retries: 1}
    - {task_id: v, operator: wait.time, target_time: "03:00", timeout: 1h, soft_fail: true}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] v: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
00:00 v waits until 03:00
[00:00] v: deferred until 03:00
[01:00] w: failed (timeout of 1h has passed)
[01:00] v: skipped (timeout of 1h has passed)
[01:00] d r1: failed (task "w" failed)
04:00 until

story: execution_timeout fails the try
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00", execution_timeout: 1h, retries: 1, retry_delay: 1m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
[01:00] w: up_for_retry (execution_timeout of 1h has passed), next try at 01:01
[01:01] w: running (try 2)
01:30 w waits until 03:00
[01:30] w: deferred until 03:00
[02:01] w: failed (execution_timeout of 1h has passed)
[02:01] d r1: failed (task "w" failed)
03:00 until

story: a wait that is cleared begins anew
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00"}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
01:00 clear d r1 w
[01:00] w: running (try 2)
01:00 w waits until 02:00
[01:00] w: deferred until 02:00
[02:00] w: success
[02:00] d r1: success
04:00 until

story: who waits counts in a pool only with include_deferred
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00", pool: p}
    - {task_id: a, operator: bash, bash_command: x, pool: p}

00:00 pool p 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] a: scheduled
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
00:02 pool p 1 with deferred
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 w: scheduled
[00:03] r2 a: scheduled
00:04 why d r2 a
[00:04] r2 a waits: 1 of the 1 slots of the pool "p" is taken by "w of r1"
[03:00] r1 w: success
[03:00] r2 w: running (try 1)
[03:00] d r1: success
03:00 until

story: a clock that is set forward ends the wait
dag:
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00"}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
00:10 clock is set to 03:30
[03:30] w: success
[03:30] d r1: success
