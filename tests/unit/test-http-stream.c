/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "tests/unit/http-fixture.h"

static void on_gone(void *data)
{
	struct fixture *fixture = data;
	fixture->n_gone++;
	fixture->stream = NULL;
}

static void on_freed(void *data)
{
	struct fixture *fixture = data;
	fixture->n_freed++;
}

static void handle_hello(struct request *request, void *data)
{
	request_answer(request, 200, json_pack("{s:s}", "hello", "world"));
}

static void handle_hold(struct request *request, void *data)
{
	struct fixture *fixture = data;
	request_set_data(request, fixture, on_freed);
	g_ptr_array_add(fixture->held, request);
}

static void handle_large(struct request *request, void *data)
{
	g_autofree char *text = g_strnfill(4000 * 1000, 'x');
	request_answer(request, 200, json_pack("{s:s}", "text", text));
}

static void stream_begin(struct fixture *fixture, struct request *request)
{
	fixture->stream = request_stream(request, "application/x-ndjson", on_gone, fixture);
}

static void handle_stream(struct request *request, void *data)
{
	stream_begin(data, request);
}

const struct route fixture_routes[] = {
	{"GET", "/hello", handle_hello},
	{"GET", "/large", handle_large},
	{"GET", "/hold", handle_hold},
	{"POST", "/hold", handle_hold},
	{"GET", "/stream", handle_stream},
	{NULL},
};

static struct request *held(struct fixture *fixture, unsigned i)
{
	return g_ptr_array_index(fixture->held, i);
}

/* Of a chunked body that begins at `text`. */
static GString *dechunk(const char *text)
{
	GString *body = g_string_new(NULL);
	char *end;
	size_t size;
	while ((size = strtoul(text, &end, 16)) > 0) {
		g_string_append_len(body, end + 2, (gssize)size);
		text = end + 2 + size + 2;
	}
	return body;
}

static void test_left_while_held(void)
{
	enum { CLIENTS = 50 };
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	unsigned before = count_descriptors();
	struct client clients[CLIENTS];
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = client_open(&fixture);
		client_send(&clients[i],
			"POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n"
			"Content-Type: application/json\r\n\r\n{\"n\": 1}");
	}
	fixture_wait(&fixture, fixture.held->len == CLIENTS);
	for (int i = 0; i < CLIENTS; i++)
		client_leave(&clients[i]);
	fixture_wait(&fixture, count_descriptors() == before);
	g_assert_cmpuint(fixture.n_freed, ==, 0);
	/* Its handler goes on as if nothing had happened. */
	for (unsigned i = 0; i < CLIENTS; i++) {
		g_assert_cmpint(
			json_integer_value(json_object_get(request_body(held(&fixture, i)), "n")),
			==, 1);
		g_assert_cmpstr(request_url(held(&fixture, i)), ==, "/hold");
		if (i % 2)
			request_answer(held(&fixture, i), 200, json_object());
		else
			request_refuse(held(&fixture, i), 409, "too late");
		g_assert_cmpuint(fixture.n_freed, ==, i + 1);
		client_close(&clients[i]);
	}
	fixture_close(&fixture);
}

static void test_left_and_answered(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	unsigned before = count_descriptors();
	struct client client = client_open(&fixture);
	client_send(&client, GET("/hold"));
	fixture_wait(&fixture, fixture.held->len == 1);
	client_leave(&client);
	/* Before the loop turns: the server does not know yet. */
	request_answer(held(&fixture, 0), 200, json_object());
	g_assert_cmpuint(fixture.n_freed, ==, 1);
	fixture_wait(&fixture, count_descriptors() == before);
	client_close(&client);
	fixture_close(&fixture);
}

static void test_stream(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	client_send(&client, GET("/stream"));
	client_wait_for(&client, "\r\n\r\n");
	g_autofree char *type = head_field(client.received->str, "Content-Type");
	g_assert_cmpstr(type, ==, "application/x-ndjson");
	for (int i = 0; i < 100; i++) {
		g_autofree char *line = g_strdup_printf("{\"n\":%d}\n", i);
		g_assert_true(stream_push(fixture.stream, line, strlen(line)));
		client_wait_for(&client, line);
		g_assert_cmpuint(stream_pending(fixture.stream), ==, 0);
	}
	/* Others are served meanwhile. */
	struct client other = client_open(&fixture);
	client_ask(&other, GET("/hello"), 200, "world");
	client_close(&other);
	g_assert_true(stream_push(fixture.stream, "last\n", 5));
	stream_end(fixture.stream);
	while (!client.is_ended)
		client_receive(&client);
	g_assert_true(g_str_has_suffix(client.received->str, "last\n\r\n0\r\n\r\n"));
	g_assert_cmpuint(fixture.n_gone, ==, 0);
	client_close(&client);
	fixture_close(&fixture);
}

static void test_held_stream(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	client_send(&client, GET("/hold"));
	fixture_wait(&fixture, fixture.held->len == 1);
	stream_begin(&fixture, held(&fixture, 0));
	stream_push(fixture.stream, "one", 3);
	stream_end(fixture.stream);
	while (!client.is_ended)
		client_receive(&client);
	g_assert_nonnull(strstr(client.received->str, "\r\n\r\n3\r\none\r\n0\r\n\r\n"));
	client_close(&client);
	fixture_close(&fixture);
}

static void test_slow_reader(void)
{
	enum { LINE = 1000, WAITING_MAX = 4 * 1024 * 1024 };
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	client_send(&client, GET("/stream"));
	fixture_wait(&fixture, fixture.stream);
	char line[LINE];
	size_t n = 0;
	for (;; n++) {
		memset(line, 'a' + n % 26, LINE);
		if (!stream_push(fixture.stream, line, LINE))
			break;
	}
	g_assert_cmpuint(n, ==, WAITING_MAX / LINE);
	g_assert_cmpuint(stream_pending(fixture.stream), ==, n * LINE);
	g_assert_false(stream_push(fixture.stream, line, LINE));
	client_wait_for(&client, "\r\n\r\n");
	while (stream_pending(fixture.stream) > WAITING_MAX / 2)
		client_receive(&client);
	memset(line, 'a' + n % 26, LINE);
	g_assert_true(stream_push(fixture.stream, line, LINE));
	stream_end(fixture.stream);
	while (!client.is_ended)
		client_receive(&client);
	g_autoptr(GString) body = dechunk(strstr(client.received->str, "\r\n\r\n") + 4);
	g_assert_cmpuint(body->len, ==, (n + 1) * LINE);
	for (size_t i = 0; i < body->len; i++)
		g_assert_cmpint(body->str[i], ==, 'a' + i / LINE % 26);
	client_close(&client);
	fixture_close(&fixture);
}

enum leaving { LEAVES_IDLE, LEAVES_UNREAD, LEAVES_AT_ONCE };

static void leave_stream(enum leaving leaving)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	unsigned before = count_descriptors();
	struct client client = client_open(&fixture);
	client_send(&client, GET("/stream"));
	fixture_wait(&fixture, fixture.stream);
	g_autofree char *bytes = g_strnfill(1000 * 1000, 'x');
	if (leaving != LEAVES_AT_ONCE)
		client_wait_for(&client, "\r\n\r\n");
	if (leaving == LEAVES_UNREAD) {
		g_assert_true(stream_push(fixture.stream, bytes, 1000 * 1000));
		client_wait_for(&client, "xxx");
	}
	client_leave(&client);
	g_assert_cmpuint(fixture.n_gone, ==, 0);
	fixture_wait(&fixture, fixture.n_gone == 1);
	fixture_wait(&fixture, count_descriptors() == before);
	client_close(&client);
	fixture_close(&fixture);
	g_assert_cmpuint(fixture.n_gone, ==, 1);
}

static void test_leaving_readers(void)
{
	leave_stream(LEAVES_IDLE);
	leave_stream(LEAVES_UNREAD);
	leave_stream(LEAVES_AT_ONCE);
}

static void test_orphan(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	unsigned before = count_descriptors();
	for (unsigned i = 0; i < 2; i++) {
		struct client client = client_open(&fixture);
		client_send(&client, GET("/hold"));
		fixture_wait(&fixture, fixture.held->len == i + 1);
		client_leave(&client);
		client_close(&client);
		fixture_wait(&fixture, count_descriptors() == before);
	}
	stream_begin(&fixture, held(&fixture, 0));
	g_assert_cmpuint(fixture.n_gone, ==, 0);
	g_assert_true(stream_push(fixture.stream, "x", 1));
	fixture_wait(&fixture, fixture.n_gone == 1);
	stream_begin(&fixture, held(&fixture, 1));
	stream_end(fixture.stream);
	fixture_close(&fixture);
	g_assert_cmpuint(fixture.n_gone, ==, 1);
}

static void test_many_readers(void)
{
	enum { READERS = 100 };
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client clients[READERS];
	struct stream *streams[READERS];
	for (int i = 0; i < READERS; i++) {
		clients[i] = client_open(&fixture);
		fixture.stream = NULL;
		client_send(&clients[i], GET("/stream"));
		fixture_wait(&fixture, fixture.stream);
		streams[i] = fixture.stream;
	}
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < READERS; i++)
			stream_push(streams[i], "round\n", 6);
		for (int i = 0; i < READERS; i++) {
			client_wait_for(&clients[i], "round\n");
			g_string_truncate(clients[i].received, 0);
		}
	}
	/* Half of them leave, which the others do not notice. */
	for (int i = 0; i < READERS; i += 2)
		client_leave(&clients[i]);
	fixture_wait(&fixture, fixture.n_gone == READERS / 2);
	for (int i = 1; i < READERS; i += 2) {
		stream_push(streams[i], "end\n", 4);
		stream_end(streams[i]);
		client_wait_for(&clients[i], "end\n\r\n0\r\n\r\n");
	}
	for (int i = 0; i < READERS; i++)
		client_close(&clients[i]);
	fixture_close(&fixture);
	g_assert_cmpuint(fixture.n_gone, ==, READERS / 2);
}

static void test_close(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client holding = client_open(&fixture), reading = client_open(&fixture),
		      sending = client_open(&fixture), idle = client_open(&fixture);
	client_send(&reading, GET("/stream"));
	client_wait_for(&reading, "\r\n\r\n");
	client_send(&holding, GET("/hold"));
	fixture_wait(&fixture, fixture.held->len == 1);
	client_send(&sending, "GET /hello HTTP/1.1\r\nHost:");
	client_ask(&idle, GET("/hello"), 200, "world");
	g_autoptr(GPtrArray) requests = g_ptr_array_ref(fixture.held);
	fixture_close(&fixture);
	client_ask(&holding, "", 503, "{\"detail\":\"dagd is shutting down\"}");
	client_expect_end(&holding);
	client_expect_end(&sending);
	client_expect_end(&idle);
	while (!reading.is_ended)
		client_receive(&reading);
	/* Not like a stream that has an end. */
	g_assert_false(g_str_has_suffix(reading.received->str, "0\r\n\r\n"));
	g_assert_cmpuint(fixture.n_gone, ==, 1);
	/* Its handler was not told, and may answer once more. */
	g_assert_cmpuint(fixture.n_freed, ==, 0);
	request_answer(g_ptr_array_index(requests, 0), 200, json_object());
	g_assert_cmpuint(fixture.n_freed, ==, 1);
	client_close(&holding);
	client_close(&reading);
	client_close(&sending);
	client_close(&idle);
}

static void test_answered_after_close(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client clients[2] = {client_open(&fixture), client_open(&fixture)};
	for (unsigned i = 0; i < 2; i++) {
		client_send(&clients[i], GET("/hold"));
		fixture_wait(&fixture, fixture.held->len == i + 1);
	}
	g_autoptr(GPtrArray) requests = g_ptr_array_ref(fixture.held);
	fixture_close(&fixture);
	request_answer(g_ptr_array_index(requests, 0), 200, json_object());
	struct stream *stream =
		request_stream(g_ptr_array_index(requests, 1), "text/plain", on_gone, &fixture);
	g_assert_true(stream_push(stream, "x", 1));
	stream_end(stream);
	g_assert_cmpuint(fixture.n_freed, ==, 2);
	g_assert_cmpuint(fixture.n_gone, ==, 0);
	client_close(&clients[0]);
	client_close(&clients[1]);
}

static const char *const unfinished[] = {"", "G", "GET /hello HTTP/1.1\r\nHost: x\r\n",
	"POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
	"POST /hold HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"};

static void test_dripping(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){.request_timeout_ms = 20});
	for (size_t i = 0; i < G_N_ELEMENTS(unfinished); i++) {
		struct client client = client_open(&fixture);
		client_send(&client, unfinished[i]);
		client_expect_end(&client);
		client_close(&client);
	}
	/* What a handler keeps and what a stream holds open has no such limit. */
	struct client holding = client_open(&fixture), reading = client_open(&fixture);
	client_send(&holding, GET("/hold"));
	client_send(&reading, GET("/stream"));
	client_wait_for(&reading, "\r\n\r\n");
	fixture_wait(&fixture, fixture.held->len == 1);
	while (uv_backend_timeout(&fixture.loop) == 0)
		uv_run(&fixture.loop, UV_RUN_NOWAIT);
	g_assert_cmpint(uv_backend_timeout(&fixture.loop), ==, -1);
	request_answer(held(&fixture, 0), 200, json_object());
	client_ask(&holding, "", 200, "{}");
	stream_end(fixture.stream);
	client_wait_for(&reading, "0\r\n\r\n");
	client_close(&holding);
	client_close(&reading);
	fixture_close(&fixture);
}

static void test_unread_end(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){.request_timeout_ms = 20});
	unsigned before = count_descriptors();
	struct client client = client_open(&fixture);
	client_send(&client, GET("/stream"));
	fixture_wait(&fixture, fixture.stream);
	g_autofree char *bytes = g_strnfill(4000 * 1000, 'x');
	g_assert_true(stream_push(fixture.stream, bytes, 4000 * 1000));
	stream_end(fixture.stream);
	/* The client stays and reads nothing: only its own descriptor is left. */
	fixture_wait(&fixture, count_descriptors() == before + 1);
	client_close(&client);
	fixture_close(&fixture);
}

static void test_unread_answer(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){.idle_timeout_s = 1});
	unsigned before = count_descriptors();
	struct client client = client_open(&fixture), other = client_open(&fixture);
	client_send(&client, GET("/large"));
	client_ask(&other, GET("/hello"), 200, "world");
	client_leave(&other);
	/* The client stays and reads nothing: only its own descriptor is left. */
	fixture_wait(&fixture, count_descriptors() == before + 1);
	client_close(&other);
	client_close(&client);
	fixture_close(&fixture);
}

static void test_idle(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	g_assert_cmpint(uv_backend_timeout(&fixture.loop), <=, 0);
	uv_run(&fixture.loop, UV_RUN_NOWAIT);
	g_assert_cmpint(uv_backend_timeout(&fixture.loop), ==, -1);
	struct client client = client_open(&fixture);
	client_ask(&client, GET("/hello"), 200, "world");
	while (uv_backend_timeout(&fixture.loop) == 0)
		uv_run(&fixture.loop, UV_RUN_NOWAIT);
	/* Only the end of its patience with the open connection is left. */
	g_assert_cmpint(uv_backend_timeout(&fixture.loop), >, 30000);
	client_close(&client);
	fixture_close(&fixture);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/http/a_held_request_outlives_the_client_that_leaves", test_left_while_held);
	g_test_add_func("/http/an_answer_may_meet_a_client_that_just_left", test_left_and_answered);
	g_test_add_func("/http/nothing_wakes_up_when_nothing_happens", test_idle);
	g_test_add_func("/http/a_client_that_does_not_finish_its_request_is_cut", test_dripping);
	g_test_add_func("/stream/each_push_arrives_at_once", test_stream);
	g_test_add_func("/stream/a_held_request_becomes_a_stream", test_held_stream);
	g_test_add_func("/stream/a_slow_reader_gets_all_that_was_taken", test_slow_reader);
	g_test_add_func("/stream/a_reader_that_leaves_is_noticed_once", test_leaving_readers);
	g_test_add_func("/stream/a_reader_that_left_before_is_noticed_later", test_orphan);
	g_test_add_func("/stream/readers_do_not_disturb_each_other", test_many_readers);
	g_test_add_func("/stream/an_end_that_nobody_reads_is_cut", test_unread_end);
	g_test_add_func("/http/an_answer_that_nobody_reads_is_cut", test_unread_answer);
	g_test_add_func("/close/what_is_open_gets_an_answer_or_is_cut", test_close);
	g_test_add_func(
		"/close/a_handler_may_answer_after_the_server_closed", test_answered_after_close);
	return g_test_run();
}
