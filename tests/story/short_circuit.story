# A short circuit goes on only if its condition holds.

story: a true condition changes nothing
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
00:01 g gives true
[00:01] g: success
[00:01] a: running (try 1)
00:02 a exits 0
[00:02] a: success
[00:02] d r1: success
00:03 trigger d r2
[00:03] d r2: running
[00:03] r2 g: running (try 1)
00:03 r2 g gives "text"
[00:03] r2 g: success
[00:03] r2 a: running (try 1)
00:03 trigger d r3
[00:03] d r3: running
[00:03] r3 g: running (try 1)
00:03 r3 g gives [0]
[00:03] r3 g: success
[00:03] r3 a: running (try 1)

story: a false one skips all that is after it whatever the rules
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}
    - {task_id: c, operator: bash, bash_command: x, dependencies: b, trigger_rule: none_failed}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
00:01 g gives false
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
[00:01] b: skipped (short circuit "g" has stopped what is after it)
[00:01] c: skipped (short circuit "g" has stopped what is after it)
[00:01] d r1: success

story: zero, null, and empty text, lists and maps are false
dag:
  max_active_runs: 5
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
00:01 g gives 0
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
[00:01] d r1: success
00:02 trigger d r2
[00:02] d r2: running
[00:02] r2 g: running (try 1)
00:02 r2 g gives null
[00:02] r2 g: success
[00:02] r2 a: skipped (short circuit "g" has stopped what is after it)
[00:02] d r2: success
00:03 trigger d r3
[00:03] d r3: running
[00:03] r3 g: running (try 1)
00:03 r3 g gives ""
[00:03] r3 g: success
[00:03] r3 a: skipped (short circuit "g" has stopped what is after it)
[00:03] d r3: success
00:04 trigger d r4
[00:04] d r4: running
[00:04] r4 g: running (try 1)
00:04 r4 g gives []
[00:04] r4 g: success
[00:04] r4 a: skipped (short circuit "g" has stopped what is after it)
[00:04] d r4: success
00:05 trigger d r5
[00:05] d r5: running
[00:05] r5 g: running (try 1)
00:05 r5 g gives {}
[00:05] r5 g: success
[00:05] r5 a: skipped (short circuit "g" has stopped what is after it)
[00:05] d r5: success

story: with ignore_downstream_trigger_rules false the rules of later tasks decide
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}", ignore_downstream_trigger_rules: false}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g, trigger_rule: all_done}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}
    - {task_id: c, operator: bash, bash_command: x, dependencies: a}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
00:01 g gives false
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
[00:01] b: running (try 1)
[00:01] c: skipped (upstream task "a" was skipped)
00:02 b exits 0
[00:02] b: success
[00:02] d r1: success

story: what is after it is skipped at once, though other tasks before it still run
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, dependencies: [g, u], trigger_rule: all_done}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
[00:00] u: running (try 1)
00:01 g gives false
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
00:02 u exits 0
[00:02] u: success
[00:02] d r1: success

story: a task far behind it that is cleared alone is skipped again
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: a, operator: bash, bash_command: x, dependencies: g}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a, trigger_rule: all_done}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
00:01 g gives false
[00:01] g: success
[00:01] a: skipped (short circuit "g" has stopped what is after it)
[00:01] b: skipped (short circuit "g" has stopped what is after it)
[00:01] d r1: success
00:02 clear d r1 b
00:03 restart
00:04 clear d r1 a b
00:05 clear d r1 g a b
[00:05] d r1: running
[00:05] g: running (try 2)
[00:05] a: none
[00:05] b: none
00:06 g gives 1
[00:06] g: success
[00:06] a: running (try 1)
00:07 a exits 0
[00:07] a: success
[00:07] b: running (try 1)
00:08 b exits 0
[00:08] b: success
[00:08] d r1: success

story: a task that had begun is not undone, and what follows it goes by the rules
dag:
  tasks:
    - {task_id: g, operator: short_circuit, condition: "{{ params.x }}"}
    - {task_id: u, operator: bash, bash_command: x}
    - {task_id: a, operator: bash, bash_command: x, dependencies: [g, u], trigger_rule: one_success}
    - {task_id: b, operator: bash, bash_command: x, dependencies: a}
  params: {x: x}

00:00 trigger d r1
[00:00] d r1: running
[00:00] g: running (try 1)
[00:00] u: running (try 1)
00:01 u exits 0
[00:01] u: success
[00:01] a: running (try 1)
00:02 g gives false
[00:02] g: success
00:03 a exits 0
[00:03] a: success
[00:03] b: running (try 1)
00:04 b exits 0
[00:04] b: success
[00:04] d r1: success
