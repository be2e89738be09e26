/* SPDX-License-Identifier: MIT */
/* Whether a connection works: the program of the operator that knows its type is asked, a few at
 * once. */
#pragma once

#include "daemon/http/http.h"
#include "daemon/store/store.h"

struct connection_tests;
struct daemon;

struct connection_tests *connection_tests_open(struct daemon *daemon);
/* Ends what runs and answers all with 503. Before the loop ends. NULL is fine. */
void connection_tests_close(struct connection_tests *tests);

/*
 * Answers as Airflow does, `{"status": whether it works, "message": a sentence}`, once its program
 * has ended; 429 when there are too many. No secret of the connection is in the sentence.
 */
void connection_test(struct connection_tests *tests, struct request *request,
	const struct connection *connection);
