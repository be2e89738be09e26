/* SPDX-License-Identifier: MIT */
/* The operator s3_find_latest: the newest object under a prefix that fits. */
#include <fnmatch.h>
#include <locale.h>
#include <string.h>

#include "lib/aws/failure.h"
#include "lib/aws/identity.h"
#include "lib/aws/s3.h"
#include "lib/base/instant.h"
#include "operators/connection_test.h"
#include "operators/program.h"

/* An object can be replaced between the listing and the look at it; more often than this it is no
 * accident. */
#define ROUNDS 3

struct wish {
	const char *bucket, *prefix, *pattern;
	int64_t min_size;
	int64_t max_age_us; /* -1: any */
};

struct search {
	const struct wish *wish;
	int64_t oldest_at; /* allowed */
	struct s3_object best;
	bool found;
	int64_t n_keys, n_matching, n_small, n_old;
};

static bool key_matches(const char *key, const char *pattern)
{
	const char *slash = strrchr(key, '/');
	const char *last = slash ? slash + 1 : key;
	return *last && fnmatch(pattern, last, 0) == 0;
}

static bool is_newer(const struct s3_object *object, const struct s3_object *than)
{
	if (object->modified_at != than->modified_at)
		return object->modified_at > than->modified_at;
	return strcmp(object->key, than->key) > 0;
}

static void object_copy(struct s3_object *to, const struct s3_object *from)
{
	s3_object_clear(to);
	*to = (struct s3_object){
		.key = g_strdup(from->key),
		.etag = g_strdup(from->etag),
		.size = from->size,
		.modified_at = from->modified_at,
	};
}

static bool on_object(void *data, const struct s3_object *object)
{
	struct search *search = data;
	const struct wish *wish = search->wish;
	search->n_keys++;
	if (!key_matches(object->key, wish->pattern))
		return true;
	search->n_matching++;
	bool small = object->size < wish->min_size;
	bool old = wish->max_age_us >= 0 && object->modified_at < search->oldest_at;
	search->n_small += small;
	search->n_old += !small && old;
	if (!small && !old && (!search->found || is_newer(object, &search->best))) {
		object_copy(&search->best, object);
		search->found = true;
	}
	return true;
}

static int fail(const GError *error)
{
	return aws_error_is_lasting(error) ? program_fail_for_good("%s", error->message)
					   : program_fail("%s", error->message);
}

static int fail_empty(const struct search *search)
{
	const struct wish *wish = search->wish;
	g_autoptr(GString) excluded = g_string_new(NULL);
	if (search->n_matching > 0)
		g_string_append_printf(
			excluded, ", of which %" G_GINT64_FORMAT " match", search->n_matching);
	if (search->n_small > 0)
		g_string_append_printf(excluded,
			", but %" G_GINT64_FORMAT " are smaller than min_size (%" G_GINT64_FORMAT
			" bytes)",
			search->n_small, wish->min_size);
	if (search->n_old > 0) {
		g_autofree char *age = duration_text(wish->max_age_us);
		g_string_append_printf(excluded,
			", but %" G_GINT64_FORMAT " are older than max_age (%s)", search->n_old,
			age);
	}
	return program_fail(
		"nothing found in bucket \"%s\" under prefix \"%s\" with pattern \"%s\": "
		"%" G_GINT64_FORMAT " keys were looked at%s",
		wish->bucket, wish->prefix, wish->pattern, search->n_keys, excluded->str);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static int succeed(const struct wish *wish, const struct s3_object *object, int64_t n_keys)
{
	g_autofree char *uri = s3_uri_text(wish->bucket, object->key);
	g_autofree char *modified = instant_iso(object->modified_at);
	json_t *key = json_string(object->key);
	if (!key)
		return program_fail_for_good(
			"the newest object under s3://%s/%s has a key that is not UTF-8",
			wish->bucket, wish->prefix);
	printf("looked at %" G_GINT64_FORMAT " keys; the newest is %s, %" G_GINT64_FORMAT
	       " bytes, of %s\n",
		n_keys, uri, object->size, modified);
	return program_succeed(json_pack("{s:s, s:o, s:s, s:I, s:o, s:s, s:o}", "bucket",
		wish->bucket, "key", key, "uri", uri, "size", (json_int_t)object->size, "etag",
		text_or_null(object->etag), "last_modified", modified, "version_id",
		text_or_null(object->version_id)));
}

static bool search_run(struct s3 *s3, struct search *search, GError **error)
{
	const struct wish *wish = search->wish;
	int64_t now = g_get_real_time();
	search->oldest_at =
		wish->max_age_us >= 0 && wish->max_age_us < now ? now - wish->max_age_us : 0;
	return s3_list(s3, wish->bucket, wish->prefix, on_object, search, error);
}

/* The listing does not tell the version; `object` is the very one that was listed, or nothing. */
static bool best_look(
	struct s3 *s3, const struct search *search, struct s3_object *object, GError **error)
{
	const struct s3_source source = {.bucket = search->wish->bucket,
		.key = search->best.key,
		.etag = search->best.etag,
		.size = search->best.size};
	if (!s3_head(s3, &source, object, error))
		return false;
	if (object->modified_at == INSTANT_NONE)
		object->modified_at = search->best.modified_at;
	return true;
}

/* The exit status, or -1 to look again: the object found is not there any more. */
static int find_once(struct s3 *s3, const struct wish *wish)
{
	struct search search = {.wish = wish};
	struct s3_object object = {0};
	g_autoptr(GError) error = NULL;
	int status;
	if (!search_run(s3, &search, &error)) {
		status = fail(error);
	} else if (!search.found) {
		status = fail_empty(&search);
	} else if (best_look(s3, &search, &object, &error)) {
		status = succeed(wish, &object, search.n_keys);
	} else if (error->code == AWS_OBJECT_CHANGED) {
		printf("%s\n", error->message);
		status = -1;
	} else {
		status = fail(error);
	}
	s3_object_clear(&object);
	s3_object_clear(&search.best);
	return status;
}

static int find(struct s3 *s3, const struct wish *wish)
{
	int status = -1;
	for (int round = 1; round <= ROUNDS && status == -1; round++)
		status = find_once(s3, wish);
	if (status == -1)
		status = program_fail(
			"the newest object in bucket \"%s\" under prefix \"%s\" was replaced %d "
			"times while it was looked at",
			wish->bucket, wish->prefix, ROUNDS);
	return status;
}

static bool is_given(const json_t *arguments, const char *name)
{
	const json_t *value = json_object_get(arguments, name);
	return value && !json_is_null(value);
}

/* The sentence about an argument of the wrong type, or NULL. */
static const char *types_check(const json_t *arguments)
{
	static const struct {
		const char *name, *sentence;
	} texts[] = {
		{"bucket", "\"bucket\" is not a text"},
		{"prefix", "\"prefix\" is not a text"},
		{"pattern", "\"pattern\" is not a text"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (is_given(arguments, texts[i].name)
			&& !json_is_string(json_object_get(arguments, texts[i].name)))
			return texts[i].sentence;
	if (is_given(arguments, "min_size") && program_integer(arguments, "min_size", -1) < 0)
		return "\"min_size\" is not a number of bytes";
	if (is_given(arguments, "max_age") && !(program_number(arguments, "max_age", -1) >= 0))
		return "\"max_age\" is not a number of seconds";
	return NULL;
}

/* The sentence about what is wrong with the arguments, or NULL. */
static const char *wish_read(const json_t *arguments, struct wish *wish)
{
	const char *prefix = program_text(arguments, "prefix");
	const char *pattern = program_text(arguments, "pattern");
	double max_age_s = program_number(arguments, "max_age", -1);
	*wish = (struct wish){
		.bucket = program_text(arguments, "bucket"),
		.prefix = prefix ? prefix : "",
		.pattern = pattern ? pattern : "*",
		.min_size = program_integer(arguments, "min_size", 1),
		.max_age_us = max_age_s < 0 ? -1 : (int64_t)(MIN(max_age_s, 1e10) * SECOND_US),
	};
	const char *wrong = types_check(arguments);
	if (wrong)
		return wrong;
	if (!wish->bucket)
		return "\"bucket\" is missing";
	if (strchr(wish->pattern, '/'))
		return "\"pattern\" has a slash, but is compared with the last part of a key only; "
		       "put folders into \"prefix\"";
	return NULL;
}

/* Keys, region and endpoint are what all operators of S3 have from a connection. */
static int connection_test(const json_t *arguments)
{
	g_autoptr(GError) error = NULL;
	struct s3_settings *settings = s3_settings_read(arguments, "connection", &error);
	g_autofree char *sentence = settings ? aws_identity_text(settings, &error) : NULL;
	s3_settings_free(settings);
	return sentence ? connection_works("%s", sentence) : program_fail("%s", error->message);
}

static int task_run(const json_t *arguments)
{
	struct wish wish;
	g_autoptr(GError) error = NULL;
	struct s3_settings *settings = NULL;
	struct s3 *s3 = NULL;
	int status;
	const char *wrong = wish_read(arguments, &wish);
	if (wrong)
		status = program_fail_for_good("%s", wrong);
	else if (!(settings = s3_settings_read(arguments, "aws_conn_id", &error))
		|| !(s3 = s3_open(settings, &error)))
		status = fail(error);
	else
		status = find(s3, &wish);
	s3_close(s3);
	s3_settings_free(settings);
	return status;
}

int main(int argc, char **argv)
{
	/* Else `?` in a pattern would be one byte of a letter. */
	setlocale(LC_CTYPE, "C.UTF-8");
	json_t *arguments = program_arguments();
	int status = connection_test_wanted(argc, argv) ? connection_test(arguments)
							: task_run(arguments);
	json_decref(arguments);
	return status;
}
