/* SPDX-License-Identifier: MIT */
/* What is shown of a value that may be secret, and how what was shown comes back unchanged. */
#pragma once

#include <stdbool.h>

#define SECRET_HIDDEN "***"

/*
 * The text as it may be shown (g_free): hidden when its name is sensitive; else the passwords of
 * URLs are, and where it is JSON, what lies under sensitive keys. NULL for NULL.
 */
char *secret_shown(const char *name, const char *text);

/*
 * The text that is meant (free with secret_forget) when a client sends `given` for what was shown
 * of `stored` (or NULL): where it holds what hid a value, that value stays. The password of a URL
 * is that of the stored URL most like it in user and host. NULL: it is not clear which is meant.
 */
char *secret_meant(const char *name, const char *given, const char *stored);
/* The sentence for that, behind what is said of. */
#define SECRET_UNCLEAR                                                                           \
	"holds \"***\" where it is not clear which hidden value it stands for; write the value " \
	"itself"

/* Whether a text is what hides a value, and no value. */
bool secret_is_hidden(const char *text);

/* Overwrites a text and frees it; NULL is fine. */
void secret_forget(char *text);
