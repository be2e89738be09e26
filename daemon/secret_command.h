/* SPDX-License-Identifier: MIT */
/* Asks secrets.command for values of variables and connections, a few at once, without waiting. */
#pragma once

#include "daemon/render/source.h"

struct config;
struct daemon;
struct secret_command;
struct asking;

/* Where values come from, as the configuration says; sources_clear before. */
void sources_read(struct sources *sources, const struct config *config);

struct secret_command *secret_command_open(struct daemon *daemon);
/* Ends what runs and tells all who wait that dagd is stopping; nobody may ask any more. Its memory
 * is freed when the loop has run once more. NULL is fine. */
void secret_command_close(struct secret_command *command);

/* Called once, from the loop: all answers are there, or why they cannot be had. */
typedef void asking_done(void *data, const char *why);

/*
 * Asks for all that `answers` wants and puts it there; they are borrowed until on_done is called or
 * the asking is stopped. Who asks for what is being asked for already gets the same answer.
 */
struct asking *asking_begin(
	struct secret_command *command, struct answers *answers, asking_done *on_done, void *data);
/* on_done is not called. NULL is fine. */
void asking_stop(struct asking *asking);
