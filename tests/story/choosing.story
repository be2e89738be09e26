# Which tasks a clear means: by name, along the edges, by state; what it would do can be asked first.

story: a clear spreads to all tasks after those that are named
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: other, operator: empty}
  dependencies: a >> b >> c

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] other: success
00:01 a exits 0
[00:01] a: success
[00:01] b: running (try 1)
00:02 b exits 0
[00:02] b: success
[00:02] c: running (try 1)
00:03 c exits 0
[00:03] c: success
[00:03] d r1: success
00:04 plan clear d r1 b
[00:04] would clear b
00:04 plan clear d r1 b +downstream
[00:04] would clear b
[00:04] would clear c
00:04 plan clear d r1 b +upstream
[00:04] would clear a
[00:04] would clear b
00:04 plan clear d r1 b +upstream +downstream
[00:04] would clear a
[00:04] would clear b
[00:04] would clear c
00:04 plan clear d r1 all
[00:04] would clear a
[00:04] would clear b
[00:04] would clear c
[00:04] would clear other
00:05 clear d r1 b +downstream
[00:05] d r1: running
[00:05] b: running (try 2)
[00:05] c: none
00:06 b exits 0
[00:06] b: success
[00:06] c: running (try 2)
00:07 c exits 0
[00:07] c: success
[00:07] d r1: success

story: what comes after is found from the named ones only, not from those before them
dag:
  tasks:
    - {task_id: a, operator: empty}
    - {task_id: b, operator: empty}
    - {task_id: c, operator: empty}
  dependencies: |
    a >> b
    a >> c

00:00 trigger d r1
[00:00] a: success
[00:00] b: success
[00:00] c: success
[00:00] d r1: success
00:01 plan clear d r1 b +upstream +downstream
[00:01] would clear a
[00:01] would clear b

story: only the failed ones
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: running (try 1)
00:01 a exits 1
[00:01] a: failed (exit code 1)
[00:01] b: upstream_failed (upstream task "a" failed)
00:02 c exits 0
[00:02] c: success
[00:02] d r1: failed (task "a" failed)
00:03 plan clear d r1 all +failed
[00:03] would clear a
[00:03] would clear b
00:03 clear d r1 all +failed
[00:03] d r1: running
[00:03] a: running (try 2)
[00:03] b: none
00:04 a exits 0
[00:04] a: success
[00:04] b: running (try 1)
00:05 b exits 0
[00:05] b: success
[00:05] d r1: success

story: only the running ones
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
  dependencies: a >> b

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: running (try 1)
00:01 c exits 1
[00:01] c: failed (exit code 1)
00:02 plan clear d r1 all +running
[00:02] would clear a
00:02 plan clear d r1 all +running +failed
[00:02] would clear a
[00:02] would clear c
00:03 plan clear d r1 c +running

story: a clear that is not to end anything is refused while one of the tasks runs
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: empty}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: success
00:01 clear d r1 all +unless-running
[00:01] refused: task "a" of run "r1" is running
00:02 clear d r1 b +unless-running

story: a name that is not there is told with the one that was perhaps meant
dag:
  tasks:
    - {task_id: extract, operator: empty}
    - {task_id: load, operator: empty}

00:00 trigger d r1
[00:00] extract: success
[00:00] load: success
[00:00] d r1: success
00:01 clear d r1 extrct
[00:01] refused: run "r1" of DAG "d" has no task "extrct"; did you mean "extract"?
00:01 clear d r1 load[0]
[00:01] refused: task "load" of run "r1" has no instance 0
00:01 plan mark d r1 failed nothing
[00:01] refused: run "r1" of DAG "d" has no task "nothing"

story: a group stands for all its tasks, those of the groups in it, too
dag:
  task_groups:
    - {group_id: load}
    - {group_id: checks, parent_group: load}
  tasks:
    - {task_id: begin, operator: empty}
    - {task_id: orders, operator: empty, task_group: load}
    - {task_id: count, operator: empty, task_group: checks}
    - {task_id: report, operator: empty}
  dependencies: begin >> load >> report

00:00 trigger d r1
[00:00] begin: success
[00:00] load.orders: success
[00:00] load.checks.count: success
[00:00] report: success
[00:00] d r1: success
00:01 plan clear d r1 load
[00:01] would clear load.orders
[00:01] would clear load.checks.count
00:01 plan clear d r1 load.checks +downstream
[00:01] would clear load.checks.count
[00:01] would clear report
00:01 plan mark d r1 skipped load
[00:01] would mark load.orders
[00:01] would mark load.checks.count
00:02 clear d r1 load.check
[00:02] refused: run "r1" of DAG "d" has no task "load.check"; did you mean "load.checks"?
00:02 mark d r1 skipped load.checks
[00:02] load.checks.count: skipped (marked as skipped)

story: a task in the scope of a setup brings the setup and its teardown, whatever their states
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, setup: true}
    - {task_id: work, operator: bash, bash_command: x}
    - {task_id: drop, operator: bash, bash_command: x, teardown: make}
    - {task_id: report, operator: empty}
  dependencies: |
    make >> work >> drop
    work >> report

00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 0
[00:01] make: success
[00:01] work: running (try 1)
00:02 work exits 1
[00:02] work: failed (exit code 1)
[00:02] drop: running (try 1)
[00:02] report: upstream_failed (upstream task "work" failed)
00:03 drop exits 0
[00:03] drop: success
[00:03] d r1: failed (task "work" failed)
00:04 plan clear d r1 work
[00:04] would clear make
[00:04] would clear work
[00:04] would clear drop
00:04 plan clear d r1 all +failed
[00:04] would clear make
[00:04] would clear work
[00:04] would clear drop
[00:04] would clear report
00:04 plan clear d r1 drop
[00:04] would clear make
[00:04] would clear drop
00:04 plan clear d r1 make
[00:04] would clear make
[00:04] would clear drop
00:04 plan mark d r1 success work
[00:04] would mark work
[00:04] would clear report
00:05 clear d r1 work +downstream
[00:05] d r1: running
[00:05] make: running (try 2)
[00:05] work: none
[00:05] drop: none
[00:05] report: none
00:06 make exits 0
[00:06] make: success
[00:06] work: running (try 2)
00:07 work exits 0
[00:07] work: success
[00:07] drop: running (try 2)
[00:07] report: success
00:08 drop exits 0
[00:08] drop: success
[00:08] d r1: success
