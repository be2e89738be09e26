/* SPDX-License-Identifier: MIT */
/*
 * A test is a look into the network with a password in hand: it is for who may see that password,
 * few run at once, and many in a row are refused, so that dagd is nobody's means to search for open
 * ports or to guess passwords.
 */
#include "daemon/api/connection_test.h"

#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/api/secret.h"
#include "daemon/program.h"
#include "daemon/render/mask.h"
#include "daemon/render/scope.h"
#include "lib/base/instant.h"
#include "lib/template/template.h"

/* Who waits longest has an answer within a minute. */
enum { AT_ONCE = 4, WAITING_MAX = 16, OUTPUT_MAX = 64 << 10 };

#define TIMEOUT_US (10 * SECOND_US)
/* One a second; who has asked for none for a minute may ask for sixty. */
#define PRICE_US SECOND_US
#define CREDIT_US MINUTE_US

struct test {
	struct connection_tests *tests;
	struct request *request;
	const struct operator* operator;
	char *input;
	char *place;              /* where the server should be, for messages */
	struct mask_words *masks; /* words that are not to be shown */
	struct program *program;
};

struct connection_tests {
	struct daemon *daemon;
	GQueue waiting, running; /* of struct test */
	int64_t paid_until;      /* of the monotonic clock: each test moves it on by its price */
};

struct connection_tests *connection_tests_open(struct daemon *daemon)
{
	struct connection_tests *tests = g_new0(struct connection_tests, 1);
	tests->daemon = daemon;
	g_queue_init(&tests->waiting);
	g_queue_init(&tests->running);
	return tests;
}

static void test_free(struct test *test)
{
	secret_forget(test->input);
	g_free(test->place);
	mask_words_free(test->masks);
	g_free(test);
}

static void all_refuse(GQueue *queue)
{
	for (struct test *test; (test = g_queue_pop_head(queue));) {
		program_stop(test->program);
		request_refuse(test->request, 503, "dagd is stopping");
		test_free(test);
	}
}

void connection_tests_close(struct connection_tests *tests)
{
	if (!tests)
		return;
	all_refuse(&tests->waiting);
	all_refuse(&tests->running);
	g_free(tests);
}

/* ---- what it says ---- */

static void answer(struct request *request, bool works, const char *message)
{
	request_answer(request, 200, json_pack("{s:b, s:s}", "status", works, "message", message));
}

/* Masked while it is whole: what is too long is cut afterwards. */
static char *last_line(const char *text, struct mask_words *masks)
{
	g_autofree char *shown = text_masked(text, masks);
	return program_last_line(shown);
}

static char *failure_text(const struct test *test, const struct program_end *end)
{
	g_autofree char *line = last_line(end->errors, test->masks);
	struct program_end shown = *end;
	shown.last_line = line;
	if (end->ending == PROGRAM_TOO_SLOW) {
		g_autofree char *limit = duration_text(TIMEOUT_US);
		return g_strdup_printf("%s has not answered within %s", test->place, limit);
	}
	if (end->ending == PROGRAM_EXITED && *line)
		return g_strdup(
			g_str_has_prefix(line, "error: ") ? line + strlen("error: ") : line);
	g_autofree char *how = program_end_text(&shown, TIMEOUT_US);
	return g_strdup_printf("the test by operator \"%s\" %s", test->operator->name, how);
}

static void next(struct connection_tests *tests);

static void on_done(void *data, const struct program_end *end)
{
	struct test *test = data;
	struct connection_tests *tests = test->tests;
	bool works = end->ending == PROGRAM_EXITED && end->exit_code == 0;
	char *text = works ? last_line(end->output, test->masks) : failure_text(test, end);
	g_autofree char *message = text_masked(text, test->masks);
	secret_forget(text);
	answer(test->request, works, *message ? message : "the connection works");
	g_queue_remove(&tests->running, test);
	test_free(test);
	next(tests);
}

/* ---- its beginning ---- */

/* A word that is a parameter's value is its default: a task would say it. */
static char *word_text(const struct operator* operator, const char * word)
{
	size_t len = strlen(word);
	if (g_str_has_prefix(word, "./"))
		return g_build_filename(operator->folder, word + 2, NULL);
	if (len < 3 || word[0] != '{' || word[len - 1] != '}')
		return g_strdup(word);
	g_autofree char *name = g_strndup(word + 1, len - 2);
	const json_t *value = operator_parameter(operator, name)->default_value;
	return value && !json_is_null(value) ? template_text(value) : NULL;
}

/* NULL-terminated. */
static GPtrArray *command_line(const struct operator* operator)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	for (const char *const *word = operator->run; *word; word++) {
		char *text = word_text(operator, * word);
		if (text)
			g_ptr_array_add(argv, text);
	}
	g_ptr_array_add(argv, g_strdup("--test-connection"));
	g_ptr_array_add(argv, NULL);
	return argv;
}

static bool begin(struct test *test, GError **error)
{
	const struct daemon *daemon = test->tests->daemon;
	g_autoptr(GPtrArray) argv = command_line(test->operator);
	const struct program_order order = {
		.loop = daemon->loop,
		.keeper = daemon->keeper,
		.argv = (const char *const *)argv->pdata,
		.env = (const char *const *)daemon->base_env,
		.input = test->input,
		.input_size = strlen(test->input),
		.output_max = OUTPUT_MAX,
		.timeout_us = TIMEOUT_US,
		.file_limit = &daemon->file_limit,
		.on_done = on_done,
		.data = test,
	};
	test->program = program_start(&order, error);
	return test->program != NULL;
}

static void next(struct connection_tests *tests)
{
	while (tests->running.length < AT_ONCE && tests->waiting.length > 0) {
		struct test *test = g_queue_pop_head(&tests->waiting);
		g_autoptr(GError) error = NULL;
		if (begin(test, &error)) {
			g_queue_push_tail(&tests->running, test);
		} else {
			answer(test->request, false, error->message);
			test_free(test);
		}
	}
}

/* ---- who may ask ---- */

static bool is_too_much(struct connection_tests *tests)
{
	int64_t now = g_get_monotonic_time();
	int64_t paid_until = MAX(tests->paid_until, now) + PRICE_US;
	if (paid_until - now > CREDIT_US || tests->waiting.length == WAITING_MAX)
		return true;
	tests->paid_until = paid_until;
	return false;
}

static void refuse_type(
	const struct connection_tests *tests, struct request *request, const char *conn_type)
{
	const char *const *types = operators_tested_types(tests->daemon->operators);
	g_autofree char *all = g_strjoinv(", ", (char **)types);
	g_autofree char *message = g_strdup_printf(
		"a connection of type \"%s\" cannot be tested; of these types it can: %s",
		conn_type, all);
	answer(request, false, message);
}

static char *place_text(const struct connection *connection)
{
	if (!connection->host)
		return g_strdup("the server");
	return connection->port ? g_strdup_printf("%s:%d", connection->host, connection->port)
				: g_strdup(connection->host);
}

static struct test *test_new(struct connection_tests *tests, const struct connection *connection)
{
	struct test *test = g_new0(struct test, 1);
	test->tests = tests;
	test->place = place_text(connection);
	test->masks = mask_words_new();
	json_t *arguments =
		json_pack("{s:o}", "connection", connection_resolved(connection, test->masks));
	test->input = json_dumps(arguments, JSON_COMPACT);
	json_decref(arguments);
	return test;
}

void connection_test(struct connection_tests *tests, struct request *request,
	const struct connection *connection)
{
	const struct operator* operator=
		operators_tester(tests->daemon->operators, connection->conn_type);
	if (!operator) {
		refuse_type(tests, request, connection->conn_type);
		return;
	}
	if (is_too_much(tests)) {
		request_refuse(request, 429,
			"too many connections are being tested; try again in a minute");
		return;
	}
	struct test *test = test_new(tests, connection);
	test->request = request;
	test->operator= operator;
	g_queue_push_tail(&tests->waiting, test);
	next(tests);
}
