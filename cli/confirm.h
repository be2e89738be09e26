/* SPDX-License-Identifier: MIT */
/* Asking before what cannot be taken back. */
#pragma once

#include <stdbool.h>

/* Whether the user says yes. Without a terminal to ask on it is no, and --yes is told of. */
bool confirm(const char *question);
