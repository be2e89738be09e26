/* SPDX-License-Identifier: MIT */
/* What the engine has decided becomes rows of a batch, and deeds that wait until it is durable. */
#pragma once

#include "daemon/daemon.h"

/* `deeds` is of deeds_new(). */
void effect_take(
	struct daemon *daemon, const struct effect *effect, struct batch *batch, GArray *deeds);
