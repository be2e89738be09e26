/* SPDX-License-Identifier: MIT */
/* New rules of time zones are taken while dagd runs. */
#pragma once

struct daemon;
struct tzdata;

/* Never fails: where tzdata cannot be watched, tzdata_reread() alone takes new rules. */
struct tzdata *tzdata_open(struct daemon *daemon);
/* Its memory is freed when the loop has run once more. NULL is fine. */
void tzdata_close(struct tzdata *tzdata);

/* Takes what is new at once. */
void tzdata_reread(struct tzdata *tzdata);
