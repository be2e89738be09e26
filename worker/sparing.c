/* SPDX-License-Identifier: MIT */
#include "worker/sparing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void sparing_find(struct sparing *sparing)
{
	char text[16];
	*sparing = (struct sparing){.fd = -1};
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t size = read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	int score = (int)strtol(text, NULL, 10);
	if (score < 0)
		*sparing = (struct sparing){fd, score};
	else
		close(fd);
}

/* A failure changes only who goes first. */
static void score_set(const struct sparing *sparing, int score)
{
	char text[16];
	if (sparing->fd < 0)
		return;
	int size = snprintf(text, sizeof(text), "%d", score);
	ssize_t n = pwrite(sparing->fd, text, (size_t)size, 0);
	(void)n;
}

void sparing_pause(const struct sparing *sparing)
{
	score_set(sparing, 0);
}

/* Down to what a privileged process has once given us, anybody may lower it again. */
void sparing_go_on(const struct sparing *sparing)
{
	score_set(sparing, sparing->score);
}
