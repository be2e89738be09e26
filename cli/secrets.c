/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/confirm.h"
#include "cli/json_option.h"
#include "cli/print.h"
#include "lib/base/error.h"

static const struct option rotate_options[] = {
	{"new-key", 0, "FILE",
		"the new key, 64 hexadecimal digits; `-` reads it from stdin (one is drawn)"},
	{"keep-old", 0, "FILE", "where the daemon puts the old key, which older backups need"},
	{"yes", 'y', NULL, "do not ask before the old key is gone"},
	{NULL},
};

/* What is to be asked of the daemon. NULL and an error. */
static json_t *body_make(const struct invocation *invocation, GError **error)
{
	const char *file = invocation_option(invocation, "new-key");
	const char *keep = invocation_option(invocation, "keep-old");
	char *key = file ? file_text(file, error) : NULL;
	if (file && !key)
		return NULL;
	/* It is the daemon that writes it, with its own working directory and its own rights. */
	g_autofree char *path = keep ? g_canonicalize_filename(keep, NULL) : NULL;
	json_t *body = json_pack("{s:s*, s:s*}", "new_key", key, "keep_old", path);
	if (key)
		explicit_bzero(key, strlen(key));
	g_free(key);
	if (!body)
		error_say(error, "\"%s\" is no UTF-8", path);
	return body;
}

static void key_forget(const json_t *body)
{
	json_t *key = json_object_get(body, "new_key");
	if (key)
		explicit_bzero((char *)json_string_value(key), json_string_length(key));
}

static void told(const struct invocation *invocation, const json_t *answer)
{
	const char *keep = invocation_option(invocation, "keep-old");
	const char *file = json_string_value(json_object_get(answer, "key_file"));
	if (invocation->output != OUTPUT_TABLE) {
		print_object(invocation, answer);
		return;
	}
	say("%" G_GINT64_FORMAT " values are sealed with the new key in %s: keep a copy of it "
	    "elsewhere",
		(int64_t)json_integer_value(json_object_get(answer, "values")), file);
	if (json_is_true(json_object_get(answer, "is_credential")))
		say("put the new key in place of the credential dagd.key before long; until then "
		    "dagd takes %s",
			file);
	if (keep)
		say("backups made before can be read with the old key, in %s", keep);
}

static bool is_agreed(const struct invocation *invocation)
{
	return invocation_has(invocation, "yes") || invocation_has(invocation, "keep-old")
		|| confirm("the old key will be gone, and variables and connections in backups "
			   "made before cannot be read any more (--keep-old FILE keeps it): go "
			   "on?");
}

static int rotate_key(struct invocation *invocation)
{
	g_autoptr(GError) error = NULL;
	json_auto_t *body = body_make(invocation, &error);
	if (!body)
		return refuse(error);
	bool goes_on = is_agreed(invocation);
	json_auto_t *answer = goes_on
		? ask(invocation->address, "POST", OWN_API "/secrets/rotate-key", body, &error)
		: NULL;
	key_forget(body);
	if (!goes_on)
		return EXIT_REFUSED;
	if (!answer)
		return refuse(error);
	told(invocation, answer);
	return EXIT_OK;
}

const struct command secrets_commands[] = {
	{"rotate-key", "", "Seal all variables and connections with another key", rotate_key,
		rotate_options,
		"A backup of the database is read with the key of its time: to restore one from "
		"before, put\nthe kept key in place of `key` in the state folder, with mode 600."},
	{NULL},
};
