/* SPDX-License-Identifier: MIT */
/*
 * The forms in which a secret shows itself: as it is, and as JSON, URLs, base64, hex, shells,
 * HTML and Python write it.
 */
#pragma once

#include <glib.h>

/* Above this size only the forms as it is, in JSON and by lines are made. */
#define SECRET_FORMS_MAX (64u << 10)

/*
 * Adds them to `forms` (secret_form_free each), the same one more than once; the secret itself
 * among them. Of one that is no UTF-8 those are made that write bytes.
 */
void secret_forms_add(const char *text, GPtrArray *forms);
/* Overwrites it and frees it; NULL is fine. */
void secret_form_free(void *form);
