/* SPDX-License-Identifier: MIT */
/* Which words are secret, and what may be shown of values in which they are. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* Words that are never to be shown. */
struct mask_words;
struct mask_words *mask_words_new(void);
/* Overwrites them; NULL is fine. */
void mask_words_free(struct mask_words *masks);
typedef struct mask_words mask_words; /* for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mask_words, mask_words_free)
/* NULL-terminated, valid until one is added. */
const char *const *mask_words_list(const struct mask_words *masks);
/* Those that are not among the others. */
struct mask_words *mask_words_without(
	const struct mask_words *masks, const struct mask_words *others);

/* Of more no index is made while all wait for it. */
#define MASK_WORDS_MAX_BYTES (48u << 20)
/* Then no more are added, and all that is masked by them is hidden as a whole. */
bool mask_words_are_too_many(const struct mask_words *masks);

/*
 * A secret, in all forms in which it shows itself. NULL is none, and so is Airflow's own name, as
 * in Airflow. False: it is too short to be told from other text, and so it cannot be hidden.
 */
bool mask_add(struct mask_words *masks, const char *secret);
/* All texts and numbers in it. */
void mask_add_all(struct mask_words *masks, const json_t *value);
/* Those under keys that look secret, at any depth, and the passwords of URLs. */
void mask_add_sensitive(struct mask_words *masks, const json_t *value);
/* Of all URLs with a login the passwords, as they are written there and decoded. */
void mask_add_urls(struct mask_words *masks, const char *text);

/* Whether it looks like JSON that names a secret, but cannot be read as JSON. */
bool text_is_dubious(const char *text);

/* Whether a secret is in it, in any form. */
bool text_holds_secret(const char *text, struct mask_words *masks);
bool json_holds_secret(const json_t *value, struct mask_words *masks);
/* A copy in which every mask stands as `***`: g_free. */
char *text_masked(const char *text, struct mask_words *masks);
/* The same, and so does all under keys that look secret. */
json_t *json_masked(const json_t *value, struct mask_words *masks);
/* The same of a value by itself, whose secrets are those that it has. */
json_t *json_shown(const json_t *value);
