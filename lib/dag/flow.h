/* SPDX-License-Identifier: MIT */
/* What a manifest must say, and gets besides, when its operator directs other tasks or waits. */
#pragma once

#include "lib/dag/operator.h"
#include "lib/dag/reading.h"

/* Whether the flow has the process that it needs, or none where nothing would run it. */
bool flow_check(struct reading *reading, const struct operator* which, struct place place);
/* The parameters that all sensors have, behind the operator's own. */
bool flow_parameters_add(struct reading *reading, struct operator* which);
