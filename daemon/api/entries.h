/* SPDX-License-Identifier: MIT */
/*
 * Variables, connections and pools are entries: kept under a name, shown with their secrets hidden,
 * changed alone or many in one request. What differs between them is in a struct entry_kind.
 */
#pragma once

#include "daemon/daemon.h"

struct entry_kind {
	const char *noun;          /* `variable` */
	const char *nouns;         /* the list's key in answers */
	const char *path_name;     /* the name's segment of the path */
	const char *pattern_query; /* of lists */
	const char *const *fields; /* of a body; the first is the name, the second must be there */
	const char *patch_name;    /* the name's field in a PATCH, if it is another one */
	const char *permanent;     /* the one that cannot be deleted; NULL: all can */
	/* Whether a name is allowed; NULL: as ident_check says. */
	bool (*name_check)(const char *field, const char *name, GError **error);
	size_t size; /* of a row, whose first member is its name */
	GDestroyNotify clear;
	bool (*find)(struct reader *reader, const char *name, void *row, GError **error);
	/* In all sources, of which the store is one. */
	enum found (*look_up)(const struct lookup *lookup, const char *name, void *row,
		enum source *source, GError **error);
	GArray *(*list)(struct reader *reader, const struct listing *listing, int64_t *total,
		GError **error);
	char **(*names)(struct reader *reader); /* of all there are */
	/*
	 * Lays those fields over the row that the body has; the row is empty, or what is stored.
	 * False: 422 has been answered.
	 */
	bool (*read)(struct request *request, const json_t *body, void *row);
	json_t *(*shown)(struct daemon *daemon, const void *row); /* with secrets hidden */
	json_t *(*clear_text)(struct daemon *daemon, const void *row);
	void (*put)(struct batch *batch, const void *row);
	void (*forget)(struct batch *batch, const char *name);
	/* That one was put or forgotten is durable; NULL: nobody else must know. */
	void (*changed)(struct daemon *daemon, const char *name);
};

void *entry_new(const struct entry_kind *kind); /* an empty row */
/* NULL: there is none (and no error), or an error is set. */
void *entry_find(
	const struct entry_kind *kind, struct reader *reader, const char *name, GError **error);
void entry_free(const struct entry_kind *kind, void *row);
const char *entry_name(const void *row);
/* NULL: it can be deleted; else why not: g_free. */
char *entry_must_stay(const struct entry_kind *kind, const char *name);
/* Whether a body has a name that is allowed and what else must be there. False: 422 has been
 * answered. */
bool entry_body_check(struct request *request, const struct entry_kind *kind, const json_t *body);

void entries_list(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
/* All of them in clear text, for root and dagd's own user only. */
void entries_export(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
void entry_get(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
/* What a task would get under the name in the path, from any source, goes to `on_found`, which
 * answers; all else is answered here. */
typedef void entry_found(
	struct request *request, struct daemon *daemon, const void *row, enum source source);
void entry_search(struct request *request, struct daemon *daemon, const struct entry_kind *kind,
	entry_found *on_found);
/* 404 with the name that may have been meant. */
void entry_refuse_unknown(struct request *request, struct daemon *daemon,
	const struct entry_kind *kind, const char *name);
void entry_create(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
void entry_patch(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
void entry_delete(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
/* Airflow's bulk body: actions that create, update and delete; an action is done as a whole or not
 * at all. */
void entries_bulk(struct request *request, struct daemon *daemon, const struct entry_kind *kind);
