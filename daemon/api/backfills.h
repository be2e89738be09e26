/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler backfills_list, backfills_get, backfills_create, backfills_dry_run;
request_handler backfills_pause, backfills_unpause, backfills_cancel;
