# The instances of a mapped task are cleared, marked and started one by one or all together.

story: the instances of a mapped task are marked one by one or all
dag:
  tasks:
    - {task_id: m, operator: bash, bash_command: "x {{ expand.n }}", expand: {n: [1, 2, 3]}}
    - {task_id: after, operator: bash, bash_command: x}
  dependencies: m >> after

00:00 trigger d r1
[00:00] d r1: running
[00:00] m[0]: running (try 1)
[00:00] m[1]: running (try 1)
[00:00] m[2]: running (try 1)
00:01 m[0] exits 0
[00:01] m[0]: success
00:01 m[1] exits 1
[00:01] m[1]: failed (exit code 1)
[00:01] after: upstream_failed (upstream task "m[1]" failed)
00:01 m[2] exits 1
[00:01] m[2]: failed (exit code 1)
[00:01] d r1: failed (task "m[1]" failed)
00:02 mark d r1 success m[1]
[00:02] m[1]: success (marked as success)
[00:02] after: upstream_failed (upstream task "m[2]" failed)
[00:02] d r1: failed (task "m[2]" failed)
00:02 mark d r1 success m[3]
[00:02] refused: task "m" of run "r1" has no instance 3
00:03 plan mark d r1 success m
[00:03] would mark m[2]
[00:03] would clear after
00:03 mark d r1 success m
[00:03] d r1: running
[00:03] m[2]: success (marked as success)
[00:03] after: running (try 1)
00:04 after exits 0
[00:04] after: success
[00:04] d r1: success

story: one instance is cleared, and what comes after all of them
dag:
  tasks:
    - {task_id: m, operator: bash, bash_command: "x {{ expand.n }}", expand: {n: [1, 2]}}
    - {task_id: after, operator: bash, bash_command: x}
  dependencies: m >> after

00:00 trigger d r1
[00:00] d r1: running
[00:00] m[0]: running (try 1)
[00:00] m[1]: running (try 1)
00:01 m[0] exits 0
[00:01] m[0]: success
00:01 m[1] exits 0
[00:01] m[1]: success
[00:01] after: running (try 1)
00:02 after exits 0
[00:02] after: success
[00:02] d r1: success
00:03 plan clear d r1 m[1] +downstream
[00:03] would clear m[1]
[00:03] would clear after
00:03 plan clear d r1 m[0] m[1]
[00:03] would clear m[0]
[00:03] would clear m[1]
00:03 plan clear d r1 m[1] m
[00:03] would clear m[0]
[00:03] would clear m[1]
00:03 clear d r1 m[1] +downstream
[00:03] d r1: running
[00:03] m[1]: running (try 2)
[00:03] after: none
00:04 m[1] exits 0
[00:04] m[1]: success
[00:04] after: running (try 2)
00:05 after exits 0
[00:05] after: success
[00:05] d r1: success

story: one instance is started now; of a task that is not many yet it must be waited
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - {task_id: gate, operator: bash, bash_command: x}
    - task_id: m
      operator: bash
      bash_command: "x {{ expand.n }}"
      expand: {n: "{{ tasks.list.output }}"}
  dependencies: "[list, gate] >> m"

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
[00:00] gate: running (try 1)
00:01 force d r1 m
[00:01] refused: it is not known yet what task "m" is mapped over
00:02 list exits 0 leaving 2 values
[00:02] list: success
00:03 force d r1 m[0]
[00:03] refused: task "m" of run "r1" has no instance 0
00:04 gate exits 1
[00:04] gate: failed (exit code 1)
[00:04] m: upstream_failed (upstream task "gate" failed)
[00:04] d r1: failed (task "gate" failed)
00:05 clear d r1 gate m
[00:05] d r1: running
[00:05] gate: running (try 2)
[00:05] m: none
00:06 gate exits 0
[00:06] gate: success
[00:06] m[0]: running (try 1)
[00:06] m[1]: running (try 1)
00:07 m[0] exits 1
[00:07] m[0]: failed (exit code 1)
00:08 m[1] exits 0
[00:08] m[1]: success
[00:08] d r1: failed (task "m[0]" failed)
00:09 force d r1 m
[00:09] refused: task "m" is mapped: which of its instances is meant (map_index)?
00:09 force d r1 m[0]
[00:09] d r1: running
[00:09] m[0]: running (try 2)
00:10 m[0] exits 0
[00:10] m[0]: success
[00:10] d r1: success

story: a mapped task that is cleared with its source has as many instances as there are values then
dag:
  tasks:
    - {task_id: list, operator: bash, bash_command: x}
    - task_id: m
      operator: bash
      bash_command: "x {{ expand.n }}"
      expand: {n: "{{ tasks.list.output }}"}
  dependencies: list >> m

00:00 trigger d r1
[00:00] d r1: running
[00:00] list: running (try 1)
00:01 list exits 0 leaving 3 values
[00:01] list: success
[00:01] m[0]: running (try 1)
[00:01] m[1]: running (try 1)
[00:01] m[2]: running (try 1)
00:02 m[0] exits 0
[00:02] m[0]: success
00:02 m[1] exits 0
[00:02] m[1]: success
00:02 m[2] exits 0
[00:02] m[2]: success
[00:02] d r1: success
00:03 clear d r1 list +downstream
[00:03] d r1: running
[00:03] list: running (try 2)
[00:03] m[0]: none
[00:03] m[1]: none
[00:03] m[2]: none
00:04 list exits 0 leaving 2 values
[00:04] list: success
[00:04] m[2]: removed (there are fewer values now)
[00:04] m[0]: running (try 2)
[00:04] m[1]: running (try 2)
00:05 m[0] exits 0
[00:05] m[0]: success
00:05 m[1] exits 0
[00:05] m[1]: success
[00:05] d r1: success
00:06 plan clear d r1 m
[00:06] would clear m[0]
[00:06] would clear m[1]
00:07 clear d r1 list +downstream
[00:07] d r1: running
[00:07] list: running (try 3)
[00:07] m[0]: none
[00:07] m[1]: none
00:08 list exits 0 leaving 3 values
[00:08] list: success
[00:08] m[2]: running (try 2)
[00:08] m[0]: running (try 3)
[00:08] m[1]: running (try 3)
00:09 m[0] exits 0
[00:09] m[0]: success
00:09 m[1] exits 0
[00:09] m[1]: success
00:09 m[2] exits 0
[00:09] m[2]: success
[00:09] d r1: success

story: a task becomes many where the newest version maps it, and one where it does not
dag:
  tasks:
    - {task_id: a, operator: bash, bash_command: x}
dag v2:
  tasks:
    - {task_id: a, operator: bash, bash_command: "x {{ expand.n }}", expand: {n: [1, 2]}}
dag v3:
  tasks:
    - {task_id: a, operator: bash, bash_command: y}

00:00 trigger d r1
[00:00] d r1: running
[00:00] a: running (try 1)
00:01 a exits 0
[00:01] a: success
[00:01] d r1: success
00:02 load v2
00:03 clear d r1 a +newest
[00:03] d r1: running
[00:03] a[0]: running (try 1)
[00:03] a[1]: running (try 1)
00:04 a[0] exits 0
[00:04] a[0]: success
00:04 a[1] exits 1
[00:04] a[1]: failed (exit code 1)
[00:04] d r1: failed (task "a[1]" failed)
00:05 load v3
00:05 restart
00:06 plan clear d r1 a +newest
[00:06] would add a
[00:06] would remove a[0]
[00:06] would remove a[1]
00:06 clear d r1 a +newest
[00:06] d r1: running
[00:06] a[0]: removed (this version of the DAG does not have it)
[00:06] a[1]: removed (this version of the DAG does not have it)
[00:06] a: running (try 1)
00:07 a exits 0
[00:07] a: success
[00:07] d r1: success
00:08 load v2
00:08 clear d r1 a +newest
[00:08] d r1: running
[00:08] a[0]: running (try 2)
[00:08] a[1]: running (try 2)
[00:08] a: removed (this version of the DAG does not have it)
00:09 a[0] exits 0
[00:09] a[0]: success
00:09 a[1] exits 0
[00:09] a[1]: success
[00:09] d r1: success
