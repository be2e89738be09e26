/* SPDX-License-Identifier: MIT */
/* A client of S3, and the names of objects. */
#include "lib/aws/s3.h"

#include <string.h>

#include "lib/aws/chain.h"
#include "lib/aws/failure.h"
#include "lib/aws/s3_endpoint.h"
#include "lib/aws/s3_request.h"

void s3_object_clear(struct s3_object *object)
{
	g_clear_pointer(&object->key, g_free);
	g_clear_pointer(&object->etag, g_free);
	g_clear_pointer(&object->version_id, g_free);
	g_clear_pointer(&object->storage_class, g_free);
}

struct s3 *s3_open(const struct s3_settings *settings, GError **error)
{
	struct s3 *s3 = g_new0(struct s3, 1);
	s3->settings = settings;
	s3->curl = curl_easy_init();
	s3->profile = aws_profile_read(settings->profile, error);
	if (s3->profile && s3_endpoint_find(s3, error)
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
