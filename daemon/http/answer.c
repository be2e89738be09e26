/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/stat.h>

#include "daemon/http/server.h"

void response_add(struct MHD_Response *response, const char *name, const char *value)
{
	enum MHD_Result added = MHD_add_response_header(response, name, value);
	if (added != MHD_YES)
		g_error("out of memory for an answer, or \"%s\" cannot be a header", name);
}

static void response_describe(struct MHD_Response *response, const char *content_type)
{
	if (!response)
		g_error("out of memory for an answer");
	if (content_type)
		response_add(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	response_add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	/* Nobody is to take a log or a value for a page. */
	response_add(response, "X-Content-Type-Options", "nosniff");
}

static struct MHD_Response *response_new(const char *content_type, char *body, size_t size)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback(size, body, g_free);
	response_describe(response, content_type);
	return response;
}

/* Takes `json` over. */
static struct MHD_Response *response_of_json(json_t *json)
{
	g_assert(json);
	/* jansson's memory is plain malloc, which is what g_free frees. */
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	g_assert(text);
	json_decref(json);
	return response_new("application/json", text, strlen(text));
}

struct MHD_Response *response_of_detail(const char *detail)
{
	g_autofree char *valid = g_utf8_make_valid(detail, -1);
	return response_of_json(json_pack("{s:s}", "detail", valid));
}

void request_settle(struct request *request, unsigned status, struct MHD_Response *response)
{
	g_assert(request->state != REQUEST_ANSWERED);
	request->state = REQUEST_ANSWERED;
	request->response = response;
	request->status = status;
	if (!request->connection) {
		request_free(request);
		return;
	}
	if (request->free_data)
		request->free_data(g_steal_pointer(&request->data));
	request->free_data = NULL;
	connection_resume(request->connection);
}

void request_answer(struct request *request, unsigned status, json_t *json)
{
	request_settle(
		request, status, json ? response_of_json(json) : response_new(NULL, NULL, 0));
}

void request_refuse(struct request *request, unsigned status, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *detail = g_strdup_vprintf(format, values);
	va_end(values);
	request_settle(request, status, response_of_detail(detail));
}

void request_refuse_method(struct request *request, const char *allow)
{
	g_autofree char *detail = g_strdup_printf(
		"method %s is not allowed here; allowed are %s", request->method, allow);
	struct MHD_Response *response = response_of_detail(detail);
	response_add(response, MHD_HTTP_HEADER_ALLOW, allow);
	request_settle(request, MHD_HTTP_METHOD_NOT_ALLOWED, response);
}

void request_refuse_field(
	struct request *request, const struct field *field, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *message = g_strdup_vprintf(format, values);
	va_end(values);
	g_autofree char *valid = g_utf8_make_valid(message, -1);
	json_t *place = json_pack("[s]", field->where);
	if (field->name)
		json_array_append_new(place, json_string(field->name));
	json_t *detail = json_pack("{s:[{s:s, s:o, s:s, s:o}]}", "detail", "type", field->type,
		"loc", place, "msg", valid, "input", field->input ? field->input : json_null());
	request_answer(request, MHD_HTTP_UNPROCESSABLE_CONTENT, detail);
}

void request_answer_text(
	struct request *request, unsigned status, const char *content_type, char *body, size_t size)
{
	request_settle(request, status, response_new(content_type, body, size));
}

void request_answer_file(struct request *request, const char *content_type, int fd)
{
	struct stat file = {0};
	fstat(fd, &file);
	struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)file.st_size, fd);
	response_describe(response, content_type);
	request_settle(request, MHD_HTTP_OK, response);
}
