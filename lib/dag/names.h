/* SPDX-License-Identifier: MIT */
/*
 * The names that templates may use. The loader refuses all others; who renders has to answer each
 * of these.
 */
#pragma once

enum name_kind {
	NAME_MEMBERS, /* an object with these members and no others */
	NAME_KEYS,    /* any key, and below it the members (none: anything) */
	NAME_TEXT,    /* a value; below it only methods */
	NAME_NUMBER,
	NAME_INSTANT,
	NAME_ANY,       /* JSON of any form */
	NAME_FUNCTION,  /* called with anything */
	NAME_PARAMS,    /* the declared params */
	NAME_EXPAND,    /* the names that the task or its group is mapped over */
	NAME_TASKS,     /* the tasks that come before, each with `output` */
	NAME_XCOM_PULL, /* xcom_pull(task_ids, key, default) */
};

struct template_name {
	const char *name; /* NULL ends a list */
	enum name_kind kind;
	const struct template_name *members;
};

/* The free names. */
extern const struct template_name template_names[];
/* Those that callbacks have besides. */
extern const struct template_name callback_template_names[];
