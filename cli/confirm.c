/* SPDX-License-Identifier: MIT */
#include "cli/confirm.h"

#include <stdio.h>
#include <unistd.h>

#include <glib.h>

#include "cli/print.h"

bool confirm(const char *question)
{
	char answer[16] = "";
	if (!isatty(STDIN_FILENO)) {
		say("there is no terminal to ask \"%s\" on: give --yes", question);
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	if (!fgets(answer, sizeof answer, stdin))
		return false;
	g_strstrip(answer);
	return g_ascii_strcasecmp(answer, "y") == 0 || g_ascii_strcasecmp(answer, "yes") == 0;
}
