/* SPDX-License-Identifier: MIT */
/*
 * What AWS, its files and its users write, read as each of the forms that are read here: a shared
 * file, a command, XML, the JSON of a metadata service. The words of a command, quoted and joined,
 * are the same words again; a listing that is whole has whole objects; no reader leaves the text.
 */
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/ini.h"
#include "lib/aws/metadata.h"
#include "lib/aws/process.h"
#include "lib/aws/s3_xml.h"
#include "lib/aws/xml.h"
#include "lib/base/instant.h"

static void read_file(const char *text)
{
	static const char *const kinds[] = {NULL, "profile", "sso-session"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GHashTable) values =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		g_autoptr(GError) error = NULL;
		bool seen = aws_ini_section(text, kinds[i], "default", values, &error);
		GHashTableIter each;
		gpointer key, value;
		g_hash_table_iter_init(&each, values);
		while (g_hash_table_iter_next(&each, &key, &value)) {
			g_assert_true(seen || error);
			g_assert_null(strpbrk(key, "\n="));
			/* Each line of it is bare. */
			g_assert_null(strstr(value, "\n\r"));
		}
	}
}

/* In single quotes, as Python's shlex.quote() does. */
static void append_quoted(GString *command, const char *word)
{
	g_string_append_c(command, '\'');
	for (const char *p = word; *p; p++)
		if (*p == '\'')
			g_string_append(command, "'\"'\"'");
		else
			g_string_append_c(command, *p);
	g_string_append(command, "' ");
}

static void read_command(const char *text)
{
	g_auto(GStrv) words = aws_command_split(text, NULL);
	if (!words)
		return;
	g_autoptr(GString) command = g_string_new(NULL);
	for (char **word = words; *word; word++)
		append_quoted(command, *word);
	g_auto(GStrv) again = aws_command_split(command->str, NULL);
	g_assert_nonnull(again);
	g_assert_true(g_strv_equal((const char *const *)words, (const char *const *)again));
}

static void on_element(void *data, const char *path, const char *text)
{
	size_t *n = data;
	g_assert_true(*path && *path != '/');
	(*n)++;
}

static void read_xml(const char *text, size_t size)
{
	size_t n = 0;
	struct s3_page page;
	struct s3_complaint complaint;
	bool whole = xml_read(text, size, on_element, &n);
	g_assert_true(!whole || n > 0);
	if (s3_page_read(text, size, &page, NULL))
		for (guint i = 0; i < page.objects->len; i++) {
			const struct s3_object *object =
				&g_array_index(page.objects, struct s3_object, i);
			g_assert_true(object->key && object->size >= 0
				&& object->modified_at != INSTANT_NONE);
		}
	s3_page_clear(&page);
	s3_complaint_read(text, size, &complaint);
	s3_complaint_clear(&complaint);
}

static void read_metadata(const char *text, size_t size)
{
	json_t *answer = json_loadb(text, size, 0, NULL);
	struct aws_keys keys;
	g_autoptr(GError) error = NULL;
	bool right = metadata_keys(answer, "it", &keys, &error);
	g_assert_true(right == (error == NULL));
	if (right)
		g_assert_true(
			*keys.access_key_id && *keys.secret_access_key && *keys.session_token);
	json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	read_file(text);
	read_command(text);
	read_xml((const char *)data, size);
	read_metadata((const char *)data, size);
	return 0;
}
