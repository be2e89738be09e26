/* SPDX-License-Identifier: MIT */
#include "lib/aws/http.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"

#define BODY_MAX_DEFAULT (64 << 10)
#define HEAD_MAX (256 << 10)
/* Slower than this for `stall_s` is as good as dead. */
#define STALL_BYTES_PER_SECOND 1000L

struct exchange {
	const struct http_request *request;
	struct http_answer *answer;
	CURL *curl;
	int64_t sent;
	size_t head_size;
	bool has_head; /* to its end */
	bool is_cut;   /* what is wrong was told in enough words */
	char curl_error[CURL_ERROR_SIZE];
};

static size_t on_header(char *line, size_t size, size_t n, void *data)
{
	struct exchange *exchange = data;
	size_t len = size * n;
	exchange->head_size += len;
	if (exchange->head_size > HEAD_MAX) {
		g_free(exchange->answer->failure_text);
		exchange->answer->failure_text = g_strdup("the head of the answer has no end");
		return 0;
	}
	g_autofree char *text = g_strndup(line, len);
	exchange->has_head = *text == '\r' || *text == '\n';
	/* A new status line (after `100 Continue`) begins a new set of headers. */
	if (g_str_has_prefix(text, "HTTP/")) {
		g_hash_table_remove_all(exchange->answer->headers);
		return len;
	}
	char *colon = strchr(text, ':');
	if (colon) {
		*colon = '\0';
		g_hash_table_replace(exchange->answer->headers,
			g_ascii_strdown(g_strstrip(text), -1), g_strdup(g_strstrip(colon + 1)));
	}
	return len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct exchange *exchange = data;
	struct http_answer *answer = exchange->answer;
	const struct http_request *request = exchange->request;
	size_t len = size * n;
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	bool is_good = answer->status / 100 == 2;
	if (request->sink && is_good)
		return request->sink(request->sink_data, answer, bytes, len) ? len : 0;
	size_t max = request->body_max ? request->body_max : BODY_MAX_DEFAULT;
	if (answer->body->len + len > max) {
		exchange->is_cut = !is_good;
		answer->failure_text = g_strdup_printf("the answer is larger than %zu bytes", max);
		return 0;
	}
	g_string_append_len(answer->body, bytes, (gssize)len);
	return len;
}

static size_t on_upload(char *out, size_t size, size_t n, void *data)
{
	struct exchange *exchange = data;
	const struct http_request *request = exchange->request;
	int64_t left = request->body_size - exchange->sent;
	size_t want = (size_t)MIN((int64_t)(size * n), left);
	if (want == 0)
		return 0;
	ssize_t got =
		pread(request->body_fd, out, want, (off_t)(request->body_offset + exchange->sent));
	if (got <= 0) {
		g_free(exchange->answer->failure_text);
		exchange->answer->failure_text =
			g_strdup_printf("cannot read what is to be sent: %s",
				got < 0 ? g_strerror(errno) : "the file became shorter");
		return CURL_READFUNC_ABORT;
	}
	exchange->sent += got;
	return (size_t)got;
}

/* curl asks for it when a reused connection turns out dead and the body has to be sent again. */
static int on_rewind(void *data, curl_off_t offset, int origin)
{
	struct exchange *exchange = data;
	if (origin != SEEK_SET)
		return CURL_SEEKFUNC_CANTSEEK;
	exchange->sent = offset;
	return CURL_SEEKFUNC_OK;
}

/* curl does not look at HTTP_PROXY, which a web server might fill with a header's text; this is
 * none, and other tools of AWS do. */
static void proxy_set(CURL *curl, const struct http_request *request)
{
	const char *proxy = request->direct ? "" : request->proxy;
	const char *inherited = g_getenv("HTTP_PROXY");
	bool is_plain = g_str_has_prefix(request->url, "http:");
	/* NO_PROXY belongs to the proxies of the environment. */
	if (proxy)
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
	else if (is_plain && inherited && !g_getenv("http_proxy"))
		proxy = inherited;
	if (proxy)
		curl_easy_setopt(curl, CURLOPT_PROXY, proxy);
}

/* The last one as for all that is made with Python's requests, which AWS's tools once were. */
static const char *authorities_find(const struct http_request *request)
{
	const char *own = aws_environment("AWS_CA_BUNDLE");
	if (request->ca_file)
		return request->ca_file;
	return own ? own : aws_environment("REQUESTS_CA_BUNDLE");
}

static void transport_set(CURL *curl, const struct http_request *request)
{
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dagd/" DAGD_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
		request->connect_timeout_ms ? request->connect_timeout_ms : 10000L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_PER_SECOND);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request->stall_s ? request->stall_s : 60L);
	proxy_set(curl, request);
	const char *authorities = authorities_find(request);
	if (authorities)
		curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
	if (request->is_unverified) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static void body_set(CURL *curl, const struct http_request *request, struct exchange *exchange)
{
	if (request->has_body_file) {
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_upload);
		curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
		curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_rewind);
		curl_easy_setopt(curl, CURLOPT_SEEKDATA, exchange);
	} else if (request->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
	} else if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static char *failure_text(CURLcode failure, const char *curl_error)
{
	if (failure == CURLE_COULDNT_RESOLVE_PROXY)
		return g_strdup("the proxy's address is wrong, or its name is not known; it is "
				"written http://host:port");
	/* curl repeats the address of a proxy that is wrong, with the password in it. */
	bool is_telling = *curl_error && !strchr(curl_error, '@');
	return g_strdup(is_telling ? curl_error : curl_easy_strerror(failure));
}

void http_exchange(CURL *curl, const struct http_request *request, struct http_answer *answer)
{
	struct exchange exchange = {.request = request, .answer = answer, .curl = curl};
	*answer = (struct http_answer){
		.headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.body = g_string_new(NULL),
	};
	curl_easy_reset(curl);
	transport_set(curl, request);
	body_set(curl, request, &exchange);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, exchange.curl_error);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
	struct curl_slist *headers = NULL;
	for (const char *const *h = request->headers; h && *h; h++)
		headers = curl_slist_append(headers, *h);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);

	curl_off_t connected_us = 0;
	answer->failure = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME_T, &connected_us);
	answer->connected = connected_us > 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	/* An error is told by its status, however long its page is. */
	if (exchange.is_cut) {
		answer->failure = CURLE_OK;
		g_clear_pointer(&answer->failure_text, g_free);
	} else if (answer->failure == CURLE_OK && !exchange.has_head) {
		answer->failure = CURLE_PARTIAL_FILE;
		answer->failure_text = g_strdup("the answer ends within its head");
	}
	if (answer->failure != CURLE_OK && !answer->failure_text)
		answer->failure_text = failure_text(answer->failure, exchange.curl_error);
	curl_slist_free_all(headers);
	curl_easy_reset(curl);
}

const char *http_header(const struct http_answer *answer, const char *name)
{
	return g_hash_table_lookup(answer->headers, name);
}

void http_answer_clear(struct http_answer *answer)
{
	g_clear_pointer(&answer->failure_text, g_free);
	g_clear_pointer(&answer->headers, g_hash_table_unref);
	if (answer->body)
		g_string_free(answer->body, TRUE);
	*answer = (struct http_answer){0};
}

static bool refuse(const char *url, const char *why, GError **error)
{
	g_set_error(error, AWS_LASTING_ERROR, 0, "\"%s\" is not an endpoint's URL: %s", url, why);
	return false;
}

bool http_origin_parse(const char *url, struct http_origin *origin, GError **error)
{
	/* First, since every other message repeats the URL. */
	if (strchr(url, '@'))
		return refuse("(hidden)", "keys do not belong into it", error);
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
	if (!uri)
		return refuse(url, "expected http://host:port or https://host", error);
	const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
	if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		return refuse(url, "it must begin with http:// or https://", error);
	if (!host || !*host)
		return refuse(url, "it names no host", error);
	if (g_uri_get_query(uri) || g_uri_get_fragment(uri))
		return refuse(url, "a query or a fragment has no meaning there", error);
	int port = g_uri_get_port(uri), usual = strcmp(scheme, "http") == 0 ? 80 : 443;
	g_autofree char *bare = g_strdup(g_uri_get_path(uri));
	for (size_t n = strlen(bare); n > 0 && bare[n - 1] == '/'; n--)
		bare[n - 1] = '\0';
	origin->scheme = g_strdup(scheme);
	g_autofree char *name = g_ascii_strdown(host, -1);
	origin->host = strchr(name, ':') ? g_strdup_printf("[%s]", name) : g_strdup(name);
	origin->authority = port == -1 || port == usual
		? g_strdup(origin->host)
		: g_strdup_printf("%s:%d", origin->host, port);
	origin->path = g_steal_pointer(&bare);
	return true;
}

void http_origin_clear(struct http_origin *origin)
{
	g_free(origin->scheme);
	g_free(origin->host);
	g_free(origin->authority);
	g_free(origin->path);
	*origin = (struct http_origin){0};
}
