# What people and newer versions do to tasks that wait without a worker.

story: a waiting task that is marked waits no more
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: i, operator: wait.time, target_time: "03:00"}
    - {task_id: q, operator: approval, subject: Go?}
    - {task_id: t, operator: trigger_dag, trigger_dag_id: e, wait_for_completion: true}
dag e:
  dag_id: e
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] i: running (try 1)
[00:00] q: running (try 1)
[00:00] t: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:05
00:00 i waits until 03:00
[00:00] i: deferred until 03:00
00:00 q exits 0
[00:00] q: deferred until it is answered
00:00 t triggers e s1
[00:00] e s1: running
[00:00] r1 t: deferred until e s1 ends
[00:00] s1 x: running (try 1)
00:01 mark d r1 success w i
[00:01] r1 w: success (marked as success)
[00:01] r1 i: success (marked as success)
00:02 mark d r1 skipped q
[00:02] r1 q: skipped (marked as skipped)
00:03 mark d r1 failed t
[00:03] r1 t: failed (marked as failed)
[00:03] d r1: failed (task "t" failed)
00:04 s1 x exits 0
[00:04] s1 x: success
[00:04] e s1: success
04:00 until

story: a branch that is marked as a success has decided nothing
dag:
  params: {x: x}
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
00:02 x exits 0
[00:02] x: success
[00:02] d r1: success
00:03 mark d r1 failed b
[00:03] b: failed (marked as failed)
00:04 mark d r1 success b
[00:04] b: success (marked as success)
00:05 clear d r1 y
[00:05] d r1: running
[00:05] y: running (try 1)

story: a task that a branch has skipped can be forced to run
dag:
  params: {x: x}
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
00:02 force d r1 y
[00:02] y: running (try 1)
00:03 y exits 0
[00:03] y: success
00:03 x exits 0
[00:03] x: success
[00:03] d r1: success

story: a wait goes on in a newer version where the task still waits so
dag:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: v, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: u, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: w, operator: wait.file, filepath: /y, poke_interval: 5m}
    - {task_id: v, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] v: running (try 1)
[00:00] u: running (try 1)
[00:00] a: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:05
00:00 v exits 75
[00:00] v: up_for_reschedule until 00:05
00:00 u exits 75
[00:00] u: up_for_reschedule until 00:05
00:01 a exits 0
[00:01] a: success
00:02 load v2
00:03 clear d r1 a +newest
[00:03] v: running (try 2)
[00:03] u: removed (this version of the DAG does not have it)
[00:03] a: running (try 2)
[00:05] w: running (try 1)
00:10 until

story: a success after a wait updates the assets of the task, as any other
dag:
  dag_id: d
  tasks:
    - {task_id: w, operator: wait.time, target_time: "03:00", outlets: [orders]}
dag e:
  dag_id: e
  schedule: {assets: [orders]}
  tasks:
    - {task_id: x, operator: bash, bash_command: x}

00:00 load e
00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
00:00 w waits until 03:00
[00:00] w: deferred until 03:00
[03:00] e asset_triggered__2026-01-01T03:00:00+00:00_2: running
[03:00] r1 w: success
[03:00] asset_triggered__2026-01-01T03:00:00+00:00_2 x: running (try 1)
[03:00] d r1: success
03:01 until

story: of a mapped branch each index skips what it does not choose
dag:
  params: {x: x}
  tasks:
    - {task_id: b, operator: branch, expand: {follow: [x, "x"]}}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b[0]: running (try 1)
[00:00] b[1]: running (try 1)
00:01 b[0] gives "x"
[00:01] b[0]: success
[00:01] y: skipped (branch "b[0]" did not choose it)
00:02 b[1] gives "x"
[00:02] b[1]: success
[00:02] x: running (try 1)
00:03 x exits 0
[00:03] x: success
[00:03] d r1: success

story: of mapped sensors each waits for itself
dag:
  tasks:
    - {task_id: w, operator: wait.file, expand: {filepath: [/x, /y]}, poke_interval: 5m}
    - {task_id: a, operator: bash, bash_command: x, dependencies: w}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w[0]: running (try 1)
[00:00] w[1]: running (try 1)
00:00 w[0] exits 75
[00:00] w[0]: up_for_reschedule until 00:05
00:01 w[1] exits 0
[00:01] w[1]: success
[00:05] w[0]: running (try 1)
00:06 w[0] exits 0
[00:06] w[0]: success
[00:06] a: running (try 1)
00:07 a exits 0
[00:07] a: success
[00:07] d r1: success

story: a teardown is not skipped by a short circuit
dag:
  params: {x: x}
  tasks:
    - {task_id: s, operator: bash, bash_command: x, setup: true}
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}", dependencies: s}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g}
    - {task_id: t, operator: bash, bash_command: x, teardown: s, dependencies: a}

00:00 trigger d r1
[00:00] d r1: running
[00:00] s: running (try 1)
00:00 s exits 0
[00:00] s: success
[00:00] g: running (try 1)
00:01 g gives false
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
[00:01] t: running (try 1)
00:02 t exits 0
[00:02] t: success
[00:02] d r1: success

story: fail_fast ends what waits
dag:
  fail_fast: true
  tasks:
    - {task_id: w, operator: wait.file, filepath: /x, poke_interval: 5m}
    - {task_id: q, operator: approval, subject: Go?}
    - {task_id: a, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] q: running (try 1)
[00:00] a: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:05
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] w: skipped (fail_fast: task "a" failed)
[00:01] q: skipped (fail_fast: task "a" failed)
[00:01] d r1: failed (fail_fast: task "a" failed)
00:10 until

story: callbacks are called once for all looks of a sensor
dag:
  tasks:
    - task_id: w
      operator: wait.file
      filepath: /x
      poke_interval: 5m
      on_execute_callback: {operator: bash, bash_command: x}
      on_success_callback: {operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] w: running (try 1)
[00:00] w@on_execute_callback: running (try 1)
00:00 w exits 75
[00:00] w: up_for_reschedule until 00:05
[00:05] w: running (try 1)
00:06 w exits 0
[00:06] w: success
[00:06] w@on_success_callback: running (try 1)
[00:06] d r1: success
