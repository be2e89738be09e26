# SPDX-License-Identifier: MIT
"""Functions that are not called, each with what is right instead."""
import re

from tree import File, Rule

# Name, what to do instead, and the folders where it is wrong (none: everywhere). lib/aws and cli may
# pause before they ask a server again: their programs have nothing else to wait for.
BANNED = [
    (r"v?sprintf|strn?cpy|strn?cat|gets|stpcpy", "g_strdup_printf, GString or snprintf", ()),
    (r"system|popen", "posix_spawn with a list of words: a value is never code", ()),
    (r"tmpnam|tempnam|mktemp", "mkstemp, mkdtemp or g_file_open_tmp", ()),
    (r"s?rand|random|srandom", "g_random_* or getrandom", ()),
    (r"ato[ifl]|atoll", "a function that tells text from numbers, such as node_int", ()),
    (r"strtok(_r)?", "strcspn or g_strsplit", ()),
    (r"alloca|g_alloca|g_newa|strdupa", "the heap: the stack cannot say no", ()),
    (r"setjmp|longjmp", "return values", ()),
    (r"(u|nano|clock_nano)?sleep|g_usleep", "waiting for the fact itself",
        ("daemon", "worker", "tests", "lib/wire", "lib/base", "lib/engine")),
    (r"localtime(_r)?|mktime", "lib/schedule/zone.h", ()),
    (r"gmtime|asctime|ctime", "lib/base/instant.h", ()),
    (r"uv_spawn", "posix_spawn: uv_spawn is fork()", ()),
    (r"v?fork", "posix_spawn: a fork of the daemon copies its page tables", ("daemon", "lib")),
    (r"g_spawn_\w+", "posix_spawn", ("daemon", "lib", "worker")),
]
PYTHON_SLEEP = re.compile(r"\b(time\.)?sleep\(")
PYTHON_SHELL = re.compile(r"\bos\.(system|popen)\(|shell=True")
# A loop that asks again and again for a fact may pause between; it is the test's only pause.
POLL_MAX_S = 0.1


def check_calls(file):
    if file.language() != "c":
        return
    for number, line in enumerate(file.code(), 1):
        for names, instead, folders in BANNED:
            match = re.search(rf"(?<![\w.>])({names})\s*\(", line)
            if match and (not folders or file.is_in(*folders)):
                yield number, f"{match.group(1)}() is not used here, but {instead}"


def is_poll(text):
    match = re.search(r"sleep\(([\d.]+)\)", text)
    return match and float(match.group(1)) <= POLL_MAX_S


def is_random(file, text):
    """An instant at which nobody waits for anything: that is when something is killed."""
    return file.is_in("tests/torture") and "sleep(random." in text


def check_python(file):
    if file.language() != "py" or file.is_in("tests/tidy"):
        return
    for number, line in enumerate(file.lines, 1):
        if file.is_in("tests") and PYTHON_SLEEP.search(line) and not (is_poll(line) or is_random(file, line)):
            yield number, f"a test waits for a fact and asks for it every {POLL_MAX_S} s or sooner"
        if PYTHON_SHELL.search(line):
            yield number, "a list of words, no shell: a value is never code"


def planted(call, path="lib/base/size.c"):
    return File(path, f"void f(void)\n{{\n\t{call};\n}}\n")


RULES = [
    Rule("banned functions of C are not called", check_calls, bad=[
        planted("sprintf(text, format)"), planted("strcpy (a, b)"), planted("strcat(a, b)"),
        planted("gets(line)"), planted('system("true")'), planted('popen("true", "r")'),
        planted("tmpnam(name)"), planted("n = rand()"), planted("n = atoi(text)"),
        planted("strtok(text, sep)"), planted("uv_spawn(loop)", "daemon/turn.c"),
        planted("pid = fork()", "daemon/executor/worker.c"),
        planted("sleep(1)", "tests/unit/test-base.c"), planted("usleep(1)", "worker/main.c"),
        planted("localtime_r(&now, &fields)"), planted("g_spawn_sync()", "daemon/turn.c"),
    ], good=[
        planted("pid = fork()", "worker/spawn.c"),
        planted("g_usleep(delay_us)", "lib/aws/source.c"),
        planted("snprintf(text, sizeof(text), format)"),
        planted("/* no sprintf(): it knows no size */"),
        planted('puts("system(1)")'),
        planted("options->system(1)"), planted("lib.rand(1)"), planted("operand(1)"),
    ]),
    Rule("tests in Python wait for facts and start no shell", check_python, bad=[
        File("tests/system/test_x.py", "time.sleep(1)\n"),
        File("tests/system/test_x.py", "sleep(seconds)\n"),
        File("tests/system/test_x.py", "subprocess.run(command, shell=True)\n"),
        File("tests/system/test_x.py", "os.system(command)\n"),
        File("tests/system/test_x.py", "time.sleep(random.uniform(0, 1))\n"),
    ], good=[
        File("tests/system/test_x.py", "        time.sleep(0.01)\n"),
        File("tests/torture/x.py", "time.sleep(random.uniform(0, 1))\n"),
        File("bench/idle.py", "time.sleep(window_s)\n"),  # time is what it measures
    ]),
]
