# What a slot is called, when its run begins, and which time the run is for.

story: several crons have one slot where they meet
dag:
  schedule: ["0 6 * * *", "0 6,18 * * THU"]
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[06:00] d @06:00: running
[06:00] a: running (try 1)
06:10 @06:00 a exits 0
[06:10] a: success
[06:10] d @06:00: success
[18:00] d @18:00: running
[18:00] @18:00 a: running (try 1)
18:10 @18:00 a exits 0
[18:10] @18:00 a: success
[18:10] d @18:00: success
[01-02 06:00] d @01-02T06:00: running
[01-02 06:00] @01-02T06:00 a: running (try 1)
01-02 06:10 until

story: seconds are counted where they are asked for
dag:
  schedule: {cron: "30 0 * * * *", seconds: true}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:00:30] d @00:00:30: running
[00:00:30] a: running (try 1)
00:00:40 @00:00:30 a exits 0
[00:00:40] a: success
[00:00:40] d @00:00:30: success
[01:00:30] d @01:00:30: running
[01:00:30] @01:00:30 a: running (try 1)
01:00:40 until

story: a run of an interval begins at its end
dag:
  schedule: {cron: "0 3 * * *", interval: true}
  start_date: 2026-01-01
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

12:00 why d
[12:00] d next run at 2026-01-02T03:00:00+00:00
[01-02 03:00] d @01-02T03:00: running
[01-02 03:00] a: running (try 1)
01-02 03:00 until

story: the last interval begins at end_date at the latest
dag:
  schedule: {cron: "0 3 * * *", interval: true}
  start_date: 2026-01-01
  end_date: 2026-01-02T03:00
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[01-02 03:00] d @01-02T03:00: running
[01-02 03:00] a: running (try 1)
01-02 04:00 @01-02T03:00 a exits 0
[01-02 04:00] a: success
[01-02 04:00] d @01-02T03:00: success
[01-03 03:00] d @01-03T03:00: running
[01-03 03:00] @01-03T03:00 a: running (try 1)
01-03 04:00 @01-03T03:00 a exits 0
[01-03 04:00] @01-03T03:00 a: success
[01-03 04:00] d @01-03T03:00: success
01-04 04:00 why d
[01-04 04:00] d its schedule has no further slot

story: an interval of a duration begins at start_date
dag:
  schedule: {every: 1d, interval: true}
  start_date: 2026-01-01T12:00
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[01-02 12:00] d @01-02T12:00: running
[01-02 12:00] a: running (try 1)
01-02 13:00 until

story: jitter moves the beginning of a run, not its slot
dag:
  schedule: {cron: "0 * * * *", jitter: 10m}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:09:24] d @00:00: running
[00:09:24] a: running (try 1)
00:30 why d
[00:30] d next run at 2026-01-01T01:09:24+00:00
[00:30] @00:00 a runs since 2026-01-01T00:09:24+00:00
00:50 @00:00 a exits 0
[00:50] a: success
[00:50] d @00:00: success
[01:09:24] d @01:00: running
[01:09:24] @01:00 a: running (try 1)
01:30 until

story: jitter is no reason to miss a slot
dag:
  schedule: {cron: "0 * * * *", jitter: 10m}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:09:24] d @00:00: running
[00:09:24] a: running (try 1)
00:50 @00:00 a exits 0
[00:50] a: success
[00:50] d @00:00: success
01:01 restart
[01:09:24] d @01:00: running
[01:09:24] @01:00 a: running (try 1)
01:30 until

story: a slot that is due by its jitter when the DAG is first seen is run
begins: 2026-01-01 00:01
dag:
  schedule: {cron: "0 0 * * *", jitter: 10m}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[00:09:24] d @00:00: running
[00:09:24] a: running (try 1)
00:30 until

story: days that are left out have no slot
dag:
  calendars:
    holidays: [2026-01-05]
  schedule: {cron: "0 6 * * *", exclude: [sat, sun, holidays]}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[06:00] d @06:00: running
[06:00] a: running (try 1)
07:00 @06:00 a exits 0
[07:00] a: success
[07:00] d @06:00: success
[01-02 06:00] d @01-02T06:00: running
[01-02 06:00] @01-02T06:00 a: running (try 1)
01-02 07:00 @01-02T06:00 a exits 0
[01-02 07:00] @01-02T06:00 a: success
[01-02 07:00] d @01-02T06:00: success
01-03 12:00 why d
[01-03 12:00] d next run at 2026-01-06T06:00:00+00:00
[01-06 06:00] d @01-06T06:00: running
[01-06 06:00] @01-06T06:00 a: running (try 1)
01-06 06:10 until

story: a slot of a day that is left out moves to the next day that is not
dag:
  schedule: {cron: "0 6 3 * *", exclude: {days: [sat, sun], shift: next}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[01-05 06:00] d @01-05T06:00: running
[01-05 06:00] a: running (try 1)
01-05 06:10 until

story: a slot that moves to another slot is one with it
dag:
  schedule: {cron: "0 6 * * *", exclude: {days: [thu], shift: next}}
  tasks:
    - {task_id: a, operator: bash, bash_command: x}

[01-02 06:00] d @01-02T06:00: running
[01-02 06:00] a: running (try 1)
01-02 07:00 @01-02T06:00 a exits 0
[01-02 07:00] a: success
[01-02 07:00] d @01-02T06:00: success
[01-03 06:00] d @01-03T06:00: running
[01-03 06:00] @01-03T06:00 a: running (try 1)
01-03 06:10 until
