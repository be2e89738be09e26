/* SPDX-License-Identifier: MIT */
/*
 * Plays the stories of the files that are named, each a test. `--print FILE` prints how they went
 * instead, which helps to write one.
 */
#include <stdio.h>
#include <string.h>

#include "tests/story/story.h"

static struct operators *operators;

static char *lines_join(const GPtrArray *lines)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s\n", (char *)lines->pdata[i]);
	return g_string_free(text, FALSE);
}

static char *first_difference(const GPtrArray *told, const GPtrArray *happened)
{
	unsigned i = 0;
	while (i < told->len && i < happened->len
		&& g_str_equal(told->pdata[i], happened->pdata[i]))
		i++;
	return g_strdup_printf("the story says   %s\nbut it went      %s",
		i < told->len ? (char *)told->pdata[i] : "(its end)",
		i < happened->len ? (char *)happened->pdata[i] : "(its end)");
}

static void test_story(const void *data)
{
	const struct story *story = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = story_play(story, operators, NULL, &error);
	if (error) {
		g_test_message("line %u: %s", story->line, error->message);
		g_test_fail();
		return;
	}
	g_autofree char *told = lines_join(story->lines), *happened = lines_join(lines);
	if (g_str_equal(told, happened))
		return;
	g_autofree char *difference = first_difference(story->lines, lines);
	g_test_message("line %u: %s\n%s\n\n--- told\n%s--- happened\n%s", story->line, story->name,
		difference, told, happened);
	g_test_fail();
}

/* False: something in it makes no sense. */
static bool story_print(const struct story *story)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = story_play(story, operators, NULL, &error);
	g_autofree char *text = lines_join(lines);
	printf("story: %s\n%s%s\n", story->name, text, error ? error->message : "");
	return !error;
}

static void stories_add(const char *file, const GPtrArray *stories)
{
	g_autofree char *name = g_path_get_basename(file);
	*strrchr(name, '.') = '\0';
	for (unsigned i = 0; i < stories->len; i++) {
		const struct story *story = stories->pdata[i];
		g_autofree char *path = g_strdup_printf("/%s/%s", name, story->name);
		g_strdelimit(path, " ", '_');
		g_test_add_data_func(path, story, test_story);
	}
}

static void operators_open(void)
{
	const char *const folders[] = {g_getenv("DAGD_OPERATORS"), NULL};
	struct problems *problems = problems_new();
	g_assert_nonnull(folders[0]);
	operators = operators_load(folders, problems);
	g_assert_nonnull(operators_get(operators, "bash"));
	g_assert_nonnull(operators_get(operators, "empty"));
	problems_free(problems);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	int failed = 0;
	bool is_print = argc > 2 && g_str_equal(argv[1], "--print");
	g_autoptr(GPtrArray) files =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	operators_open();
	for (int i = is_print ? 2 : 1; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		GPtrArray *stories = stories_read(argv[i], &error);
		if (!stories)
			g_error("%s", error->message);
		g_ptr_array_add(files, stories);
		for (unsigned k = 0; is_print && k < stories->len; k++)
			failed |= !story_print(stories->pdata[k]);
		if (!is_print)
			stories_add(argv[i], stories);
	}
	if (!is_print)
		failed = g_test_run();
	operators_free(operators);
	return failed;
}
