/* SPDX-License-Identifier: MIT */
#include "lib/aws/retry.h"

#include "lib/base/instant.h"

#define PAUSE_FIRST_US (SECOND_US / 2)
#define PAUSE_MAX_US (5 * SECOND_US)

bool http_may_pass(const struct http_answer *answer)
{
	return answer->failure != CURLE_OK || answer->status == 408 || answer->status == 429
		|| (answer->status >= 500 && answer->status != 501);
}

void http_pause(unsigned n_tries)
{
	int64_t pause_us = MIN(PAUSE_FIRST_US << MIN(n_tries - 1, 10), PAUSE_MAX_US);
	g_usleep((gulong)(g_random_double_range(0.5, 1) * (double)pause_us));
}

void http_exchange_retried(CURL *curl, const struct http_request *request, unsigned max_tries,
	struct http_answer *answer)
{
	for (unsigned n_tries = 1;; n_tries++) {
		http_exchange(curl, request, answer);
		if (!http_may_pass(answer) || n_tries >= max_tries)
			return;
		http_answer_clear(answer);
		http_pause(n_tries);
	}
}
