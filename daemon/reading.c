/* SPDX-License-Identifier: MIT */
#include "daemon/reading.h"

#include "lib/dag/shelf.h"

void reading_make(struct reading *reading, const char *folder, const char *name,
	const struct dag_context *context)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	*reading = (struct reading){.file = {.path = path, .name = name},
		.problems = problems_new(),
		.read_at = g_get_real_time()};
	dag_file_read(&reading->file, reading->problems);
	reading->file.path = NULL;
	if (reading->file.text)
		reading->dags = dag_load(
			name, reading->file.text, reading->file.len, context, reading->problems);
}

/* Who has read the tasks frees them, too: their memory is that thread's, and others would have to
 * wait for it. */
void reading_shelve(struct reading *reading, struct dag_shelf *shelf)
{
	GPtrArray *dags = reading->dags;
	for (unsigned i = 0; dags && i < dags->len; i++)
		dags->pdata[i] = dag_shelve_apart(shelf, dags->pdata[i]);
}

void reading_drop(struct reading *reading)
{
	problems_free(reading->problems);
	g_free(reading->file.text);
}
