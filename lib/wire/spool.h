/* SPDX-License-Identifier: MIT */
/*
 * The folder of one attempt, where dagd and a worker settle who has it: a file `claim` names its
 * owner, a file `result` holds how it ended.
 *
 * Both are links to one file: the worker writes the claim to `claim.new` and links it to `claim`,
 * which only one can do; in the end it writes the sealed result behind it and renames `claim.new`
 * to `result`. So a result takes no new file, and room for a small one is there even when the disk
 * is full.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire/wire.h"

enum claim_owner {
	CLAIM_WORKER, /* a worker runs it or has run it */
	CLAIM_DAGD,   /* dagd has taken it back: nobody will ever run it */
};

struct claim {
	enum claim_owner owner;
	uint8_t token[WIRE_TOKEN_SIZE];
	int pid;
	uint64_t pid_started; /* as process_started tells */
	char boot_id[64];     /* without spaces */
	/* Of the program that the owner has started: once it runs, else 0. */
	int program;
	uint64_t program_started;
};

/* What is known of a file of the folder. */
enum spool_state {
	SPOOL_FOUND,
	SPOOL_ABSENT,  /* no such file, or no folder */
	SPOOL_DAMAGED, /* it is there and cannot be read or trusted */
	SPOOL_UNKNOWN, /* it cannot be looked at now: no descriptors, no memory */
};

/* Makes the folder of an ended attempt as good as new, with its file. False: it cannot be used
 * again. */
bool spool_recycle(const char *folder);

/*
 * Makes `claim` be this owner's. Returns a descriptor of its file, where the result goes,
 * or -errno: EEXIST when it was claimed before, ENOENT when the folder is gone.
 */
int spool_claim(const char *folder, const struct claim *claim);
/* Whether its owner has that descriptor open still, so it lives. False: it has not, or errno says
 * that this cannot be found out now (spool_is_blind). */
bool spool_claim_is_held(const char *folder);
/* Gives back a claim under which nothing has run: it is as if it had never been made. */
void spool_unclaim(const char *folder);
/* Says in it which program runs. A failure is none of the attempt's. */
void spool_name_program(int claim_fd, const struct claim *claim);
enum spool_state spool_read_claim(const char *folder, struct claim *claim);

/* Writes a RESULT frame behind the claim; 0 or -errno, then it may be tried again. */
int spool_save_result(const char *folder, int claim_fd, const struct wire_buffer *frame);
/* Waits until the result, its name and that of the folder are on the disk; 0 or -errno. */
int spool_sync_result(const char *folder, int claim_fd);
/* `bytes` owns what the frame borrows. */
enum spool_state spool_read_result(
	const char *folder, struct wire_buffer *bytes, struct wire_frame *frame);

/* Removes all in it but these files. */
void spool_clean(const char *folder);
/* Removes a folder and all in it. */
void spool_remove(const char *folder);
/* Renames it to `<folder>.gone` and removes that: nobody can claim it while it is half removed. */
void spool_retire(const char *folder);

/* Whether this errno says that nothing can be found out now: there is no descriptor or no memory.
 */
bool spool_is_blind(int error);
/* When a living process started, in the kernel's own count since boot. False: it is dead, or hidden
 * from us; or errno says that this cannot be found out now (spool_is_blind). */
bool process_started(int pid, uint64_t *started);
/* The session it belongs to, its parent; -1: it is dead, or hidden. */
int process_session(int pid);
int process_parent(int pid);
