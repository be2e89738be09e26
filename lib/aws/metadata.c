/* SPDX-License-Identifier: MIT */
#include "lib/aws/metadata.h"

#include <string.h>

#include <jansson.h>

#include "lib/aws/retry.h"
#include "lib/base/error.h"

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text && *text ? text : NULL;
}

bool metadata_keys(
	const json_t *answer, const char *found_in, struct aws_keys *keys, GError **error)
{
	const char *code = text_of(answer, "Code"), *message = text_of(answer, "Message");
	*keys = (struct aws_keys){
		.access_key_id = text_of(answer, "AccessKeyId"),
		.secret_access_key = text_of(answer, "SecretAccessKey"),
		.session_token = text_of(answer, "Token"),
	};
	if (code && strcmp(code, "Success") != 0)
		return error_say(error, "%s answered %s: %s", found_in, code,
			message ? message : "no reason given");
	if (keys->access_key_id && keys->secret_access_key && keys->session_token
		&& aws_expiry_parse(text_of(answer, "Expiration"), &keys->expires_at))
		return true;
	return error_say(error,
		"%s answered without AccessKeyId, SecretAccessKey, Token and Expiration", found_in);
}

char *metadata_ask(CURL *curl, const struct metadata_request *request, struct metadata_reply *reply,
	GError **error)
{
	const char *headers[] = {request->header, NULL};
	const struct http_request http = {
		.method = request->method,
		.url = request->url,
		.headers = request->header ? headers : NULL,
		.body = strcmp(request->method, "PUT") == 0 ? "" : NULL,
		.direct = true,
		.connect_timeout_ms = request->connect_timeout_ms,
		.timeout_ms = request->timeout_ms,
	};
	struct http_answer answer;
	http_exchange_retried(curl, &http, request->max_tries, &answer);
	bool answered = answer.failure == CURLE_OK;
	char *body = answered && answer.status == 200 ? g_strdup(answer.body->str) : NULL;
	if (reply)
		*reply = (struct metadata_reply){
			.status = answered ? answer.status : 0,
			.silent = answer.failure == CURLE_OPERATION_TIMEDOUT && answer.connected,
		};
	if (!answered)
		error_say(error, "%s does not answer: %s", request->what, answer.failure_text);
	else if (!body)
		error_say(error, "%s answered with status %ld", request->what, answer.status);
	http_answer_clear(&answer);
	return body;
}
