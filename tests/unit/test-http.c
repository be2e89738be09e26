/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "tests/unit/http-fixture.h"

static void handle_hello(struct request *request, void *data)
{
	request_answer(request, 200, json_pack("{s:s}", "hello", "world"));
}

static void handle_echo(struct request *request, void *data)
{
	json_t *body = request_body(request);
	if (body)
		request_answer(request, 201, json_incref(body));
}

static void handle_hold(struct request *request, void *data)
{
	struct fixture *fixture = data;
	g_ptr_array_add(fixture->held, request);
}

static void handle_list(struct request *request, void *data)
{
	int64_t limit;
	if (!request_query_integer(request, "limit", 0, 100, 50, &limit))
		return;
	json_t *states = json_array();
	for (const char *const *state = request_queries(request, "state"); *state; state++)
		json_array_append_new(states, json_string(*state));
	request_answer(request, 200,
		json_pack("{s:I, s:o, s:s?}", "limit", (json_int_t)limit, "states", states, "q",
			request_query(request, "q")));
}

static void handle_item(struct request *request, void *data)
{
	request_answer(request, 200,
		json_pack("{s:s, s:s, s:s}", "key", request_path(request, "key"), "method",
			request_method(request), "url", request_url(request)));
}

static void handle_delete(struct request *request, void *data)
{
	request_answer(request, 204, NULL);
}

static void handle_text(struct request *request, void *data)
{
	request_answer_text(request, 200, "text/plain", g_memdup2("a\0b", 3), 3);
}

const struct route fixture_routes[] = {
	{"GET", "/hello", handle_hello},
	{"POST", "/echo", handle_echo},
	{"GET", "/hold", handle_hold},
	{"GET", "/list", handle_list},
	{"GET", "/items/{key}", handle_item},
	{"DELETE", "/items/{key}", handle_delete},
	{"GET", "/text", handle_text},
	{NULL},
};

static void test_keep_alive(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	for (int i = 0; i < 3; i++)
		client_ask(&client, GET("/hello"), 200, "{\"hello\":\"world\"}");
	client_ask(&client, GET("/items/a%2Fb?x=%2F"), 200,
		"{\"key\":\"a/b\",\"method\":\"GET\",\"url\":\"/items/a%2Fb\"}");
	client_ask(&client, "DELETE /items/x HTTP/1.1\r\nHost: x\r\n\r\n", 204, "");
	client_ask(&client, GET("/hello"), 200, "world");
	client_send(&client, "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
	struct answer head = client_answer_to(&client, "HEAD");
	g_assert_cmpuint(head.status, ==, 200);
	answer_clear(&head);
	client_send(&client, GET("/text"));
	struct answer text = client_answer(&client);
	g_assert_cmpuint(text.size, ==, 3);
	g_autofree char *sniff = head_field(text.head, "X-Content-Type-Options");
	g_assert_cmpstr(sniff, ==, "nosniff");
	answer_clear(&text);
	client_send(&client, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	struct answer last = client_answer(&client);
	answer_clear(&last);
	client_expect_end(&client);
	client_close(&client);
	fixture_close(&fixture);
}

#define POST_CHUNKED "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_pipeline(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	client_send(&client,
		GET("/items/1") "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n{"
				"\"n\":2}" GET("/nothing") POST_CHUNKED
		"3\r\n{\"n\r\n5;ext=1\r\n\":4 }\r\n0\r\n\r\n" GET("/hold") GET("/items/6"));
	fixture_wait(&fixture, fixture.held->len == 1);
	const char *const expected[] = {"\"1\"", "{\"n\":2}", "/nothing", "{\"n\":4}"};
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		client_ask(&client, "", i == 2 ? 404 : i % 2 ? 201 : 200, expected[i]);
	request_answer(g_ptr_array_index(fixture.held, 0), 200, json_pack("{s:i}", "n", 5));
	client_ask(&client, "", 200, "{\"n\":5}");
	client_ask(&client, "", 200, "\"6\"");
	client_close(&client);
	fixture_close(&fixture);
}

static void test_slow_bytes(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	const char *text = POST_CHUNKED "8\r\n{\"n\": 1}\r\n0\r\n\r\n";
	for (; *text; text++) {
		client_send(&client, (const char[]){*text, 0});
		fixture_turn(&fixture, -1, 0);
	}
	client_ask(&client, "", 201, "{\"n\":1}");
	client_close(&client);
	fixture_close(&fixture);
}

enum after { STAYS, CLOSES };

struct exchange {
	const char *request;
	unsigned status;
	const char *body;
	enum after after;
};

#define POST(length, body)                                 \
	"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: " \
	"application/json\r\nContent-Length: " length "\r\n\r\n" body

static const struct exchange framing[] = {
	{"GET /hello HTTP/1.1\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.0\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, "world", STAYS},
	{"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 400, "", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n", 400, "", CLOSES},
	{"GET /hello HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400, "", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400,
		"Content-Length", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}", 400,
		"Content-Length", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n{}", 400, "", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}", 400, "", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", 400, "", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}", 400, "", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}", 413,
		"", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
	 "2\r\n{}\r\n0\r\n\r\n",
		400, "Transfer-Encoding", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n0\r\n\r\n",
		400, "Transfer-Encoding", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400,
		"chunked", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n", 400, "chunked",
		CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400,
		"", CLOSES},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "",
		CLOSES},
	{"GET /hello HTTP/9.1\r\nHost: x\r\n\r\n", 505, "", CLOSES},
};

static const struct exchange addresses[] = {
	{GET("/nothing"), 404, "{\"detail\":\"there is no such path here: \\\"/nothing\\\"\"}",
		STAYS},
	{GET("/hello/"), 404, "/hello/", STAYS},
	{GET("/"), 404, "", STAYS},
	{GET("/items/"), 404, "", STAYS},
	{GET("/items%2Fx"), 404, "", STAYS},
	{GET("/items/%00"), 400, "{\"detail\":\"the address holds %00\"}", STAYS},
	{GET("/items/%ff"), 400, "not valid UTF-8", STAYS},
	{GET("/items/\xff"), 400, "not valid UTF-8", STAYS},
	{GET("/items/.."), 400, "dots", STAYS},
	{GET("/items/%2e%2E"), 400, "dots", STAYS},
	{GET("/items/a b"), 400, "space", STAYS},
	{GET("http://x/hello"), 400, "slash", STAYS},
	{GET("/items/%C3%A9"), 200, "\"key\":\"é\"", STAYS},
	{GET("/items/%22%5C%0A"), 200, "\"key\":\"\\\"\\\\\\n\"", STAYS},
	{"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 405,
		"method POST is not allowed here; allowed are GET, HEAD", STAYS},
	{"BREW /items/x HTTP/1.1\r\nHost: x\r\n\r\n", 405, "GET, HEAD, DELETE", STAYS},
	{GET("/list"), 200, "{\"limit\":50,\"states\":[],\"q\":null}", STAYS},
	{GET("/list?limit=0&state=a&q=a+%2B&state=b"), 200,
		"{\"limit\":0,\"states\":[\"a\",\"b\"],\"q\":\"a +\"}", STAYS},
	{GET("/list?limit=101"), 422,
		"{\"detail\":[{\"type\":\"less_than_equal\",\"loc\":[\"query\",\"limit\"],\"msg\":"
		"\"input should be less than or equal to 100\",\"input\":\"101\"}]}",
		STAYS},
	{GET("/list?limit=-1"), 422, "greater than or equal to 0", STAYS},
	{GET("/list?limit=99999999999999999999"), 422, "less_than_equal", STAYS},
	{GET("/list?limit=-99999999999999999999"), 422, "greater_than_equal", STAYS},
	{GET("/list?limit="), 422, "int_parsing", STAYS},
	{GET("/list?limit=1x"), 422, "int_parsing", STAYS},
	{GET("/list?limit=%201"), 422, "int_parsing", STAYS},
	{GET("/list?limit=%"), 400, "hexadecimal", STAYS},
};

static const struct exchange bodies[] = {
	{POST("9", "{\"a\": 1} "), 201, "{\"a\":1}", STAYS},
	{POST("0", ""), 422, "\"type\":\"missing\",\"loc\":[\"body\"]", STAYS},
	{POST("6", "{\"a\":}"), 422, "\"type\":\"json_invalid\"", STAYS},
	{POST("3", "{} "), 201, "{}", STAYS},
	{POST("4", "{}{}"), 422, "json_invalid", STAYS},
	{POST("3", "[1]"), 422, "\"model_attributes_type\",\"loc\":[\"body\"]", STAYS},
	{POST("3", "[1]"), 422, "\"input\":null", STAYS},
	{POST("3", "\"a\""), 422, "\"input\":null", STAYS},
	{POST("13", "{\"a\":1,\"a\":2}"), 422, "duplicate", STAYS},
	{POST("7", "{\"a\":\xff}"), 422, "0xff", STAYS},
	{POST("7", "{\"\xff\":1}"), 422, "json_invalid", STAYS},
	{POST("14", "{\"a\":\"\\u0000\"}"), 422, "json_invalid", STAYS},
	{POST("11", "{\"a\":1e999}"), 422, "json_invalid", STAYS},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n{"
	 "}",
		422, "application/json", STAYS},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Type: "
	 "Application/JSON; charset=utf-8\r\n\r\n{}",
		201, "{}", STAYS},
	{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 201, "{}", STAYS},
};

static void exchange_all(const struct exchange *exchanges, size_t n)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	for (size_t i = 0; i < n; i++) {
		const struct exchange *exchange = &exchanges[i];
		g_autofree char *shown = g_strescape(exchange->request, NULL);
		g_test_message("%s", shown);
		struct client client = client_open(&fixture);
		client_ask(&client, exchange->request, exchange->status, exchange->body);
		if (exchange->after == CLOSES)
			client_expect_end(&client);
		else
			client_ask(&client, GET("/hello"), 200, "world");
		client_close(&client);
	}
	fixture_close(&fixture);
}

static void test_framing(void)
{
	exchange_all(framing, G_N_ELEMENTS(framing));
}

static void test_addresses(void)
{
	exchange_all(addresses, G_N_ELEMENTS(addresses));
}

static void test_bodies(void)
{
	exchange_all(bodies, G_N_ELEMENTS(bodies));
}

static void test_allow(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	client_send(&client, "PUT /items/x HTTP/1.1\r\nHost: x\r\n\r\n");
	struct answer answer = client_answer(&client);
	g_autofree char *allow = head_field(answer.head, "Allow");
	g_assert_cmpstr(allow, ==, "GET, HEAD, DELETE");
	answer_clear(&answer);
	client_close(&client);
	fixture_close(&fixture);
}

/* `{"a":"xxx..."}` of `size` bytes, with its head. */
static char *post_of(size_t size)
{
	g_autofree char *filling = g_strnfill(size - strlen("{\"a\":\"\"}"), 'x');
	return g_strdup_printf(POST("%zu", "{\"a\":\"%s\"}"), size, filling);
}

static void test_size(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client client = client_open(&fixture);
	g_autofree char *fits = post_of(BODY_MAX);
	g_autofree char *large = post_of(BODY_MAX + 1);
	g_autofree char *chunk = g_strnfill(0x400, 'x');
	g_autofree char *chunked = g_strdup_printf(POST_CHUNKED "400\r\n%s\r\n0\r\n\r\n", chunk);
	client_ask(&client, fits, 201, "xxx");
	client_ask(&client, large, 413, "{\"detail\":\"the body is larger than 1000 bytes\"}");
	client_ask(&client, chunked, 413, "larger than 1000 bytes");
	client_ask(&client, GET("/hello"), 200, "world");
	/* This one waits for leave, and is not to get it. */
	client_ask(&client,
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: "
		"100-continue\r\n\r\n",
		413, "larger");
	client_expect_end(&client);
	client_close(&client);
	client = client_open(&fixture);
	client_ask(&client, POST("1000000000000", "{"), 413, "larger");
	client_expect_end(&client);
	client_close(&client);
	client = client_open(&fixture);
	client_send(&client, POST_CHUNKED);
	while (!client.is_ended) {
		client_send(&client, "400\r\n");
		client_send(&client, chunk);
		client_send(&client, "\r\n");
		char byte;
		client.is_ended = recv(client.fd, &byte, 1, 0) == 0 || errno == ECONNRESET;
	}
	client_close(&client);
	fixture_close(&fixture);
}

static void test_long_head(void)
{
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	g_autofree char *filling = g_strnfill(100000, 'x');
	g_autofree char *address = g_strdup_printf(GET("/items/%s"), filling);
	g_autofree char *field =
		g_strdup_printf("GET /hello HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n", filling);
	struct client client = client_open(&fixture);
	client_ask(&client, address, 414, "");
	client_close(&client);
	client = client_open(&fixture);
	client_ask(&client, field, 431, "");
	client_close(&client);
	fixture_close(&fixture);
}

static bool allow_user_9(void *data, const struct peer *peer)
{
	return peer->uid == 9;
}

static void test_peers(void)
{
	if (geteuid() != 0) {
		g_test_skip("only root can be someone else");
		return;
	}
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){.is_allowed = allow_user_9});
	chmod(fixture.folder, 0755);
	chmod(fixture.socket, 0666);
	static const struct {
		uid_t uid;
		unsigned status;
	} peers[] = {{0, 200}, {9, 200}, {10, 403}};
	for (size_t i = 0; i < G_N_ELEMENTS(peers); i++) {
		g_assert_cmpint(seteuid(peers[i].uid), ==, 0);
		struct client client = client_open(&fixture);
		g_assert_cmpint(seteuid(0), ==, 0);
		client_ask(&client, GET("/hello"), peers[i].status, "");
		client_close(&client);
	}
	fixture_close(&fixture);
}

static void test_many(void)
{
	enum { CLIENTS = 40, ROUNDS = 100 };
	struct fixture fixture;
	fixture_open(&fixture, (struct http_options){0});
	struct client clients[CLIENTS];
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = client_open(&fixture);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CLIENTS; i++)
			client_send(&clients[i], i % 2 ? GET("/hello") : GET("/hold"));
		fixture_wait(&fixture, fixture.held->len == CLIENTS / 2);
		for (int i = 0; i < CLIENTS / 2; i++)
			request_answer(g_ptr_array_index(fixture.held, i), 200, json_object());
		g_ptr_array_set_size(fixture.held, 0);
		for (int i = 0; i < CLIENTS; i++)
			client_ask(&clients[i], "", 200, i % 2 ? "world" : "{}");
	}
	for (int i = 0; i < CLIENTS; i++)
		client_close(&clients[i]);
	fixture_close(&fixture);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/a_connection_serves_many_requests", test_keep_alive);
	g_test_add_func("/http/pipelined_requests_are_answered_in_order", test_pipeline);
	g_test_add_func("/http/a_request_may_arrive_byte_by_byte", test_slow_bytes);
	g_test_add_func(
		"/http/an_ambiguous_request_is_refused_and_the_connection_closed", test_framing);
	g_test_add_func("/http/a_wrong_address_leaves_the_connection_usable", test_addresses);
	g_test_add_func("/http/a_body_that_is_no_object_is_refused_with_its_place", test_bodies);
	g_test_add_func("/http/a_wrong_method_is_told_the_right_ones", test_allow);
	g_test_add_func("/http/a_body_over_the_limit_is_refused", test_size);
	g_test_add_func("/http/a_head_over_the_limit_is_refused", test_long_head);
	g_test_add_func("/http/other_users_need_a_grant", test_peers);
	g_test_add_func("/http/four_thousand_requests_on_forty_connections", test_many);
	return g_test_run();
}
