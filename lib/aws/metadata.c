/* SPDX-License-Identifier: MIT */
#include "lib/aws/metadata.h"

#include <string.h>

#include <jansson.h>

#include "lib/aws/retry.h"
#include "lib/base/error.h"
#include "lib/base/json_field.h"

bool metadata_keys(
	const json_t *answer, const char *found_in, struct aws_keys *keys, GError **error)
{
	const char *code = json_field_text(answer, "Code");
	const char *message = json_field_text(answer, "Message");
	*keys = (struct aws_keys){
		.access_key_id = json_field_text(answer, "AccessKeyId"),
		.secret_access_key = json_field_text(answer, "SecretAccessKey"),
		.session_token = json_field_text(answer, "Token"),
	};
	if (code && strcmp(code, "Success") != 0)
		return error_say(error, "%s answered %s: %s", found_in, code,
			message ? message : "no reason given");
	if (keys->access_key_id && keys->secret_access_key && keys->session_token
		&& aws_expiry_parse(json_field_text(answer, "Expiration"), &keys->expires_at))
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
