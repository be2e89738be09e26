/* SPDX-License-Identifier: MIT */
/* An HTTP exchange that is made again while its failure may pass. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/aws/http.h"

/* No answer, or one that says the service is overloaded or broken. */
bool http_may_pass(const struct http_answer *answer);

/* What http_pause() waits; `chance` from 0 to 1 cuts it to no less than half. */
int64_t http_pause_us(unsigned n_tries, double chance);

/* Before the next try: a doubling pause, cut at random so that many do not come back at once. */
void http_pause(unsigned n_tries);

/* Takes over how far the clock of who answered is ahead of ours; false when that is known already,
 * or too little to be why a signature is refused. */
bool http_reclock(const struct http_answer *answer, int64_t *skew_us);

/* As http_exchange(), up to `max_tries` times. The last answer stays. */
void http_exchange_retried(CURL *curl, const struct http_request *request, unsigned max_tries,
	struct http_answer *answer);
