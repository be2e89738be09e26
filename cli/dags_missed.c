/* SPDX-License-Identifier: MIT */
/* `dags list-missed`: slots of the schedule that have no run. */
#include "cli/ask.h"
#include "cli/dags.h"
#include "cli/print.h"

int dags_list_missed(struct invocation *invocation)
{
	static const struct column columns[] = {
		{"first_slot"}, {"last_slot"}, {"slots"}, {"reason"}, {"decided_at"}, {NULL}};
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		path_of(OWN_API "/dags/%s/missedSlots", invocation_argument(invocation, 0));
	json_auto_t *list = ask_list(invocation->address, path, "missed_slots", &error);
	if (!list)
		return refuse(error);
	print_list(invocation, list, columns);
	return EXIT_OK;
}
