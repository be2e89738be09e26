/* SPDX-License-Identifier: MIT */
/* A run as it goes on: its changes and, when wanted, the logs of its tasks, one JSON object a line.
 */
#pragma once

#include "daemon/http/http.h"

request_handler run_stream;
