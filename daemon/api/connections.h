/* SPDX-License-Identifier: MIT */
#pragma once

#include "daemon/http/http.h"

request_handler connections_list, connections_show, connections_create, connections_patch,
	connections_delete;
request_handler connections_bulk, connections_export, connections_look_up;
request_handler connections_test, connections_test_stored;
