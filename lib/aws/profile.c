/* SPDX-License-Identifier: MIT */
#include "lib/aws/profile.h"

#include <string.h>

#include "lib/aws/credentials.h"
#include "lib/aws/environment.h"
#include "lib/aws/small_file.h"

#define FILE_MAX (1 << 20)

/* Whether it is `[kind "my name"]`, with or without quotes. */
static bool is_section(const char *line, const char *kind, const char *name)
{
	const char *end = strchr(line, ']');
	if (!end)
		return false;
	g_autofree char *inner = g_strndup(line + 1, (gsize)(end - line - 1));
	char *text = g_strstrip(inner);
	if (kind && g_str_has_prefix(text, kind) && g_ascii_isspace(text[strlen(kind)]))
		text = g_strchug(text + strlen(kind));
	else if (kind && (strcmp(kind, "profile") != 0 || strcmp(text, "default") != 0))
		return false;
	size_t len = strlen(text);
	if (len >= 2 && (*text == '"' || *text == '\'') && text[len - 1] == *text) {
		text[len - 1] = '\0';
		text++;
	}
	return strcmp(text, name) == 0;
}

/* `key = value`; `outer` is the key of the lines above it, or NULL. The key, when the line is one.
 */
static char *line_take(char *line, const char *outer, GHashTable *values)
{
	char *equals = strchr(line, '=');
	if (!equals)
		return NULL;
	*equals = '\0';
	g_autofree char *bare = g_ascii_strdown(g_strstrip(line), -1);
	g_autofree char *key =
		outer ? g_strdup_printf("%s.%s", outer, bare) : g_steal_pointer(&bare);
	if (!g_hash_table_contains(values, key))
		g_hash_table_insert(values, g_strdup(key), g_strdup(g_strstrip(equals + 1)));
	return g_steal_pointer(&key);
}

bool aws_ini_section(const char *text, const char *kind, const char *name, GHashTable *values)
{
	bool inside = false, seen = false;
	g_autofree char *outer = NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **at = lines; *at; at++) {
		bool indented = g_ascii_isspace(**at);
		char *line = g_strstrip(*at);
		if (*line == '#' || *line == ';' || !*line)
			continue;
		if (*line == '[' && !indented) {
			inside = is_section(line, kind, name);
			seen = seen || inside;
			g_clear_pointer(&outer, g_free);
		} else if (inside && indented) {
			/* Lines below a key that has a value itself only make that longer. */
			g_free(outer ? line_take(line, outer, values) : NULL);
		} else if (inside) {
			g_free(outer);
			outer = line_take(line, NULL, values);
			const char *value = outer ? g_hash_table_lookup(values, outer) : NULL;
			if (value && *value)
				g_clear_pointer(&outer, g_free);
		}
	}
	return seen;
}

static char *shared_path(const char *variable, const char *file)
{
	const char *given = aws_environment(variable);
	if (given && g_str_has_prefix(given, "~/"))
		return g_build_filename(g_get_home_dir(), given + 2, NULL);
	return given ? g_strdup(given) : g_build_filename(g_get_home_dir(), ".aws", file, NULL);
}

/* NULL without an error when there is none. */
static char *file_read(const char *path, GError **error)
{
	GError *why = NULL;
	char *text = small_file_read(path, FILE_MAX, &why);
	if (why && why->code == SMALL_FILE_ABSENT)
		g_clear_error(&why);
	else if (why)
		g_propagate_prefixed_error(error, why, "cannot read ");
	return text;
}

static GHashTable *values_new(void)
{
	return g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)aws_secret_free);
}

static bool section_read(
	struct aws_profile *profile, const char *path, GHashTable *values, GError **error)
{
	GError *why = NULL;
	char *text = file_read(path, &why);
	if (why) {
		g_propagate_error(error, why);
		return false;
	}
	const char *kind = values == profile->config ? "profile" : NULL;
	if (text && aws_ini_section(text, kind, profile->name, values))
		profile->found = true;
	aws_secret_free(text);
	return true;
}

GHashTable *aws_config_section(const char *kind, const char *name, GError **error)
{
	g_autofree char *path = shared_path("AWS_CONFIG_FILE", "config");
	char *text = file_read(path, error);
	if (!text)
		return NULL;
	GHashTable *values = values_new();
	if (!aws_ini_section(text, kind, name, values))
		g_clear_pointer(&values, g_hash_table_unref);
	aws_secret_free(text);
	return values;
}

struct aws_profile *aws_profile_read(const char *name, GError **error)
{
	struct aws_profile *profile = g_new0(struct aws_profile, 1);
	if (!name)
		name = aws_environment("AWS_PROFILE");
	profile->asked_for = name != NULL;
	profile->name = g_strdup(name ? name : "default");
	profile->credentials = values_new();
	profile->config = values_new();
	profile->credentials_path = shared_path("AWS_SHARED_CREDENTIALS_FILE", "credentials");
	profile->config_path = shared_path("AWS_CONFIG_FILE", "config");
	if (section_read(profile, profile->credentials_path, profile->credentials, error)
		&& section_read(profile, profile->config_path, profile->config, error))
		return profile;
	aws_profile_free(profile);
	return NULL;
}

void aws_profile_free(struct aws_profile *profile)
{
	if (!profile)
		return;
	g_free(profile->name);
	g_free(profile->credentials_path);
	g_free(profile->config_path);
	g_hash_table_unref(profile->credentials);
	g_hash_table_unref(profile->config);
	g_free(profile);
}

const char *aws_profile_get(const struct aws_profile *profile, const char *key)
{
	const char *value = g_hash_table_lookup(profile->credentials, key);
	if (!value || !*value)
		value = g_hash_table_lookup(profile->config, key);
	return value && *value ? value : NULL;
}
