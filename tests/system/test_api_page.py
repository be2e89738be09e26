# SPDX-License-Identifier: MIT
"""docs/api.md names every route of the table, and none that is not there."""
import re

from conftest import ROOT

PREFIXES = {"/api/v2": "## As in Airflow", "/api/dagd/v1": "## dagd's own"}


def routes_of_the_code():
    text = (ROOT / "daemon/api/api.c").read_text()
    macros = dict(re.findall(r"^#define (\w+) (.*)$", text, re.M))
    routes = set()
    for method, path in re.findall(r'\{"([A-Z]+)", ([^,]*), \w+\}', text):
        while words := re.findall(r"\b(?:%s)\b" % "|".join(macros), re.sub(r'"[^"]*"', "", path)):
            path = re.sub(r'("[^"]*")|\b%s\b' % words[0], lambda found: found[1] or macros[words[0]], path)
        routes.add((method, "".join(re.findall(r'"([^"]*)"', path))))
    return routes


def routes_of_the_page():
    text = (ROOT / "docs/api.md").read_text()
    routes = {("GET", "/health")} if "`GET /health`" in text else set()
    for prefix, heading in PREFIXES.items():
        section = text.split(heading)[1].split("\n## ")[0]
        for methods, path in re.findall(r"^\| ([A-Z ]+) \| `([^`]+)` \|", section, re.M):
            routes |= {(method, prefix + path) for method in methods.split()}
    # The page says it once for all: of a mapped task each path also has the index of one instance.
    assert "`.../taskInstances/{task_id}/{map_index}`" in " ".join(text.split())
    mapped = {(method, path.replace("/{task_id}", "/{task_id}/{map_index}")) for method, path in routes}
    return routes | (mapped & routes_of_the_code())


def test_the_page_of_the_api_names_every_route_and_no_other():
    assert len(routes_of_the_code()) > 40
    assert routes_of_the_page() == routes_of_the_code()
