/* SPDX-License-Identifier: MIT */
#include "daemon/inspection.h"

#include <string.h>

#include "daemon/daemon.h"
#include "daemon/journal.h"

struct inspection {
	struct daemon *daemon;
	uv_work_t work;
	struct reader *reader; /* the thread's: a list must not wait for a whole table */
	char **tables;
	unsigned i;
	int64_t begun_us; /* of the monotonic clock */
	char *found;      /* by the last query, or NULL */
};

static void inspection_free(struct inspection *inspection)
{
	store_reader_close(inspection->reader);
	g_strfreev(inspection->tables);
	g_free(inspection->found);
	g_free(inspection);
}

static void on_work(uv_work_t *work)
{
	struct inspection *inspection = work->data;
	inspection->found = reader_damage(inspection->reader, inspection->tables[inspection->i]);
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

static void on_worked(uv_work_t *work, int status);

static void table_begin(struct inspection *inspection)
{
	uv_queue_work(inspection->daemon->loop, &inspection->work, on_work, on_worked);
}

static void on_worked(uv_work_t *work, int status)
{
	struct inspection *inspection = work->data;
	struct daemon *daemon = inspection->daemon;
	if (inspection->found)
		damage_tell(daemon, inspection->found);
	bool is_last = !inspection->tables[++inspection->i];
	if (is_last && !inspection->found)
		sound_tell(inspection);
	if (is_last || inspection->found || daemon->is_stopping)
		inspection_free(inspection);
	else
		table_begin(inspection);
}

/* Nothing is known then; since the lock is not signed, the next dagd tries again. */
static void refusal_tell(const GError *error)
{
	journal(JOURNAL_WARNING, "the database is not checked before the next start: %s",
		error->message);
}

void inspection_begin(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	char **tables = reader_tables(daemon->reader, &error);
	if (!tables) {
		damage_tell(daemon, error->message);
		return;
	}
	struct reader *reader = store_reader_open(daemon->store, &error);
	if (!reader) {
		refusal_tell(error);
		g_strfreev(tables);
		return;
	}
	journal(JOURNAL_INFO, "the machine had stopped under dagd: the database is checked");
	struct inspection *inspection = g_new0(struct inspection, 1);
	*inspection = (struct inspection){.daemon = daemon,
		.reader = reader,
		.tables = tables,
		.begun_us = g_get_monotonic_time()};
	inspection->work.data = inspection;
	table_begin(inspection);
}
