/* SPDX-License-Identifier: MIT */
#include "cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "cli/command.h"
#include "lib/base/error.h"

enum { PAGE = 1000, CONNECT_MS = 5000, ANSWER_MS = 60000, STATUS_REFUSED = 400 };

struct exchange {
	const struct address *address;
	CURL *curl;
	int folder; /* of the socket; -1: none */
	struct curl_slist *headers;
	char *body; /* that is sent; NULL: none */
	GString *received;
	const struct ask_stream *stream; /* NULL: the answer is taken as a whole */
	bool has_enough;
};

char *path_of(const char *format, ...)
{
	GString *path = g_string_new(NULL);
	va_list arguments;
	va_start(arguments, format);
	for (const char *at = format; *at; at++) {
		if (at[0] == '%' && at[1] == 's') {
			g_string_append_uri_escaped(
				path, va_arg(arguments, const char *), NULL, FALSE);
			at++;
		} else {
			g_string_append_c(path, *at);
		}
	}
	va_end(arguments);
	return g_string_free(path, FALSE);
}

static void set_error(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void set_error(GError **error, int code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *line = text_one_line(text);
	g_set_error_literal(error, ASK_ERROR, code, line);
}

static void set_unreachable(const struct address *address, const char *why, GError **error)
{
	if (address->url)
		set_error(error, EXIT_NO_DAEMON, "no daemon answers at %s: %s", address->url, why);
	else if (address->home)
		set_error(error, EXIT_NO_DAEMON,
			"no daemon answers on %s: %s; start it with `dagd --home %s`",
			address->socket, why, address->home);
	else
		set_error(error, EXIT_NO_DAEMON,
			"no daemon answers on %s: %s; start dagd, or name its home with --home DIR",
			address->socket, why);
}

/* ---- sending ---- */

/* The lines that are complete. */
static void on_lines(struct exchange *exchange)
{
	GString *received = exchange->received;
	char *begin = received->str, *end;
	while (!exchange->has_enough
		&& (end = memchr(begin, '\n', received->len - (size_t)(begin - received->str)))) {
		*end = '\0';
		exchange->has_enough = !exchange->stream->on_line(exchange->stream->data, begin);
		begin = end + 1;
	}
	g_string_erase(received, 0, begin - received->str);
}

static void on_streamed(struct exchange *exchange)
{
	const struct ask_stream *stream = exchange->stream;
	if (stream->on_line) {
		on_lines(exchange);
		return;
	}
	exchange->has_enough =
		!stream->on_bytes(stream->data, exchange->received->str, exchange->received->len);
	g_string_truncate(exchange->received, 0);
}

static size_t on_received(char *bytes, size_t size, size_t n, void *data)
{
	struct exchange *exchange = data;
	long status = 0;
	g_string_append_len(exchange->received, bytes, (gssize)(size * n));
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
	if (exchange->stream && status < STATUS_REFUSED)
		on_streamed(exchange);
	return exchange->has_enough ? 0 : size * n;
}

static int on_progress(
	void *data, curl_off_t total, curl_off_t now, curl_off_t to_send, curl_off_t sent)
{
	const struct exchange *exchange = data;
	return exchange->stream && exchange->stream->is_interrupted
		&& *exchange->stream->is_interrupted;
}

/* Any depth of home works: the socket's path begins at its folder's descriptor. */
static bool set_target(struct exchange *exchange, const char *path, GError **error)
{
	const struct address *address = exchange->address;
	g_autofree char *url =
		g_strconcat(address->url ? address->url : "http://localhost", path, NULL);
	curl_easy_setopt(exchange->curl, CURLOPT_URL, url);
	if (address->url)
		return true;
	g_autofree char *folder = g_path_get_dirname(address->socket);
	g_autofree char *name = g_path_get_basename(address->socket);
	exchange->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (exchange->folder < 0) {
		set_unreachable(address, g_strerror(errno), error);
		return false;
	}
	g_autofree char *socket = g_strdup_printf("/proc/self/fd/%d/%s", exchange->folder, name);
	curl_easy_setopt(exchange->curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	return true;
}

static bool exchange_open(struct exchange *exchange, const char *path, GError **error)
{
	exchange->folder = -1;
	exchange->curl = curl_easy_init();
	g_assert(exchange->curl);
	exchange->received = g_string_new(NULL);
	const struct ask_stream *stream = exchange->stream;
	g_autofree char *accept = g_strconcat(
		"Accept: ", stream && stream->accept ? stream->accept : "application/json", NULL);
	exchange->headers = curl_slist_append(NULL, accept);
	curl_easy_setopt(exchange->curl, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(exchange->curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(exchange->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(exchange->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(exchange->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(exchange->curl, CURLOPT_USERAGENT, "dagctl/" DAGD_VERSION);
	curl_easy_setopt(exchange->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(exchange->curl, CURLOPT_WRITEFUNCTION, on_received);
	curl_easy_setopt(exchange->curl, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(exchange->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(exchange->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(exchange->curl, CURLOPT_XFERINFODATA, exchange);
	if (!exchange->stream)
		curl_easy_setopt(exchange->curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
	return set_target(exchange, path, error);
}

static void exchange_close(struct exchange *exchange)
{
	curl_easy_cleanup(exchange->curl);
	curl_slist_free_all(exchange->headers);
	g_string_free(exchange->received, TRUE);
	if (exchange->body)
		explicit_bzero(exchange->body, strlen(exchange->body));
	free(exchange->body);
	if (exchange->folder >= 0)
		close(exchange->folder);
}

/* ---- what came back ---- */

/* Airflow's list of wrong fields: `field: sentence; ...`. */
static char *fields_text(const json_t *list)
{
	GString *text = g_string_new(NULL);
	size_t i;
	json_t *wrong;
	json_array_foreach((json_t *)list, i, wrong)
	{
		json_t *place = json_object_get(wrong, "loc");
		const char *field = json_string_value(json_array_get(
			place, json_array_size(place) ? json_array_size(place) - 1 : 0));
		const char *sentence = json_string_value(json_object_get(wrong, "msg"));
		bool is_named = field && sentence && g_str_has_prefix(sentence, field)
			&& sentence[strlen(field)] == ' ';
		g_string_append_printf(text, "%s%s%s%s", i ? "; " : "",
			field && !is_named ? field : "", field && !is_named ? ": " : "",
			sentence ? sentence : "");
	}
	return g_string_free(text, FALSE);
}

static void set_refused(const struct exchange *exchange, long status, GError **error)
{
	json_auto_t *json = json_loadb(exchange->received->str, exchange->received->len, 0, NULL);
	const json_t *detail = json_object_get(json, "detail");
	g_autofree char *fields = json_is_array(detail) ? fields_text(detail) : NULL;
	const char *sentence = fields ? fields : json_string_value(detail);
	if (sentence && *sentence)
		set_error(error, (int)status, "%s", sentence);
	else
		set_error(error, (int)status, "the daemon answered with status %ld", status);
}

static bool exchange_perform(struct exchange *exchange, GError **error)
{
	long status = 0, number = 0;
	CURLcode code = curl_easy_perform(exchange->curl);
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(exchange->curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_WRITE_ERROR && exchange->has_enough)
		return true;
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
		set_error(error, EXIT_USAGE,
			"\"%s\" is no URL of a daemon: expected something like "
			"http://127.0.0.1:8080",
			exchange->address->url);
		return false;
	}
	if (code != CURLE_OK) {
		set_unreachable(exchange->address,
			code == CURLE_COULDNT_CONNECT && number ? g_strerror((int)number)
								: curl_easy_strerror(code),
			error);
		return false;
	}
	if (status < STATUS_REFUSED)
		return true;
	set_refused(exchange, status, error);
	return false;
}

static void set_body(struct exchange *exchange, const char *method, const json_t *body)
{
	curl_easy_setopt(exchange->curl, CURLOPT_CUSTOMREQUEST, method);
	if (!body)
		return;
	exchange->body = json_dumps(body, JSON_COMPACT);
	exchange->headers = curl_slist_append(exchange->headers, "Content-Type: application/json");
	curl_easy_setopt(exchange->curl, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(exchange->curl, CURLOPT_POSTFIELDS, exchange->body);
}

json_t *ask(const struct address *address, const char *method, const char *path, const json_t *body,
	GError **error)
{
	struct exchange exchange = {.address = address};
	json_t *answer = NULL;
	bool is_open = exchange_open(&exchange, path, error);
	if (is_open)
		set_body(&exchange, method, body);
	if (is_open && exchange_perform(&exchange, error)) {
		answer = exchange.received->len == 0
			? json_null()
			: json_loadb(exchange.received->str, exchange.received->len,
				JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (!answer)
			set_error(error, EXIT_REFUSED, "the daemon's answer is not JSON");
	}
	exchange_close(&exchange);
	return answer;
}

json_t *ask_list(const struct address *address, const char *path, const char *key, GError **error)
{
	json_auto_t *all = json_array();
	for (size_t n = 0;;) {
		g_autofree char *page = g_strdup_printf(
			"%s%climit=%d&offset=%zu", path, strchr(path, '?') ? '&' : '?', PAGE, n);
		json_auto_t *answer = ask(address, "GET", page, NULL, error);
		if (!answer)
			return NULL;
		json_t *list = json_object_get(answer, key);
		json_array_extend(all, list);
		n += json_array_size(list);
		if (json_array_size(list) < PAGE
			|| (json_int_t)n
				>= json_integer_value(json_object_get(answer, "total_entries")))
			return json_incref(all);
	}
}

char *ask_text(const struct address *address, const char *path, GError **error)
{
	struct exchange exchange = {.address = address};
	char *text = NULL;
	if (exchange_open(&exchange, path, error) && exchange_perform(&exchange, error))
		text = g_strndup(exchange.received->str, exchange.received->len);
	exchange_close(&exchange);
	return text;
}

bool ask_stream(const struct address *address, const struct ask_stream *stream, GError **error)
{
	struct exchange exchange = {.address = address, .stream = stream};
	bool is_open = exchange_open(&exchange, stream->path, error);
	if (is_open)
		set_body(&exchange, stream->method ? stream->method : "GET", stream->body);
	bool is_done = is_open && exchange_perform(&exchange, error);
	/* The last line of a text may lack its end. */
	if (is_done && stream->on_line && exchange.received->len > 0 && !exchange.has_enough)
		stream->on_line(stream->data, exchange.received->str);
	exchange_close(&exchange);
	return is_done;
}
