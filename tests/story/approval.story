# An approval waits for a person's answer.

story: it goes on when it is approved
workers: 1
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 why d r1 q
[00:01] r1 q waits for an answer: dagctl tasks answer d r1 q OPTION
01:00 answer d r1 q Approve by ann
[01:00] q: success
[01:00] a: running (try 1)
01:01 a exits 0
[01:01] a: success
[01:01] d r1: success

story: a rejection skips what is directly after it
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
01:00 answer d r1 q Reject by ann
[01:00] q: success
[01:00] a: skipped ("q" was answered with Reject)
[01:00] b: running (try 1)

story: with ignore_downstream_trigger_rules a rejection skips all that is after it
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?, ignore_downstream_trigger_rules: true}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
01:00 answer d r1 q Reject by ann
[01:00] q: success
[01:00] a: skipped ("q" was answered with Reject)
[01:00] b: skipped ("q" was answered with Reject)
[01:00] d r1: success

story: with fail_on_reject a rejection fails it for good
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?, fail_on_reject: true, retries: 2}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
01:00 answer d r1 q Reject by ann
[01:00] q: failed (rejected by ann)
[01:00] d r1: failed (task "q" failed)

story: an answer that is none of the options is refused
dag:
  tasks:
    - {task_id: q, operator: approval, subject: How?, options: [fast, slow]}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 answer d r1 q soon
[00:01] refused: "soon" is none of the options: fast, slow
00:02 answer d r1 q fast slow
[00:02] refused: one option can be chosen, not several
00:03 answer d r1 q
[00:03] refused: no option was chosen; the options are fast, slow
00:04 answer d r1 q slow
[00:04] q: success
[00:04] d r1: success

story: several options may be chosen where multiple says so
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Which?, options: [a, b, c], multiple: true}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:04 answer d r1 q a c
[00:04] q: success
[00:04] d r1: success

story: there is one answer
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 answer d r1 q Approve
[00:00] refused: task "q" does not wait for an answer: it is running
00:01 q exits 0
[00:01] q: deferred until it is answered
00:02 answer d r1 q Approve
[00:02] q: success
[00:02] a: running (try 1)
00:03 answer d r1 q Reject
[00:03] refused: task "q" does not wait for an answer: it is success
00:04 answer d r9 q Reject
[00:04] refused: DAG "d" has no unfinished run "r9" with a task "q"
00:04 answer d r1 z Reject
[00:04] refused: DAG "d" has no unfinished run "r1" with a task "z"

story: without an answer the defaults are taken after execution_timeout
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?, defaults: Reject, execution_timeout: 1h}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
[01:00] q: success
[01:00] a: skipped ("q" was answered with Reject)
[01:00] d r1: success
02:00 until

story: without defaults it fails then
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?, execution_timeout: 1h, retries: 1, retry_delay: 5m}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
[01:00] q: up_for_retry (execution_timeout of 1h has passed), next try at 01:05
[01:05] q: running (try 2)
01:10 q exits 0
[01:10] q: deferred until it is answered
01:11 answer d r1 q Approve
[01:11] q: success
[01:11] d r1: success

story: it waits after a restart, and an answer that was not committed is none
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 restart
00:02 answer d r1 q Approve -- dies before the commit
00:03 starts
00:03 recovered
00:04 answer d r1 q Reject
[00:04] q: success
[00:04] a: skipped ("q" was answered with Reject)
[00:04] d r1: success

story: a rejection outlives a restart and a clear of what is after it
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}
    - {task_id: a, operator: bash, bash_command: x, dependencies: q}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 answer d r1 q Reject
[00:01] q: success
[00:01] a: skipped ("q" was answered with Reject)
[00:01] d r1: success
00:02 restart
00:03 clear d r1 a
00:04 clear d r1 q a
[00:04] d r1: running
[00:04] q: running (try 2)
[00:04] a: none
00:05 q exits 0
[00:05] q: deferred until it is answered
00:06 answer d r1 q Approve
[00:06] q: success
[00:06] a: running (try 1)

story: a run that is ended needs no answer
dag:
  tasks:
    - {task_id: q, operator: approval, subject: Release?}

00:00 trigger d r1
[00:00] d r1: running
[00:00] q: running (try 1)
00:00 q exits 0
[00:00] q: deferred until it is answered
00:01 fail d r1
[00:01] q: skipped (marked as failed)
[00:01] d r1: failed (marked as failed)
00:02 answer d r1 q Approve
[00:02] refused: DAG "d" has no unfinished run "r1" with a task "q"
