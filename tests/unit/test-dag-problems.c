/* SPDX-License-Identifier: MIT */
/* What is wrong in DAG files, told word by word: each row is a file and all that is said about it.
 */
#include "tests/unit/wrong_dags.h"

#define ONE_TASK "tasks:\n  - {task_id: a, operator: empty}\n"
#define TWO_TASKS                             \
	"schedule: null\n"                    \
	"tasks:\n"                            \
	"  - {task_id: a, operator: empty}\n" \
	"  - {task_id: b, operator: empty}\n"
#define PROBE              \
	"schedule: null\n" \
	"tasks:\n"         \
	"  - task_id: a\n" \
	"    operator: probe\n"
#define TEXT_OF_B(text)                                        \
	"schedule: null\n"                                     \
	"params: {db: x, limit: 5}\n"                          \
	"tasks:\n"                                             \
	"  - {task_id: a, operator: empty}\n"                  \
	"  - {task_id: c, operator: empty, dependencies: b}\n" \
	"  - task_id: b\n"                                     \
	"    operator: probe\n"                                \
	"    dependencies: a\n"                                \
	"    text: \"" text "\"\n"
#define DAG_KEYS                                                                           \
	"dag_id, dag_display_name, description, doc_md, owner, tags, schedule, timezone, " \
	"start_date, end_date, calendars, catchup, overlap, max_active_runs, "             \
	"max_active_tasks, "                                                               \
	"max_consecutive_failed_dag_runs, fail_fast, dagrun_timeout, deadline, "           \
	"on_success_callback, on_failure_callback, "                                       \
	"is_paused_upon_creation, params, default_args, env, dependencies, "               \
	"task_groups, tasks"
#define DEFAULTS_KEYS                                                                          \
	"owner, doc_md, trigger_rule, retries, retry_delay, retry_exponential_backoff, "       \
	"max_retry_delay, retry_on_exit_code, fail_on_exit_code, execution_timeout, "          \
	"depends_on_past, wait_for_downstream, ignore_first_depends_on_past, pool, "           \
	"pool_slots, priority_weight, weight_rule, max_active_tis_per_dag, "                   \
	"max_active_tis_per_dagrun, outlets, inlets, env, do_xcom_push, on_execute_callback, " \
	"on_success_callback, on_failure_callback, on_retry_callback, on_skipped_callback, "   \
	"on_lost"

static const struct wrong wrong_file[] = {
	{"", "0:0: there is no DAG in this file"},
	{"# nothing\n", "0:0: there is no DAG in this file"},
	{"- a\n", "1:1: a DAG is a map of keys such as schedule and tasks, not a list"},
	{"hello", "1:1: a DAG is a map of keys such as schedule and tasks, not text"},
	{"schedule: null\n", "1:1: the DAG has no tasks"},
	{"tasks: []\n", "1:1: the DAG has no tasks"},
	{"tasks: {a: {operator: empty}}\n",
		"1:8: tasks: expected a list, found a map | each task begins with `- task_id: "
		"NAME`"},
	{"tasks:\n  - a\n", "2:5: a task: expected a map, found text"},
	{"tasks: [\n", "2:1: the file ends where a value was expected"},
	{"dag_id: a\ntasks:\n  - {task_id: a, operator: empty}\n---\ndag_id: a\ntasks:\n  - "
	 "{task_id: a, operator: empty}\n",
		"5:9: the dag_id \"a\" is already used by the DAG in line 1"},
	{"tasks:\n  - {task_id: a, operator: empty}\n---\ntasks:\n  - {task_id: a, operator: "
	 "empty}\n",
		"4:1: the dag_id \"f\" is already used by the DAG in line 1 | each DAG of a file "
		"but one needs a dag_id of its own"},
	{"dag_id: a\ntasks:\n  - {task_id: a, operator: empty}\n---\ndag_id: b\nx: 1\ntasks:\n  - "
	 "{task_id: a, operator: empty}\n",
		"6:1: unknown key \"x\" | the keys of a DAG are " DAG_KEYS},
};

static const struct wrong wrong_keys[] = {
	{"retries: 3\n" ONE_TASK,
		"1:1: \"retries\" is no key of a DAG | write it on a task, or below default_args "
		"for all tasks"},
	{"schedul: 1d\n" ONE_TASK, "1:1: unknown key \"schedul\"; did you mean \"schedule\"?"},
	{"zzzzz: 1\n" ONE_TASK, "1:1: unknown key \"zzzzz\" | the keys of a DAG are " DAG_KEYS},
	{"schedule_interval: 1d\n" ONE_TASK,
		"1:1: unknown key \"schedule_interval\"; did you mean \"schedule\"?"},
	{"dag_id: a b\n" ONE_TASK,
		"1:9: dag_id \"a b\" contains \" \"; letters, digits, \"_\", \"-\", \".\" are "
		"allowed"},
	{"dag_id:\n" ONE_TASK,
		"1:8: dag_id: expected text, found null | write \"\" in quotes for the text"},
	{"description: [a]\n" ONE_TASK, "1:14: description: expected text, found a list"},
	{"catchup: yes\n" ONE_TASK,
		"1:10: catchup: expected one of false, latest, true, found \"yes\""},
	{"catchup: [true]\n" ONE_TASK,
		"1:10: catchup: expected one of false, latest, true, found a list"},
	{"max_active_runs: 0\nmax_active_tasks: 010\n" ONE_TASK,
		"1:18: max_active_runs: expected a whole number from 1 to 1000000, found 0\n2:19: "
		"max_active_tasks: expected a whole number from 1 to 1000000, but \"010\" could be "
		"the number 10 or, read as octal, 8 | write 10 or 8"},
	{"is_paused_upon_creation: on\n" ONE_TASK,
		"1:26: is_paused_upon_creation: expected true or false, but \"on\" could be the "
		"boolean true or the text \"on\" | write true"},
	{"dagrun_timeout: soon\n" ONE_TASK,
		"1:17: dagrun_timeout: \"soon\" is not a duration: expected something like 30s, "
		"5m, 1h30m, 2d, PT5M, or a number of seconds"},
	{"tags: [a, [b]]\n" ONE_TASK, "1:11: a tag: expected text, found a list"},
	{"tags: a\n" ONE_TASK, "1:7: tags: expected a list, found text"},
	{"tags: "
	 "[xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxx]\n" ONE_TASK,
		"1:8: the tag has more than 100 characters"},
	{"owner_links: {a: b}\n" ONE_TASK,
		"1:1: this version does not support \"owner_links\" yet"},
};

static const struct wrong wrong_tasks[] = {
	{"tasks:\n  - operator: empty\n", "2:5: the task has no task_id"},
	{"tasks:\n  - {task_id: a/b, operator: empty}\n",
		"2:15: task_id \"a/b\" contains \"/\"; letters, digits, \"_\", \"-\", \".\" are "
		"allowed"},
	{"tasks:\n  - {task_id: a, operator: empty}\n  - {task_id: a, operator: empty}\n",
		"3:5: the task_id \"a\" is already used by the task in line 2"},
	{"tasks:\n  - task_id: a\n",
		"2:5: the task \"a\" has no operator | the operators are bash, empty, probe"},
	{"tasks:\n  - {task_id: a, operator: bsh}\n",
		"2:28: there is no operator \"bsh\"; did you mean \"bash\"? | the operators are "
		"bash, empty, probe"},
	{"tasks:\n  - {task_id: a, operator: kubernetes}\n",
		"2:28: there is no operator \"kubernetes\" | the operators are bash, empty, probe"},
	{"tasks:\n  - {task_id: a, operator: airflow.operators.bash_operator.BashOperator}\n",
		"2:28: there is no operator \"airflow.operators.bash_operator.BashOperator\"; did "
		"you mean \"BashOperator\"? | the operators are bash, empty, probe"},
	{"tasks:\n  - {task_id: a, operator: [bash]}\n",
		"2:28: operator: expected text, found a list"},
	{"tasks:\n  - {task_id: a, operator: empty, retires: 1}\n",
		"2:35: unknown key \"retires\"; did you mean \"retries\"?"},
	{"tasks:\n  - {task_id: a, operator: bash, bash_comand: date}\n",
		"2:34: unknown key \"bash_comand\"; did you mean \"bash_command\"?"},
	{"tasks:\n  - {task_id: a, operator: bash, command: date}\n",
		"2:34: unknown key \"command\"; did you mean \"bash_command\"?"},
	{"tasks:\n  - {task_id: a, operator: bash}\n",
		"2:5: the task \"a\" lacks \"bash_command\", which the operator bash requires | "
		"bash_command: The script. (shell)"},
	{"tasks:\n  - {task_id: a, operator: bash, bash_command: }\n",
		"2:5: the task \"a\" lacks \"bash_command\", which the operator bash requires | "
		"bash_command: The script. (shell)"},
	{"tasks:\n  - {task_id: a, operator: empty, retries: -1, retry_delay: 5 min, "
	 "priority_weight: high}\n",
		"2:44: retries: expected a whole number from 0 to 1000000, found -1\n2:61: "
		"retry_delay: \"5 min\" is not a duration: expected something like 30s, 5m, 1h30m, "
		"2d, PT5M, or a number of seconds\n2:85: priority_weight: expected a whole number "
		"from -2147483648 to 2147483647, found text \"high\""},
	{"tasks:\n  - {task_id: a, operator: empty, retries: \"3\", do_xcom_push: no, on_lost: "
	 "ignore}\n",
		"2:44: retries: expected a whole number from 0 to 1000000, found text \"3\" | in "
		"quotes it is text; remove the quotes\n2:63: do_xcom_push: expected true or false, "
		"but \"no\" could be the boolean false or the text \"no\" | write false\n2:76: "
		"on_lost: expected one of fail, retry, found \"ignore\""},
	{"tasks:\n  - {task_id: a, operator: empty, queue: big, run_as_user: x, params: {a: 1}}\n",
		"2:35: this version does not support \"queue\" other than default yet\n2:47: this "
		"version does not support \"run_as_user\" yet\n2:63: this version does not "
		"support \"params\" yet | params are written on the DAG"},
	{"env: [A]\n" ONE_TASK, "1:6: env: expected a map, found a list"},
	{"env: {1A: x, DAGD_X: y, AIRFLOW_CTX_A: z, B: }\n" ONE_TASK,
		"1:7: \"1A\" is no name for an environment variable: letters, digits and \"_\" "
		"were expected, no digit first\n1:14: \"DAGD_X\" cannot be set: names that begin "
		"with DAGD_ or AIRFLOW_CTX_ are set for each task\n1:25: \"AIRFLOW_CTX_A\" cannot "
		"be set: names that begin with DAGD_ or AIRFLOW_CTX_ are set for each task\n1:46: "
		"the variable \"B\" has no value | write \"\" for an empty one"},
	{"default_args: [1]\n" ONE_TASK, "1:15: default_args: expected a map, found a list"},
	{"default_args: {retires: 2, task_id: x, bash_command: y}\n" ONE_TASK,
		"1:16: unknown key \"retires\"; did you mean \"retries\"?\n1:28: unknown key "
		"\"task_id\" | the keys of default_args are " DEFAULTS_KEYS
		"\n1:40: unknown key \"bash_command\" | the keys of default_args "
		"are " DEFAULTS_KEYS},
	{"default_args: {retries: x, cwd: [1]}\ntasks:\n  - {task_id: a, operator: bash, "
	 "bash_command: x}\n  - {task_id: b, operator: bash, bash_command: y}\n",
		"1:25: retries: expected a whole number from 0 to 1000000, found text \"x\"\n1:33: "
		"cwd: expected text, found a list"},
	{"tasks:\n  - {task_id: a, operator: bash, bash_command: x, skip_on_exit_code: 256}\n  - "
	 "{task_id: b, operator: bash, bash_command: x, skip_on_exit_code: \"{{ params.x }}\"}\n",
		"2:70: \"skip_on_exit_code\" is an exit code or a list of them: numbers from 1 to "
		"255 were expected, no template\n3:70: \"skip_on_exit_code\" is an exit code or a "
		"list of them: numbers from 1 to 255 were expected, no template\n3:74: there is no "
		"param \"x\" | declare it under "
		"params, or read dag_run.conf.x, which may hold anything"},
};

static const struct wrong wrong_arguments[] = {
	{PROBE "    text: [1]\n", "5:11: text: expected text, found a list"},
	{PROBE "    code: [one, \"two {{ ds }}\"]\n",
		"5:17: code: no template may stand here, for what it gives would be read as code | "
		"pass the value in \"list\""},
	{PROBE "    choice: gzp\n",
		"5:13: choice: expected one of plain, gzip, found \"gzp\"; did you mean \"gzip\"?"},
	{PROBE "    integer: 1.5\n",
		"5:14: integer: expected a whole number, found a number \"1.5\""},
	{PROBE "    integer: 010\n",
		"5:14: integer: expected a whole number, but \"010\" could be the number 10 or, "
		"read as octal, 8 | write 10 or 8"},
	{PROBE "    number: yes\n",
		"5:13: number: expected a number, but \"yes\" could be the boolean true or the "
		"text \"yes\" | write true"},
	{PROBE "    number: .inf\n", "5:13: number: expected a finite number, found a number .inf"},
	{PROBE "    boolean: no\n",
		"5:14: boolean: expected true or false, but \"no\" could be the boolean false or "
		"the text \"no\" | write false"},
	{PROBE "    boolean: \"true\"\n",
		"5:14: boolean: expected true or false, found text \"true\" | in quotes it is "
		"text; remove the quotes"},
	{PROBE "    duration: 12:30\n",
		"5:15: duration: expected a duration such as 30s, 5m, 1h30m or 2d, but \"12:30\" "
		"could be a time or, read in base 60, the number 750 | write 750"},
	{PROBE "    size: 10 elephants\n",
		"5:11: size: \"10 elephants\" is not a size: expected a number of bytes, or "
		"something like 10MiB, 2.5GB"},
	{PROBE "    size: []\n", "5:11: size: expected a size such as 10MiB, found a list"},
	{PROBE "    list: a\n",
		"5:11: list: expected a list, found text | a list of one is written [a]"},
	{PROBE "    map: [a]\n", "5:10: map: expected a map, found a list"},
	{PROBE "    connection: postgres://user:secret@host/db\n",
		"5:17: connection: expected the id of a connection: letters, digits, \"_\", \"-\", "
		"\".\" | `dagctl connections add` makes a connection"},
	{PROBE "    any: {a: [.nan]}\n", "5:15: .nan is no finite number, which JSON needs"},
	{PROBE "    text: \"{{ ds \"\n", "5:12: \"{{\" is not closed by \"}}\""},
	{PROBE "    text: \"{{ ds | nofilter }}\"\n", "5:20: unknown filter \"nofilter\""},
};

static const struct wrong wrong_dependencies[] = {
	{TWO_TASKS "dependencies: |\n  a >> bb\n",
		"6:8: there is no task \"bb\"; did you mean \"b\"?"},
	{"tasks:\n  - {task_id: first, operator: empty, dependencies: [frst, 7]}\n",
		"2:54: there is no task \"frst\"; did you mean \"first\"?\n2:60: there is no task "
		"\"7\""},
	{TWO_TASKS "dependencies: a >> a\n", "5:20: the task \"a\" cannot depend on itself"},
	{TWO_TASKS "dependencies: a >> b >> a\n",
		"5:20: the dependencies form a cycle: a >> b >> a"},
	{TWO_TASKS "dependencies: |\n  a -> b\n  a > b\n  a >>> b\n",
		"6:5: expected \">>\", \"<<\" or the end of the line, found \"-\" | write `a >> b` "
		"for \"b runs after a\"\n7:5: expected \">>\", \"<<\" or the end of the line, "
		"found \">\" | write `a >> b` for \"b runs after a\"\n8:7: expected a task or a "
		"list of tasks, found \">\" | write `a >> b` for \"b runs after a\""},
	{TWO_TASKS "dependencies: |\n  a b\n",
		"6:5: expected \">>\", \"<<\" or the end of the line, found \"b\" | each chain "
		"needs a line of its own; write `dependencies: |` and the lines below it"},
	{TWO_TASKS "dependencies:\n  a >> b\n  b >> a\n",
		"6:10: expected \">>\", \"<<\" or the end of the line, found \"b\" | each chain "
		"needs a line of its own; write `dependencies: |` and the lines below it"},
	{TWO_TASKS "dependencies: [a, b]\n",
		"5:16: warning: a line without an arrow makes nothing wait for anything | write a "
		">> b where b comes after a\n5:19: warning: a line without an arrow makes nothing "
		"wait for anything | write a >> b where b comes after a"},
	{TWO_TASKS "dependencies: |\n  a >>\n",
		"6:5: expected a task or a list of tasks, found the end of the dependencies"},
	{TWO_TASKS "dependencies: |\n  >> a\n",
		"6:3: expected a task or a list of tasks, found \">>\""},
	{TWO_TASKS "dependencies: |\n  [a, b >> c\n", "6:9: expected \",\" or \"]\", found \">>\""},
	{TWO_TASKS "dependencies: |\n  [a b] >> a\n", "6:6: expected \",\" or \"]\", found \"b\""},
	{TWO_TASKS "dependencies: |\n  [a] >> [b]\n",
		"6:10: a list of tasks cannot depend on a list of tasks | write a line for each "
		"task of one list, or put an empty task between"},
	{TWO_TASKS "dependencies: |\n  a >> b; b\n  é >> b\n  'a >> b\n",
		"6:9: expected \">>\", \"<<\" or the end of the line, found \";\"\n7:3: expected a "
		"task or a list of tasks, found \"é\"\n8:3: expected a task or a list of tasks, "
		"found \"'\""},
	{TWO_TASKS "dependencies: {b: [a, c], d: a}\n",
		"5:23: there is no task \"c\"\n5:27: there is no task \"d\""},
	{TWO_TASKS "dependencies: [{a: b}]\n",
		"5:16: dependencies: expected a line such as a >> b, found a map"},
	{"tasks:\n  - {task_id: a, operator: empty}\n  - {task_id: b, operator: empty}\n  - "
	 "{task_id: c, operator: empty}\n  - {task_id: d, operator: empty}\n  - {task_id: e, "
	 "operator: empty}\n  - {task_id: f, operator: empty}\ndependencies: |\n  a >> b >> c >> "
	 "a\n  d >> e >> d\n  c >> f\n",
		"9:8: the dependencies form a cycle: a >> b >> c >> a\n10:8: the dependencies form "
		"a cycle: d >> e >> d"},
};

static const struct wrong wrong_params[] = {
	{"params: [a]\n" ONE_TASK, "1:9: params: expected a map, found a list"},
	{"params: {a b: 1}\n" ONE_TASK,
		"1:10: param \"a b\" contains \" \"; letters, digits, \"_\", \"-\", \".\" are "
		"allowed"},
	{"params: {a: {type: strin, default: x}}\n" ONE_TASK,
		"1:13: param \"a\": \"strin\" is no type: one of string, integer, number, boolean, "
		"array, object, null was expected"},
	{"params: {a: {type: [string, null], default: x}}\n" ONE_TASK,
		"1:13: param \"a\": the type null is written \"null\", in quotes"},
	{"params: {a: {type: integer, default: \"5\"}}\n" ONE_TASK,
		"1:38: the default of param \"a\" is \"5\": type integer was expected"},
	{"params: {a: {type: string, default: }}\n" ONE_TASK,
		"1:37: the default of param \"a\" is null: type string was expected | leave the "
		"default out for a param that must be given, or allow it by type: [..., \"null\"]"},
	{"params: {a: {type: integer, minimum: 3, default: 2}}\n" ONE_TASK,
		"1:50: the default of param \"a\" is 2: at least 3 was expected (minimum)"},
	{"params: {a: {enum: [x, y], default: z}}\n" ONE_TASK,
		"1:37: the default of param \"a\" is \"z\": one of [\"x\",\"y\"] was expected"},
	{"params: {a: {type: string, pattern: \"(\", default: z}}\n" ONE_TASK,
		"1:13: param \"a\": \"(\" is no regular expression: missing terminating )"},
	{"params: {a: {type: string, format: datum, default: z}}\n" ONE_TASK,
		"1:13: param \"a\": \"datum\" is no format: one of date, date-time, time, "
		"multiline was expected"},
	{"schedule: 1d\nparams: {a: {type: string}}\n" ONE_TASK,
		"2:10: param \"a\" has no default, so scheduled runs would lack it | give it a "
		"default, or set schedule: null for a DAG that is only triggered"},
	{"params: {a: {type: string, defalt: x}}\n" ONE_TASK,
		"1:13: warning: param \"a\" is taken as a plain map, because \"defalt\" is no word "
		"of a rule | did you mean \"default\"?"},
	{"params: {a: {type: array, items: {typ: string}, default: []}}\n" ONE_TASK,
		"1:13: param \"a\": no rule is called \"typ\"; did you mean \"type\"?"},
};

static const struct wrong wrong_uses[] = {
	{TEXT_OF_B("{{ dss }}"), "9:15: \"dss\" is not defined; did you mean \"ds\"?"},
	{TEXT_OF_B("{{ execution_date }}"),
		"9:15: \"execution_date\" is not defined; did you mean \"logical_date\"?"},
	{TEXT_OF_B("{{ dag_run.conff }}"),
		"9:15: \"dag_run.conff\" is not defined; did you mean \"conf\"? | dag_run has "
		"conf, dag_id, run_id, run_type, state, logical_date, data_interval_start, "
		"data_interval_end, run_after, start_date"},
	{TEXT_OF_B("{{ ti.xcom_pul('a') }}"),
		"9:15: \"ti.xcom_pul\" is not defined; did you mean \"xcom_pull\"? | ti has "
		"task_id, dag_id, run_id, try_number, max_tries, map_index, start_date, xcom_pull"},
	{TEXT_OF_B("{{ conn.pg.hots }}"),
		"9:15: \"conn.pg.hots\" is not defined; did you mean \"host\"? | conn.pg has "
		"conn_id, conn_type, description, host, login, password, port, schema, extra, "
		"extra_dejson"},
	{TEXT_OF_B("{{ var.vlue.A }}"),
		"9:15: \"var.vlue\" is not defined; did you mean \"value\"? | var has value, json"},
	{TEXT_OF_B("{{ macros.dss_add(ds, 1) }}"),
		"9:15: \"macros.dss_add\" is not defined; did you mean \"ds_add\"? | macros has "
		"ds_add, ds_format, timedelta, random, uuid"},
	{TEXT_OF_B("{{ ds.foo }}"), "9:15: ds has no \"foo\""},
	{TEXT_OF_B("{{ ds.upper }}"), "9:15: \"upper\" of ds is a method: write upper()"},
	{TEXT_OF_B("{{ logical_date.yaer }}"), "9:15: logical_date has no \"yaer\""},
	{TEXT_OF_B("{{ params.limt }}"),
		"9:15: there is no param \"limt\"; did you mean \"limit\"? | declare it under "
		"params, or read dag_run.conf.limt, which may hold anything"},
	{TEXT_OF_B("{{ params.nope }}"),
		"9:15: there is no param \"nope\" | declare it under params, or read "
		"dag_run.conf.nope, which may hold anything"},
	{TEXT_OF_B("{{ tasks.a.outputt }}"),
		"9:15: \"tasks.a.outputt\" is not defined; did you mean \"output\"? | tasks.a has "
		"output"},
	{TEXT_OF_B("{{ tasks.zzz.output }}"), "9:15: there is no task \"zzz\""},
	{TEXT_OF_B("{{ tasks.c.output }}"),
		"9:15: the task \"b\" reads the result of \"c\", which is not upstream of it | c "
		"runs after b"},
	{TEXT_OF_B("{{ tasks.b.output }}"),
		"9:15: the task \"b\" reads its own result, which is not there yet"},
	{TEXT_OF_B("{{ ti.xcom_pull }}"),
		"9:15: xcom_pull is a function: write ti.xcom_pull(task_ids=\"...\")"},
	{TEXT_OF_B("{{ ti.xcom_pull() }}"),
		"9:15: xcom_pull needs task_ids: whose result is to be read?"},
	{TEXT_OF_B("{{ ti.xcom_pull('a', 'k') }}"),
		"9:15: xcom_pull takes task_ids without a name at most, the rest by name: key, "
		"default, map_indexes"},
	{TEXT_OF_B("{{ ti.xcom_pull(task_ids=['a', 'c'], keey='x') }}"),
		"9:15: xcom_pull has no argument \"keey\"; did you mean \"key\"?\n9:15: the task "
		"\"b\" reads the result of \"c\", which is not upstream of it | c runs after b"},
	{TEXT_OF_B("{{ ti.xcom_pull(task_ids=3) }}"),
		"9:15: xcom_pull: task_ids is neither a task_id nor a list of them"},
	{TEXT_OF_B("{% for x in [1] %}{{ x }}{{ y }}{% endfor %}"), "9:40: \"y\" is not defined"},
	{"schedule: null\ntasks:\n  - task_id: a\n    operator: bash\n    bash_command: |\n      "
	 "echo\n      echo {{ dss }}\n",
		"7:15: \"dss\" is not defined; did you mean \"ds\"?"},
	{"env: {A: \"{{ dss }}\"}\ndefault_args: {cwd: \"{{ dsss }}\"}\ntasks:\n  - {task_id: a, "
	 "operator: bash, bash_command: x}\n  - {task_id: b, operator: bash, bash_command: x}\n",
		"1:14: \"dss\" is not defined; did you mean \"ds\"?\n2:25: \"dsss\" is not "
		"defined"},
	{"tasks:\n  - task_id: a\n    operator: probe\n    any: {a: [1, {b: \"{{ dss }}\"}]}\n",
		"4:26: \"dss\" is not defined; did you mean \"ds\"?"},
};

static struct wrong_table tables[] = {
	{"/dag/problems/a_file_that_is_no_dag", wrong_file, G_N_ELEMENTS(wrong_file), NULL},
	{"/dag/problems/keys_of_the_dag", wrong_keys, G_N_ELEMENTS(wrong_keys), NULL},
	{"/dag/problems/tasks_and_defaults", wrong_tasks, G_N_ELEMENTS(wrong_tasks), NULL},
	{"/dag/problems/arguments_of_each_type", wrong_arguments, G_N_ELEMENTS(wrong_arguments),
		NULL},
	{"/dag/problems/dependencies_and_cycles", wrong_dependencies,
		G_N_ELEMENTS(wrong_dependencies), NULL},
	{"/dag/problems/params_and_their_rules", wrong_params, G_N_ELEMENTS(wrong_params), NULL},
	{"/dag/problems/what_templates_ask_for", wrong_uses, G_N_ELEMENTS(wrong_uses), NULL},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	struct operators *operators = fixture_operators();
	wrong_tables_add(tables, G_N_ELEMENTS(tables), operators);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
