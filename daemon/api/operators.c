/* SPDX-License-Identifier: MIT */
#include "daemon/api/operators.h"

#include "daemon/api/reply.h"

void operators_list(struct request *request, void *data)
{
	const struct daemon *daemon = data;
	json_t *list = json_array();
	for (const char *const *name = operators_names(daemon->operators); *name; name++)
		json_array_append_new(list, operator_json(operators_get(daemon->operators, *name)));
	json_int_t n = (json_int_t)json_array_size(list);
	request_answer(
		request, 200, json_pack("{s:o, s:I}", "operators", list, "total_entries", n));
}

void operators_show(struct request *request, void *data)
{
	const struct daemon *daemon = data;
	const char *name = request_path(request, "name");
	const struct operator* operator= operators_get(daemon->operators, name);
	const char *meant = suggest(name, operators_names(daemon->operators));
	if (operator)
		request_answer(request, 200, operator_json(operator));
	else if (meant)
		request_refuse(request, 404, "there is no operator \"%s\"; did you mean \"%s\"?",
			name, meant);
	else
		request_refuse(request, 404, "there is no operator \"%s\"", name);
}
