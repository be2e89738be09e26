/* SPDX-License-Identifier: MIT */
/* Where in a text the logins of URLs are: `https://USER:PASSWORD@HOST`, in any number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Parts of the text that was searched. */
struct url_login {
	const char *user, *password, *host;
	size_t user_size, password_size, host_size;
};

/* The next one with a password at or after `text`; false: there is none. The next search begins
 * at `login->host`. */
bool url_login_find(const char *text, struct url_login *login);
