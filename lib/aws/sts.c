/* SPDX-License-Identifier: MIT */
#include "lib/aws/sts.h"

#include <string.h>

#include "lib/aws/endpoint.h"
#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/retry.h"
#include "lib/aws/sigv4.h"
#include "lib/aws/small_file.h"
#include "lib/aws/transport.h"
#include "lib/aws/xml.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

#define MAX_TRIES 5
#define TOKEN_MAX 20000
#define SESSION_NAME_MAX 64

/* The parameters of one action, as a form is filled in. */
struct form {
	GArray *pairs; /* of struct sigv4_pair, whose texts belong to it */
};

static void pair_clear(struct sigv4_pair *pair)
{
	g_free((char *)pair->name);
	aws_secret_free((char *)pair->value);
}

static void form_add(struct form *form, const char *name, const char *value)
{
	struct sigv4_pair pair = {g_strdup(name), g_strdup(value)};
	g_array_append_val(form->pairs, pair);
}

static void form_open(struct form *form, const char *action)
{
	form->pairs = g_array_new(FALSE, FALSE, sizeof(struct sigv4_pair));
	g_array_set_clear_func(form->pairs, (GDestroyNotify)pair_clear);
	form_add(form, "Action", action);
	form_add(form, "Version", "2011-06-15");
}

/* Lists and objects as AWS's query protocol spells them: `Tags.member.1.Key`. */
static void form_add_json(struct form *form, const char *name, const json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;
	json_object_foreach((json_t *)value, key, inner)
	{
		g_autofree char *path = g_strdup_printf("%s.%s", name, key);
		form_add_json(form, path, inner);
	}
	json_array_foreach(value, i, inner)
	{
		g_autofree char *path = g_strdup_printf("%s.member.%zu", name, i + 1);
		form_add_json(form, path, inner);
	}
	if (json_is_string(value))
		form_add(form, name, json_string_value(value));
	if (json_is_integer(value)) {
		g_autofree char *text =
			g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
		form_add(form, name, text);
	}
}

/* Who it was stands in AWS's own log then. */
static char *session_name(void)
{
	const char *dag = aws_environment("DAGD_DAG_ID");
	const char *task = aws_environment("DAGD_TASK_ID");
	char *name = dag && task ? g_strdup_printf("dagd-%s-%s", dag, task) : g_strdup("dagd");
	for (char *p = name; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("=,.@-", *p))
			*p = '_';
	if (strlen(name) > SESSION_NAME_MAX)
		name[SESSION_NAME_MAX] = '\0';
	return name;
}

static void form_open_role(struct form *form, const char *action, const struct sts_role *role)
{
	const char *name;
	json_t *value;
	form_open(form, action);
	form_add(form, "RoleArn", role->arn);
	json_object_foreach((json_t *)role->parameters, name, value)
		form_add_json(form, name, value);
	if (!json_object_get(role->parameters, "RoleSessionName")) {
		g_autofree char *session = session_name();
		form_add(form, "RoleSessionName", session);
	}
}

/* One POST, and who signs it. */
struct call {
	const struct sts *sts;
	struct http_origin origin;
	const char *body;
	const struct aws_credentials *signer; /* NULL: nobody */
	int64_t skew_us; /* the server's clock less ours, where they differ too much */
};

struct reply {
	char *xml; /* NULL: refused */
	int64_t skew_us;
};

static char *call_authorization(const struct call *call, const char *date, int64_t now)
{
	const struct aws_credentials *signer = call->signer;
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, call->body, -1);
	/* All services but S3 sign the path encoded once more than it is sent. */
	g_autofree char *path =
		*call->origin.path ? sigv4_encode_path(call->origin.path) : g_strdup("/");
	const struct sigv4_pair headers[] = {
		{"host", call->origin.authority},
		{"x-amz-date", date},
		{"x-amz-security-token", signer->session_token},
	};
	const struct sigv4_request request = {
		.method = "POST",
		.path = path,
		.query = "",
		.headers = headers,
		.n_headers = signer->session_token ? 3 : 2,
		.payload_hash = hash,
		.region = call->sts->region,
		.service = "sts",
		.at = now,
	};
	const struct sigv4_key key = {signer->access_key_id, signer->secret_access_key};
	return sigv4_authorization(&request, &key);
}

static void call_send(CURL *curl, const struct call *call, struct http_answer *answer)
{
	int64_t now = g_get_real_time() + call->skew_us;
	const struct aws_credentials *signer = call->signer;
	g_autofree char *date = sigv4_date(now);
	g_autoptr(GPtrArray) lines =
		g_ptr_array_new_with_free_func((GDestroyNotify)aws_secret_free);
	g_ptr_array_add(
		lines, g_strdup("Content-Type: application/x-www-form-urlencoded; charset=utf-8"));
	if (signer) {
		g_autofree char *authorization = call_authorization(call, date, now);
		g_ptr_array_add(lines, g_strdup_printf("X-Amz-Date: %s", date));
		g_ptr_array_add(lines, g_strdup_printf("Authorization: %s", authorization));
	}
	if (signer && signer->session_token)
		g_ptr_array_add(
			lines, g_strdup_printf("X-Amz-Security-Token: %s", signer->session_token));
	g_ptr_array_add(lines, NULL);
	g_autofree char *url = g_strdup_printf("%s://%s%s", call->origin.scheme,
		call->origin.authority, *call->origin.path ? call->origin.path : "/");
	struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = (const char *const *)lines->pdata,
		.body = call->body,
		.connect_timeout_ms = 5000,
		.timeout_ms = 20000,
	};
	if (signer)
		transport_set(&request, call->sts->settings, call->sts->profile);
	else
		transport_set_for_token(&request, call->sts->settings, call->sts->profile);
	http_exchange(curl, &request, answer);
}

/* What STS cannot do now and may do soon; what identity providers are behind with, too. */
static bool may_pass(const struct http_answer *answer, const char *code)
{
	static const char *const codes[] = {"Throttling", "ThrottlingException",
		"RequestLimitExceeded", "IDPCommunicationError", "InvalidIdentityToken", NULL};
	return http_may_pass(answer) || (code && g_strv_contains(codes, code));
}

/* A token that has expired is replaced by its owner; all else that is refused stays refused. */
static bool is_lasting(const struct http_answer *answer, const char *code)
{
	static const char *const passing[] = {
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", NULL};
	return answer->status / 100 == 4 && !may_pass(answer, code)
		&& !(code && g_strv_contains(passing, code));
}

static char *error_text(const struct http_answer *answer, const char *field)
{
	g_autofree char *path = g_strconcat("ErrorResponse/Error/", field, NULL);
	return xml_text(answer->body->str, answer->body->len, path);
}

static void failure_say(
	const struct call *call, const char *wish, const struct http_answer *answer, GError **error)
{
	g_autofree char *place =
		g_strdup_printf("STS at %s://%s", call->origin.scheme, call->origin.authority);
	if (answer->failure != CURLE_OK) {
		error_say(error, "%s does not answer: %s", place, answer->failure_text);
		return;
	}
	g_autofree char *code = error_text(answer, "Code");
	g_autofree char *message = error_text(answer, "Message");
	g_autofree char *signer = call->signer ? g_strdup_printf(" to access key \"%s\" (from %s)",
					  call->signer->access_key_id, call->signer->found_in)
					       : g_strdup("");
	if (code)
		error_say(error, "%s refuses %s%s: %s%s%s", place, wish, signer, code,
			message ? ": " : "", message ? message : "");
	else
		error_say(error, "%s refuses %s%s: it answered with status %ld", place, wish,
			signer, answer->status);
	if (error && is_lasting(answer, code))
		(*error)->domain = AWS_LASTING_ERROR;
}

/* Once, by the time that STS tells: it refuses a signature that is older than five minutes. */
static bool call_reclock(struct call *call, const struct http_answer *answer)
{
	return call->signer && call->skew_us == 0 && answer->failure == CURLE_OK
		&& answer->status / 100 == 4 && http_reclock(answer, &call->skew_us);
}

/* The XML of a 200, or NULL. */
static char *call_make(struct call *call, const char *wish, GError **error)
{
	unsigned max_tries = transport_tries(call->sts->settings, call->sts->profile, MAX_TRIES);
	CURL *curl = curl_easy_init();
	char *body = NULL;
	for (unsigned n_tries = 1; !body; n_tries++) {
		struct http_answer answer;
		call_send(curl, call, &answer);
		g_autofree char *code =
			answer.failure == CURLE_OK ? error_text(&answer, "Code") : NULL;
		bool again = (may_pass(&answer, code) && n_tries < max_tries)
			|| call_reclock(call, &answer);
		if (answer.failure == CURLE_OK && answer.status == 200) {
			body = g_strdup(answer.body->str);
			http_reclock(&answer, &call->skew_us);
		} else if (!again)
			failure_say(call, wish, &answer, error);
		http_answer_clear(&answer);
		if (!body && !again)
			break;
		if (!body)
			http_pause(n_tries);
	}
	curl_easy_cleanup(curl);
	return body;
}

/* Sends the form, which is forgotten. */
static struct reply ask(const struct sts *sts, struct form *form,
	const struct aws_credentials *signer, const char *wish, GError **error)
{
	const struct aws_service service = {
		.id = "STS",
		.host = "sts",
		.given = sts->endpoint_url,
		.obeys_settings = sts->is_of_settings,
	};
	char *body = sigv4_query((struct sigv4_pair *)(void *)form->pairs->data, form->pairs->len);
	g_array_unref(form->pairs);
	struct call call = {.sts = sts, .body = body, .signer = signer};
	g_autofree char *endpoint =
		aws_endpoint_find(&service, sts->region, sts->profile, sts->settings, error);
	char *xml = endpoint && http_origin_parse(endpoint, &call.origin, error)
		? call_make(&call, wish, error)
		: NULL;
	http_origin_clear(&call.origin);
	aws_secret_free(body);
	return (struct reply){xml, call.skew_us};
}

/* Forgets the reply to `action`. STS tells by its clock when the keys end; ours has to know. */
static struct aws_credentials *credentials_read(
	struct reply reply, const char *action, const char *found_in, GError **error)
{
	static const char *const names[] = {
		"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
	char *xml = reply.xml;
	char *texts[G_N_ELEMENTS(names)] = {NULL};
	struct aws_credentials *credentials = NULL;
	struct aws_keys keys = {0};
	if (!xml)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strdup_printf(
			"%sResponse/%sResult/Credentials/%s", action, action, names[i]);
		texts[i] = xml_text(xml, strlen(xml), path);
	}
	if (texts[0] && *texts[0] && texts[1] && *texts[1] && texts[2] && *texts[2]
		&& aws_expiry_parse(texts[3], &keys.expires_at)) {
		keys.access_key_id = texts[0];
		keys.secret_access_key = texts[1];
		keys.session_token = texts[2];
		keys.expires_at -= reply.skew_us;
		credentials = aws_credentials_new(&keys, found_in, error);
	} else {
		error_say(error,
			"STS answered without AccessKeyId, SecretAccessKey, SessionToken and "
			"Expiration when it was asked for %s",
			found_in);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		aws_secret_free(texts[i]);
	aws_secret_free(xml);
	return credentials;
}

struct aws_credentials *sts_assume_role(const struct sts *sts, const struct sts_role *role,
	const struct aws_credentials *source, GError **error)
{
	struct form form;
	g_autofree char *wish = g_strdup_printf("role \"%s\"", role->arn);
	form_open_role(&form, "AssumeRole", role);
	g_autofree char *found_in = g_strdup_printf("%s by %s", wish, source->found_in);
	return credentials_read(
		ask(sts, &form, source, wish, error), "AssumeRole", found_in, error);
}

#define IDENTITY "GetCallerIdentityResponse/GetCallerIdentityResult/"

bool sts_caller_identity(const struct sts *sts, const struct aws_credentials *keys,
	struct sts_identity *identity, GError **error)
{
	struct form form;
	form_open(&form, "GetCallerIdentity");
	g_autofree char *xml = ask(sts, &form, keys, "to tell whose keys these are", error).xml;
	if (!xml)
		return false;
	identity->account = xml_text(xml, strlen(xml), IDENTITY "Account");
	identity->arn = xml_text(xml, strlen(xml), IDENTITY "Arn");
	if (identity->account && identity->arn)
		return true;
	g_free(identity->account);
	g_free(identity->arn);
	return error_say(error, "STS answered without Account and Arn");
}

/* Three parts in base64url, the first one an object: no other file leaves the machine as a token.
 */
static bool is_jwt(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	g_auto(GStrv) parts = g_strsplit(text, ".", -1);
	for (size_t i = 0; parts[i]; i++)
		if (!*parts[i] || parts[i][strspn(parts[i], letters)])
			return false;
	return g_strv_length(parts) == 3 && g_str_has_prefix(text, "eyJ");
}

static char *token_read(const char *path, GError **error)
{
	char *token = small_file_read(path, TOKEN_MAX, error);
	if (!token) {
		g_prefix_error(error, "cannot read the web identity token: ");
		return NULL;
	}
	g_strstrip(token);
	if (is_jwt(token))
		return token;
	g_set_error(error, AWS_LASTING_ERROR, 0, "%s holds no web identity token (a JWT)", path);
	aws_secret_free(token);
	return NULL;
}

struct aws_credentials *sts_assume_role_with_web_identity(
	const struct sts *sts, const struct sts_role *role, const char *token_file, GError **error)
{
	struct form form;
	char *token = token_read(token_file, error);
	if (!token)
		return NULL;
	form_open_role(&form, "AssumeRoleWithWebIdentity", role);
	form_add(&form, "WebIdentityToken", token);
	aws_secret_free(token);
	g_autofree char *wish = g_strdup_printf("role \"%s\"", role->arn);
	g_autofree char *whole = g_strdup_printf("%s by the token in %s", wish, token_file);
	return credentials_read(
		ask(sts, &form, NULL, whole, error), "AssumeRoleWithWebIdentity", whole, error);
}
