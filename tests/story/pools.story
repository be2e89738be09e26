# A pool has slots that the tasks of all DAGs share.

story: a pool holds what does not fit
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: narrow}
    - {task_id: b, operator: bash, bash_command: x, pool: narrow}
    - {task_id: c, operator: bash, bash_command: x}

00:00 pool narrow 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
[00:00] c: running (try 1)
00:01 why d r1
[00:01] r1 a runs since 2026-01-01T00:00:00+00:00
[00:01] r1 b waits: 1 of the 1 slots of the pool "narrow" is taken by "a"
[00:01] r1 c runs since 2026-01-01T00:00:00+00:00
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)

story: a task may need several slots, and what is smaller does not overtake it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: wide, priority_weight: 9}
    - {task_id: big, operator: bash, bash_command: x, pool: wide, pool_slots: 3, priority_weight: 5}
    - {task_id: small, operator: bash, bash_command: x, pool: wide}

00:00 pool wide 3
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] big: scheduled
[00:00] small: scheduled
00:01 why d r1
[00:01] r1 a runs since 2026-01-01T00:00:00+00:00
[00:01] r1 big waits: 1 of the 3 slots of the pool "wide" is taken by "a"
[00:01] r1 small waits for its turn in the pool "wide": others go first
00:02 a exits 0
[00:02] a: success
[00:02] big: running (try 1)
00:03 big exits 0
[00:03] big: success
[00:03] small: running (try 1)

story: a task that needs more slots than its pool has never starts and holds nobody up
dag:
  tasks:
    - {task_id: big, operator: bash, bash_command: x, pool: narrow, pool_slots: 2, priority_weight: 5}
    - {task_id: small, operator: bash, bash_command: x, pool: narrow}

00:00 pool narrow 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] big: scheduled
[00:00] small: running (try 1)
00:01 why d r1
[00:01] r1 big can never start: it needs 2 slots of the pool "narrow", which has 1
[00:01] r1 small runs since 2026-01-01T00:00:00+00:00
00:02 small exits 0
[00:02] small: success
00:03 pool narrow 2
[00:03] big: running (try 1)

story: a pool that is not there holds its tasks until it is
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: nowhere}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: scheduled
00:01 why d r1
[00:01] r1 a waits: there is no pool "nowhere"; dagctl pools set nowhere SLOTS DESCRIPTION makes it
00:02 pool nowhere 1
[00:02] a: running (try 1)

story: a pool without limit has slots for all
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: open, pool_slots: 1000}
    - {task_id: b, operator: bash, bash_command: x, pool: open, pool_slots: 1000}

00:00 pool open -1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)

story: a smaller pool ends nothing that runs
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: p}
    - {task_id: b, operator: bash, bash_command: x, pool: p}
    - {task_id: c, operator: bash, bash_command: x, pool: p}

00:00 pool p 2
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: scheduled
00:01 pool p 1
00:02 a exits 0
[00:02] a: success
00:03 b exits 0
[00:03] b: success
[00:03] c: running (try 1)

story: the pool that is deleted holds what waits for it
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: p}
    - {task_id: b, operator: bash, bash_command: x, pool: p}

00:00 pool p 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 pool p gone
00:02 a exits 0
[00:02] a: success
00:03 why d r1
[00:03] r1 b waits: there is no pool "p"; dagctl pools set p SLOTS DESCRIPTION makes it
00:04 pool p 1
[00:04] b: running (try 1)

story: the default pool cannot be deleted
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

00:00 pool default_pool gone
[00:00] refused: the pool "default_pool" cannot be deleted
00:00 pool nowhere gone
[00:00] refused: there is no pool "nowhere"

story: the default pool may be made narrow
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 pool default_pool 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled

story: a full pool does not hold the tasks of the same run that need another one
dag:
  max_active_tasks: 2
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: narrow, priority_weight: 9}
    - {task_id: b, operator: bash, bash_command: x, pool: narrow, priority_weight: 8}
    - {task_id: c, operator: bash, bash_command: x, pool: narrow, priority_weight: 7}
    - {task_id: d, operator: bash, bash_command: x}

00:00 pool narrow 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
[00:00] c: scheduled
[00:00] d: running (try 1)

story: a run at its own limit does not hold the tasks of another run
dag:
  max_active_tasks: 1
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a: running (try 1)
[00:01] r2 b: scheduled
00:02 r1 a exits 0
[00:02] r1 a: success
[00:02] r1 b: running (try 1)

story: slots are known again after a restart
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: p}
    - {task_id: b, operator: bash, bash_command: x, pool: p}

00:00 pool p 1
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 restart
00:02 a exits 0
[00:02] a: success
[00:02] b: running (try 1)

story: a task that waits for a limit of its own does not hold up what is behind it in the pool
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, pool: p, pool_slots: 3, priority_weight: 5, max_active_tis_per_dag: 1}
    - {task_id: b, operator: bash, bash_command: x, pool: p, dependencies: a, priority_weight: 1}
    - {task_id: c, operator: bash, bash_command: x, pool: p}

00:00 pool p 5
00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
[00:00] c: running (try 1)
00:01 trigger d r2
[00:01] d r2: running
[00:01] r2 a: scheduled
[00:01] r2 c: running (try 1)
