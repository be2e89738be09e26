/* SPDX-License-Identifier: MIT */
/* Reads the SQL that pg_restore makes of a dump: counts what it holds, and finds what cannot be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct script {
	GPtrArray *tables;     /* whose rows come by COPY, as SQL names them: lending."Größe" */
	int64_t n_rows;        /* of all of them */
	int64_t n_data;        /* tables whose data is there, by COPY or INSERT */
	GArray *large_objects; /* whose data is there: their numbers, of uint32_t */
	int64_t n_objects;     /* large objects that are made, whether or not with their data */
	char *damage;          /* the first that was found; NULL: none */
	struct script_state *state;
};

void script_open(struct script *script);
void script_close(struct script *script);

/* What comes next of it; a tool_bytes_reader, `data` is the script. */
void script_add(void *data, const char *bytes, size_t n);

/* After the last byte: looks whether that may be the end. */
void script_end(struct script *script);
