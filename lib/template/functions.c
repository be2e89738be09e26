/* SPDX-License-Identifier: MIT */
/* Functions without a subject: range, dict, namespace. */
#include "lib/template/render.h"

static bool function_range(struct call *call)
{
	int64_t first, stop, step;

	if (call->n < 1 || call->n > 3 || json_object_size(call->keywords) > 0)
		return render_fail(call->render, "range wants 1 to 3 whole numbers");
	if (!call_integer(call, 0, 0, &first) || !call_integer(call, 1, first, &stop)
		|| !call_integer(call, 2, 1, &step))
		return false;
	if (call->n == 1)
		first = 0;
	if (step == 0)
		return render_fail(call->render, "the step of range cannot be 0");
	value_set_json(call->out, json_array());
	for (int64_t i = first; step > 0 ? i < stop : i > stop;) {
		if (!render_work(call->render, STEP_WORK))
			return false;
		json_array_append_new(call->out->json, json_integer(i));
		if (__builtin_add_overflow(i, step, &i))
			break;
	}
	return true;
}

static bool function_dict(struct call *call)
{
	if (call->n > 0)
		return render_fail(call->render, "dict wants name=value arguments");
	value_set_json(call->out, json_incref(call->keywords));
	return true;
}

/* What a loop may change for those after it: `{% set ns.name = value %}`. */
static bool function_namespace(struct call *call)
{
	if (call->n > 0)
		return render_fail(call->render, "namespace wants name=value arguments");
	*call->out = (struct template_value){
		.kind = VALUE_NAMESPACE, .json = json_incref(call->keywords)};
	return true;
}

const struct builtin global_functions[] = {
	{"dict", "*", function_dict},
	{"namespace", "*", function_namespace},
	{"range", "*", function_range},
	{NULL},
};
