/* SPDX-License-Identifier: MIT */
/* `db`: the daemon's database as a whole. */
#include "cli/db.h"

const struct command db_commands[] = {
	{"clean", "", "Remove runs that ended before an instant, with their logs", db_clean,
		.options = db_clean_options,
		.more = "The newest run of each DAG and the newest that succeeded stay."},
	{NULL},
};
