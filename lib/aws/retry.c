/* SPDX-License-Identifier: MIT */
#include "lib/aws/retry.h"

#include "lib/base/instant.h"

#define PAUSE_FIRST_US (SECOND_US / 2)
#define PAUSE_MAX_US (5 * SECOND_US)
/* AWS refuses more than five or fifteen minutes; a difference of this size is worth a look. */
#define SKEW_WORTH_US (4 * MINUTE_US)

bool http_may_pass(const struct http_answer *answer)
{
	return answer->failure != CURLE_OK || answer->status == 408 || answer->status == 429
		|| (answer->status >= 500 && answer->status != 501);
}

int64_t http_pause_us(unsigned n_tries, double chance)
{
	int64_t pause_us = MIN(PAUSE_FIRST_US << MIN(n_tries - 1, 10), PAUSE_MAX_US);
	return (int64_t)((0.5 + chance / 2) * (double)pause_us);
}

void http_pause(unsigned n_tries)
{
	g_usleep((gulong)http_pause_us(n_tries, g_random_double()));
}

bool http_reclock(const struct http_answer *answer, int64_t *skew_us)
{
	const char *date = http_header(answer, "date");
	time_t theirs = date ? curl_getdate(date, NULL) : -1;
	int64_t found_us = theirs == -1 ? 0 : (int64_t)theirs * SECOND_US - g_get_real_time();
	if (ABS(found_us - *skew_us) < SKEW_WORTH_US)
		return false;
	*skew_us = found_us;
	return true;
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
