/* SPDX-License-Identifier: MIT */
/* The REST API: Airflow's public API v2, and beside it what Airflow has no words for. */
#pragma once

#include "daemon/http/http.h"

/* For http_options.routes; the handlers' data is the struct daemon. */
extern const struct route api_routes[];
