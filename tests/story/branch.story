# A branch names which of the tasks directly after it are done; the others are skipped.

story: what a branch does not choose is skipped
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
    - {task_id: z, operator: bash, bash_command: x, dependencies: y}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
[00:01] z: skipped (upstream task "y" was skipped)
00:02 x exits 0
[00:02] x: success
[00:02] d r1: success

story: a branch may choose several
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
    - {task_id: z, operator: bash, bash_command: x, dependencies: b}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives ["x", "z"]
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
[00:01] z: running (try 1)
00:02 x exits 0
[00:02] x: success
00:02 z exits 0
[00:02] z: success
[00:02] d r1: success

story: a branch that chooses nothing skips all
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives null
[00:01] b: success
[00:01] x: skipped (branch "b" did not choose it)
[00:01] y: skipped (branch "b" did not choose it)
[00:01] d r1: success
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 b: running (try 1)
00:02 r2 b gives []
[00:02] r2 b: success
[00:02] r2 x: skipped (branch "b" did not choose it)
[00:02] r2 y: skipped (branch "b" did not choose it)
[00:02] d r2: success

story: where the branches meet again is not skipped, for it comes after the chosen one, too
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: join, operator: bash, bash_command: x, dependencies: [b, x]}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
00:02 x exits 0
[00:02] x: success
[00:02] join: running (try 1)
00:03 join exits 0
[00:03] join: success
[00:03] d r1: success
00:04 trigger d r2
[00:04] d r2: running
[00:04] r2 b: running (try 1)
00:04 r2 b gives "join"
[00:04] r2 b: success
[00:04] r2 x: skipped (branch "b" did not choose it)
[00:04] r2 join: skipped (upstream task "x" was skipped)
[00:04] d r2: success
00:05 why d r2

story: a join of the rule none_failed_min_one_success goes on when one branch was done
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
    - {task_id: join, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: none_failed_min_one_success}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "y"
[00:01] b: success
[00:01] x: skipped (branch "b" did not choose it)
[00:01] y: running (try 1)
00:02 y exits 0
[00:02] y: success
[00:02] join: running (try 1)
00:03 join exits 0
[00:03] join: success
[00:03] d r1: success

story: what a branch does not choose is skipped whatever its rule
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: [b, u], trigger_rule: all_done}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] u: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
00:02 u exits 1
[00:02] u: failed (exit code 1)
00:02 x exits 0
[00:02] x: success
[00:02] d r1: success

story: a task that is ready and has not begun is skipped, too
workers: 2
dag:
  tasks:
    - {task_id: u, operator: bash, bash_command: x, priority_weight: 9}
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: v, operator: bash, bash_command: x}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: [b, u], trigger_rule: one_success, priority_weight: -50, weight_rule: absolute}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] u: running (try 1)
[00:00] b: scheduled
[00:00] v: running (try 1)
00:01 u exits 0
[00:01] u: success
[00:01] y: scheduled
[00:01] b: running (try 1)
00:02 b gives "x"
[00:02] b: success
[00:02] y: skipped (branch "b" did not choose it)
[00:02] x: running (try 1)
00:03 v exits 0
[00:03] v: success
00:03 x exits 0
[00:03] x: success
[00:03] d r1: success

story: a task that has begun before the branch decides is not undone
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: [b, u], trigger_rule: one_success}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] u: running (try 1)
00:01 u exits 0
[00:01] u: success
[00:01] y: running (try 1)
00:02 b gives "x"
[00:02] b: success
[00:02] x: running (try 1)
00:03 y exits 0
[00:03] y: success
00:03 x exits 0
[00:03] x: success
[00:03] d r1: success

story: an id that is not directly after the branch fails it for good
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}", retries: 2}
    - {task_id: one, operator: bash, bash_command: x, dependencies: b}
    - {task_id: two, operator: bash, bash_command: x, dependencies: one}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "oen"
[00:01] b: failed ("oen" is no task or group directly after "b"; did you mean "one"?)
[00:01] one: upstream_failed (upstream task "b" failed)
[00:01] two: upstream_failed (upstream task "one" could not run)
[00:01] d r1: failed (task "b" failed)
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 b: running (try 1)
00:02 r2 b gives "two"
[00:02] r2 b: failed ("two" is no task or group directly after "b")
[00:02] r2 one: upstream_failed (upstream task "b" failed)
[00:02] r2 two: upstream_failed (upstream task "one" could not run)
[00:02] d r2: failed (task "b" failed)
00:03 trigger d r3
[00:03] d r3: running
[00:03] r3 b: running (try 1)
00:03 r3 b gives 7
[00:03] r3 b: failed (a branch follows a task_id, a list of such, or null; it was given something else)
[00:03] r3 one: upstream_failed (upstream task "b" failed)
[00:03] r3 two: upstream_failed (upstream task "one" could not run)
[00:03] d r3: failed (task "b" failed)

story: a task that is cleared alone finds the decision still there
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
  params: {x: x}

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
00:03 clear d r1 y
00:04 clear d r1 x
[00:04] d r1: running
[00:04] x: running (try 2)
00:05 x exits 0
[00:05] x: success
[00:05] d r1: success

story: a branch that is cleared decides anew
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] x: running (try 1)
[00:01] y: skipped (branch "b" did not choose it)
00:02 clear d r1 b y
[00:02] b: running (try 2)
[00:02] y: none
00:03 b gives "y"
[00:03] b: success
[00:03] y: running (try 1)
00:04 x exits 0
[00:04] x: success
00:04 y exits 0
[00:04] y: success
[00:04] d r1: success

story: a decision outlives a restart
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: x, operator: bash, bash_command: x, dependencies: [b, u]}
    - {task_id: y, operator: bash, bash_command: x, dependencies: [b, u]}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] u: running (try 1)
00:01 b gives "x"
[00:01] b: success
[00:01] y: skipped (branch "b" did not choose it)
00:02 restart
00:03 u exits 0
[00:03] u: success
[00:03] x: running (try 1)
00:04 clear d r1 y
00:05 restart
00:06 x exits 0
[00:06] x: success
[00:06] d r1: success

story: a decision that was not committed is made again
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: b}
    - {task_id: y, operator: bash, bash_command: x, dependencies: b}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
00:01 b gives "x" -- dies before the commit
00:02 starts
00:02 b is taken back because it never began
[00:02] b: scheduled
00:02 recovered
[00:02] b: running (try 1)
00:03 b gives "y"
[00:03] b: success
[00:03] x: skipped (branch "b" did not choose it)
[00:03] y: running (try 1)
00:04 y exits 0
[00:04] y: success
[00:04] d r1: success

story: what a branch chooses must still have what else it waits for
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: x, operator: bash, bash_command: x, dependencies: [b, u]}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] u: running (try 1)
00:01 b gives "x"
[00:01] b: success
00:02 why d r1 x
[00:02] r1 x waits for upstream "u"
00:03 u exits 1
[00:03] u: failed (exit code 1)
[00:03] x: upstream_failed (upstream task "u" failed)
[00:03] d r1: failed (task "u" failed)

story: of two branches before a task each can skip it
dag:
  tasks:
    - {task_id: b, operator: branch, follow: "{{ params.x }}"}
    - {task_id: c, operator: branch, follow: "{{ params.x }}"}
    - {task_id: x, operator: bash, bash_command: x, dependencies: [b, c]}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] b: running (try 1)
[00:00] c: running (try 1)
00:01 b gives "x"
[00:01] b: success
00:02 c gives null
[00:02] c: success
[00:02] x: skipped (branch "c" did not choose it)
[00:02] d r1: success
00:03 clear d r1 c
[00:03] d r1: running
[00:03] c: running (try 2)
00:04 c gives "x"
[00:04] c: success
[00:04] d r1: success
00:05 clear d r1 x
[00:05] d r1: running
[00:05] x: running (try 1)
