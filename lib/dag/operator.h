/* SPDX-License-Identifier: MIT */
/*
 * What a task can do, as the manifest of its operator describes it. The manifest is the only
 * description: the loader, `dagctl operators`, the reference manual and completion all read it.
 *
 * A manifest is FOLDER/NAME/operator.yaml, one YAML document. Its keys, of which only `name` and
 * `summary` must be there; an unknown key is an error:
 *
 *     name: s3_copy                 # the folder's name
 *     summary: Copies one object.   # one sentence
 *     description: |                # paragraphs for the manual, Markdown
 *       ...
 *     aliases: [S3CopyOperator]     # Airflow's class names, short and with module
 *     parameters:                   # in the order of the manual; none may be named as a key of
 *       source:                     # tasks is (owner, retries, env ...)
 *         type: text                # text shell integer number boolean duration size list map
 *                                   # any connection
 *         required: true            # default false; excludes `default`
 *         summary: Where it is.     # one sentence, must be there
 *       overwrite: {type: boolean, default: true, summary: Whether ...}
 *       format: {type: text, choices: [plain, gzip], default: plain, summary: ...}
 *       password: {type: text, secret: true, summary: ...}
 *       sql: {type: text, values_in: parameters, summary: ...}  # code: no template may stand in it
 *       timeout: {type: duration, constant: true, summary: ...} # needed before anything is
 *                                   # rendered: no template may stand in it, either
 *     run: [./s3, copy, "{source}"] # the command line: `./x` is a file of the folder (beside its
 *                                   # manifest once built), "{name}" alone is that parameter's
 *                                   # value (in quotes, or YAML sees a map), all else stands as
 *                                   # it is. A word whose parameter has no value is left out. No
 *                                   # secret may be a word. Without `run` nothing is run: the task
 *                                   # succeeds at once.
 *     arguments: stdin              # the arguments as one JSON object on stdin; default: none
 *     cwd_parameter: cwd            # the text parameter that names the working directory
 *     skip_code_parameter: code     # the integer parameter: which exit code means skipped;
 *                                   # of type any: also a list of them
 *     one_of: [query, file]         # exactly one of these parameters must be given
 *     value_parameter: follow       # when it is given nothing is run: its value is the result
 *     flow: branch                  # what its result decides for other tasks; see enum flow
 *     destroys_data: true           # default false; true makes on_lost: fail the default
 *     output: file                  # file (default) or last_line
 *     tests_connections: [mysql]    # the conn_types that its program can test; see
 *                                   # operators_tester
 *     examples: |                   # YAML of a list of tasks, as it would stand in a DAG file
 *       - task_id: copy
 *         operator: s3_copy
 *         source: s3://bucket/key
 *
 * The names in `choices` are text. The default of a duration or size is written as in a DAG file
 * (`5m`, `10MiB`).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>
#include <jansson.h>

#include "lib/base/problem.h"

enum parameter_type {
	PARAMETER_TEXT,
	PARAMETER_SHELL, /* a shell script: each {{ }} becomes a reference to a variable */
	PARAMETER_INTEGER,
	PARAMETER_NUMBER,
	PARAMETER_BOOLEAN,
	PARAMETER_DURATION, /* given to the operator as seconds (a number) */
	PARAMETER_SIZE,     /* `10MiB`; given to the operator as bytes (an integer) */
	PARAMETER_LIST,
	PARAMETER_MAP,
	PARAMETER_ANY,        /* text, list, map ... as written */
	PARAMETER_CONNECTION, /* a connection id; given to the operator resolved, as an object */
};

/*
 * What the end of a task means beyond itself. Operators that wait (`wait`) get the parameters of
 * all sensors beside their own, and exit 75 when what they wait for is not there yet: they are run
 * again after poke_interval, and hold no worker until then.
 */
enum flow {
	FLOW_NONE,
	FLOW_BRANCH,        /* its return_value names the tasks after it that are followed */
	FLOW_SHORT_CIRCUIT, /* its return_value says whether anything after it is done */
	FLOW_LATEST_ONLY,   /* what is after it is done in the run of the newest slot only */
	FLOW_TRIGGER_DAG,   /* makes a run of another DAG */
	FLOW_WAIT,          /* a sensor that looks by a process */
	FLOW_WAIT_TIME,     /* waits until an instant */
	FLOW_WAIT_TASK,     /* waits for a run of another DAG, or for tasks of it */
	FLOW_APPROVAL,      /* waits for a person's answer */
};

/* The exit code of a sensor that has not seen it yet: EX_TEMPFAIL of sysexits.h. */
enum { EXIT_NOT_YET = 75 };

struct parameter {
	const char *name;
	enum parameter_type type;
	bool required;
	bool secret;           /* its value is masked wherever it is shown */
	bool is_constant;      /* no template may stand in it */
	bool not_empty;        /* where it is written, it may not come out null or "" */
	bool is_path;          /* of a file or a URL: a value in it leads to no folder above */
	bool is_document;      /* of MongoDB: a value in it is data, never one of its operators */
	bool is_addresses;     /* of mail: a value in a text of several is one of them at most */
	const char *values_in; /* it is code: no template may stand in it, this parameter takes
				  values; or NULL */
	json_t *default_value; /* NULL: none */
	const char *const *choices; /* for text: NULL-terminated, or NULL */
	const char *summary;        /* one sentence */
};

/* Where an operator leaves what becomes the task's XCom. */
enum operator_output {
	OUTPUT_FILE,      /* the JSON object in the file DAGD_OUTPUT names */
	OUTPUT_LAST_LINE, /* the same, else the last line of its output is `return_value` */
};

struct operator
{
	const char *name;
	const char *summary;
	const char *description;    /* paragraphs for the manual, or NULL */
	const char *folder;         /* absolute */
	const char *const *aliases; /* as Airflow names it; NULL-terminated */
	size_t n_parameters;
	struct parameter *parameters;
	/*
	 * The command line: a word that is `{name}` is that parameter's rendered value, one that
	 * starts with `./` is a file of the folder. No words (n 0): nothing is run, the task
	 * succeeds at once.
	 */
	const char *const *run;
	/* Names of parameters, or NULL. */
	const char *cwd_parameter;       /* the parameter that names the working directory */
	const char *skip_code_parameter; /* the parameter: which exit codes mean skipped */
	const char *value_parameter;     /* when it is given, nothing is run: it is the result */
	const char *const *one_of; /* exactly one of these must be given; NULL: no such rule */
	enum flow flow;
	bool arguments_on_stdin; /* as one JSON object; else stdin is empty */
	bool destroys_data;      /* on_lost: fail is its default */
	enum operator_output output;
	const char *const *tests_connections; /* conn_types; NULL-terminated */
	const char *examples;                 /* YAML text of a task that uses it, for the manual */
};

/* All known operators by name and alias. Immutable once loaded: any thread may read it. */
struct operators;

/*
 * Reads FOLDER/NAME/operator.yaml of each folder (NULL-terminated list; a missing folder is
 * skipped). A later folder may add operators, not replace one (a problem). Wrong manifests are
 * problems and left out.
 */
struct operators *operators_load(const char *const *folders, struct problems *problems);
void operators_free(struct operators *operators);
/* False: a folder or manifest could not be read for a reason that passes, such as no descriptor. */
bool operators_are_complete(const struct operators *operators);

/* By name or alias; NULL when unknown. */
const struct operator* operators_get(const struct operators *operators, const char *name);
/* Names only (not aliases), sorted, NULL-terminated; owned by `operators`. */
const char *const *operators_names(const struct operators *operators);

/*
 * Who can say whether a connection of this type works; NULL: nobody. Its program is run with one
 * more word, `--test-connection`, and `{"connection": {...}}` (resolved) on stdin. Exit 0: it
 * works, and the last line of stdout is a sentence about what answered. Anything else: it does not,
 * and the last line of stderr is the reason.
 */
const struct operator* operators_tester(const struct operators *operators, const char *conn_type);
/* The types that can be tested, sorted, NULL-terminated; owned by `operators`. */
const char *const *operators_tested_types(const struct operators *operators);

const struct parameter *operator_parameter(const struct operator* operator, const char * name);
const char *parameter_type_name(enum parameter_type type);
const char *flow_name(enum flow flow);

/* The manifest as JSON, for the API and `dagctl operators show` (a new reference). */
json_t *operator_json(const struct operator* operator);
