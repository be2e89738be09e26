/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler pools_list, pools_show, pools_create, pools_patch, pools_delete, pools_bulk;
