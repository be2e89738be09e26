/* SPDX-License-Identifier: MIT */
#include "lib/aws/profile.h"

#include <errno.h>
#include <string.h>

#include "lib/aws/failure.h"

#define FILE_MAX (1 << 20)

/* `[profile "my name"]`: the name without brackets, the word `profile` and quotes; NULL when it is
 * none of ours. */
static char *section_name(const char *line, bool is_config)
{
	const char *end = strchr(line, ']');
	if (!end)
		return NULL;
	g_autofree char *inner = g_strndup(line + 1, (gsize)(end - line - 1));
	char *name = g_strstrip(inner);
	if (is_config) {
		bool prefixed =
			g_str_has_prefix(name, "profile") && (name[7] == ' ' || name[7] == '\t');
		if (!prefixed && strcmp(name, "default") != 0)
			return NULL;
		if (prefixed)
			name = g_strchug(name + 7);
	}
	size_t len = strlen(name);
	if (len >= 2 && (*name == '"' || *name == '\'') && name[len - 1] == *name)
		return g_strndup(name + 1, len - 2);
	return g_strdup(name);
}

bool aws_ini_section(const char *text, const char *name, bool is_config, GHashTable *values)
{
	bool inside = false, seen = false;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **at = lines; *at; at++) {
		char *line = *at;
		/* An indented line belongs to the value above it (nested settings), which nothing
		 * here needs. */
		if (*line == '#' || *line == ';' || g_ascii_isspace(*line) || !*line)
			continue;
		if (*line == '[') {
			g_autofree char *section = section_name(line, is_config);
			inside = section && strcmp(section, name) == 0;
			seen = seen || inside;
			continue;
		}
		char *equals = strchr(line, '=');
		if (!inside || !equals)
			continue;
		*equals = '\0';
		g_autofree char *key = g_ascii_strdown(g_strstrip(line), -1);
		if (!g_hash_table_contains(values, key))
			g_hash_table_insert(
				values, g_steal_pointer(&key), g_strdup(g_strstrip(equals + 1)));
	}
	return seen;
}

static char *shared_path(const char *variable, const char *file)
{
	const char *given = g_getenv(variable);
	if (given && g_str_has_prefix(given, "~/"))
		return g_build_filename(g_get_home_dir(), given + 2, NULL);
	if (given && *given)
		return g_strdup(given);
	return g_build_filename(g_get_home_dir(), ".aws", file, NULL);
}

static bool section_read(
	struct aws_profile *profile, const char *path, bool is_config, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *text = NULL;
	gsize size;
	if (!g_file_get_contents(path, &text, &size, &why)) {
		bool absent = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)
			|| g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
		if (!absent)
			g_set_error(error, AWS_LASTING_ERROR, 0, "cannot read %s: %s", path,
				why->message);
		return absent;
	}
	if (size > FILE_MAX) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"%s is too large for a file of AWS profiles", path);
		return false;
	}
	if (aws_ini_section(text, profile->name, is_config, profile->values))
		profile->found = true;
	explicit_bzero(text, size);
	return true;
}

struct aws_profile *aws_profile_read(const char *name, GError **error)
{
	struct aws_profile *profile = g_new0(struct aws_profile, 1);
	const char *from_environment = g_getenv("AWS_PROFILE");
	if (!name && from_environment && *from_environment)
		name = from_environment;
	profile->asked_for = name != NULL;
	profile->name = g_strdup(name ? name : "default");
	profile->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	profile->credentials_path = shared_path("AWS_SHARED_CREDENTIALS_FILE", "credentials");
	profile->config_path = shared_path("AWS_CONFIG_FILE", "config");
	if (section_read(profile, profile->credentials_path, false, error)
		&& section_read(profile, profile->config_path, true, error))
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
	g_hash_table_unref(profile->values);
	g_free(profile);
}

const char *aws_profile_get(const struct aws_profile *profile, const char *key)
{
	const char *value = g_hash_table_lookup(profile->values, key);
	return value && *value ? value : NULL;
}
