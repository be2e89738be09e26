/* SPDX-License-Identifier: MIT */
#include "lib/aws/profile.h"

#include <pwd.h>
#include <string.h>

#include "lib/aws/credentials.h"
#include "lib/aws/environment.h"
#include "lib/aws/ini.h"
#include "lib/aws/small_file.h"

#define FILE_MAX (1 << 20)

/* `$NAME` and `${NAME}`; what is not set stays as it is. */
static char *variables_put(const char *path)
{
	GString *out = g_string_new(NULL);
	while (*path) {
		bool is_braced = path[0] == '$' && path[1] == '{';
		const char *name = path + (is_braced ? 2 : 1);
		size_t len = *path != '$' ? 0
			: is_braced       ? strcspn(name, "}")
				    : strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
		g_autofree char *variable = g_strndup(name, len);
		const char *value = len && (!is_braced || name[len]) ? g_getenv(variable) : NULL;
		if (value)
			g_string_append(out, value);
		else
			g_string_append_c(out, *path);
		path = value ? name + len + (is_braced ? 1 : 0) : path + 1;
	}
	return g_string_free(out, FALSE);
}

/* `~` and `~user`; who is not known stays as he is. */
static char *home_put(const char *path)
{
	size_t len = strcspn(path, "/");
	if (*path != '~')
		return g_strdup(path);
	g_autofree char *user = g_strndup(path + 1, len - 1);
	const struct passwd *entry = *user ? getpwnam(user) : NULL;
	const char *home = !*user ? g_get_home_dir() : entry ? entry->pw_dir : NULL;
	return home ? g_strconcat(home, path + len, NULL) : g_strdup(path);
}

static char *shared_path(const char *variable, const char *file)
{
	const char *given = aws_environment(variable);
	g_autofree char *path = given ? variables_put(given) : NULL;
	return path ? home_put(path) : g_build_filename(g_get_home_dir(), ".aws", file, NULL);
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

/* Whether it is in the file; no file is no error. */
static bool section_find(
	const char *path, const char *kind, const char *name, GHashTable *values, GError **error)
{
	GError *why = NULL;
	char *text = file_read(path, &why);
	bool is_found = text && aws_ini_section(text, kind, name, values, &why);
	if (text && why)
		g_prefix_error(&why, "%s: ", path);
	if (why)
		g_propagate_error(error, why);
	aws_secret_free(text);
	return is_found;
}

static bool section_read(
	struct aws_profile *profile, const char *path, GHashTable *values, GError **error)
{
	const char *kind = values == profile->config ? "profile" : NULL;
	GError *why = NULL;
	if (section_find(path, kind, profile->name, values, &why))
		profile->found = true;
	if (why)
		g_propagate_error(error, why);
	return why == NULL;
}

GHashTable *aws_config_section(const char *kind, const char *name, GError **error)
{
	g_autofree char *path = shared_path("AWS_CONFIG_FILE", "config");
	GHashTable *values = values_new();
	if (!section_find(path, kind, name, values, error))
		g_clear_pointer(&values, g_hash_table_unref);
	return values;
}

struct aws_profile *aws_profile_read(const char *name, GError **error)
{
	struct aws_profile *profile = g_new0(struct aws_profile, 1);
	if (!name)
		name = aws_environment("AWS_DEFAULT_PROFILE");
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
