/* SPDX-License-Identifier: MIT */
/* When memory is short, the kernel spares dagd and us, as dagd's unit asks for; not our tasks. */
#pragma once

struct sparing {
	int fd;    /* of our own score; -1: we are not spared */
	int score; /* below 0 */
};

/* Before the process hides its memory: then its score is root's alone. */
void sparing_find(struct sparing *sparing);
/* What is started until it goes on is not spared; nor are we. */
void sparing_pause(const struct sparing *sparing);
void sparing_go_on(const struct sparing *sparing);
