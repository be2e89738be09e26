/* SPDX-License-Identifier: MIT */
/* Looks whether objects are in S3: all that are named, or one for each pattern. */
#include <fnmatch.h>
#include <locale.h>
#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/s3.h"
#include "operators/program.h"

struct wish {
	char *bucket, *key;
};

static void wish_clear(void *data)
{
	struct wish *wish = data;
	g_free(wish->bucket);
	g_free(wish->key);
}

static bool wish_read(const json_t *value, const char *bucket, struct wish *wish, GError **error)
{
	const char *text = json_string_value(value);
	if (!text || !*text) {
		g_set_error_literal(error, AWS_LASTING_ERROR, 0,
			"\"bucket_key\" is neither a key nor a list of keys");
		return false;
	}
	if (g_str_has_prefix(text, "s3://"))
		return s3_uri_parse(text, &wish->bucket, &wish->key, error);
	if (!bucket) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"\"bucket_name\" is missing, for the key \"%s\" does not name its bucket",
			text);
		return false;
	}
	wish->bucket = g_strdup(bucket);
	wish->key = g_strdup(text);
	return true;
}

static bool wishes_read(const json_t *arguments, GArray *wishes, GError **error)
{
	const json_t *keys = json_object_get(arguments, "bucket_key");
	const char *bucket = program_text(arguments, "bucket_name");
	size_t n = json_is_array(keys) ? json_array_size(keys) : 1;
	g_array_set_size(wishes, (guint)n);
	for (size_t i = 0; i < n; i++)
		if (!wish_read(json_is_array(keys) ? json_array_get(keys, i) : keys, bucket,
			    &g_array_index(wishes, struct wish, i), error))
			return false;
	if (n == 0)
		g_set_error_literal(error, AWS_LASTING_ERROR, 0, "\"bucket_key\" is an empty list");
	return n > 0;
}

struct search {
	const char *pattern;
	char *found;
};

static bool on_object(void *data, const struct s3_object *object)
{
	struct search *search = data;
	if (fnmatch(search->pattern, object->key, 0) == 0)
		search->found = g_strdup(object->key);
	return !search->found;
}

/* The first key that the pattern means; NULL without error: there is none. */
static char *pattern_find(struct s3 *s3, const struct wish *wish, GError **error)
{
	struct search search = {.pattern = wish->key};
	g_autofree char *prefix = g_strndup(wish->key, strcspn(wish->key, "*?[\\"));
	if (s3_list(s3, wish->bucket, prefix, on_object, &search, error))
		return search.found;
	g_free(search.found);
	return NULL;
}

static char *key_find(struct s3 *s3, const struct wish *wish, GError **error)
{
	const struct s3_source source = {.bucket = wish->bucket, .key = wish->key, .size = -1};
	struct s3_object object = {0};
	g_autoptr(GError) why = NULL;
	if (s3_head(s3, &source, &object, &why)) {
		s3_object_clear(&object);
		return g_strdup(wish->key);
	}
	if (why->code != AWS_OBJECT_CHANGED)
		g_propagate_error(error, g_steal_pointer(&why));
	return NULL;
}

static int fail(const GError *error)
{
	return aws_error_is_lasting(error) ? program_fail_for_good("%s", error->message)
					   : program_fail("%s", error->message);
}

static int wishes_look(struct s3 *s3, const GArray *wishes, bool are_patterns)
{
	json_t *found = json_array();
	int code = -1;
	for (guint i = 0; code < 0 && i < wishes->len; i++) {
		const struct wish *wish = &g_array_index(wishes, struct wish, i);
		g_autoptr(GError) error = NULL;
		g_autofree char *key =
			are_patterns ? pattern_find(s3, wish, &error) : key_find(s3, wish, &error);
		json_t *text = key ? json_string(key) : NULL;
		if (text)
			json_array_append_new(found, text);
		else if (key)
			code = program_fail_for_good("a key that was found is not UTF-8");
		else if (error)
			code = fail(error);
		else
			code = program_not_yet(
				"not yet: there is no s3://%s/%s", wish->bucket, wish->key);
	}
	if (code < 0)
		return program_succeed(found);
	json_decref(found);
	return code;
}

static int task_run(const json_t *arguments)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) wishes = g_array_new(FALSE, TRUE, sizeof(struct wish));
	struct s3_settings *settings = NULL;
	struct s3 *s3 = NULL;
	g_array_set_clear_func(wishes, wish_clear);
	bool is_ready = wishes_read(arguments, wishes, &error)
		&& (settings = s3_settings_read(arguments, "aws_conn_id", &error))
		&& (s3 = s3_open(settings, &error));
	int code = is_ready
		? wishes_look(s3, wishes, program_boolean(arguments, "wildcard_match", false))
		: fail(error);
	s3_close(s3);
	s3_settings_free(settings);
	return code;
}

int main(void)
{
	/* Else `?` in a pattern would be one byte of a letter. */
	setlocale(LC_CTYPE, "C.UTF-8");
	json_t *arguments = program_arguments();
	int code = task_run(arguments);
	json_decref(arguments);
	return code;
}
