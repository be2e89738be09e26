/* SPDX-License-Identifier: MIT */
/*
 * The role of an instance, by version 2 of its metadata service only: a session token is asked for
 * by PUT, and everything else with it. Version 1 gives keys to whoever can make this machine send
 * a plain GET, so it is not spoken even where the service still would.
 */
#include <string.h>

#include <jansson.h>

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/metadata.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define ROLES "/latest/meta-data/iam/security-credentials/"
#define WHAT "the instance's metadata service"

enum { NUMBER_MAX = 60 };

struct service {
	CURL *curl;
	char *address;      /* without a slash at its end */
	char *token_header; /* NULL: none is held */
	long timeout_ms;
	unsigned max_tries;
};

static const char *setting(const struct aws_profile *profile, const char *variable, const char *key)
{
	const char *value = aws_environment(variable);
	return value ? value : aws_profile_get(profile, key);
}

char *metadata_address(const struct aws_profile *profile, GError **error)
{
	const char *given = setting(
		profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
	const char *mode = setting(profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
		"ec2_metadata_service_endpoint_mode");
	const char *older = setting(profile, "AWS_IMDS_USE_IPV6", "imds_use_ipv6");
	if (!mode)
		mode = older && g_ascii_strcasecmp(older, "true") == 0 ? "ipv6" : "ipv4";
	bool is_6 = g_ascii_strcasecmp(mode, "ipv6") == 0;
	if (!is_6 && g_ascii_strcasecmp(mode, "ipv4") != 0) {
		aws_refuse(error,
			"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is \"%s\"; IPv4 or IPv6 is "
			"expected",
			mode);
		return NULL;
	}
	if (!given)
		return g_strdup(is_6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
	struct http_origin origin = {0};
	if (!http_origin_parse(given, &origin, error)) {
		g_prefix_error(error, "AWS_EC2_METADATA_SERVICE_ENDPOINT: ");
		return NULL;
	}
	char *address = g_strdup_printf("%s://%s%s", origin.scheme, origin.authority, origin.path);
	http_origin_clear(&origin);
	return address;
}

static char *ask(const struct service *service, const char *method, const char *path,
	struct metadata_reply *reply, GError **error)
{
	bool is_put = strcmp(method, "PUT") == 0;
	g_autofree char *url = g_strconcat(service->address, path, NULL);
	g_autofree char *what = g_strdup_printf(WHAT " at %s", service->address);
	const struct metadata_request request = {
		.method = method,
		.url = url,
		.header = is_put ? "x-aws-ec2-metadata-token-ttl-seconds: 21600"
				 : service->token_header,
		.what = what,
		.max_tries = service->max_tries,
		.connect_timeout_ms = service->timeout_ms,
		.timeout_ms = service->timeout_ms,
	};
	return metadata_ask(service->curl, &request, reply, error);
}

static bool token_renew(struct service *service, GError **error)
{
	struct metadata_reply reply;
	g_autofree char *token = ask(service, "PUT", "/latest/api/token", &reply, error);
	/* The answer is sent with a low time to live, so that it gets lost on the way into a
	 * container. */
	if (!token && reply.silent)
		g_prefix_error(error,
			"in a container, the instance must allow a hop limit of 2 or more (`aws "
			"ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`): ");
	else if (!token && reply.status == 403)
		g_prefix_error(error, "it is turned off for this instance, it seems: ");
	if (!token)
		return false;
	if (!*token || strpbrk(token, "\r\n"))
		return error_say(error, WHAT " gave no usable session token");
	aws_secret_free(service->token_header);
	service->token_header = g_strconcat("x-aws-ec2-metadata-token: ", token, NULL);
	return true;
}

/* The body; a token that is refused is replaced once. */
static char *get(struct service *service, const char *path, GError **error)
{
	struct metadata_reply reply;
	g_autoptr(GError) why = NULL;
	char *body = ask(service, "GET", path, &reply, &why);
	if (!body && reply.status == 401 && token_renew(service, error))
		return ask(service, "GET", path, &reply, error);
	if (!body && reply.status != 401)
		g_propagate_error(error, g_steal_pointer(&why));
	return body;
}

static bool role_name_is_plain(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("+=,.@_-", *p))
			return false;
	return *name != '\0';
}

static char *role_find(struct service *service, GError **error)
{
	g_autofree char *roles = get(service, ROLES, error);
	if (!roles) {
		g_prefix_error(error, "the instance has no role, it seems: ");
		return NULL;
	}
	roles[strcspn(roles, "\r\n")] = '\0';
	if (role_name_is_plain(roles))
		return g_steal_pointer(&roles);
	g_set_error(error, AWS_LASTING_ERROR, 0, WHAT " names no role of the instance");
	return NULL;
}

/* In an outage the service goes on giving its last keys, and AWS accepts them longer than they say.
 */
static void expiry_extend(struct aws_keys *keys)
{
	int64_t now = g_get_real_time();
	if (keys->expires_at > now)
		return;
	g_autofree char *at = instant_iso(keys->expires_at);
	printf(WHAT " gives keys that expired at %s; they are used, as AWS asks for in an outage\n",
		at);
	keys->expires_at = now + 15 * MINUTE_US + g_random_int_range(120, 600) * SECOND_US;
}

static struct aws_credentials *credentials_ask(struct service *service, GError **error)
{
	g_autofree char *role = token_renew(service, error) ? role_find(service, error) : NULL;
	if (!role)
		return NULL;
	g_autofree char *path = g_strconcat(ROLES, role, NULL);
	char *body = get(service, path, error);
	if (!body)
		return NULL;
	json_t *answer = json_loads(body, 0, NULL);
	g_autofree char *found_in = g_strdup_printf("role \"%s\" of the instance", role);
	struct aws_keys keys;
	struct aws_credentials *credentials = NULL;
	if (metadata_keys(answer, WHAT, &keys, error)) {
		expiry_extend(&keys);
		credentials = aws_credentials_new(&keys, found_in, error);
	}
	json_decref(answer);
	aws_secret_free(body);
	return credentials;
}

/* From the environment or the profile, where they say one. More than is sensible is no mistake. */
static bool number_read(const struct aws_profile *profile, const char *variable, const char *key,
	unsigned *number, GError **error)
{
	const char *text = setting(profile, variable, key);
	if (!text)
		return true;
	guint64 value = g_ascii_strtoull(text, NULL, 10);
	if (text[strspn(text, "0123456789")] || value == 0)
		return aws_refuse(error, "%s is \"%s\"; a whole number from 1 on is expected",
			aws_environment(variable) ? variable : key, text);
	*number = (unsigned)MIN(value, NUMBER_MAX);
	return true;
}

struct aws_credentials *aws_instance_credentials(const struct aws_profile *profile, GError **error)
{
	const char *disabled = aws_environment("AWS_EC2_METADATA_DISABLED");
	if (disabled && g_ascii_strcasecmp(disabled, "true") == 0) {
		g_set_error(error, AWS_LASTING_ERROR, 0, "AWS_EC2_METADATA_DISABLED is set");
		return NULL;
	}
	struct service service = {.max_tries = 3};
	unsigned timeout_s = 1;
	if (!number_read(profile, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout",
		    &timeout_s, error)
		|| !number_read(profile, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
			"metadata_service_num_attempts", &service.max_tries, error)
		|| !(service.address = metadata_address(profile, error)))
		return NULL;
	service.timeout_ms = 1000L * timeout_s;
	service.curl = curl_easy_init();
	struct aws_credentials *credentials = credentials_ask(&service, error);
	curl_easy_cleanup(service.curl);
	aws_secret_free(service.token_header);
	g_free(service.address);
	return credentials;
}
