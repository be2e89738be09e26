/* SPDX-License-Identifier: MIT */
/* What the sql operator does, whatever the database: statements in, the rows of the last one out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "operators/connection.h"

/* The conn_types that mean a database of these; NULL-terminated. */
extern const char *const query_types[];

/* So many rows a result may have, unless it says otherwise. */
enum { MAX_ROWS = 1000 };

struct statements {
	const char *const *texts; /* NULL-terminated; run in this order */
	const json_t *parameters; /* a list bound to the placeholders of the only text, or NULL */
	bool autocommit;          /* else all of it is one transaction */
	int64_t max_rows;         /* more are an error */
};

struct rows {
	json_t *columns;    /* a list of names; empty when the last statement gave no rows */
	json_t *list;       /* a list of lists */
	int64_t n_affected; /* by the last statement that changes rows */
};

/* All of it as a task's arguments say it. */
struct query {
	struct connection connection;
	struct statements statements;
	GPtrArray *texts; /* of `statements` */
};

/* False with an error when the arguments are wrong. Clear it either way; it borrows from them. */
bool query_read(const json_t *arguments, struct query *query, GError **error);
bool query_run(const struct query *query, struct rows *rows, GError **error);
void query_clear(struct query *query);

/* Fills `rows`, which holds empty lists before; false with an error, and nothing committed
 * (autocommit: what came before stays). */
bool statements_run_postgres(const struct connection *connection,
	const struct statements *statements, struct rows *rows, GError **error);
bool statements_run_sqlite(const struct connection *connection, const struct statements *statements,
	struct rows *rows, GError **error);

/* What answers at the connection, as a sentence (to be freed); NULL with an error. Changes nothing,
 * and makes no file. */
char *postgres_greet(const struct connection *connection, GError **error);
char *sqlite_greet(const struct connection *connection, GError **error);

/* What a value of a list of parameters is as text (to be freed); NULL for null. */
char *parameter_text(const json_t *value);

/* Adds a row (taken over); false with an error when there are too many. */
bool rows_add(struct rows *rows, const struct statements *statements, json_t *row, GError **error);
