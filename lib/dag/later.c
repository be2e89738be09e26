/* SPDX-License-Identifier: MIT */
#include "lib/dag/later.h"

#include <string.h>

const struct later_key dag_later[] = {
	{"render_template_as_native_obj", "false",
		"a value that is one {{ }} alone keeps its type anyway"},
	{"owner_links"},
	{"access_control"},
	{"template_searchpath"},
	{"user_defined_macros"},
	{"user_defined_filters"},
	{NULL},
};

const struct later_key task_later[] = {
	{"run_as_user"},
	{"resources"},
	{"params", NULL, "params are written on the DAG"},
	{"start_date", NULL, "write it on the DAG"},
	{"end_date", NULL, "write it on the DAG"},
	{"queue", "default"},
	{"executor"},
	{"multiple_outputs", "false"},
	{"email"},
	{"email_on_failure", "false"},
	{"email_on_retry", "false"},
	{"sla"},
	{NULL},
};

const char *key_elsewhere(const char *name)
{
	static const struct {
		const char *there, *here;
	} words[] = {
		{"schedule_interval", "schedule"},
		{"timetable", "schedule"},
		{"cron", "schedule"},
		{"concurrency", "max_active_tasks"},
		{"id", "task_id"},
		{"name", "task_id"},
		{"type", "operator"},
		{"class", "operator"},
		{"command", "bash_command"},
		{"depends", "dependencies"},
		{"depends_on", "dependencies"},
		{"needs", "dependencies"},
		{"upstream", "dependencies"},
		{"upstream_task_ids", "dependencies"},
		{"timeout", "execution_timeout"},
		{"environment", "env"},
		{"steps", "tasks"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].there, name) == 0)
			return words[i].here;
	return NULL;
}
