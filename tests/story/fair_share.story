# Among tasks of the same weight the DAG with the fewest that run goes first.

story: a DAG with many tasks leaves room for one with few
workers: 2
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
    - {task_id: b, operator: bash, bash_command: x}
    - {task_id: c, operator: bash, bash_command: x}
    - {task_id: d, operator: bash, bash_command: x}
dag small:
  dag_id: small
  tasks:
    - {task_id: s, operator: bash, bash_command: x}
    - {task_id: t, operator: bash, bash_command: x}

00:00 load small
00:00 trigger d many
[00:00] d many: running
[00:00] a: running (try 1)
[00:00] b: running (try 1)
[00:00] c: scheduled
[00:00] d: scheduled
00:01 trigger small few
[00:01] small few: running
[00:01] few s: scheduled
[00:01] few t: scheduled
00:02 many a exits 0
[00:02] many a: success
[00:02] few s: running (try 1)
00:03 few s exits 0
[00:03] few s: success
[00:03] few t: running (try 1)
00:04 many b exits 0
[00:04] many b: success
[00:04] many c: running (try 1)

story: a heavier task goes first all the same
workers: 1
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x, priority_weight: 2}
    - {task_id: b, operator: bash, bash_command: x, priority_weight: 2}
dag small:
  dag_id: small
  tasks:
    - {task_id: s, operator: bash, bash_command: x}

00:00 load small
00:00 trigger d many
[00:00] d many: running
[00:00] a: running (try 1)
[00:00] b: scheduled
00:01 trigger small few
[00:01] small few: running
[00:01] few s: scheduled
00:02 many a exits 0
[00:02] many a: success
[00:02] many b: running (try 1)
00:03 many b exits 0
[00:03] many b: success
[00:03] few s: running (try 1)
[00:03] d many: success
