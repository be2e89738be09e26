/* SPDX-License-Identifier: MIT */
#include "lib/base/size.h"

#include <math.h>
#include <string.h>

#include "lib/base/instant.h"

static const struct {
	const char *name;
	double bytes;
} units[] = {
	{"", 1},
	{"B", 1},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"KiB", 1024.0},
	{"MiB", 1048576.0},
	{"GiB", 1073741824.0},
	{"TiB", 1099511627776.0},
};

bool size_parse(const char *text, int64_t *bytes, GError **error)
{
	size_t digits = strspn(text, "0123456789.");
	char *end;
	double number = g_ascii_strtod(text, &end);
	const char *unit = text + digits + strspn(text + digits, " ");
	/* strtod also takes signs, exponents, hexadecimal and "inf", which are no sizes here. */
	bool is_number = g_ascii_isdigit(*text) && end == text + digits;
	for (size_t i = 0; is_number && i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		double product = floor(number * units[i].bytes);
		if (product >= 0x1p63) {
			g_set_error(error, LIB_ERROR, 0, "\"%s\" is too large for a size", text);
			return false;
		}
		*bytes = (int64_t)product;
		return true;
	}
	g_set_error(error, LIB_ERROR, 0,
		"\"%s\" is not a size: expected a number of bytes, or something like 10MiB, 2.5GB",
		text);
	return false;
}

char *size_text(int64_t bytes)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	int64_t tenths = bytes * 10;
	size_t unit = 0;
	if (bytes < 1024)
		return g_strdup_printf("%" G_GINT64_FORMAT " B", bytes);
	for (; tenths >= 10240 && unit + 1 < G_N_ELEMENTS(names); unit++)
		tenths /= 1024;
	if (tenths >= 100)
		return g_strdup_printf("%" G_GINT64_FORMAT " %s", tenths / 10, names[unit]);
	return g_strdup_printf("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " %s", tenths / 10,
		tenths % 10, names[unit]);
}
