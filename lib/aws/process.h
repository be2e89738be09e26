/* SPDX-License-Identifier: MIT */
/* Keys that a command prints: credential_process of a profile. */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "lib/aws/credentials.h"

/*
 * Runs the command without a shell; what it prints is the JSON of version 1. It gets the
 * environment, an empty stdin, and `timeout_us`; then it is killed. What it started itself ends
 * with the process group of this program. Of its stderr the last line stands in the error. `place`
 * says where the command comes from.
 */
struct aws_credentials *aws_process_credentials(
	const char *command, int64_t timeout_us, const char *place, GError **error);

/*
 * The words of a command as Python's shlex and so AWS's own tools see them: quotes of both kinds,
 * a backslash outside of quotes before any character, inside double ones before `"` and `\` only.
 * NULL and an error where a quote is not closed, or nothing is there.
 */
char **aws_command_split(const char *command, GError **error);
