# A task begins when all tasks before it have succeeded (the rule all_success).

story: a task waits for all its upstream tasks
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
00:00 why d r1 c
[00:00] r1 c waits for upstream "a", "b"
00:01 b exits 0
[00:01] b: success
00:02 why d r1 c
[00:02] r1 c waits for upstream "a"
00:03 a exits 0
[00:03] a: success
[00:03] c: running (try 1)
00:04 c exits 0
[00:04] c: success
[00:04] d r1: success

story: a failed task fails all that come after it, and the run says which failed first
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
[00:01] c: upstream_failed (upstream task "b" could not run)
[00:01] d r1: failed (task "a" failed)

story: a skipped task skips all that come after it, and the run succeeds
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 99
[00:01] a: skipped
[00:01] b: skipped (upstream task "a" was skipped)
[00:01] c: skipped (upstream task "b" was skipped)
[00:01] d r1: success

story: a task does not wait for the others once one before it has failed
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
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] c: upstream_failed (upstream task "a" failed)
00:02 b exits 0
[00:02] b: success
[00:02] d r1: failed (task "a" failed)

story: branches that do not depend on the failed task go on
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: d, operator: bash, bash_command: x}
  dependencies: "a >> c\nb >> d"

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] c: upstream_failed (upstream task "a" failed)
00:02 b exits 0
[00:02] b: success
[00:02] d: running (try 1)
00:03 d exits 0
[00:03] d: success
[00:03] d r1: failed (task "a" failed)

story: what comes after a task that may be retried waits
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, retries: 1}
    - {task_id: b, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 1
[00:01] a: up_for_retry (exit code 1), next try at 00:06
00:02 why d r1 b
[00:02] r1 b waits for upstream "a"
[00:06] a: running (try 2)
00:07 a exits 0
[00:07] a: success
[00:07] b: running (try 1)

story: a diamond joins once
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: d, operator: bash, bash_command: x}
  dependencies: "a >> [b, c] >> d"

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] b: running (try 1)
[00:01] c: running (try 1)
00:02 b exits 0
[00:02] b: success
00:03 c exits 0
[00:03] c: success
[00:03] d: running (try 1)
00:04 d exits 0
[00:04] d: success
[00:04] d r1: success

story: of a failed and a skipped upstream task the one that ended first decides
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
00:01 a exits 99
[00:01] a: skipped
[00:01] c: skipped (upstream task "a" was skipped)
00:02 b exits 1
[00:02] b: failed (exit code 1)
[00:02] d r1: success
