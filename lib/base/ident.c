/* SPDX-License-Identifier: MIT */
#include "lib/base/ident.h"

#include <string.h>

#include "lib/base/instant.h"

/* They are parts of file names, as `task_id=...`, which have at most 255 bytes. */
enum { IDENT_MAX = 240, CALLBACK_MAX = 246, RUN_ID_MAX = 200 };

/* `extra` are characters allowed besides letters, digits, "_", "-", "."; `named` says them. */
static bool check(const char *what, const char *name, size_t max, const char *extra,
	const char *named, GError **error)
{
	size_t len = strlen(name);
	if (len == 0) {
		return error_say(error, "%s is empty", what);
	}
	if (len > max) {
		return error_say(error, "%s \"%.40s…\" is %zu bytes long, at most %zu are allowed",
			what, name, len, max);
	}
	if (name[0] == '.' || name[0] == '-') {
		return error_say(error,
			"%s \"%s\" begins with \"%c\"; a letter, a digit or \"_\" was expected",
			what, name, name[0]);
	}
	for (const char *at = name; *at; at = g_utf8_find_next_char(at, NULL)) {
		if (g_ascii_isalnum(*at) || strchr("_-.", *at) || strchr(extra, *at))
			continue;
		int n = MIN(g_utf8_find_next_char(at, NULL) - at, (ptrdiff_t)strlen(at));
		return error_say(error,
			"%s \"%s\" contains \"%.*s\"; letters, digits, \"_\", \"-\", \".\"%s are "
			"allowed",
			what, name, n, at, named);
	}
	return true;
}

bool ident_check(const char *what, const char *name, GError **error)
{
	return check(what, name, IDENT_MAX, "", "", error);
}

bool task_id_check(const char *task_id, GError **error)
{
	return check("task", task_id, CALLBACK_MAX, "@", ", \"@\"", error);
}

bool run_id_check(const char *run_id, GError **error)
{
	if (strcmp(run_id, "~") == 0)
		return error_say(error, "run_id \"~\" means all runs; another name was expected");
	return check("run_id", run_id, RUN_ID_MAX, ":+~@=", ", \":\", \"+\", \"~\", \"@\", \"=\"",
		error);
}

/* Whether `word` stands in `name` apart from other letters: "DB_PASS", not "bypass". */
static bool has_word(const char *name, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = strstr(name, word); at; at = strstr(at + 1, word)) {
		bool begins = at == name || !g_ascii_isalpha(at[-1]);
		if (begins && !g_ascii_isalpha(at[len]))
			return true;
	}
	return false;
}

bool name_is_sensitive(const char *name)
{
	/* Airflow's DEFAULT_SENSITIVE_FIELDS; it looks for them anywhere in the name. */
	static const char *const parts[] = {"access_token", "api_key", "apikey", "authorization",
		"keyfile_dict", "passphrase", "passwd", "password", "private_key", "secret",
		"service_account", "token"};
	/* Ours: too short to be looked for inside of words. */
	static const char *const words[] = {"pass", "pwd", "credential", "credentials"};
	/* Headers of HTTP have "-" where others have "_". */
	g_autofree char *lower = g_strdelimit(g_ascii_strdown(name, -1), "-", '_');
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strstr(lower, parts[i]))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (has_word(lower, words[i]))
			return true;
	return false;
}
