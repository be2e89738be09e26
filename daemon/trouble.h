/* SPDX-License-Identifier: MIT */
/* What keeps dagd from its work, and since when: for its log, for systemd, and for who asks. */
#pragma once

#include <stdint.h>

enum trouble_kind {
	TROUBLE_DATABASE, /* it cannot be written: nothing is decided */
	TROUBLE_DAMAGE,   /* it cannot be trusted: nothing is begun */
	TROUBLE_LAUNCHES, /* there is no room, or no process: nothing is begun */
	TROUBLE_SECRETS,  /* there is no process for secrets.command: it is not asked */
	N_TROUBLES,
};

struct trouble {
	char *sentence; /* NULL: there is none */
	int64_t since;
};

/* All kinds, by kind. One that goes on keeps its instant, and is told again when its sentence is
 * another one. */
void trouble_begin(
	struct trouble troubles[N_TROUBLES], enum trouble_kind kind, const char *sentence);
/* Nothing happens when there is none. */
void trouble_end(struct trouble troubles[N_TROUBLES], enum trouble_kind kind);
void troubles_clear(struct trouble troubles[N_TROUBLES]);
