/* SPDX-License-Identifier: MIT */
#include "lib/dag/flow.h"

#include <string.h>

enum { POKE_INTERVAL_S = 60, TIMEOUT_S = 7 * 24 * 3600 };

#define SET(flow) (1u << (flow))

/* Those that dagd itself does. */
#define FLOWS_WITHOUT_PROCESS                                                                      \
	(SET(FLOW_LATEST_ONLY) | SET(FLOW_TRIGGER_DAG) | SET(FLOW_WAIT_TIME) | SET(FLOW_WAIT_TASK) \
		| SET(FLOW_APPROVAL))

/* `number` is the default: seconds, or false. */
static const struct {
	unsigned flows;
	const char *name;
	enum parameter_type type;
	int number; /* -1: none */
	const char *summary;
} shared[] = {
	{SET(FLOW_WAIT), "poke_interval", PARAMETER_DURATION, POKE_INTERVAL_S,
		"How long after a look in vain it looks again."},
	{SET(FLOW_WAIT), "exponential_backoff", PARAMETER_BOOLEAN, 0,
		"Whether that time doubles with each look."},
	{SET(FLOW_WAIT), "max_wait", PARAMETER_DURATION, -1, "The longest time between two looks."},
	{SET(FLOW_WAIT) | SET(FLOW_WAIT_TASK), "timeout", PARAMETER_DURATION, TIMEOUT_S,
		"How long after the first look it gives up: the task fails, without another try."},
	{SET(FLOW_WAIT_TIME), "timeout", PARAMETER_DURATION, -1,
		"When it gives up: the task fails, without another try."},
	{SET(FLOW_WAIT) | SET(FLOW_WAIT_TASK) | SET(FLOW_WAIT_TIME), "soft_fail", PARAMETER_BOOLEAN,
		0, "Whether the task is skipped instead when it gives up."},
};

bool flow_check(struct reading *reading, const struct operator* which, struct place place)
{
	bool has_process = which->run[0] != NULL;
	if (has_process && FLOWS_WITHOUT_PROCESS & SET(which->flow))
		return problem_add(reading->problems, place,
			"flow: %s is done by dagd itself: \"run\" has no place here",
			flow_name(which->flow));
	if (!has_process && which->flow == FLOW_WAIT)
		return problem_add(
			reading->problems, place, "flow: wait needs a \"run\" that looks");
	bool decides = which->flow == FLOW_BRANCH || which->flow == FLOW_SHORT_CIRCUIT;
	if (!has_process && decides && !which->value_parameter)
		return problem_add(reading->problems, place,
			"flow: %s needs a \"run\" or a \"value_parameter\" that decides",
			flow_name(which->flow));
	return true;
}

static json_t *shared_default(size_t i)
{
	if (shared[i].number < 0)
		return NULL;
	return shared[i].type == PARAMETER_BOOLEAN ? json_boolean(shared[i].number)
						   : json_integer(shared[i].number);
}

bool flow_parameters_add(struct reading *reading, struct operator* which)
{
	size_t n = which->n_parameters;
	struct parameter *all = arena_array(reading->arena, n + G_N_ELEMENTS(shared), sizeof(*all));
	if (n > 0)
		memcpy(all, which->parameters, n * sizeof(*all));
	for (size_t i = 0; i < G_N_ELEMENTS(shared); i++) {
		if (!(shared[i].flows & SET(which->flow)))
			continue;
		if (operator_parameter(which, shared[i].name))
			return problem_add(reading->problems, (struct place){reading->file, 0, 0},
				"\"%s\" is a parameter of all sensors and cannot be another one",
				shared[i].name);
		all[n++] = (struct parameter){
			.name = shared[i].name,
			.type = shared[i].type,
			.is_constant = true,
			.default_value = arena_json(reading->arena, shared_default(i)),
			.summary = shared[i].summary,
		};
	}
	which->parameters = all;
	which->n_parameters = n;
	return true;
}
