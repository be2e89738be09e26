/* SPDX-License-Identifier: MIT */
#include "daemon/render/url_login.h"

#include <string.h>

/* As all who read URLs: the last "@" before the path ends the login. */
static bool login_read(const char *text, struct url_login *login)
{
	size_t size = strcspn(text, "/?# \t\r\n");
	const char *at = memrchr(text, '@', size);
	const char *colon = at ? memchr(text, ':', (size_t)(at - text)) : NULL;
	if (!colon)
		return false;
	*login = (struct url_login){text, colon + 1, at + 1, (size_t)(colon - text),
		(size_t)(at - colon - 1), (size_t)(text + size - at - 1)};
	return true;
}

bool url_login_find(const char *text, struct url_login *login)
{
	for (; (text = strstr(text, "://")); text++)
		if (login_read(text + strlen("://"), login))
			return true;
	return false;
}
