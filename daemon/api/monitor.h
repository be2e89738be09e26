/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler executor_get, version_get, health_get, health_probe, config_get, config_option_get;
request_handler import_errors_list, import_errors_get;
