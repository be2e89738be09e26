/* SPDX-License-Identifier: MIT */
/* Follows the DAG folder: what changes there becomes events of the engine. */
#pragma once

#include "daemon/daemon.h"

/* Loads all that is there, and the last good versions of what cannot be loaded now. False, after a
 * sentence on stderr: the folder cannot be watched. */
bool follow_open(struct daemon *daemon);
/* Looks at everything again, because somebody asks for it (SIGHUP); then tells the service manager
 * that dagd is ready. */
void follow_again(struct daemon *daemon);
