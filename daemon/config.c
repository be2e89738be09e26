/* SPDX-License-Identifier: MIT */
#include "daemon/config.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/instant.h"
#include "lib/base/size.h"
#include "lib/yaml/yaml.h"

/* An hour at least: a number without a unit means seconds, which nobody means here. */
#define KEEP_MAX_US (INT64_C(100) * 365 * DAY_US)

#define KEY(section, name, type, field) section, name, type, offsetof(struct config, field)

const struct config_key config_keys[] = {
	{KEY("core", "dags_folder", CONFIG_TEXT, dags_folder), "", 0, 0, false,
		"the folder with the DAG files; empty: dags/ of the home"},
	{KEY("core", "parallelism", CONFIG_INTEGER, parallelism), "32", 1, 1024, true,
		"how many tasks may run at once, of all DAGs together"},
	{KEY("core", "dags_are_paused_at_creation", CONFIG_BOOLEAN, dags_are_paused_at_creation),
		"false", 0, 0, false,
		"whether a new DAG waits for `dagctl dags unpause` before its schedule is "
		"followed"},
	{KEY("core", "default_timezone", CONFIG_TEXT, default_timezone), "UTC", 0, 0, false,
		"the time zone of DAGs that name none"},
	{KEY("core", "killed_task_cleanup_time", CONFIG_DURATION, killed_task_cleanup_us), "60s", 0,
		DAY_US, true,
		"how long a task that is to end may take after SIGTERM, before SIGKILL"},
	{KEY("core", "task_cgroup", CONFIG_TEXT, task_cgroup), "", 0, 0, false,
		"the cgroup (version 2) below which each try gets one of its own, so that nothing "
		"it starts outlives it; empty: dagd's own, where systemd has delegated it"},
	{KEY("core", "default_pool_task_slot_count", CONFIG_INTEGER, default_pool_slots), "128", 1,
		1000000, false,
		"the slots of default_pool when it is made, at the first start; later `dagctl "
		"pools set` changes them"},
	{KEY("core", "max_xcom_size", CONFIG_SIZE, max_xcom_bytes), "1MiB", 1024, 32 << 20, true,
		"the largest value that a task may leave as XCom; a larger one fails it"},
	{KEY("core", "max_map_length", CONFIG_INTEGER, max_map_length), "1024", 1, 1000000, false,
		"how many instances a mapped task may become; more values fail it"},
	{KEY("core", "keep_runs_for", CONFIG_DURATION, keep_runs_us), "", HOUR_US, KEEP_MAX_US,
		true,
		"how long runs that have ended are kept, with their logs; empty: for ever; the "
		"newest run of each DAG and the newest that succeeded stay"},
	{KEY("secrets", "command", CONFIG_COMMAND, secrets_command), "", 0, 0, true,
		"a command line, run without a shell, that is asked for each variable and "
		"connection first: see docs/secrets.md"},
	{KEY("secrets", "command_timeout", CONFIG_DURATION, secrets_command_timeout_us), "10s",
		SECOND_US / 10, HOUR_US, true,
		"how long one run of secrets.command may take; a task that needs its answer fails "
		"then"},
	{KEY("secrets", "folder", CONFIG_PATH, secrets_folder), "", 0, 0, true,
		"the folder, a whole path, with values of variables and connections, in files "
		"`var.KEY` and "
		"`conn.ID`; empty: where systemd puts credentials (LoadCredential=)"},
	{KEY("logging", "logging_level", CONFIG_TEXT, log_level), "info", 0, 0, true,
		"what dagd says of itself on stderr: error, warning, info or debug"},
	{KEY("logging", "base_log_folder", CONFIG_TEXT, base_log_folder), "", 0, 0, false,
		"the folder with the logs of tasks; empty: logs/ of the home"},
	{KEY("logging", "keep_logs_for", CONFIG_DURATION, keep_logs_us), "", HOUR_US, KEEP_MAX_US,
		true, "how long logs of runs that have ended are kept; empty: as long as the runs"},
	{KEY("logging", "max_log_size", CONFIG_SIZE, max_log_bytes), "100MiB", 0, INT64_C(1) << 40,
		true,
		"how long the log of a try may become; of what a task prints beyond it only the "
		"last 64 KiB are added; 0: no limit"},
	{KEY("api", "max_body_size", CONFIG_SIZE, body_max_bytes), "4MiB", 4096, 1 << 30, false,
		"the largest body of a request; a larger one is answered with 413"},
	{NULL},
};

static void *field(const struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

static bool in_range(const struct config_key *key, int64_t value, const char *text, GError **error)
{
	if (value >= key->minimum && value <= key->maximum)
		return true;
	bool is_duration = key->type == CONFIG_DURATION;
	g_autofree char *low = is_duration ? duration_text(key->minimum)
					   : g_strdup_printf("%" G_GINT64_FORMAT, key->minimum);
	g_autofree char *high = is_duration ? duration_text(key->maximum)
					    : g_strdup_printf("%" G_GINT64_FORMAT, key->maximum);
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is out of range: from %s to %s", text, low, high);
	return false;
}

static bool parse_integer(const char *text, int64_t *value, GError **error)
{
	if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, value, NULL))
		return true;
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is no whole number", text);
	return false;
}

static bool set_boolean(
	const struct config_key *key, struct config *config, const char *text, GError **error)
{
	bool is_true = g_ascii_strcasecmp(text, "true") == 0;
	if (!is_true && g_ascii_strcasecmp(text, "false") != 0) {
		g_set_error(error, LIB_ERROR, 0, "\"%s\" is neither true nor false", text);
		return false;
	}
	*(bool *)field(config, key) = is_true;
	return true;
}

static bool check_path(const char *text, GError **error)
{
	if (!*text || g_path_is_absolute(text))
		return true;
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is no whole path; one begins with /", text);
	return false;
}

static bool is_text(const struct config_key *key)
{
	return key->type == CONFIG_TEXT || key->type == CONFIG_COMMAND || key->type == CONFIG_PATH;
}

/* Words as in a shell, the first one a program: one that is looked for in PATH, or a whole path. */
static bool check_command(const char *text, GError **error)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) wrong = NULL;
	if (!*text)
		return true;
	if (!g_shell_parse_argv(text, NULL, &words, &wrong)) {
		g_set_error(error, LIB_ERROR, 0, "is no command line: %s", wrong->message);
		return false;
	}
	if (g_path_is_absolute(words[0]) || !strchr(words[0], '/'))
		return true;
	g_set_error(error, LIB_ERROR, 0, "\"%s\" is neither a whole path nor a program's name",
		words[0]);
	return false;
}

/* What is empty by default can be set to nothing. */
static bool is_none(const struct config_key *key, const char *text)
{
	return !*key->default_value && !*text;
}

static bool set(
	const struct config_key *key, struct config *config, const char *text, GError **error)
{
	int64_t value = 0;
	switch (key->type) {
	case CONFIG_COMMAND:
	case CONFIG_PATH:
	case CONFIG_TEXT:
		if ((key->type == CONFIG_COMMAND && !check_command(text, error))
			|| (key->type == CONFIG_PATH && !check_path(text, error)))
			return false;
		g_free(*(char **)field(config, key));
		*(char **)field(config, key) = g_strdup(text);
		return true;
	case CONFIG_BOOLEAN:
		return set_boolean(key, config, text, error);
	case CONFIG_INTEGER:
		if (!parse_integer(text, &value, error) || !in_range(key, value, text, error))
			return false;
		*(unsigned *)field(config, key) = (unsigned)value;
		return true;
	case CONFIG_DURATION:
		if (is_none(key, text)) {
			*(int64_t *)field(config, key) = 0;
			return true;
		}
		if (!duration_parse(text, &value, error) || !in_range(key, value, text, error))
			return false;
		*(int64_t *)field(config, key) = value;
		return true;
	case CONFIG_SIZE:
		if (!size_parse(text, &value, error) || !in_range(key, value, text, error))
			return false;
		*(int64_t *)field(config, key) = value;
		return true;
	}
	g_assert_not_reached();
}

static const struct config_key *key_find(const char *section, const char *name)
{
	for (const struct config_key *key = config_keys; key->section; key++)
		if (g_ascii_strcasecmp(key->section, section) == 0
			&& g_ascii_strcasecmp(key->name, name) == 0)
			return key;
	return NULL;
}

/* Names for did-you-mean: the keys of a section, or all sections. */
static GPtrArray *names_of(const char *section)
{
	GPtrArray *names = g_ptr_array_new();
	for (const struct config_key *key = config_keys; key->section; key++)
		if (!section)
			g_ptr_array_add(names, (char *)key->section);
		else if (g_str_equal(key->section, section))
			g_ptr_array_add(names, (char *)key->name);
	g_ptr_array_add(names, NULL);
	return names;
}

static void unknown(struct problems *problems, struct place place, const char *what,
	const char *word, const char *section)
{
	g_autoptr(GPtrArray) names = names_of(section);
	const char *meant = suggest(word, (const char *const *)names->pdata);
	problem_add(problems, place, "unknown %s \"%s\"", what, word);
	if (meant)
		problem_hint(problems, "did you mean \"%s\"?", meant);
	else
		problem_hint(problems, "dagctl config list shows all of them");
}

static void read_key(struct config *config, const struct node *section,
	const struct node_pair *pair, struct problems *problems)
{
	g_autoptr(GError) error = NULL;
	const struct config_key *key = key_find(section->text, pair->key->text);
	if (!key) {
		unknown(problems, pair->key->place, "key", pair->key->text, section->text);
		return;
	}
	if (pair->value->kind != NODE_SCALAR)
		problem_add(problems, pair->value->place, "%s.%s is %s; one value is expected",
			key->section, key->name, node_kind_name(pair->value));
	else if (!set(key, config, pair->value->text, &error))
		problem_add(problems, pair->value->place, "%s.%s: %s", key->section, key->name,
			error->message);
}

static void read_sections(struct config *config, const struct node *root, struct problems *problems)
{
	for (size_t i = 0; i < root->n; i++) {
		const struct node_pair *section = &root->pairs[i];
		g_autoptr(GPtrArray) known = names_of(section->key->text);
		if (known->len == 1) {
			unknown(problems, section->key->place, "section", section->key->text, NULL);
		} else if (section->value->kind != NODE_MAP && !node_is_null(section->value)) {
			problem_add(problems, section->value->place,
				"section \"%s\" is %s; a map of its keys is expected",
				section->key->text, node_kind_name(section->value));
		} else {
			for (size_t k = 0;
				section->value->kind == NODE_MAP && k < section->value->n; k++)
				read_key(config, section->key, &section->value->pairs[k], problems);
		}
	}
}

static void read_file(struct config *config, const char *file, struct problems *problems)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	gsize len;
	struct yaml_documents documents;
	struct place whole = {.file = file};
	if (!g_file_test(file, G_FILE_TEST_EXISTS))
		return;
	if (!g_file_get_contents(file, &text, &len, &error)) {
		problem_add(problems, whole, "cannot be read: %s", error->message);
		return;
	}
	struct arena *arena = arena_new();
	if (yaml_parse(arena, file, text, len, &documents, problems)) {
		const struct node *root = documents.n == 1 ? documents.roots[0] : NULL;
		if (documents.n > 1)
			problem_add(problems, whole, "has several documents; one is expected");
		else if (root && root->kind == NODE_MAP)
			read_sections(config, root, problems);
		else if (root && !node_is_null(root))
			problem_add(problems, root->place, "a map of sections is expected, not %s",
				node_kind_name(root));
	}
	arena_free(arena);
}

static void read_environment(struct config *config, char **environment, struct problems *problems)
{
	for (char **entry = environment; environment && *entry; entry++) {
		g_auto(GStrv) sides = g_strsplit(*entry, "=", 2);
		g_auto(GStrv) parts = g_strsplit(sides[0], "__", 3);
		g_autoptr(GError) error = NULL;
		struct place place = {.file = sides[0]};
		if (g_strv_length(parts) != 3 || !g_str_equal(parts[0], "DAGD"))
			continue;
		const struct config_key *key = key_find(parts[1], parts[2]);
		if (!key)
			unknown(problems, place, "configuration variable", sides[0], "");
		else if (!set(key, config, sides[1] ? sides[1] : "", &error))
			problem_add(problems, place, "%s.%s: %s", key->section, key->name,
				error->message);
	}
}

bool config_read(
	struct config *config, const char *file, char **environment, struct problems *problems)
{
	*config = (struct config){0};
	for (const struct config_key *key = config_keys; key->section; key++)
		g_assert(set(key, config, key->default_value, NULL));
	read_file(config, file, problems);
	read_environment(config, environment, problems);
	return problems->n_errors == 0;
}

void config_clear(struct config *config)
{
	for (const struct config_key *key = config_keys; key->section; key++)
		if (is_text(key))
			g_free(*(char **)field(config, key));
	*config = (struct config){0};
}

char *config_text(const struct config *config, const struct config_key *key)
{
	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_COMMAND:
	case CONFIG_PATH:
		return g_strdup(*(char **)field(config, key));
	case CONFIG_BOOLEAN:
		return g_strdup(*(bool *)field(config, key) ? "true" : "false");
	case CONFIG_INTEGER:
		return g_strdup_printf("%u", *(unsigned *)field(config, key));
	case CONFIG_DURATION:
		return *(int64_t *)field(config, key) || *key->default_value
			? duration_text(*(int64_t *)field(config, key))
			: g_strdup("");
	case CONFIG_SIZE:
		return g_strdup_printf("%" G_GINT64_FORMAT, *(int64_t *)field(config, key));
	}
	g_assert_not_reached();
}

char *config_manual(void)
{
	GString *text = g_string_new(
		"# Configuration\n\n"
		"`dagd.yaml` in the home, one map a section (`core:`, then `parallelism: 32` below "
		"it); "
		"every key also as an\nenvironment variable `DAGD__SECTION__KEY`, which wins. This "
		"page is "
		"made from the table that the code reads.\n\n"
		"| key | default | SIGHUP reloads it | meaning |\n|---|---|---|---|\n");
	for (const struct config_key *key = config_keys; key->section; key++)
		g_string_append_printf(text, "| `%s.%s` | %s%s%s | %s | %s |\n", key->section,
			key->name, *key->default_value ? "`" : "", key->default_value,
			*key->default_value ? "`" : "", key->is_reloadable ? "yes" : "no",
			key->meaning);
	return g_string_free(text, FALSE);
}
