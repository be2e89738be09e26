# SPDX-License-Identifier: MIT
"""Calls the function that the arguments on stdin name, and leaves what it returns as JSON."""

import importlib
import importlib.util
import json
import os
import sys
import traceback

FAILED = 1
FAILED_FOR_GOOD = 78


def refuse(message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(FAILED_FOR_GOOD)


def module_of_file(path):
    if not os.path.isfile(path):
        refuse(f'there is no file "{path}"')
    path = os.path.abspath(path)
    # What stands beside the file can be imported, as when it is run by hand.
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        refuse(f'"{path}" is no file of Python')
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def module_named(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that this one misses is a mistake in the code: its traceback says where.
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise
        place = f"{os.getcwd()} or on the path of {sys.executable}"
        return refuse(f'there is no module "{error.name}" in {place}')


def callable_of(arguments):
    named, file, function = (arguments.get(key) for key in ("python_callable", "file", "function"))
    if named and (file or function):
        refuse("either python_callable or file and function can be given, not both")
    if named:
        module_name, colon, function = named.partition(":")
        if not (module_name and colon and function):
            refuse(f'python_callable is "{named}": module:function was expected')
        module, place = module_named(module_name), module_name
    elif file and function:
        module, place = module_of_file(file), file
    else:
        refuse("python_callable is missing, or file and function")
    found = module
    for name in function.split("."):
        found = getattr(found, name, None)
    if not callable(found):
        refuse(f'there is no function "{function}" in {place}')
    return found


def leave(value):
    try:
        text = json.dumps({"return_value": value}, allow_nan=False)
    except (TypeError, ValueError) as error:
        refuse(f"what the function returned cannot be written as JSON: {error}")
    path = os.environ.get("DAGD_OUTPUT")
    if not path:
        print(text)
        return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    # The log keeps the order of what is printed, whatever stream it goes to.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        arguments = json.load(sys.stdin)
    except ValueError as error:
        refuse(f"the arguments on stdin are not JSON: {error}")
    # The first entry is the folder of this program.
    sys.path[0] = os.getcwd()
    function = callable_of(arguments)
    value = function(*arguments.get("op_args") or [], **arguments.get("op_kwargs") or {})
    if value is not None:
        leave(value)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        traceback.print_exc()
        # The last line is what is shown as the reason.
        reason = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")
        print(f"error: {reason}", file=sys.stderr)
        sys.exit(FAILED)
