# latest_only lets what is after it be done only by the newest run of the schedule.

story: a run of the newest slot goes on
dag:
  schedule: 1h
  start_date: 2026-01-01
  tasks:
    - {task_id: l, operator: latest_only}
    - {task_id: a, operator: bash, bash_command: x, dependencies: l}

[00:00] d @00:00: running
[00:00] l: success
[00:00] a: running (try 1)
[01:00] d @01:00: running
[01:00] @01:00 l: success
[01:00] @01:00 a: running (try 1)
01:00 until
01:10 @01:00 a exits 0
[01:10] @01:00 a: success
[01:10] d @01:00: success

story: a run that catches up with an older slot skips what is directly after it
begins: 2026-01-01 02:30
dag:
  schedule: 1h
  start_date: 2026-01-01
  catchup: true
  tasks:
    - {task_id: l, operator: latest_only}
    - {task_id: a, operator: bash, bash_command: x, dependencies: l}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}

[02:30] d @00:00: running
[02:30] d @01:00: running
[02:30] d @02:00: running
[02:30] @00:00 l: success
[02:30] @01:00 l: success
[02:30] @02:00 l: success
[02:30] @02:00 a: running (try 1)
[02:30] @01:00 a: skipped ("l" lets only the run of the newest slot go on)
[02:30] @01:00 b: running (try 1)
[02:30] @00:00 a: skipped ("l" lets only the run of the newest slot go on)
[02:30] @00:00 b: running (try 1)
02:31 @02:00 a exits 0
[02:31] @02:00 a: success
[02:31] @02:00 b: running (try 1)
02:31 @02:00 b exits 0
[02:31] @02:00 b: success
[02:31] d @02:00: success
02:32 why d @01:00
[02:32] @01:00 b runs since 2026-01-01T02:30:00+00:00

story: a run by hand passes
dag:
  schedule: null
  tasks:
    - {task_id: l, operator: latest_only}
    - {task_id: a, operator: bash, bash_command: x, dependencies: l}

00:00 trigger d r1
[00:00] d r1: running
[00:00] l: success
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success

story: a run with the date of an old slot that was made by hand passes
begins: 2026-01-01 05:30
dag:
  schedule: 1h
  start_date: 2026-01-01
  tasks:
    - {task_id: l, operator: latest_only}
    - {task_id: a, operator: bash, bash_command: x, dependencies: l}

[05:30] d missed 6 slots, @00:00 to @05:00 (due before the DAG was first seen)
05:30 trigger d r1 logical 02:00
[05:30] d r1: running
[05:30] l: success
[05:30] a: running (try 1)
