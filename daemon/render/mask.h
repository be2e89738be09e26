/* SPDX-License-Identifier: MIT */
/* Which words are secret, and what may be shown of values in which they are. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* Words that are never to be shown: to be freed as a GPtrArray. */
GPtrArray *masks_new(void);
/*
 * A secret, in all forms in which it shows itself. NULL is none, and so is Airflow's own name, as
 * in Airflow. False: it is too short to be told from other text, and so it cannot be hidden.
 */
bool mask_add(GPtrArray *masks, const char *secret);
/* All texts and numbers in it. */
void mask_add_all(GPtrArray *masks, const json_t *value);
/* Those under keys that look secret, at any depth, and the passwords of URLs. */
void mask_add_sensitive(GPtrArray *masks, const json_t *value);
/* Of all URLs with a login the passwords, as they are written there and decoded. */
void mask_add_urls(GPtrArray *masks, const char *text);

/* Whether it looks like JSON that names a secret, but cannot be read as JSON. */
bool text_is_dubious(const char *text);

/* Whether a secret is in it, in any form. */
bool text_holds_secret(const char *text, const GPtrArray *masks);
bool json_holds_secret(const json_t *value, const GPtrArray *masks);
/* A copy in which every mask stands as `***`: g_free. */
char *text_masked(const char *text, const GPtrArray *masks);
/* The same, and so does all under keys that look secret. */
json_t *json_masked(const json_t *value, const GPtrArray *masks);
/* The same of a value by itself, whose secrets are those that it has. */
json_t *json_shown(const json_t *value);
