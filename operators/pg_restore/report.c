/* SPDX-License-Identifier: MIT */
/*
 * An error of pg_restore is a line with its prefix, and the lines without it that follow: the
 * command, a context. At its end it sums up how many it ignored, and exits 1 when there were any.
 */
#include "operators/pg_restore/report.h"

#include <string.h>

enum { ERROR_SIZE_MAX = 64 * 1024 };

static const char prefix[] = "pg_restore: ", mark[] = "pg_restore: error: ";

void report_open(struct report *report, const json_t *harmless)
{
	*report = (struct report){.harmless = harmless, .error = g_string_new(NULL)};
}

void report_close(struct report *report)
{
	g_string_free(report->error, TRUE);
	g_free(report->first_error);
	*report = (struct report){0};
}

/*
 * Before it drops a view that needs a primary key, --clean replaces it by one without (its columns
 * are NULL::type). Where neither the view nor what it stands on exists, that fails, and there is
 * nothing to be dropped.
 */
static bool is_view_to_be_dropped(const char *error)
{
	return strstr(error, "does not exist\nCommand was: CREATE OR REPLACE VIEW ")
		&& strstr(error, "\n    NULL::");
}

static bool is_harmless(const struct report *report)
{
	size_t i;
	json_t *item;
	json_array_foreach(report->harmless, i, item)
	{
		const char *text = json_string_value(item);
		if (text && *text && strstr(report->error->str, text))
			return true;
	}
	return is_view_to_be_dropped(report->error->str);
}

static void error_settle(struct report *report)
{
	if (report->error->len == 0)
		return;
	report->n_errors++;
	if (is_harmless(report))
		report->n_harmless++;
	else if (!report->first_error)
		report->first_error =
			g_strndup(report->error->str, strcspn(report->error->str, "\n"));
	g_string_truncate(report->error, 0);
}

void report_line(void *data, const char *line)
{
	static const char total[] = "errors ignored on restore: ";
	struct report *report = data;
	if (g_str_has_prefix(line, prefix))
		error_settle(report);
	else if (report->error->len > 0 && report->error->len < ERROR_SIZE_MAX)
		g_string_append_printf(report->error, "\n%s", line);
	const char *number = strstr(line, total);
	if (g_str_has_prefix(line, mark))
		g_string_assign(report->error, line + strlen(mark));
	else if (number && g_str_has_prefix(line, prefix))
		report->n_ignored = g_ascii_strtoll(number + strlen(total), NULL, 10);
}

bool report_is_harmless(struct report *report)
{
	error_settle(report);
	return report->n_ignored > 0 && report->n_harmless == report->n_ignored
		&& report->n_errors == report->n_ignored;
}
