/* SPDX-License-Identifier: MIT */
/* Changes of variables, connections and pools, one after the other: each sees what the one before
 * it left.
 */
#pragma once

#include "daemon/http/http.h"
#include "daemon/store/store.h"

struct daemon;
struct entry_kind;
struct writes;

/* What is answered once the batch is durable. */
struct write_answer {
	unsigned status;
	json_t *json;       /* NULL with 204 */
	GPtrArray *changed; /* names of what was put or forgotten */
};
/* Copies the name. */
void write_changed(struct write_answer *answer, const char *name);

struct write {
	struct request *request;
	struct daemon *daemon;
	const struct entry_kind *kind;
	/*
	 * Reads what is the case, puts the change in the batch and says what will be answered.
	 * False: nothing is to be changed, and a refusal has been answered.
	 */
	bool (*decide)(const struct write *write, struct batch *batch, struct write_answer *answer);
};

struct writes *writes_new(struct daemon *daemon);
/* Those that wait are answered with 503, and no more are begun. Before the store is closed. */
void writes_stop(struct writes *writes);
/* After the store is closed. NULL is fine. */
void writes_free(struct writes *writes);

/* Takes its turn. 507 when the database cannot be written. */
void writes_add(struct writes *writes, struct write write);
