# What each trigger rule makes of the tasks before it. Two tasks before `z`: one that succeeds (s), fails (f), is
# skipped (k), or could not run (u) for lack of its own upstream; and what z does once each has ended.

story: all_success wants every task before it to succeed, and knows at once when one did not
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: all_success}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: upstream_failed (upstream task "y" failed)
[00:07] d sf: failed (task "y" failed)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: skipped (upstream task "y" was skipped)
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: upstream_failed (upstream task "x" failed)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] d fs: failed (task "x" failed)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: upstream_failed (upstream task "x" failed)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] d ff: failed (task "x" failed)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: upstream_failed (upstream task "x" failed)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] d fk: failed (task "x" failed)
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
[00:31] ks z: skipped (upstream task "x" was skipped)
00:32 ks y exits 0
[00:32] ks y: success
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
[00:36] kf z: skipped (upstream task "x" was skipped)
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] d kf: success
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
[00:41] kk z: skipped (upstream task "x" was skipped)
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] d kk: success

story: all_failed wants every task before it to fail
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: all_failed}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
[00:01] z: skipped (trigger rule all_failed: upstream task "x" succeeded)
00:02 ss y exits 0
[00:02] y: success
[00:02] d ss: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
[00:06] sf z: skipped (trigger rule all_failed: upstream task "x" succeeded)
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] d sf: success
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
[00:11] sk z: skipped (trigger rule all_failed: upstream task "x" succeeded)
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] fs z: skipped (trigger rule all_failed: upstream task "y" succeeded)
[00:17] d fs: success
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] ff z: running (try 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] fk z: skipped (trigger rule all_failed: upstream task "y" was skipped)
[00:27] d fk: success
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
[00:31] ks z: skipped (trigger rule all_failed: upstream task "x" was skipped)
00:32 ks y exits 0
[00:32] ks y: success
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
[00:36] kf z: skipped (trigger rule all_failed: upstream task "x" was skipped)
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] d kf: success
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
[00:41] kk z: skipped (trigger rule all_failed: upstream task "x" was skipped)
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] d kk: success

story: all_done waits for the end of all, whatever it is
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: all_done}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: running (try 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: running (try 1)
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] fs z: running (try 1)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] ff z: running (try 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] fk z: running (try 1)
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: running (try 1)
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: running (try 1)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: running (try 1)

story: all_done_min_one_success waits for all, needs one success and no skip
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: all_done_min_one_success}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: running (try 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: skipped (trigger rule all_done_min_one_success: upstream task "y" was skipped)
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] fs z: running (try 1)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] ff z: upstream_failed (trigger rule all_done_min_one_success: no upstream task succeeded)
[00:22] d ff: failed (task "x" failed)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] fk z: skipped (trigger rule all_done_min_one_success: upstream task "y" was skipped)
[00:27] d fk: success
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
[00:31] ks z: skipped (trigger rule all_done_min_one_success: upstream task "x" was skipped)
00:32 ks y exits 0
[00:32] ks y: success
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
[00:36] kf z: skipped (trigger rule all_done_min_one_success: upstream task "x" was skipped)
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] d kf: success
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
[00:41] kk z: skipped (trigger rule all_done_min_one_success: upstream task "x" was skipped)
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] d kk: success

story: all_skipped wants every task before it to be skipped
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: all_skipped}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
[00:01] z: skipped (trigger rule all_skipped: upstream task "x" succeeded)
00:02 ss y exits 0
[00:02] y: success
[00:02] d ss: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
[00:06] sf z: skipped (trigger rule all_skipped: upstream task "x" succeeded)
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] d sf: success
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
[00:11] sk z: skipped (trigger rule all_skipped: upstream task "x" succeeded)
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: skipped (trigger rule all_skipped: upstream task "x" failed)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] d fs: success
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: skipped (trigger rule all_skipped: upstream task "x" failed)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] d ff: success
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: skipped (trigger rule all_skipped: upstream task "x" failed)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] d fk: success
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: skipped (trigger rule all_skipped: upstream task "y" succeeded)
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: skipped (trigger rule all_skipped: upstream task "y" failed)
[00:37] d kf: success
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: running (try 1)

story: one_success starts with the first success
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: one_success}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
[00:01] z: running (try 1)
00:02 ss y exits 0
[00:02] y: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
[00:06] sf z: running (try 1)
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
[00:11] sk z: running (try 1)
00:12 sk y exits 99
[00:12] sk y: skipped
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] fs z: running (try 1)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] ff z: upstream_failed (trigger rule one_success: no upstream task succeeded)
[00:22] d ff: failed (task "x" failed)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] fk z: upstream_failed (trigger rule one_success: no upstream task succeeded)
[00:27] d fk: failed (task "x" failed)
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: running (try 1)
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: upstream_failed (trigger rule one_success: no upstream task succeeded)
[00:37] d kf: failed (task "y" failed)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: skipped (trigger rule one_success: no upstream task succeeded)
[00:42] d kk: success

story: one_failed starts with the first failure
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: one_failed}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: skipped (trigger rule one_failed: no upstream task failed)
[00:02] d ss: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: running (try 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: skipped (trigger rule one_failed: no upstream task failed)
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: running (try 1)
00:17 fs y exits 0
[00:17] fs y: success
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: running (try 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: running (try 1)
00:27 fk y exits 99
[00:27] fk y: skipped
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: skipped (trigger rule one_failed: no upstream task failed)
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: running (try 1)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: skipped (trigger rule one_failed: no upstream task failed)
[00:42] d kk: success

story: one_done starts with the first that succeeded or failed itself
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: one_done}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
[00:01] z: running (try 1)
00:02 ss y exits 0
[00:02] y: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
[00:06] sf z: running (try 1)
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
[00:11] sk z: running (try 1)
00:12 sk y exits 99
[00:12] sk y: skipped
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: running (try 1)
00:17 fs y exits 0
[00:17] fs y: success
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: running (try 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: running (try 1)
00:27 fk y exits 99
[00:27] fk y: skipped
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: running (try 1)
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: running (try 1)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: skipped (trigger rule one_done: no upstream task succeeded or failed)
[00:42] d kk: success

story: none_failed takes success and skip, and waits for all
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: none_failed}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: upstream_failed (trigger rule none_failed: upstream task "y" failed)
[00:07] d sf: failed (task "y" failed)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: running (try 1)
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: upstream_failed (trigger rule none_failed: upstream task "x" failed)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] d fs: failed (task "x" failed)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: upstream_failed (trigger rule none_failed: upstream task "x" failed)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] d ff: failed (task "x" failed)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: upstream_failed (trigger rule none_failed: upstream task "x" failed)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] d fk: failed (task "x" failed)
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: running (try 1)
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: upstream_failed (trigger rule none_failed: upstream task "y" failed)
[00:37] d kf: failed (task "y" failed)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: running (try 1)

story: none_failed_min_one_success also needs one success
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: none_failed_min_one_success}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "y" failed)
[00:07] d sf: failed (task "y" failed)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: running (try 1)
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
[00:16] fs z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "x" failed)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] d fs: failed (task "x" failed)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
[00:21] ff z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "x" failed)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] d ff: failed (task "x" failed)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
[00:26] fk z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "x" failed)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] d fk: failed (task "x" failed)
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
[00:32] ks z: running (try 1)
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] kf z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "y" failed)
[00:37] d kf: failed (task "y" failed)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] kk z: skipped (trigger rule none_failed_min_one_success: all upstream tasks were skipped)
[00:42] d kk: success

story: none_skipped takes all ends but a skip
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: none_skipped}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
[00:07] sf z: running (try 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
[00:12] sk z: skipped (trigger rule none_skipped: upstream task "y" was skipped)
[00:12] d sk: success
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
[00:17] fs z: running (try 1)
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
[00:22] ff z: running (try 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
[00:27] fk z: skipped (trigger rule none_skipped: upstream task "y" was skipped)
[00:27] d fk: success
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
[00:31] ks z: skipped (trigger rule none_skipped: upstream task "x" was skipped)
00:32 ks y exits 0
[00:32] ks y: success
[00:32] d ks: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
[00:36] kf z: skipped (trigger rule none_skipped: upstream task "x" was skipped)
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
[00:37] d kf: success
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
[00:41] kk z: skipped (trigger rule none_skipped: upstream task "x" was skipped)
00:42 kk y exits 99
[00:42] kk y: skipped
[00:42] d kk: success

story: always does not wait
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: x, operator: bash, bash_command: x}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [x, y], trigger_rule: always}

00:00 trigger d ss
[00:00] d ss: running
[00:00] x: running (try 1)
[00:00] y: running (try 1)
[00:00] z: running (try 1)
00:01 ss x exits 0
[00:01] x: success
00:02 ss y exits 0
[00:02] y: success
00:05 trigger d sf
[00:05] d sf: running
[00:05] sf x: running (try 1)
[00:05] sf y: running (try 1)
[00:05] sf z: running (try 1)
00:06 sf x exits 0
[00:06] sf x: success
00:07 sf y exits 1
[00:07] sf y: failed (exit code 1)
00:10 trigger d sk
[00:10] d sk: running
[00:10] sk x: running (try 1)
[00:10] sk y: running (try 1)
[00:10] sk z: running (try 1)
00:11 sk x exits 0
[00:11] sk x: success
00:12 sk y exits 99
[00:12] sk y: skipped
00:15 trigger d fs
[00:15] d fs: running
[00:15] fs x: running (try 1)
[00:15] fs y: running (try 1)
[00:15] fs z: running (try 1)
00:16 fs x exits 1
[00:16] fs x: failed (exit code 1)
00:17 fs y exits 0
[00:17] fs y: success
00:20 trigger d ff
[00:20] d ff: running
[00:20] ff x: running (try 1)
[00:20] ff y: running (try 1)
[00:20] ff z: running (try 1)
00:21 ff x exits 1
[00:21] ff x: failed (exit code 1)
00:22 ff y exits 1
[00:22] ff y: failed (exit code 1)
00:25 trigger d fk
[00:25] d fk: running
[00:25] fk x: running (try 1)
[00:25] fk y: running (try 1)
[00:25] fk z: running (try 1)
00:26 fk x exits 1
[00:26] fk x: failed (exit code 1)
00:27 fk y exits 99
[00:27] fk y: skipped
00:30 trigger d ks
[00:30] d ks: running
[00:30] ks x: running (try 1)
[00:30] ks y: running (try 1)
[00:30] ks z: running (try 1)
00:31 ks x exits 99
[00:31] ks x: skipped
00:32 ks y exits 0
[00:32] ks y: success
00:35 trigger d kf
[00:35] d kf: running
[00:35] kf x: running (try 1)
[00:35] kf y: running (try 1)
[00:35] kf z: running (try 1)
00:36 kf x exits 99
[00:36] kf x: skipped
00:37 kf y exits 1
[00:37] kf y: failed (exit code 1)
00:40 trigger d kk
[00:40] d kk: running
[00:40] kk x: running (try 1)
[00:40] kk y: running (try 1)
[00:40] kk z: running (try 1)
00:41 kk x exits 99
[00:41] kk x: skipped
00:42 kk y exits 99
[00:42] kk y: skipped

story: all_success counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: all_success}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
[00:01] z: upstream_failed (upstream task "u" could not run)
00:02 us y exits 0
[00:02] y: success
[00:02] d us: failed (task "w" failed)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
[00:06] uf z: upstream_failed (upstream task "u" could not run)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] d uf: failed (task "w" failed)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
[00:11] uk z: upstream_failed (upstream task "u" could not run)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] d uk: failed (task "w" failed)

story: all_failed counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: all_failed}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: skipped (trigger rule all_failed: upstream task "y" succeeded)
[00:02] d us: success
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: running (try 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: skipped (trigger rule all_failed: upstream task "y" was skipped)
[00:12] d uk: success

story: all_done counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: all_done}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: running (try 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: running (try 1)

story: all_done_min_one_success counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: all_done_min_one_success}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: upstream_failed (trigger rule all_done_min_one_success: no upstream task succeeded)
[00:07] d uf: failed (task "w" failed)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: skipped (trigger rule all_done_min_one_success: upstream task "y" was skipped)
[00:12] d uk: success

story: all_skipped counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: all_skipped}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
[00:01] z: skipped (trigger rule all_skipped: upstream task "u" could not run)
00:02 us y exits 0
[00:02] y: success
[00:02] d us: success
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
[00:06] uf z: skipped (trigger rule all_skipped: upstream task "u" could not run)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] d uf: success
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
[00:11] uk z: skipped (trigger rule all_skipped: upstream task "u" could not run)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] d uk: success

story: one_success counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: one_success}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: upstream_failed (trigger rule one_success: no upstream task succeeded)
[00:07] d uf: failed (task "w" failed)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: upstream_failed (trigger rule one_success: no upstream task succeeded)
[00:12] d uk: failed (task "w" failed)

story: one_failed counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: one_failed}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
[00:01] z: running (try 1)
00:02 us y exits 0
[00:02] y: success
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
[00:06] uf z: running (try 1)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
[00:11] uk z: running (try 1)
00:12 uk y exits 99
[00:12] uk y: skipped

story: one_done counts a task that could not run as failed, but one_done does not
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: one_done}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: running (try 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: skipped (trigger rule one_done: no upstream task succeeded or failed)
[00:12] d uk: success

story: none_failed counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: none_failed}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
[00:01] z: upstream_failed (trigger rule none_failed: upstream task "u" could not run)
00:02 us y exits 0
[00:02] y: success
[00:02] d us: failed (task "w" failed)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
[00:06] uf z: upstream_failed (trigger rule none_failed: upstream task "u" could not run)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] d uf: failed (task "w" failed)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
[00:11] uk z: upstream_failed (trigger rule none_failed: upstream task "u" could not run)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] d uk: failed (task "w" failed)

story: none_failed_min_one_success counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: none_failed_min_one_success}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
[00:01] z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "u" could not run)
00:02 us y exits 0
[00:02] y: success
[00:02] d us: failed (task "w" failed)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
[00:06] uf z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "u" could not run)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] d uf: failed (task "w" failed)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
[00:11] uk z: upstream_failed (trigger rule none_failed_min_one_success: upstream task "u" could not run)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] d uk: failed (task "w" failed)

story: none_skipped counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: none_skipped}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
[00:02] z: running (try 1)
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
[00:07] uf z: running (try 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
[00:12] uk z: skipped (trigger rule none_skipped: upstream task "y" was skipped)
[00:12] d uk: success

story: always counts a task that could not run as failed
workers: 40
dag:
  max_active_runs: 20
  tasks:
    - {task_id: w, operator: bash, bash_command: x}
    - {task_id: u, operator: bash, bash_command: x, dependencies: w}
    - {task_id: y, operator: bash, bash_command: x}
    - {task_id: z, operator: bash, bash_command: x, dependencies: [u, y], trigger_rule: always}

00:00 trigger d us
[00:00] d us: running
[00:00] w: running (try 1)
[00:00] y: running (try 1)
[00:00] z: running (try 1)
00:01 us w exits 1
[00:01] w: failed (exit code 1)
[00:01] u: upstream_failed (upstream task "w" failed)
00:02 us y exits 0
[00:02] y: success
00:05 trigger d uf
[00:05] d uf: running
[00:05] uf w: running (try 1)
[00:05] uf y: running (try 1)
[00:05] uf z: running (try 1)
00:06 uf w exits 1
[00:06] uf w: failed (exit code 1)
[00:06] uf u: upstream_failed (upstream task "w" failed)
00:07 uf y exits 1
[00:07] uf y: failed (exit code 1)
00:10 trigger d uk
[00:10] d uk: running
[00:10] uk w: running (try 1)
[00:10] uk y: running (try 1)
[00:10] uk z: running (try 1)
00:11 uk w exits 1
[00:11] uk w: failed (exit code 1)
[00:11] uk u: upstream_failed (upstream task "w" failed)
00:12 uk y exits 99
[00:12] uk y: skipped
