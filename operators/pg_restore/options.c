/* SPDX-License-Identifier: MIT */
#include "operators/pg_restore/options.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/program.h"

enum { JOBS_MAX = 64 };

static const struct flag {
	const char *parameter, *option;
} flags[] = {
	{"verbose", "--verbose"},
	{"clean", "--clean"},
	{"if_exists", "--if-exists"},
	{"no_acl", "--no-acl"},
	{"no_owner", "--no-owner"},
	{"exit_on_error", "--exit-on-error"},
	{"single_transaction", "--single-transaction"},
};

/* Options that are not the task's: where to, with which password, from which file. */
static const char *const own_options[] = {"create", "dbname", "file", "host", "list", "no-password",
	"password", "port", "username", NULL};
static const char own_letters[] = "CdfhlpUWwV?";
static const char letters_with_value[] = "FIjLnNPStT";

/* Without --if-exists a --clean of what is not there yet is an error, so it goes with it. */
static bool flag_is_set(const json_t *arguments, const char *parameter)
{
	bool otherwise = false;
	if (g_str_equal(parameter, "if_exists"))
		otherwise = program_boolean(arguments, "clean", false);
	return program_boolean(arguments, parameter, otherwise);
}

static bool choices_agree(const json_t *arguments, int64_t jobs, GError **error)
{
	const char *why = NULL;
	if (jobs < 1 || jobs > JOBS_MAX)
		why = "jobs: not a number from 1 to 64";
	else if (jobs > 1 && flag_is_set(arguments, "single_transaction"))
		why = "jobs and single_transaction exclude each other: several sessions cannot "
		      "share a transaction";
	else if (flag_is_set(arguments, "if_exists") && !flag_is_set(arguments, "clean"))
		why = "if_exists is of use with clean only";
	if (why)
		g_set_error_literal(error, LIB_ERROR, 0, why);
	return !why;
}

/* pg_restore takes any unambiguous beginning of a long option. */
static bool long_option_is_own(const char *name)
{
	size_t size = strcspn(name, "=");
	for (size_t i = 0; own_options[i]; i++)
		if (size > 0 && strncmp(own_options[i], name, size) == 0)
			return true;
	return false;
}

/* `letters` are the options of one word; the last may take the next word as its value. */
static bool letters_take_value(const char *letters)
{
	size_t n = strcspn(letters, letters_with_value);
	return letters[n] && !letters[n + 1];
}

static bool letters_hold_own(const char *letters)
{
	return strcspn(letters, own_letters) < strcspn(letters, letters_with_value);
}

static bool extra_word_check(const char *word, bool *takes_next, GError **error)
{
	bool is_own = false;
	if (g_str_equal(word, "--"))
		is_own = true;
	else if (g_str_has_prefix(word, "--"))
		is_own = long_option_is_own(word + 2);
	else if (word[0] == '-')
		is_own = letters_hold_own(word + 1);
	*takes_next = word[0] == '-' && word[1] != '-' && letters_take_value(word + 1);
	if (is_own)
		g_set_error(error, LIB_ERROR, 0,
			"extra_args: \"%s\" is not for the task to say; the target is set by the "
			"connection or host, port, user, password and database, the file by source",
			word);
	return !is_own;
}

static GPtrArray *extra_words(const json_t *arguments, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	const json_t *extra = json_object_get(arguments, "extra_args");
	bool is_value = false;
	size_t i;
	json_t *item;
	json_array_foreach(extra, i, item)
	{
		const char *word = json_string_value(item);
		if (!word || !*word) {
			g_set_error_literal(error, LIB_ERROR, 0,
				"extra_args: not a list of texts that are not empty");
			return NULL;
		}
		if (is_value)
			is_value = false;
		else if (!extra_word_check(word, &is_value, error))
			return NULL;
		g_ptr_array_add(words, g_strdup(word));
	}
	g_ptr_array_add(words, NULL);
	return g_steal_pointer(&words);
}

GPtrArray *restore_options(const json_t *arguments, GError **error)
{
	int64_t jobs = program_integer(arguments, "jobs", 1);
	if (!choices_agree(arguments, jobs, error))
		return NULL;
	g_autoptr(GPtrArray) extra = extra_words(arguments, error);
	if (!extra)
		return NULL;
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if (flag_is_set(arguments, flags[i].parameter))
			g_ptr_array_add(words, g_strdup(flags[i].option));
	if (jobs > 1)
		g_ptr_array_add(words, g_strdup_printf("--jobs=%d", (int)jobs));
	for (guint i = 0; i < extra->len; i++)
		g_ptr_array_add(words, g_strdup(extra->pdata[i]));
	return words;
}

/* Any beginning of it that no other option has, `--ro` of `--role`, alone or with a value. */
static bool is_option(const char *word, const char *option, const char *beginning)
{
	size_t size = strcspn(word, "=");
	return g_str_has_prefix(word, beginning) && size <= strlen(option)
		&& strncmp(word, option, size) == 0;
}

static const char *option_value(const GPtrArray *words, guint i)
{
	const char *value = strchr(words->pdata[i], '=');
	return value ? value + 1 : words->pdata[i + 1];
}

char *restore_role(const GPtrArray *words)
{
	const char *role = NULL;
	for (guint i = 0; words->pdata[i]; i++) {
		if (is_option(words->pdata[i], "--role", "--ro"))
			role = option_value(words, i);
	}
	return g_strdup(role);
}

/* NULL when nothing is left of it. */
static char *word_without_verbose(const char *word)
{
	if (is_option(word, "--verbose", "--verb"))
		return NULL;
	if (word[0] != '-' || word[1] == '-')
		return g_strdup(word);
	size_t n = strcspn(word, letters_with_value);
	GString *letters = g_string_new_len(word, (gssize)n);
	g_string_replace(letters, "v", "", 0);
	g_string_append(letters, word + n);
	return g_string_free(letters, letters->len == 1);
}

GPtrArray *restore_extra_options(const json_t *arguments, GError **error)
{
	g_autoptr(GPtrArray) all = extra_words(arguments, error);
	if (!all)
		return NULL;
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	bool is_value = false;
	for (guint i = 0; all->pdata[i]; i++) {
		const char *word = all->pdata[i];
		char *kept = is_value ? g_strdup(word) : word_without_verbose(word);
		is_value = !is_value && word[0] == '-' && word[1] != '-'
			&& letters_take_value(word + 1);
		if (kept)
			g_ptr_array_add(words, kept);
	}
	g_ptr_array_add(words, NULL);
	return words;
}

/* `-s` and `-L`, perhaps behind letters that take no value. */
static bool letters_choose_rows(const char *word)
{
	if (word[0] != '-' || word[1] == '-')
		return false;
	size_t n = strcspn(word, letters_with_value);
	return memchr(word, 's', n) || word[n] == 'L';
}

bool restore_chooses_rows(const GPtrArray *words)
{
	bool has_sections = false, has_data = false;
	for (guint i = 0; words->pdata[i]; i++) {
		const char *word = words->pdata[i];
		if (letters_choose_rows(word) || is_option(word, "--schema-only", "--schema-")
			|| is_option(word, "--use-list", "--use-l"))
			return true;
		if (is_option(word, "--section", "--se")) {
			has_sections = true;
			has_data = has_data || g_strcmp0(option_value(words, i), "data") == 0;
		}
	}
	return has_sections && !has_data;
}
