/* SPDX-License-Identifier: MIT */
/* dagctl: the command line of dagd. */
#include <errno.h>
#include <stdio.h>

#include <curl/curl.h>

#include "cli/address.h"
#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/print.h"
#include "lib/base/error.h"
#include "lib/base/memory.h"

/* All that is said and sent is UTF-8. */
static bool words_are_text(char **words, GError **error)
{
	for (; *words; words++)
		if (!g_utf8_validate(*words, -1, NULL))
			return error_say(error, "\"%s\" is not text in UTF-8", *words);
	return true;
}

static int run(struct invocation *invocation)
{
	struct address address;
	if (invocation_has(invocation, "version")) {
		puts("dagctl " DAGD_VERSION);
		return EXIT_OK;
	}
	if (invocation->wants_help || !invocation->command) {
		g_autofree char *text = help_text(dagctl_nouns, invocation);
		fputs(text, invocation->wants_help ? stdout : stderr);
		return invocation->wants_help ? EXIT_OK : EXIT_USAGE;
	}
	address_find(invocation_option(invocation, "home"), invocation_option(invocation, "url"),
		&address);
	invocation->address = &address;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int code = invocation->command->run(invocation);
	curl_global_cleanup();
	address_clear(&address);
	return code;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	char **words = argc > 0 ? argv + 1 : argv;
	/* Secrets come by stdin and in answers. */
	memory_close();
	if (!words_are_text(words, &error))
		return refuse_usage(NULL, error);
	invocation_auto struct invocation *invocation =
		command_line_parse(dagctl_nouns, (const char *const *)words, &error);
	if (!invocation)
		return refuse_usage(NULL, error);
	int code = run(invocation);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	say("the output cannot be written: %s", g_strerror(errno));
	return code == EXIT_OK ? EXIT_REFUSED : code;
}
