/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler variables_list, variables_show, variables_create, variables_patch, variables_delete;
request_handler variables_bulk, variables_export, variables_look_up;
