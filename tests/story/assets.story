# A task that succeeds updates its outlets; a DAG may run when assets have been updated.

story: a DAG runs when the asset for which it waits is updated
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: "s3://lake/orders"}
dag reader:
  dag_id: reader
  schedule: {assets: "s3://lake/orders"}
  tasks:
    - {task_id: read, operator: bash, bash_command: x}

00:00 load reader
00:01 why reader
[00:01] reader waits for the asset "s3://lake/orders"
00:02 trigger d r1
[00:02] d r1: running
[00:02] make: running (try 1)
00:03 make exits 0
[00:03] reader asset_triggered__2026-01-01T00:03:00+00:00_2: running
[00:03] r1 make: success
[00:03] asset_triggered__2026-01-01T00:03:00+00:00_2 read: running (try 1)
[00:03] d r1: success

story: a task that fails updates nothing
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: a}
dag reader:
  dag_id: reader
  schedule: {assets: [a]}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 1
[00:01] make: failed (exit code 1)
[00:01] d r1: failed (task "make" failed)
00:02 why reader
[00:02] reader waits for the assets "a"

story: a list means all of them, each since the last run
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a
00:01 why d
[00:01] d waits for the assets "b"
00:02 asset a
00:03 asset b
[00:03] read: success
[00:03] d asset_triggered__2026-01-01T00:03:00+00:00_1: success
00:04 asset b
00:05 why d
[00:05] d waits for the assets "a"
00:06 asset a
[00:06] read: success
[00:06] d asset_triggered__2026-01-01T00:06:00+00:00_2: success

story: any of them is enough
dag:
  schedule: {assets: {any: [a, {all: [b, c]}]}}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset b
00:01 why d
[00:01] d waits for the assets "a" or "c"
00:02 asset a
[00:02] read: success
[00:02] d asset_triggered__2026-01-01T00:02:00+00:00_1: success
00:03 asset b
00:04 asset c
[00:04] read: success
[00:04] d asset_triggered__2026-01-01T00:04:00+00:00_2: success

story: what is updated while runs are at their limit is one run later
dag:
  schedule: {assets: a}
  max_active_runs: 1
  tasks:
    - {task_id: read, operator: bash, bash_command: x}

00:00 asset a
[00:00] d asset_triggered__2026-01-01T00:00:00+00:00_1: running
[00:00] read: running (try 1)
00:01 asset a
00:02 asset a
00:03 why d
[00:03] d the next run waits: max_active_runs (1) is reached
[00:03] asset_triggered__2026-01-01T00:00:00+00:00_1 read runs since 2026-01-01T00:00:00+00:00
00:04 read exits 0
[00:04] d asset_triggered__2026-01-01T00:04:00+00:00_2: running
[00:04] asset_triggered__2026-01-01T00:00:00+00:00_1 read: success
[00:04] asset_triggered__2026-01-01T00:04:00+00:00_2 read: running (try 1)
[00:04] d asset_triggered__2026-01-01T00:00:00+00:00_1: success

story: a paused DAG does not hear of updates
dag:
  schedule: {assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:00 pause d
00:01 asset a
00:02 unpause d
00:03 asset a
[00:03] read: success
[00:03] d asset_triggered__2026-01-01T00:03:00+00:00_1: success

story: what was heard of outlasts a restart
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a
00:01 restart
00:02 asset b
[00:02] read: success
[00:02] d asset_triggered__2026-01-01T00:02:00+00:00_1: success

story: an update that is not durable was not heard of
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a -- dies before the commit
00:01 starts
00:01 recovered
00:02 asset b
00:03 why d
[00:03] d waits for the assets "a"

story: assets and a schedule may both make runs
begins: 2026-01-01 00:30
dag:
  schedule: {cron: "0 * * * *", assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:40 asset a
[00:40] read: success
[00:40] d asset_triggered__2026-01-01T00:40:00+00:00_1: success
[01:00] read: success
[01:00] d @01:00: success
01:10 until

story: what a DAG has heard of may be forgotten
dag:
  schedule: {assets: [a, b, c]}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a
00:00 asset b
00:01 forget d a
00:02 why d
[00:02] d waits for the assets "a" and "c"
00:03 restart
00:03 why d
[00:03] d waits for the assets "a" and "c"
00:04 forget d
00:05 why d
[00:05] d waits for the assets "a" and "b" and "c"
00:06 restart
00:06 why d
[00:06] d waits for the assets "a" and "b" and "c"

story: what a DAG forgets another one still has heard of
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}
dag other:
  dag_id: other
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 load other
00:00 asset a
00:01 forget d a
00:01 forget nobody
[00:01] refused: there is no DAG "nobody"
00:02 asset b
[00:02] read: success
[00:02] other asset_triggered__2026-01-01T00:02:00+00:00_1: success

story: an asset for which a DAG does not wait any more is forgotten for ever
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}
dag v2:
  schedule: {assets: [b, c]}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a
00:01 load v2
00:01 why d
[00:01] d waits for the assets "b" and "c"
00:02 load
00:02 why d
[00:02] d waits for the assets "a" and "b"
00:03 restart
00:03 why d
[00:03] d waits for the assets "a" and "b"

story: a condition that is met as soon as it is another one makes a run
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}
dag v2:
  schedule: {assets: {any: [a, b]}}
  tasks:
    - {task_id: read, operator: empty}

00:00 asset a
00:01 load v2
[00:01] read: success
[00:01] d asset_triggered__2026-01-01T00:01:00+00:00_1: success

story: a task that is marked as success by hand updates nothing
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: a}
dag reader:
  dag_id: reader
  schedule: {assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 1
[00:01] make: failed (exit code 1)
[00:01] d r1: failed (task "make" failed)
00:02 mark d r1 success make
[00:02] make: success (marked as success)
[00:02] d r1: success
00:03 why reader
[00:03] reader waits for the asset "a"

story: a skipped task updates nothing
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: a}
dag reader:
  dag_id: reader
  schedule: {assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 99
[00:01] make: skipped
[00:01] d r1: success

story: a task that succeeds once more updates its outlets once more
dag:
  tasks:
    - {task_id: make, operator: empty, outlets: a}
dag reader:
  dag_id: reader
  schedule: {assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] make: success
[00:00] read: success
[00:00] d r1: success
[00:00] reader asset_triggered__2026-01-01T00:00:00+00:00_2: success
00:01 clear d r1 make
[00:01] asset_triggered__2026-01-01T00:01:00+00:00_3 read: success
[00:01] reader asset_triggered__2026-01-01T00:01:00+00:00_3: success

story: an update and the run that follows are durable together or not at all
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: a}
dag reader:
  dag_id: reader
  schedule: {assets: a}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 0 -- dies before the commit
00:02 starts
00:02 recovered
00:03 make exits 0
[00:03] make: success
[00:03] read: success
[00:03] reader asset_triggered__2026-01-01T00:03:00+00:00_2: success
[00:03] d r1: success

story: a DAG that is gone or deleted does not hear of updates
dag:
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 gone d
00:01 asset a
00:02 load
00:02 why d
[00:02] d waits for the assets "a" and "b"
00:03 asset a
00:04 delete d
00:05 asset b
00:06 load
00:06 why d
[00:06] d waits for the assets "a" and "b"

story: two outlets of one task make one run of a DAG that waits for both
dag:
  tasks:
    - {task_id: make, operator: bash, bash_command: x, outlets: [a, b]}
dag reader:
  dag_id: reader
  schedule: {assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] d r1: running
[00:00] make: running (try 1)
00:01 make exits 0
[00:01] make: success
[00:01] read: success
[00:01] reader asset_triggered__2026-01-01T00:01:00+00:00_2: success
[00:01] d r1: success

story: why a DAG does not run names its next slot and its assets
dag:
  schedule: {cron: "0 * * * *", assets: [a, b]}
  tasks:
    - {task_id: read, operator: empty}

[00:00] read: success
[00:00] d @00:00: success
00:00 asset b
00:01 why d
[00:01] d next run at 2026-01-01T01:00:00+00:00; waits for the assets "a", too

story: two DAGs that wait for each other run once a second at most
dag:
  schedule: {assets: a}
  tasks:
    - {task_id: make, operator: empty, outlets: b}
dag other:
  dag_id: other
  schedule: {assets: b}
  tasks:
    - {task_id: make, operator: empty, outlets: a}

00:00 load other
00:00 asset a
[00:00] make: success
[00:00] make: success
[00:00] d asset_triggered__2026-01-01T00:00:00+00:00_1: success
[00:00] other asset_triggered__2026-01-01T00:00:00+00:00_2: success
00:00 why d
[00:00] d next run at 2026-01-01T00:00:01+00:00
[00:00:01] asset_triggered__2026-01-01T00:00:01+00:00_3 make: success
[00:00:01] asset_triggered__2026-01-01T00:00:01+00:00_4 make: success
[00:00:01] d asset_triggered__2026-01-01T00:00:01+00:00_3: success
[00:00:01] other asset_triggered__2026-01-01T00:00:01+00:00_4: success
00:00:01 until
00:00:01 pause d
00:01 unpause d
[00:01] asset_triggered__2026-01-01T00:01:00+00:00_5 make: success
[00:01] asset_triggered__2026-01-01T00:01:00+00:00_6 make: success
[00:01] d asset_triggered__2026-01-01T00:01:00+00:00_5: success
[00:01] other asset_triggered__2026-01-01T00:01:00+00:00_6: success

story: two outlets of one task make one run of a DAG that waits for any of them
dag:
  tasks:
    - {task_id: make, operator: empty, outlets: [a, b]}
dag reader:
  dag_id: reader
  schedule: {assets: {any: [a, b]}}
  tasks:
    - {task_id: read, operator: empty}

00:00 load reader
00:00 trigger d r1
[00:00] make: success
[00:00] read: success
[00:00] d r1: success
[00:00] reader asset_triggered__2026-01-01T00:00:00+00:00_2: success
00:10 until
