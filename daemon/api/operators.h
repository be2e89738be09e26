/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler operators_list, operators_show;
