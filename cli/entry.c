/* SPDX-License-Identifier: MIT */
#include "cli/entry.h"

#include <stdio.h>

#include "cli/ask.h"
#include "cli/print.h"

int entry_delete(struct invocation *invocation, const char *nouns, const char *noun)
{
	g_autoptr(GError) error = NULL;
	const char *name = invocation_argument(invocation, 0);
	g_autofree char *path = path_of(API "/%s/%s", nouns, name);
	json_auto_t *answer = ask(invocation->address, "DELETE", path, NULL, &error);
	if (!answer)
		return refuse(error);
	fprintf(stderr, "%s %s is deleted\n", noun, name);
	return EXIT_OK;
}
