/* SPDX-License-Identifier: MIT */
/*
 * Shell templates, run by bash with values that would do harm as code: whatever a value holds, bash
 * prints it as it is, and nothing it says is done.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "lib/template/template.h"

/* Every value makes a file when it is run, in whatever quotes it stands. */
static const char *const hostile[] = {"$(touch ran)", "`touch ran`", "'; touch ran; '",
	"\"; touch ran; \"", "; touch ran #", "a[$(touch ran)]", "x\ntouch ran\n",
	"EOF\ntouch ran\n", "${x:=$(touch ran)}", "$((a[$(touch ran)]))", "| touch ran",
	"&& touch ran", "a b  c", "*", "~", "\\", "\\'", "$'\\x41'", "!!", "grüße 日本 😀", "",
	"'\"'\"'", "%s%n", "a\\nb", "{a,b}", "-n", "#no", "<(touch ran)"};

static bool scope_get(const struct template_object *scope, const char *name,
	struct template_value *out, GError **error)
{
	json_t *found = json_object_get(scope->data, name);
	*out = (struct template_value){.json = json_incref(found)};
	return found != NULL;
}

/* Renders with `x` as the value; NULL and the sentence in *why. */
static char *render(const char *text, json_t *x, GPtrArray *env, char **why)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	g_autoptr(GError) error = NULL;
	struct template *template =
		template_parse(arena, text, (struct place){"t.yaml", 1, 1}, problems);
	g_assert_nonnull(template);
	json_t *scope =
		json_pack("{sO s[iis] ss}", "x", x, "list", 1, 2, "three", "ds", "2026-11-24");
	struct template_object object = {.data = scope, .get = scope_get};
	struct place place;

	g_autoptr(GPtrArray) inlined = g_ptr_array_new_with_free_func(g_free);
	struct shell_values values = {env, inlined};
	char *script = template_render_shell(template, &object, &values, &place, &error);
	if (!script && why)
		*why = g_strdup(error->message);
	json_decref(scope);
	problems_free(problems);
	arena_free(arena);
	return script;
}

/* What bash prints; it must not have made the file. */
static char *run(const char *script, GPtrArray *env)
{
	g_autofree char *folder = g_dir_make_tmp("dagd-shell-XXXXXX", NULL);
	g_autofree char *ran = g_build_filename(folder, "ran", NULL);
	g_autoptr(GError) error = NULL;
	char *argv[] = {"bash", "-c", (char *)script, NULL}, *out = NULL;
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	for (guint i = 0; i < env->len; i++)
		g_ptr_array_add(all, env->pdata[i]);
	g_ptr_array_add(all, "PATH=/usr/bin:/bin");
	g_ptr_array_add(all, "LC_ALL=C.UTF-8");
	g_ptr_array_add(all, NULL);
	g_spawn_sync(folder, argv, (char **)all->pdata, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
		NULL, &error);
	g_assert_no_error(error);
	g_assert_false(g_file_test(ran, G_FILE_TEST_EXISTS));
	g_rmdir(folder);
	return out;
}

/* `%s` in `prints` is the value. */
static const struct {
	const char *text, *prints;
} harmless[] = {
	{"printf '%s' a {{ x }}", "a%s"},
	{"printf %s {{ x }}{{ x }}", "%s%s"},
	{"printf %s \"{{ x }}\"", "%s"},
	{"printf %s \"<{{ x }}>\"", "<%s>"},
	{"printf %s '<{{ x }}>'", "<%s>"},
	{"printf %s $'<\\'{{ x }}>'", "<'%s>"},
	{"printf %s pre{{ x }}post", "pre%spost"},
	{"v={{ x }}; printf %s \"$v\"", "%s"},
	{"export V={{ x }} W=1; printf %s \"$V\"", "%s"},
	{"V='<{{ x }}>' bash -c 'printf %s \"$V\"'", "<%s>"},
	{"bash -c 'printf %s \"$1\"' _ {{ x }}", "%s"},
	{"printf %s \"$(printf '%s.' {{ x }})\"", "%s."},
	{"v=$(printf '%s.' \"{{ x }}\"); printf %s \"$v\"", "%s."},
	{"printf %s \"$(printf '%s.' '{{ x }}')\"", "%s."},
	{"v=\"$(cat <<EOF\n<{{ x }}>\nEOF\n)\"; printf %s \"$v\"", "<%s>"},
	{"cat <<EOF\n<{{ x }}>\nEOF\n", "<%s>\n"},
	{"cat <<-EOF | cat\n\t\"{{ x }}\" '\n\tEOF\necho end", "\"%s\" '\nend\n"},
	{"cat <<'A'; cat <<B\n$x\nA\n{{ x }}.\nB\n", "$x\n%s.\n"},
	{"cat <<< {{ x }}", "%s\n"},
	{"case {{ x }} in\n'{{ x }}') echo same ;;\n*) echo other ;;\nesac", "same\n"},
	{"[[ {{ x }} == {{ x }} ]] && echo same", "same\n"},
	{"if [ {{ x }} = '{{ x }}' ]; then echo same; fi", "same\n"},
	{"for i in 1 {{ x }}; do printf '%s,' \"$i\"; done", "1,%s,"},
	{"a=({{ x }} b); printf %s \"${a[0]}\"", "%s"},
	{"(printf %s {{ x }})", "%s"},
	{"{ printf %s {{ x }}; }", "%s"},
	{"f() { printf %s \"$1\"; }; f {{ x }}", "%s"},
	{"function f { printf %s \"$1\"; }\nf {{ x }}", "%s"},
	{"env A={{ x }} bash -c 'printf %s \"$A\"'", "%s"},
	{"timeout 10 printf %s {{ x }}", "%s"},
	{"python3 -c 'import sys; sys.stdout.write(sys.argv[1])' {{ x }}", "%s"},
	{"awk -F: 'BEGIN { printf \"%s\", ENVIRON[\"V\"] }' /dev/null # {{ x }}", ""},
	{"# it's {{ x }}\nprintf %s {{ x }} # \"{{ x }}", "%s"},
	{"printf %s \\\n  {{ x }}", "%s"},
	{"set -- curl -d {{ x }} -H \"X: {{ x }}\" -o {{ x }}; printf %s \"$3\"", "%s"},
	{"tar() { printf %s \"$2\"; }; tar -czf {{ x }} a", "%s"},
	{"git() { printf %s \"$3\"; }; git commit -m {{ x }}", "%s"},
	{"curl() { printf %s \"$2\"; }; curl -d {{ x }} -X POST -u \"{{ x }}:{{ x }}\" a", "%s"},
	{"jq() { printf %s \"$3\"; }; jq --arg n {{ x }} '.n'", "%s"},
	{"make() { printf %s \"$2\"; }; make -C {{ x }} all", "%s"},
	{"printf %s \\\\{{ x }}", "\\%s"},
	{"printf %s \"$$\" > /dev/null; printf %s {{ x }}", "%s"},
	{"cat <(printf %s {{ x }})", "%s"},
	{"x=5; echo $((x + 1)); printf %s {{ x }}", "6\n%s"},
	{"echo ${#PATH} > /dev/null; printf %s {{ x }}", "%s"},
	{"{% set y %}<{{ x }}>{% endset %}printf %s {{ y }}", "<%s>"},
	{"{% for i in list %}printf '%s.' {{ i }}{{ x }}\n{% endfor %}", "1%s.2%s.three%s."},
	{"{% if x == '' %}printf %s {{ x }}{% else %}printf %s \"{{ x }}\"{% endif %}", "%s"},
};

static void values_stay_data_in_all_quotes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(hostile); k++) {
			g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
			g_autofree char *why = NULL;
			json_t *x = json_string(hostile[k]);
			g_autofree char *script = render(harmless[i].text, x, env, &why);
			json_decref(x);
			if (!script)
				g_error("%s: %s", harmless[i].text, why);
			g_autofree char *out = run(script, env);
			g_auto(GStrv) parts = g_strsplit(harmless[i].prints, "%s", -1);
			g_autofree char *wanted = g_strjoinv(hostile[k], parts);
			/* $( ) takes line ends; the values have one at their end, followed by more.
			 */
			if (strcmp(out, wanted) != 0)
				g_error("%s\n%s\nprints <%s>, not <%s>", harmless[i].text, script,
					out, wanted);
		}
	}
}

/* Where bash or a command would run a value as code. */
static const char *const code[] = {"{{ x }}", "{{ x }} a", "a; {{ x }}", "a && {{ x }}",
	"a | {{ x }}", "\"{{ x }}\" b", "'{{ x }}'", "./{{ x }}.sh", "{{ x }}=1", "x=$({{ x }})",
	"if {{ x }}; then a; fi", "while a; do {{ x }}; done", "A=1 {{ x }}",
	"a <<EOF\n$({{ x }})\nEOF", "$(echo {{ x }}) a", "echo $(( {{ x }} ))", "(( {{ x }} ))",
	"for ((i={{ x }};;)); do a; done", "echo $[ {{ x }} ]", "echo ${a[{{ x }}]}",
	"a[{{ x }}]=1", "a=([{{ x }}]=1)", "echo ${a:{{ x }}}", "echo \"${a:-{{ x }}}\"",
	"[[ {{ x }} -eq 1 ]]", "[[ 1 -lt {{ x }} ]]", "[[ -v {{ x }} ]]", "[ -v {{ x }} ]",
	"[[ a && \"{{ x }}\" -gt 1 ]]", "let {{ x }}", "let a={{ x }}", "eval {{ x }}",
	"eval echo \"{{ x }}\"", "eval \"$(echo {{ x }})\"", "declare {{ x }}", "export {{ x }}",
	"declare -i n={{ x }}", "local -n r={{ x }}", "unset {{ x }}", "read {{ x }}",
	"printf -v {{ x }} a", "mapfile {{ x }}", ". {{ x }}", "source {{ x }}",
	"trap '{{ x }}' EXIT", "bash -c {{ x }}", "bash -c 'echo {{ x }}'",
	"bash -c \"echo {{ x }}\"", "bash -ec \"echo {{ x }}\"", "bash -c -e \"{{ x }}\"",
	"bash -o pipefail -c \"{{ x }}\"", "/bin/sh -c {{ x }}", "bash {{ x }}",
	"sudo -u a bash -c {{ x }}", "sudo {{ x }}", "env A=1 {{ x }}", "env A=1 sh -c {{ x }}",
	"timeout 5 sh -c {{ x }}", "nohup {{ x }}", "exec {{ x }}", "xargs {{ x }}",
	"a | xargs -I{} sh -c 'a {{ x }}'", "sudo --user a {{ x }}", "find . -exec {{ x }} \\;",
	"find . -exec sh -c '{{ x }}' \\;", "docker exec web sh -c \"{{ x }}\"", "ssh host {{ x }}",
	"ssh host 'rm {{ x }}'", "su -c {{ x }}", "ssh -o ProxyCommand={{ x }} host",
	"python3 -c '{{ x }}'", "python3 -c \"print({{ x }})\"", "perl -e '{{ x }}'",
	"perl -ne '{{ x }}' f", "node -e {{ x }}", "node --eval={{ x }}", "sed 's/a/{{ x }}/' f",
	"sed -e 's/a/{{ x }}/' f", "sed -n -e 1p -e '{{ x }}' f", "sed -i 's/{{ x }}//' f",
	"sed --expression={{ x }} f", "awk '{{ x }}' f", "awk -F: '{ print \"{{ x }}\" }' f",
	"awk -v a=1 \"{{ x }}\"", "psql -c \"select '{{ x }}'\"", "psql -d a -c {{ x }}",
	"psql <<EOF\nselect '{{ x }}'\nEOF", "bash <<EOF\n{{ x }}\nEOF",
	"cat <<EOF | bash\n{{ x }}\nEOF", "cat <<EOF |\n{{ x }}\nEOF\nbash",
	"bash -s a <<EOF\n{{ x }}\nEOF", "bash <<< {{ x }}", "python3 - a <<EOF\n{{ x }}\nEOF",
	"sh /dev/stdin <<< {{ x }}", "<<< {{ x }} bash", "echo {{ x }} | bash",
	"echo {{ x }} | cat | sh -x", "(echo {{ x }}) | bash", "{ echo {{ x }}; } | bash",
	"for i in {{ x }}; do echo $i; done | sh", "bash <(echo {{ x }})", "source <(echo {{ x }})",
	"python3 <<EOF\nprint('{{ x }}')\nEOF", "ssh host <<EOF\n{{ x }}\nEOF",
	"cat <<'EOF'\n{{ x }}\nEOF", "cat <<\\EOF\n{{ x }}\nEOF", "cat <<{{ x }}\na\n",
	"echo `echo {{ x }}`", "case a in a) {{ x }} ;; esac",
	"case a in a) b;; esac; [[ 1 -eq {{ x }} ]]", "bash -c $a {{ x }}", "$a {{ x }}",
	"sh -c bash <<EOF\n{{ x }}\nEOF", "echo {{ x }} | sh -c bash",
	"[[ <(bash -c {{ x }}) == a ]]", "a=(<(eval {{ x }}))", "bash $(a) <<< {{ x }}",
	"sudo $a {{ x }}", "[ -v $a {{ x }} ]", "case a in\na) b ;;\nc) {{ x }} ;;\nesac",
	"f() { {{ x }}; }", "! {{ x }}", "time {{ x }}", "a & {{ x }}", "echo ${{ x }}",
	"echo \"${{ x }}\"", "echo \\{{ x }}", "echo \"\\{{ x }}\"", "echo 'a {{ x }}",
	"echo \"a {{ x }}", "echo $(a {{ x }}", "a=`b` echo `{{ x }}`", "alias a={{ x }}",
	"watch {{ x }}", "flock /l -c {{ x }}", "sqlite3 f.db \"{{ x }}\"",
	"mongosh --eval \"{{ x }}\"", "mysql -e \"{{ x }}\"", "jq \".[] | .{{ x }}\" f",
	"jq -r '.a == \"{{ x }}\"' f", "make A={{ x }}", "make -j 2 {{ x }}",
	"busybox sh -c {{ x }}", "busybox {{ x }}", "taskset 1 {{ x }}",
	"systemd-run -p A=b {{ x }}", "gosu a bash -c {{ x }}", "setpriv --reuid=1 {{ x }}",
	"runuser -c {{ x }} a", "script -c {{ x }} f", "tar -I {{ x }} -xf f",
	"tar --to-command={{ x }} -xf f", "rsync -e {{ x }} a b", "scp -o ProxyCommand={{ x }} a b",
	"curl -K {{ x }}", "wget -e {{ x }} a", "sort --compress-program={{ x }} f",
	"duckdb f \"{{ x }}\"", "sqlcmd -Q \"{{ x }}\"", "git clone --upload-pack={{ x }} a",
	"ed f <<EOF\n{{ x }}\nEOF", "pwsh -c {{ x }}", "tclsh <<< {{ x }}"};

static void code_takes_no_values(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(code); i++) {
		g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		json_t *x = json_string("a");
		g_autofree char *script = render(code[i], x, env, &why);
		json_decref(x);
		if (script)
			g_error("%s became %s", code[i], script);
		g_assert_cmpuint(env->len, ==, 0);
		g_assert_nonnull(why);
	}
}

static void the_check_at_load_finds_the_same(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(code) + G_N_ELEMENTS(harmless); i++) {
		bool is_code = i < G_N_ELEMENTS(code);
		const char *text = is_code ? code[i] : harmless[i - G_N_ELEMENTS(code)].text;
		struct arena *arena = arena_new();
		struct problems *problems = problems_new();
		struct template *template =
			template_parse(arena, text, (struct place){"t.yaml", 1, 1}, problems);
		g_assert_nonnull(template);
		template_check_shell(template, problems);
		if ((problems->n_errors > 0) != is_code)
			g_error("%s: %u mistakes", text, problems->n_errors);
		problems_free(problems);
		arena_free(arena);
	}
}

static const struct {
	const char *text, *prints;
} plain[] = {
	{"echo $(( {{ 5 }} + 1 ))", "6\n"},
	{"echo $(( {{ list | length }} * 2 ))", "6\n"},
	{"(( {{ 5 }} > 3 )) && echo yes", "yes\n"},
	{"[[ {{ 5 }} -gt 3 ]] && echo yes", "yes\n"},
	{"bash -c 'echo {{ ds }}'", "2026-11-24\n"},
	{"cat <<'EOF'\n$HOME {{ ds }}\nEOF", "$HOME 2026-11-24\n"},
	{"echo a | sed 's/a/{{ ds }}/'", "2026-11-24\n"},
	{"echo {{ ds }}", "2026-11-24\n"},
	{"a=(x y z); echo ${a[{{ 1 }}]}", "y\n"},
	{"echo \"{{ 1.5 }} {{ -3 }}\"", "1.5 -3\n"},
};

static void numbers_and_dates_may_stand_in_code(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		json_t *x = json_null();
		g_autofree char *script = render(plain[i].text, x, env, &why);
		json_decref(x);
		if (!script)
			g_error("%s: %s", plain[i].text, why);
		g_autofree char *out = run(script, env);
		g_assert_cmpstr(out, ==, plain[i].prints);
	}
}

/* Which is not seen where the value stands. */
static const char *const arithmetic[] = {"n={{ x }}; echo $((n + 1))",
	"n={{ x }}; (( n > 3 )) || a", "n=\"{{ x }}\"; echo $(( ${n} * 2 ))",
	"n='{{ x }}'; echo $[n]", "n={{ x }}; echo $(($n))", "n={{ x }}; [[ $n -gt 3 ]] && a",
	"n={{ x }}; if [[ 3 -lt \"$n\" ]]; then a; fi", "export n={{ x }}; a=(b c); echo ${a[n]}",
	"local n={{ x }}; echo ${a:n:1}", "n={{ x }}; for ((i = 0; i < n; i++)); do a; done",
	"n={{ x }}; let m=n+1", "n={{ x }}; let \"m = $n\"", "n={{ x }}; declare -i m=$n",
	"declare -i n; n={{ x }}", "n={{ x }}\nf() { a[$n]=1; }\necho \"$((a[n]))\"",
	"n=1{{ x }}; a=5\necho $((a + n))", "n={{ x }}; echo $((10#$n))",
	"n={{ x }}; echo $((1$n))", "n={{ x }}; echo $((\"$n\" + 1))", "n={{ x }}; echo ${a[${n}]}",
	"n={{ x }}; a[$n]=1", "n={{ x }}; a=5; a[n]+=1", "n={{ x }}; a[b[n]]=1",
	"n={{ x }}; a=(b [$n]=1)", "n={{ x }}; declare -a \"a[$n]=1\"",
	"n={{ x }}; grep -A 3 p f; echo ${a[n]}", "declare -A m; n={{ x }}; echo ${a[$n]} ${m[$n]}",
	"declare -A m; n={{ x }}; echo $((m[$n]))", "declare -A m; n={{ x }}; echo ${m[@]:n}",
	"f() { [[ $(a) -gt $n ]]; }; n={{ x }}; f"};

static void a_variable_brings_numbers_only_to_arithmetic(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(arithmetic); i++) {
		g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		json_t *bad = json_string("a[$(touch ran)]"), *good = json_string("12");
		g_autofree char *refused = render(arithmetic[i], bad, env, &why);
		g_autofree char *script = render(arithmetic[i], good, env, NULL);
		json_decref(bad);
		json_decref(good);
		if (refused || !script)
			g_error("%s became %s, and %s", arithmetic[i], refused, script);
		g_assert_nonnull(strstr(why, "\"n\" holds"));
	}
}

/* What is read as text, of whatever name. */
static void other_variables_bring_any_value(void)
{
	static const char *const texts[] = {"n={{ x }}; echo $(( ${#n} + 1 )) ${n:-a} ${n}",
		"n={{ x }}; [[ $n == a && 1 -eq 1 ]] || echo $((nn + n1))",
		"n=$(printf %s {{ x }} | wc -c); echo $((n + 1))",
		"declare -A a; n={{ x }}; a[$n]=1; printf %s \"${a[$n]}\"",
		"n={{ x }}; echo $(( $(printf %s \"$n\" | wc -c) + 1 ))",
		"n={{ x }}; declare m=$n; [ \"$n\" = a ] || printf %s \"${m}\"",
		"f={{ x }}; [[ $(wc -l < \"$f\") -gt 0 ]]",
		"f={{ x }}; declare -i n=$(wc -c < \"$f\")",
		"f={{ x }}; let \"n = 1 + $(wc -c < \"$f\" | wc -c)\"",
		"f={{ x }}; [[ `wc -l < \"$f\"` -gt 0 ]] || echo $((`wc -c < \"$f\"` + 1))",
		"n={{ x }}; f() { printf %s \"${a[$n]}\"; }; declare -gA a=([b]=1 [$n]=2); f",
		"n={{ x }}; f() { local -A b a; a[$n]+=1; printf %s \"${!a[@]}${#a[$n]}\"; }; f",
		"n={{ x }}; echo a[$n]=1; a[1]=$n; a=([1]=\"$n\"); printf %s \"${a[@]/$n}\"",
		"n={{ x }}; a=b:c; printf %s \"${a%%:$n}\" \"${a#[0-9]$n}\""};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		json_t *x = json_string("a[$(touch ran)]");
		g_autofree char *script = render(texts[i], x, env, &why);
		json_decref(x);
		if (!script)
			g_error("%s: %s", texts[i], why);
		g_free(run(script, env)); /* it looks what was made */
	}
}

static void a_value_that_looks_like_an_option_is_refused_where_options_run_code(void)
{
	static const char *const texts[] = {"sed 1p {{ x }}", "ssh {{ x }} ls", "psql {{ x }}",
		"tar -cf a.tar {{ x }}", "rsync {{ x }} a", "scp {{ x }} h:", "curl {{ x }}",
		"git clone {{ x }} a", "sort {{ x }}"};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *why = NULL;
		json_t *bad = json_string("-e1e touch ran"), *good = json_string("name");
		g_autofree char *refused = render(texts[i], bad, env, &why);
		g_autofree char *script = render(texts[i], good, env, NULL);
		json_decref(bad);
		json_decref(good);
		g_assert_null(refused);
		g_assert_nonnull(strstr(why, "begins with \"-\""));
		g_assert_nonnull(script);
	}
}

static void unsafe_puts_the_text_itself_and_warns(void)
{
	g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
	json_t *x = json_string("echo a; echo b");
	g_autofree char *script = render("{{ x | unsafe }} {{ x }}", x, env, NULL);
	json_decref(x);
	g_autofree char *out = run(script, env);
	g_assert_cmpstr(out, ==, "a\nb echo a; echo b\n");

	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct place place = {"t.yaml", 3, 9};
	struct template *template = template_parse(arena, "{{ x | unsafe }}", place, problems);
	template_check_shell(template, problems);
	g_assert_cmpuint(problems->list->len, ==, 1);
	const struct problem *problem = problems->list->pdata[0];
	g_assert_cmpint(problem->severity, ==, SEVERITY_WARNING);
	g_assert_cmpuint(problem->line, ==, 3);
	problems_free(problems);
	arena_free(arena);
}

static void both_branches_of_an_if_are_checked(void)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct place place = {"t.yaml", 1, 1};
	struct template *template = template_parse(arena,
		"{% if x %}eval {{ x }}{% else %}sh -c {{ x }}{% endif %}\necho {{ x }}\n", place,
		problems);
	template_check_shell(template, problems);
	g_assert_cmpuint(problems->n_errors, ==, 2);
	problems_free(problems);
	arena_free(arena);
}

static void what_no_variable_can_hold_is_refused(void)
{
	g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *large = g_strnfill(128 * 1024, 'a'), *why = NULL, *why_nul = NULL;
	json_t *x = json_string(large), *nul = json_stringn("a\0b", 3), *fits;
	g_assert_null(render("echo {{ x }}", x, env, &why));
	g_assert_nonnull(strstr(why, "128 KiB"));
	g_assert_null(render("echo {{ x }}", nul, env, &why_nul));
	g_assert_nonnull(strstr(why_nul, "NUL"));
	large[128 * 1024 - 20] = '\0';
	fits = json_string(large);
	g_autofree char *script = render("printf %s {{ x }}", fits, env, NULL);
	g_autofree char *out = run(script, env);
	g_assert_cmpstr(out, ==, large);
	json_decref(x);
	json_decref(nul);
	json_decref(fits);
}

static void a_plain_command_needs_no_shell(void)
{
	static const struct {
		const char *script, *words;
	} cases[] = {{"sleep 5", "sleep|5"}, {"  /bin/ls -l  a/b.c \n", "/bin/ls|-l|a/b.c"},
		{"date", "date"}, {"date +%Y-%m-%d", "date|+%Y-%m-%d"},
		{"dd if=a of=b", "dd|if=a|of=b"}, {"", NULL}, {"\n", NULL}, {"a; b", NULL},
		{"a\nb", NULL}, {"a $b", NULL}, {"a \"b\"", NULL}, {"a 'b'", NULL}, {"a *", NULL},
		{"a ~", NULL}, {"A=1 b", NULL}, {"echo a", NULL}, {"cd a", NULL}, {"if a", NULL},
		{"a > b", NULL}, {"a | b", NULL}, {"a {1,2}", NULL}, {"a #b", NULL}, {"a \\", NULL},
		{"grüße", NULL}, {"%1", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) words = shell_plain_words(cases[i].script);
		g_autofree char *joined = words ? g_strjoinv("|", words) : NULL;
		g_assert_cmpstr(joined, ==, cases[i].words);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func(
		"/template-shell/values_stay_data_in_all_quotes", values_stay_data_in_all_quotes);
	g_test_add_func("/template-shell/code_takes_no_values", code_takes_no_values);
	g_test_add_func("/template-shell/the_check_at_load_finds_the_same",
		the_check_at_load_finds_the_same);
	g_test_add_func("/template-shell/numbers_and_dates_may_stand_in_code",
		numbers_and_dates_may_stand_in_code);
	g_test_add_func("/template-shell/a_variable_brings_numbers_only_to_arithmetic",
		a_variable_brings_numbers_only_to_arithmetic);
	g_test_add_func(
		"/template-shell/other_variables_bring_any_value", other_variables_bring_any_value);
	g_test_add_func("/template-shell/"
			"a_value_that_looks_like_an_option_is_refused_where_options_run_code",
		a_value_that_looks_like_an_option_is_refused_where_options_run_code);
	g_test_add_func("/template-shell/unsafe_puts_the_text_itself_and_warns",
		unsafe_puts_the_text_itself_and_warns);
	g_test_add_func("/template-shell/both_branches_of_an_if_are_checked",
		both_branches_of_an_if_are_checked);
	g_test_add_func("/template-shell/what_no_variable_can_hold_is_refused",
		what_no_variable_can_hold_is_refused);
	g_test_add_func(
		"/template-shell/a_plain_command_needs_no_shell", a_plain_command_needs_no_shell);
	return g_test_run();
}
