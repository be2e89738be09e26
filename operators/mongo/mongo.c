/* SPDX-License-Identifier: MIT */
/* One operation on a MongoDB server: an aggregation, a count, or a command. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/connection.h"
#include "operators/connection_test.h"
#include "operators/mongodb.h"
#include "operators/program.h"

struct task {
	const json_t *arguments;
	struct connection connection;
	mongoc_client_t *client;
	const char *database, *collection; /* collection NULL: none */
};

/* The result (a new reference), or NULL with an error. */
typedef json_t *operation_run(const struct task *task, GError **error);

static void server_failed(const bson_error_t *why, GError **error)
{
	g_set_error(error, LIB_ERROR, 0, "MongoDB says: %s (code %u)", why->message, why->code);
}

/* Where the last stage writes to; no collection: it gives documents. */
struct sink {
	const char *database, *collection;
};

/* `$out: name`, `$out: {db, coll}`, `$merge: name`, `$merge: {into: name or {db, coll}}` */
static struct sink pipeline_sink(const struct task *task, const json_t *pipeline)
{
	size_t n = json_array_size(pipeline);
	const json_t *last = n > 0 ? json_array_get(pipeline, n - 1) : NULL;
	const json_t *target = json_object_get(last, "$out");
	if (!target)
		target = json_object_get(last, "$merge");
	if (json_object_get(target, "into"))
		target = json_object_get(target, "into");
	if (json_is_string(target))
		return (struct sink){task->database, json_string_value(target)};
	const char *database = json_string_value(json_object_get(target, "db"));
	return (struct sink){database ? database : task->database,
		json_string_value(json_object_get(target, "coll"))};
}

static mongoc_cursor_t *aggregate_begin(const struct task *task, const bson_t *pipeline)
{
	mongoc_cursor_t *cursor;
	bson_t options = BSON_INITIALIZER;
	if (program_boolean(task->arguments, "allow_disk_use", false))
		BSON_APPEND_BOOL(&options, "allowDiskUse", true);
	if (task->collection) {
		mongoc_collection_t *collection = mongoc_client_get_collection(
			task->client, task->database, task->collection);
		cursor = mongoc_collection_aggregate(
			collection, MONGOC_QUERY_NONE, pipeline, &options, NULL);
		mongoc_collection_destroy(collection);
	} else {
		/* The database's own, as for $documents. */
		mongoc_database_t *database =
			mongoc_client_get_database(task->client, task->database);
		cursor = mongoc_database_aggregate(database, pipeline, &options, NULL);
		mongoc_database_destroy(database);
	}
	bson_destroy(&options);
	return cursor;
}

/* All documents as a list, or NULL with an error. */
static json_t *documents_take(mongoc_cursor_t *cursor, int64_t max, GError **error)
{
	const bson_t *document;
	bson_error_t why;
	json_t *list = json_array();
	while (mongoc_cursor_next(cursor, &document) && (int64_t)json_array_size(list) <= max)
		json_array_append_new(list, mongodb_json(document));
	if (mongoc_cursor_error(cursor, &why))
		server_failed(&why, error);
	else if ((int64_t)json_array_size(list) <= max)
		return list;
	else
		g_set_error(error, LIB_ERROR, 0,
			"the pipeline gives more than %" PRId64
			" documents; end it with $merge, $out or $limit, or raise max_documents",
			max);
	json_decref(list);
	return NULL;
}

static json_t *sink_result(const struct task *task, const struct sink *sink, GError **error)
{
	bson_error_t why;
	mongoc_collection_t *collection =
		mongoc_client_get_collection(task->client, sink->database, sink->collection);
	int64_t n = mongoc_collection_estimated_document_count(collection, NULL, NULL, NULL, &why);
	mongoc_collection_destroy(collection);
	if (n < 0) {
		server_failed(&why, error);
		return NULL;
	}
	printf("%s.%s holds %" PRId64 " documents now\n", sink->database, sink->collection, n);
	return json_pack("{s:I, s:s, s:s}", "count", (json_int_t)n, "database", sink->database,
		"collection", sink->collection);
}

static json_t *aggregate_run(const struct task *task, GError **error)
{
	const json_t *value = json_object_get(task->arguments, "pipeline");
	bson_t *pipeline = mongodb_document(value, "pipeline", error);
	if (!pipeline)
		return NULL;
	struct sink sink = pipeline_sink(task, value);
	mongoc_cursor_t *cursor = aggregate_begin(task, pipeline);
	json_t *list = documents_take(
		cursor, program_integer(task->arguments, "max_documents", 1000), error);
	mongoc_cursor_destroy(cursor);
	bson_destroy(pipeline);
	json_t *result = NULL;
	if (list && sink.collection)
		result = sink_result(task, &sink, error);
	else if (list)
		result = json_pack("{s:I, s:O}", "count", (json_int_t)json_array_size(list),
			"documents", list);
	json_decref(list);
	return result;
}

static json_t *count_run(const struct task *task, GError **error)
{
	bson_error_t why;
	json_t *all = json_object();
	const json_t *query = json_object_get(task->arguments, "query");
	bool is_given = query && !json_is_null(query);
	bson_t *filter = mongodb_document(is_given ? query : all, "query", error);
	json_decref(all);
	if (!filter)
		return NULL;
	mongoc_collection_t *collection =
		mongoc_client_get_collection(task->client, task->database, task->collection);
	int64_t n = mongoc_collection_count_documents(collection, filter, NULL, NULL, NULL, &why);
	mongoc_collection_destroy(collection);
	bson_destroy(filter);
	if (n < 0) {
		server_failed(&why, error);
		return NULL;
	}
	printf("%s.%s: %" PRId64 " documents\n", task->database, task->collection, n);
	return json_pack("{s:I}", "count", (json_int_t)n);
}

static json_t *command_run(const struct task *task, GError **error)
{
	bson_error_t why;
	bson_t reply;
	bson_t *command =
		mongodb_document(json_object_get(task->arguments, "command"), "command", error);
	if (!command)
		return NULL;
	bool is_done = mongoc_client_command_simple(
		task->client, task->database, command, NULL, &reply, &why);
	json_t *result = is_done ? mongodb_json(&reply) : NULL;
	if (!is_done)
		server_failed(&why, error);
	bson_destroy(&reply);
	bson_destroy(command);
	return result;
}

static const struct operation {
	const char *name;
	operation_run *run;
	const char *parameter; /* must be there */
	bool parameter_is_list;
	bool wants_collection;
} operations[] = {
	{"aggregate", aggregate_run, "pipeline", true, false},
	{"count", count_run, NULL, false, true},
	{"command", command_run, "command", false, false},
};

static const struct operation *operation_find(const json_t *arguments, GError **error)
{
	const char *name = program_text(arguments, "operation");
	for (size_t i = 0; i < G_N_ELEMENTS(operations); i++)
		if (g_str_equal(name ? name : "aggregate", operations[i].name))
			return &operations[i];
	g_set_error(error, LIB_ERROR, 0, "operation: \"%s\" is none of aggregate, count, command",
		name);
	return NULL;
}

static bool operation_check(
	const struct operation *operation, const struct task *task, GError **error)
{
	const json_t *value = operation->parameter
		? json_object_get(task->arguments, operation->parameter)
		: NULL;
	if (operation->parameter
		&& !(operation->parameter_is_list ? json_is_array(value) : json_is_object(value))) {
		g_set_error(error, LIB_ERROR, 0, "operation %s needs %s, a %s", operation->name,
			operation->parameter, operation->parameter_is_list ? "list" : "map");
		return false;
	}
	if (operation->wants_collection && !task->collection) {
		g_set_error(error, LIB_ERROR, 0, "operation %s needs collection", operation->name);
		return false;
	}
	if (!task->database)
		g_set_error_literal(error, LIB_ERROR, 0,
			"no database is named: give database, or a connection that has one "
			"(schema)");
	return task->database != NULL;
}

static int task_run(struct task *task)
{
	g_autoptr(GError) error = NULL;
	const struct operation *operation = operation_find(task->arguments, &error);
	if (!operation
		|| !connection_read(
			task->arguments, "mongo_conn_id", mongodb_types, &task->connection, &error))
		return program_fail_for_good("%s", error->message);
	task->database = task->connection.database;
	task->collection = program_text(task->arguments, "collection");
	if (!operation_check(operation, task, &error))
		return program_fail_for_good("%s", error->message);
	char *uri = mongodb_uri(
		&task->connection, program_text(task->arguments, "auth_database"), &error);
	if (!uri)
		return program_fail_for_good("%s", error->message);
	task->client = mongodb_open(uri, "dagd mongo", NULL, &error);
	explicit_bzero(uri, strlen(uri));
	g_free(uri);
	json_t *result = task->client ? operation->run(task, &error) : NULL;
	return result ? program_succeed(result) : program_fail("%s", error->message);
}

/* ---- whether the connection works ---- */

/* Every server tells its version to anybody; what only one who has logged in may ask is asked, too.
 */
static bool is_let_in(mongoc_client_t *client, GError **error)
{
	enum { UNAUTHORIZED = 13 };
	bson_error_t why = {0};
	bson_t *command = BCON_NEW("listDatabases", BCON_INT32(1), "nameOnly", BCON_BOOL(true));
	bool is_answered = mongoc_client_command_simple(client, "admin", command, NULL, NULL, &why);
	bson_destroy(command);
	if (is_answered || why.code != UNAUTHORIZED)
		return true;
	server_failed(&why, error);
	return false;
}

/* What answers at the connection, as a sentence (to be freed); NULL with an error. */
static char *server_greet(struct task *task, GError **error)
{
	const struct connection *connection = &task->connection;
	g_autofree char *version = NULL, *place = mongodb_place(connection);
	connection_test_limit(connection->extra, "serverSelectionTimeoutMS", 1000);
	connection_test_limit(connection->extra, "connectTimeoutMS", 1000);
	char *uri = mongodb_uri(connection, NULL, error);
	if (!uri)
		return NULL;
	mongoc_uri_t *parsed = mongoc_uri_new(uri);
	bool has_tls = parsed && mongoc_uri_get_tls(parsed);
	mongoc_uri_destroy(parsed);
	task->client = mongodb_open(uri, "dagd connection test", &version, error);
	explicit_bzero(uri, strlen(uri));
	g_free(uri);
	if (!task->client || (!connection->user && !is_let_in(task->client, error)))
		return NULL;
	return g_strdup_printf("MongoDB %s at %s %s%s, %s TLS", version, place,
		connection->user ? "as " : "without a login",
		connection->user ? connection->user : "", has_tls ? "with" : "without");
}

static int connection_test(struct task *task)
{
	g_autoptr(GError) error = NULL;
	if (!connection_read(
		    task->arguments, "connection", mongodb_types, &task->connection, &error))
		return program_fail("%s", error->message);
	g_autofree char *sentence = server_greet(task, &error);
	return sentence ? connection_works("%s", sentence) : program_fail("%s", error->message);
}

int main(int argc, char **argv)
{
	json_t *arguments = program_arguments();
	struct task task = {.arguments = arguments};
	int code = connection_test_wanted(argc, argv) ? connection_test(&task) : task_run(&task);
	mongodb_close(task.client);
	connection_clear(&task.connection);
	json_decref(arguments);
	mongoc_cleanup();
	return code;
}
