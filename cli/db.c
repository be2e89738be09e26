/* SPDX-License-Identifier: MIT */
/* `db`: the daemon's database as a whole. */
#include "cli/db.h"

const struct command db_commands[] = {
	{"backup", "FILE", "Copy the database to a file while the daemon goes on", db_backup,
		.options = db_backup_options,
		.more = "The daemon writes it, with the rights of its user; a relative FILE is "
			"seen from here.\nTo restore: stop dagd, put the file in the place of "
			"dagd.db, remove dagd.db-wal and\ndagd.db-shm, start dagd."},
	{"clean", "", "Remove runs that ended before an instant, with their logs", db_clean,
		.options = db_clean_options,
		.more = "The newest run of each DAG and the newest that succeeded stay."},
	{NULL},
};
