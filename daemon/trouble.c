/* SPDX-License-Identifier: MIT */
#include "daemon/trouble.h"

#include "daemon/clock.h"
#include "daemon/journal.h"
#include "lib/base/instant.h"

static const char *const consequences[N_TROUBLES] = {
	[TROUBLE_DATABASE] =
		"nothing begins or changes until it can be written; running tasks go on",
	[TROUBLE_DAMAGE] = "no task begins; running tasks go on",
	[TROUBLE_LAUNCHES] = "no task begins until that is mended; running tasks go on",
	[TROUBLE_SECRETS] = "what needs its values waits for them; all else goes on",
};
static const char *const ends[N_TROUBLES] = {
	[TROUBLE_DATABASE] = "the database is written again, after that was not so",
	[TROUBLE_DAMAGE] = "the database is sound, which it was not",
	[TROUBLE_LAUNCHES] = "tasks begin again, after none did",
	[TROUBLE_SECRETS] = "secrets.command is asked again, which it was not",
};

/* `systemctl status` shows it. */
static void systemd_tell(const struct trouble troubles[N_TROUBLES])
{
	const char *sentence = NULL;
	for (size_t i = 0; i < N_TROUBLES && !sentence; i++)
		sentence = troubles[i].sentence;
	g_autofree char *status = g_strconcat("STATUS=", sentence ? sentence : "all is well", NULL);
	journal_notify(status);
}

void trouble_begin(
	struct trouble troubles[N_TROUBLES], enum trouble_kind kind, const char *sentence)
{
	struct trouble *trouble = &troubles[kind];
	if (trouble->sentence && g_str_equal(trouble->sentence, sentence))
		return;
	if (!trouble->sentence)
		trouble->since = clock_now();
	g_free(trouble->sentence);
	trouble->sentence = g_strdup(sentence);
	journal(JOURNAL_ERROR, "%s; %s", sentence, consequences[kind]);
	systemd_tell(troubles);
}

void trouble_end(struct trouble troubles[N_TROUBLES], enum trouble_kind kind)
{
	struct trouble *trouble = &troubles[kind];
	if (!trouble->sentence)
		return;
	g_clear_pointer(&trouble->sentence, g_free);
	g_autofree char *since = instant_iso(trouble->since);
	journal(JOURNAL_INFO, "%s since %s", ends[kind], since);
	systemd_tell(troubles);
}

void troubles_clear(struct trouble troubles[N_TROUBLES])
{
	for (size_t i = 0; i < N_TROUBLES; i++)
		g_clear_pointer(&troubles[i].sentence, g_free);
}
