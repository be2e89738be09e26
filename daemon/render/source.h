/* SPDX-License-Identifier: MIT */
/*
 * Where the value of a variable or a connection comes from: a command, a folder, dagd's own
 * environment, the store; the first one that has it.
 */
#pragma once

#include "daemon/render/answers.h"
#include "daemon/store/store.h"

/* Besides the store; as the configuration says. */
struct sources {
	char **command;             /* words of a command line; NULL: none */
	int64_t command_timeout_us; /* of one run of it */
	char *folder;               /* with files conn.ID and var.KEY; NULL: none */
};
void sources_clear(struct sources *sources);

enum source { SOURCE_COMMAND, SOURCE_FOLDER, SOURCE_ENVIRONMENT, SOURCE_STORE };
extern const char *const source_names[];

enum found {
	FOUND,
	FOUND_NOTHING,
	FOUND_WAIT,  /* secrets.command is to be asked first; `answers` wants it */
	FOUND_WRONG, /* there is something, but it cannot be read: an error says what and where */
};

/* Where to look, and what is known already. */
struct lookup {
	const struct sources *sources;
	struct answers *answers; /* NULL: nothing can be asked here; then that is FOUND_WRONG */
	struct reader *reader;
};

/* Each fills *out (to be cleared) and *source with FOUND. Values are in no error. */
enum found variable_look_up(const struct lookup *lookup, const char *key, struct variable *out,
	enum source *source, GError **error);
enum found connection_look_up(const struct lookup *lookup, const char *conn_id,
	struct connection *out, enum source *source, GError **error);
