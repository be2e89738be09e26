/* SPDX-License-Identifier: MIT */
/* Where S3 is: region, endpoint, credentials, and the names of objects. */
#include "lib/aws/s3.h"

#include <string.h>

#include "lib/aws/chain.h"
#include "lib/aws/failure.h"
#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/base/instant.h"

void s3_object_clear(struct s3_object *object)
{
	g_clear_pointer(&object->key, g_free);
	g_clear_pointer(&object->etag, g_free);
	g_clear_pointer(&object->version_id, g_free);
	g_clear_pointer(&object->storage_class, g_free);
}

/* The first of the variables that says something, else NULL. */
static const char *environment_first(const char *const *names)
{
	for (; *names; names++) {
		const char *value = g_getenv(*names);
		if (value && *value)
			return value;
	}
	return NULL;
}

static bool region_is_name(const char *region)
{
	size_t len = strlen(region);
	return len > 0 && len <= 63
		&& strspn(region,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
		== len;
}

static char *aws_endpoint(const char *region)
{
	return g_strdup_printf("https://s3.%s.amazonaws.com%s", region,
		g_str_has_prefix(region, "cn-") ? ".cn" : "");
}

static bool endpoint_set(struct s3 *s3, char *endpoint, GError **error)
{
	g_free(s3->endpoint);
	s3->endpoint = endpoint;
	http_origin_clear(&s3->origin);
	return http_origin_parse(endpoint, &s3->origin, error);
}

bool s3_region_change(struct s3 *s3, const char *region)
{
	if (!region || !region_is_name(region) || strcmp(region, s3->region) == 0)
		return false;
	g_free(s3->region);
	s3->region = g_strdup(region);
	return !s3->at_aws || endpoint_set(s3, aws_endpoint(region), NULL);
}

static bool region_find(struct s3 *s3, GError **error)
{
	static const char *const names[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
	const char *region = s3->settings->region;
	if (!region)
		region = environment_first(names);
	if (!region)
		region = aws_profile_get(s3->profile, "region");
	if (!region)
		region = "us-east-1";
	s3->region = g_strdup(region);
	if (region_is_name(region))
		return true;
	g_set_error(error, AWS_LASTING_ERROR, 0,
		"\"%s\" is not the name of a region; one such as eu-west-1 is expected", region);
	return false;
}

static bool endpoint_find(struct s3 *s3, GError **error)
{
	static const char *const names[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL};
	const char *endpoint = s3->settings->endpoint_url;
	if (!endpoint)
		endpoint = environment_first(names);
	if (!endpoint)
		endpoint = aws_profile_get(s3->profile, "endpoint_url");
	s3->at_aws = endpoint == NULL;
	return endpoint_set(s3, s3->at_aws ? aws_endpoint(s3->region) : g_strdup(endpoint), error);
}

struct s3 *s3_open(const struct s3_settings *settings, GError **error)
{
	struct s3 *s3 = g_new0(struct s3, 1);
	s3->settings = settings;
	s3->curl = curl_easy_init();
	s3->profile = aws_profile_read(settings->profile, error);
	if (s3->profile && region_find(s3, error) && endpoint_find(s3, error)
		&& (s3->credentials = aws_credentials_find(settings, s3->profile, error)))
		return s3;
	s3_close(s3);
	return NULL;
}

void s3_close(struct s3 *s3)
{
	if (!s3)
		return;
	curl_easy_cleanup(s3->curl);
	aws_profile_free(s3->profile);
	aws_credentials_free(s3->credentials);
	http_origin_clear(&s3->origin);
	g_free(s3->region);
	g_free(s3->endpoint);
	g_free(s3);
}

const char *s3_endpoint(const struct s3 *s3)
{
	return s3->endpoint;
}

bool s3_uri_parse(const char *uri, char **bucket, char **key, GError **error)
{
	static const char scheme[] = "s3://";
	const char *name = uri + strlen(scheme);
	const char *slash = g_str_has_prefix(uri, scheme) ? strchr(name, '/') : NULL;
	if (!slash || slash == name || !slash[1]) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"\"%s\" is not the name of an object; s3://bucket/key is expected", uri);
		return false;
	}
	*bucket = g_strndup(name, (gsize)(slash - name));
	*key = g_strdup(slash + 1);
	return true;
}

char *s3_uri_text(const char *bucket, const char *key)
{
	return g_strdup_printf("s3://%s/%s", bucket, key);
}
