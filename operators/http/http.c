/* SPDX-License-Identifier: MIT */
/* Asks an HTTP server, follows where it redirects to, and leaves what it answered. */
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/connection_test.h"
#include "operators/http/answer.h"
#include "operators/http/call.h"
#include "operators/program.h"

enum { REDIRECTS_MAX = 10, TIMEOUT_S = 60, RESPONSE_MAX = 1 << 20 };

static const char *const types[] = {"http", "https", NULL};

struct settings {
	struct statuses success;
	bool follows, logs;
	double timeout_s;
	size_t response_max;
	const char *ca_file;
	bool is_unverified;
};

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void ask(CURL *curl, const struct call *call, const struct settings *settings,
	struct http_answer *answer)
{
	g_autofree char *url = g_uri_to_string_partial(call->url, G_URI_HIDE_FRAGMENT);
	g_autofree char *shown = url_shown(call->url);
	g_autoptr(GPtrArray) headers = call_headers(call);
	struct http_request request = {
		.method = call->method,
		.url = url,
		.headers = (const char *const *)headers->pdata,
		.body = call->body,
		.body_max = settings->response_max,
		.timeout_ms = (long)(settings->timeout_s * 1000),
		.stall_s = (long)settings->timeout_s + 1,
		.ca_file = settings->ca_file,
		.is_unverified = settings->is_unverified,
	};
	printf("%s %s\n", call->method, shown);
	http_exchange(curl, &request, answer);
	answer_mask(answer, call->login);
}

/* Asks until it is no redirect any more. The answer is to be cleared whatever is returned. */
static bool ask_on(CURL *curl, struct call *call, const struct settings *settings,
	struct http_answer *answer, GError **error)
{
	for (int n = 0;; n++) {
		ask(curl, call, settings, answer);
		const char *location = answer->failure ? NULL : http_header(answer, "location");
		if (!settings->follows || !location || !is_redirect(answer->status)
			|| (settings->success.list->len
				&& statuses_have(&settings->success, answer->status)))
			return true;
		if (n == REDIRECTS_MAX) {
			g_set_error(error, LIB_ERROR, 0, "the server redirects more than %d times",
				REDIRECTS_MAX);
			return false;
		}
		printf("status %ld\n", answer->status);
		if (!call_redirect(call, answer->status, location, error))
			return false;
		http_answer_clear(answer);
	}
}

static int answer_judge(const struct http_answer *answer, const struct settings *settings)
{
	if (answer->failure != CURLE_OK)
		return program_fail("the server did not answer: %s", answer->failure_text);
	printf("status %ld, %zu bytes\n", answer->status, answer->body->len);
	g_autofree char *quote = answer_quote(answer);
	if (!statuses_have(&settings->success, answer->status))
		return program_fail("the server answered with status %ld%s%s", answer->status,
			*quote ? ": " : "", quote);
	json_t *value = answer_value(answer);
	if (!value && answer->body->len > 0)
		puts("the body is no text and is not kept");
	if (settings->logs && value)
		printf("%s\n", answer->body->str);
	return program_succeed(value);
}

static int call_run(struct call *call, const struct settings *settings)
{
	g_autoptr(GError) error = NULL;
	struct http_answer answer;
	CURL *curl = curl_easy_init();
	g_assert(curl);
	bool is_answered = ask_on(curl, call, settings, &answer, &error);
	int code = is_answered ? answer_judge(&answer, settings)
			       : program_fail_for_good("%s", error->message);
	http_answer_clear(&answer);
	curl_easy_cleanup(curl);
	return code;
}

static bool settings_read(const json_t *arguments, struct settings *settings, GError **error)
{
	*settings = (struct settings){
		.follows = program_boolean(arguments, "follow_redirects", true),
		.logs = program_boolean(arguments, "log_response", false),
		.timeout_s = program_number(arguments, "request_timeout", TIMEOUT_S),
		.response_max = (size_t)program_integer(arguments, "response_max", RESPONSE_MAX),
		.ca_file = program_text(arguments, "ca_file"),
		.is_unverified = !program_boolean(arguments, "verify", true),
	};
	return statuses_read(
		json_object_get(arguments, "response_check"), &settings->success, error);
}

static int task_run(const json_t *arguments, struct connection *connection)
{
	g_autoptr(GError) error = NULL;
	struct settings settings;
	struct call call;
	if (!connection_read(arguments, "http_conn_id", types, connection, &error)
		|| !settings_read(arguments, &settings, &error))
		return program_fail_for_good("%s", error->message);
	int code;
	if (call_read(arguments, connection, &call, &error)) {
		code = call_run(&call, &settings);
		call_clear(&call);
	} else {
		code = program_fail_for_good("%s", error->message);
	}
	statuses_clear(&settings.success);
	return code;
}

/* ---- whether the connection works ---- */

static bool has_login(const struct call *call)
{
	bool has = call->login != NULL;
	for (unsigned i = 0; i < call->headers->len; i++)
		has |= g_ascii_strncasecmp(call->headers->pdata[i], "Authorization:", 14) == 0;
	return has;
}

static int greeting_judge(const struct call *call, const struct http_answer *answer)
{
	g_autofree char *url = url_shown(call->url);
	long status = answer->status;
	bool is_refusal = status == 401 || status == 403;
	/* An answer that is too large is one, too. */
	if (answer->failure != CURLE_OK && (answer->failure != CURLE_WRITE_ERROR || status == 0))
		return program_fail("%s did not answer: %s", url, answer->failure_text);
	if (is_refusal && has_login(call))
		return program_fail(
			"%s refuses the login: it answers with status %ld", url, status);
	if (status >= 500 || status == 407)
		return program_fail("%s answers with status %ld", url, status);
	return connection_works("%s answers with status %ld%s", url, status,
		is_refusal                    ? "; it may want a login, and the connection has none"
			: is_redirect(status) ? ", a redirect, which the test does not follow"
			: status == 404 ? ": nothing stands there, but tasks add their endpoint"
					: "");
}

/* Not every server knows HEAD, or knows what it would answer to GET. */
static int server_greet(struct call *call)
{
	struct settings settings = {.timeout_s = CONNECTION_TEST_S, .response_max = RESPONSE_MAX};
	int64_t begun_us = g_get_monotonic_time();
	struct http_answer answer;
	CURL *curl = curl_easy_init();
	g_assert(curl);
	ask(curl, call, &settings, &answer);
	if (answer.failure == CURLE_OK && answer.status >= 400) {
		http_answer_clear(&answer);
		call->method = "GET";
		double spent_s = (double)(g_get_monotonic_time() - begun_us) / SECOND_US;
		settings.timeout_s = MAX(settings.timeout_s - spent_s, 1);
		ask(curl, call, &settings, &answer);
	}
	int code = greeting_judge(call, &answer);
	http_answer_clear(&answer);
	curl_easy_cleanup(curl);
	return code;
}

static int connection_test(const json_t *arguments, struct connection *connection)
{
	g_autoptr(GError) error = NULL;
	struct call call;
	json_t *wish = json_pack("{s:s}", "method", "HEAD");
	int code;
	if (connection_read(arguments, "connection", types, connection, &error)
		&& call_read(wish, connection, &call, &error)) {
		code = server_greet(&call);
		call_clear(&call);
	} else {
		code = program_fail("%s", error->message);
	}
	json_decref(wish);
	return code;
}

int main(int argc, char **argv)
{
	json_t *arguments = program_arguments();
	struct connection connection = {0};
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int code = connection_test_wanted(argc, argv) ? connection_test(arguments, &connection)
						      : task_run(arguments, &connection);
	connection_clear(&connection);
	json_decref(arguments);
	curl_global_cleanup();
	return code;
}
