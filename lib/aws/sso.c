/* SPDX-License-Identifier: MIT */
#include "lib/aws/sso.h"

#include <string.h>

#include <jansson.h>

#include "lib/aws/endpoint.h"
#include "lib/aws/failure.h"
#include "lib/aws/partition.h"
#include "lib/aws/retry.h"
#include "lib/aws/sigv4.h"
#include "lib/aws/sso_token.h"
#include "lib/aws/transport.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define MAX_TRIES 5

/* A profile's sign-on, with what its sso_session says. */
struct sign_on {
	struct sso_wish wish;
	const char *account_id, *role_name;
	GHashTable *session; /* of [sso-session NAME], or NULL */
};

static bool refuse(GError **error, const struct aws_profile *profile, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static bool refuse(GError **error, const struct aws_profile *profile, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *what = g_strdup_vprintf(format, values);
	va_end(values);
	error_say(error, "profile \"%s\" of %s signs in by SSO, but %s", profile->name,
		profile->config_path, what);
	if (error)
		(*error)->domain = AWS_LASTING_ERROR;
	return false;
}

/* From the session where there is one; the profile may only repeat it. */
static const char *value_of(const struct sign_on *on, const char *key, GError **error)
{
	const struct aws_profile *profile = on->wish.profile;
	const char *own = aws_profile_get(profile, key);
	const char *shared = on->session ? g_hash_table_lookup(on->session, key) : NULL;
	if (shared && !*shared)
		shared = NULL;
	if (own && shared && strcmp(own, shared) != 0)
		refuse(error, profile, "its %s is not the one of [sso-session %s]", key,
			on->wish.session);
	else if (!own && !shared)
		refuse(error, profile, "%s is missing", key);
	else
		return shared ? shared : own;
	return NULL;
}

static bool session_read(struct sign_on *on, GError **error)
{
	const struct aws_profile *profile = on->wish.profile;
	GError *why = NULL;
	on->wish.session = aws_profile_get(profile, "sso_session");
	if (!on->wish.session)
		return true;
	on->session = aws_config_section("sso-session", on->wish.session, &why);
	if (!on->session && !why)
		return refuse(error, profile, "there is no [sso-session %s] in that file",
			on->wish.session);
	if (why)
		g_propagate_error(error, why);
	return on->session != NULL;
}

static bool sign_on_read(struct sign_on *on, GError **error)
{
	return session_read(on, error)
		&& (on->wish.start_url = value_of(on, "sso_start_url", error))
		&& (on->wish.region = value_of(on, "sso_region", error))
		&& (on->account_id = value_of(on, "sso_account_id", error))
		&& (on->role_name = value_of(on, "sso_role_name", error))
		&& aws_region_check(on->wish.region, error);
}

static bool keys_read(const json_t *answer, struct aws_keys *keys)
{
	const json_t *role = json_object_get(answer, "roleCredentials");
	*keys = (struct aws_keys){
		.access_key_id = json_string_value(json_object_get(role, "accessKeyId")),
		.secret_access_key = json_string_value(json_object_get(role, "secretAccessKey")),
		.session_token = json_string_value(json_object_get(role, "sessionToken")),
		.expires_at = json_integer_value(json_object_get(role, "expiration")) * 1000,
	};
	return keys->access_key_id && *keys->access_key_id && keys->secret_access_key
		&& *keys->secret_access_key && keys->session_token && *keys->session_token
		&& keys->expires_at > 0;
}

/* Why there are no keys. */
static void failure_say(const struct sign_on *on, const struct http_answer *answer, GError **error)
{
	if (answer->failure != CURLE_OK) {
		error_say(error, "the service of the sign-on does not answer: %s",
			answer->failure_text);
		return;
	}
	json_t *said = json_loads(answer->body->str, 0, NULL);
	const char *message = json_string_value(json_object_get(said, "message"));
	g_autofree char *why = g_strdup_printf(
		"the service of the sign-on gives no keys of role \"%s\" in account %s: it "
		"answered with status %ld%s%s",
		on->role_name, on->account_id, answer->status, message ? ", " : "",
		message ? message : "");
	json_decref(said);
	if (answer->status == 401) {
		sso_token_refuse(&on->wish, why, error);
		return;
	}
	error_say(error, "%s", why);
	if (error && answer->status / 100 == 4 && !http_may_pass(answer))
		(*error)->domain = AWS_LASTING_ERROR;
}

/* The body of a 200, or NULL. */
static char *role_ask(
	const struct sign_on *on, const char *endpoint, const char *token, GError **error)
{
	const struct sigv4_pair parameters[] = {
		{"role_name", on->role_name}, {"account_id", on->account_id}};
	g_autofree char *query = sigv4_query(parameters, G_N_ELEMENTS(parameters));
	g_autofree char *url = g_strdup_printf("%s/federation/credentials?%s", endpoint, query);
	char *header = g_strconcat("x-amz-sso_bearer_token: ", token, NULL);
	const char *const headers[] = {header, NULL};
	struct http_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.connect_timeout_ms = 5000,
		.timeout_ms = 10000,
	};
	transport_set_for_token(&request, on->wish.settings, on->wish.profile);
	CURL *curl = curl_easy_init();
	char *body = NULL;
	struct http_answer answer;
	http_exchange_retried(curl, &request,
		transport_tries(on->wish.settings, on->wish.profile, MAX_TRIES), &answer);
	if (answer.failure == CURLE_OK && answer.status == 200)
		body = g_strdup(answer.body->str);
	else
		failure_say(on, &answer, error);
	http_answer_clear(&answer);
	curl_easy_cleanup(curl);
	aws_secret_free(header);
	return body;
}

static struct aws_credentials *credentials_ask(const struct sign_on *on, GError **error)
{
	static const struct aws_service service = {.id = "SSO", .host = "portal.sso"};
	g_autofree char *endpoint = aws_endpoint_find(
		&service, on->wish.region, on->wish.profile, on->wish.settings, error);
	char *token = endpoint ? sso_token(&on->wish, error) : NULL;
	char *body = token ? role_ask(on, endpoint, token, error) : NULL;
	aws_secret_free(token);
	if (!body)
		return NULL;
	json_t *answer = json_loads(body, 0, NULL);
	g_autofree char *found_in =
		g_strdup_printf("the sign-on of profile \"%s\"", on->wish.profile->name);
	struct aws_keys keys;
	struct aws_credentials *credentials = NULL;
	if (keys_read(answer, &keys))
		credentials = aws_credentials_new(&keys, found_in, error);
	else
		error_say(error,
			"the service of the sign-on answered without accessKeyId, "
			"secretAccessKey, sessionToken and expiration");
	json_decref(answer);
	aws_secret_free(body);
	return credentials;
}

struct aws_credentials *aws_sso_credentials(
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error)
{
	struct sign_on on = {.wish = {.profile = profile, .settings = settings}};
	if (!aws_profile_get(profile, "sso_account_id")
		&& !aws_profile_get(profile, "sso_role_name"))
		return NULL;
	struct aws_credentials *credentials =
		sign_on_read(&on, error) ? credentials_ask(&on, error) : NULL;
	g_clear_pointer(&on.session, g_hash_table_unref);
	return credentials;
}
