/* SPDX-License-Identifier: MIT */
/*
 * The cache is a folder of JSON files, each named by the SHA-1 of the session's name (or of the
 * start URL). Tasks that find the same token about to expire take turns by a lock on the folder:
 * the first one renews it, the others find it renewed.
 */
#include "lib/aws/sso_token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <jansson.h>

#include "lib/aws/credentials.h"
#include "lib/aws/endpoint.h"
#include "lib/aws/failure.h"
#include "lib/aws/retry.h"
#include "lib/aws/small_file.h"
#include "lib/aws/transport.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"
#include "lib/base/json_field.h"

#define RENEW_BEFORE_US (15 * MINUTE_US)
#define MAX_TRIES 3
#define FILE_MAX (64 << 10)

void sso_token_refuse(const struct sso_wish *wish, const char *why, GError **error)
{
	error_say(error, "%s; sign in as the user of dagd: aws sso login --profile %s", why,
		wish->profile->name);
	if (error)
		(*error)->domain = AWS_LASTING_ERROR;
}

/* Older tools write `2026-11-24T03:00:00UTC`. */
static int64_t instant_of(const json_t *object, const char *name)
{
	int64_t at;
	const char *text = json_field_text(object, name);
	size_t len = text ? strlen(text) : 0;
	g_autofree char *utc = text && g_str_has_suffix(text, "UTC")
		? g_strdup_printf("%.*sZ", (int)len - 3, text)
		: g_strdup(text);
	return aws_expiry_parse(utc, &at) ? at : INSTANT_NONE;
}

static char *token_path(const struct sso_wish *wish)
{
	g_autofree char *sum = g_compute_checksum_for_string(
		G_CHECKSUM_SHA1, wish->session ? wish->session : wish->start_url, -1);
	g_autofree char *name = g_strconcat(sum, ".json", NULL);
	return g_build_filename(g_get_home_dir(), ".aws", "sso", "cache", name, NULL);
}

/* The body of the request for a new token; NULL when what it takes is not there. */
static char *renewal_body(const json_t *token)
{
	const char *id = json_field_text(token, "clientId");
	const char *secret = json_field_text(token, "clientSecret");
	const char *refresh = json_field_text(token, "refreshToken");
	if (!id || !secret || !refresh
		|| instant_of(token, "registrationExpiresAt") <= g_get_real_time())
		return NULL;
	json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "grantType", "refresh_token", "clientId",
		id, "clientSecret", secret, "refreshToken", refresh);
	char *text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	return text;
}

/* The JSON answer, or NULL. */
static json_t *renewal_ask(const struct sso_wish *wish, const char *endpoint, const char *body)
{
	g_autofree char *url = g_strconcat(endpoint, "/token", NULL);
	const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = body,
		.connect_timeout_ms = 5000,
		.timeout_ms = 10000,
	};
	transport_set_for_token(&request, wish->settings, wish->profile);
	CURL *curl = curl_easy_init();
	json_t *fresh = NULL;
	struct http_answer answer;
	http_exchange_retried(
		curl, &request, transport_tries(wish->settings, wish->profile, MAX_TRIES), &answer);
	if (answer.failure == CURLE_OK && answer.status == 200)
		fresh = json_loads(answer.body->str, 0, NULL);
	http_answer_clear(&answer);
	curl_easy_cleanup(curl);
	return fresh;
}

/* So that the next one, be it another program, finds it; who cannot write goes on with what it has.
 */
static void token_save(const char *path, const json_t *token)
{
	g_autoptr(GError) why = NULL;
	char *text = json_dumps(token, JSON_COMPACT);
	if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &why))
		printf("the renewed token of the sign-on cannot be kept: %s\n", why->message);
	explicit_bzero(text, strlen(text));
	free(text);
}

/* Puts the new texts into the token; false leaves it as it is. */
static bool token_renew(const struct sso_wish *wish, json_t *token)
{
	static const struct aws_service service = {.id = "SSO_OIDC", .host = "oidc"};
	char *body = renewal_body(token);
	g_autofree char *endpoint = body
		? aws_endpoint_find(&service, wish->region, wish->profile, wish->settings, NULL)
		: NULL;
	json_t *fresh = endpoint ? renewal_ask(wish, endpoint, body) : NULL;
	const char *access = json_field_text(fresh, "accessToken");
	json_int_t lasts_s = json_integer_value(json_object_get(fresh, "expiresIn"));
	bool renewed = access && lasts_s > 0 && lasts_s < INT32_MAX;
	if (renewed) {
		g_autofree char *until =
			instant_iso_z((g_get_real_time() / SECOND_US + lasts_s) * SECOND_US);
		json_object_set(token, "accessToken", json_object_get(fresh, "accessToken"));
		json_object_set_new(token, "expiresAt", json_string(until));
		if (json_field_text(fresh, "refreshToken"))
			json_object_set(
				token, "refreshToken", json_object_get(fresh, "refreshToken"));
	}
	json_decref(fresh);
	if (body)
		explicit_bzero(body, strlen(body));
	free(body);
	return renewed;
}

static char *token_get(const struct sso_wish *wish, const char *path, GError **error)
{
	char *text = small_file_read(path, FILE_MAX, NULL);
	json_t *token = text ? json_loads(text, 0, NULL) : NULL;
	aws_secret_free(text);
	int64_t now = g_get_real_time(), expires_at = instant_of(token, "expiresAt");
	bool whole = json_field_text(token, "accessToken") && expires_at != INSTANT_NONE;
	bool renewed = whole && wish->session && expires_at - now < RENEW_BEFORE_US
		&& token_renew(wish, token);
	if (renewed)
		token_save(path, token);
	char *access = whole && (renewed || expires_at > now)
		? g_strdup(json_field_text(token, "accessToken"))
		: NULL;
	if (!whole) {
		g_autofree char *why =
			g_strdup_printf("there is no token of a sign-on in %s", path);
		sso_token_refuse(wish, why, error);
	} else if (!access) {
		g_autofree char *at = instant_iso(expires_at);
		g_autofree char *why = g_strdup_printf(
			"the token of the sign-on expired at %s and cannot be renewed", at);
		sso_token_refuse(wish, why, error);
	}
	json_decref(token);
	return access;
}

char *sso_token(const struct sso_wish *wish, GError **error)
{
	g_autofree char *path = token_path(wish);
	g_autofree char *folder = g_path_get_dirname(path);
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (lock != -1 && flock(lock, LOCK_EX) == -1 && errno == EINTR)
		continue;
	char *token = token_get(wish, path, error);
	if (lock != -1)
		close(lock);
	return token;
}
