/* SPDX-License-Identifier: MIT */
#include "daemon/inspection.h"

#include <string.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"

struct inspection {
	struct daemon *daemon;
	char **tables;
	unsigned i;
	int64_t begun_us; /* of the monotonic clock */
	char *found;      /* by the last query, or NULL */
};

static void inspection_free(struct inspection *inspection)
{
	g_strfreev(inspection->tables);
	g_free(inspection->found);
	g_free(inspection);
}

/* On the reader's thread. */
static void look(struct reader *reader, void *data)
{
	struct inspection *inspection = data;
	inspection->found = reader_damage(reader, inspection->tables[inspection->i]);
}

/* The first line is enough: the rest are its consequences. */
static void damage_tell(struct daemon *daemon, const char *found)
{
	g_autofree char *line = g_strndup(found, strcspn(found, "\n"));
	g_autofree char *sentence = g_strdup_printf(
		"the database in %s is damaged (%s): stop dagd and put a backup in its place",
		daemon->home.state, line);
	trouble_begin(daemon->troubles, TROUBLE_DAMAGE, sentence);
}

static void sound_tell(const struct inspection *inspection)
{
	int64_t took_us = g_get_monotonic_time() - inspection->begun_us;
	daemon_sign(inspection->daemon);
	journal(JOURNAL_INFO, "the database is sound: %u tables, checked in %.1f s", inspection->i,
		(double)took_us / G_USEC_PER_SEC);
}

static void on_looked(void *data)
{
	struct inspection *inspection = data;
	struct daemon *daemon = inspection->daemon;
	if (inspection->found)
		damage_tell(daemon, inspection->found);
	bool is_last = !inspection->tables[++inspection->i];
	if (is_last && !inspection->found)
		sound_tell(inspection);
	if (is_last || inspection->found || daemon->is_stopping)
		inspection_free(inspection);
	else
		store_read(daemon->store, look, on_looked, inspection);
}

void inspection_begin(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	char **tables = reader_tables(daemon->reader, &error);
	if (!tables) {
		damage_tell(daemon, error->message);
		return;
	}
	journal(JOURNAL_INFO, "the machine had stopped under dagd: the database is checked");
	struct inspection *inspection = g_new0(struct inspection, 1);
	*inspection = (struct inspection){
		.daemon = daemon, .tables = tables, .begun_us = g_get_monotonic_time()};
	store_read(daemon->store, look, on_looked, inspection);
}
