/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler key_rotate;
