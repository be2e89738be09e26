/* SPDX-License-Identifier: MIT */
/* A dagd of one's own on a temporary home, for one DAG. */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "cli/address.h"

struct private_dagd {
	struct address address; /* of its home */
	char *log;              /* what it said on stderr: a file */
	pid_t pid;              /* 0: not started */
};

/*
 * Makes the home with this text as its only DAG file, and the configuration and plugins of another
 * one, and starts dagd on it. Returns when it is ready. False: an error; close it all the same.
 */
bool private_dagd_open(struct private_dagd *dagd, const struct address *lender, const char *name,
	const char *text, const volatile sig_atomic_t *is_interrupted, GError **error);

/* Ends dagd and removes the home. */
void private_dagd_close(struct private_dagd *dagd);
