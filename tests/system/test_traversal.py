# SPDX-License-Identifier: MIT
"""No name is a way out of dagd's folders. Thousands of them that try, in every id, path, header and argument, are
refused or mean nothing; what lies beside the home stays as it is, and nothing outside of it is opened."""
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import socket
import urllib.parse

import pytest

from daemon import Daemon

SEED = 20260
MARKER = b"marker-5f1c, which is nobody's business"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

DAG = {"dag_id": "d", "tasks": [{"task_id": "t", "operator": "bash", "bash_command": "echo {{ params.x }}"}],
       "params": {"x": "1"}}


def corpus():
    """Names that lead elsewhere where somebody makes a path of them, as bytes of an address."""
    dots = ["..", "%2e%2e", ".%2e", "%2E.", "%252e%252e", "..%00", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "..;", "....",
            "%uff0e%uff0e", "..%20", ".", "%ef%bc%8e%ef%bc%8e", ". .", "..%0d%0a"]
    slashes = ["/", "%2f", "%2F", "\\", "%5c", "%252f", "%c0%af", "//", "/./", "%ef%bc%8f"]
    targets = ["marker", "marker/secret", "etc/passwd", "state/key", "state%2fdagd.db", "proc/self/environ", ""]
    found = []
    for dot, slash, depth, target in itertools.product(dots, slashes, (1, 2, 6), targets):
        found.append((dot + slash) * depth + target)
    absolute = ["/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "file:///etc/passwd", "C:\\windows\\win.ini", "~root",
                "~", "\\\\host\\share", "/proc/self/root/etc/passwd", "dag_id=d/../../marker", "|id", "-rf", "--help",
                "..", ".", "...", "%2e%2e", "%00", "a%00b", "%", "%zz", "a" * 5000,
                "../" * 2000, "%2e" * 3000, "@/etc/passwd",
                "&", "#", "?", "*", "[a-z]", "{a,b}", "%ff", "%c0%80", "%f8%88%80%80%80", "a/b", "a%2fb", "%e2%80%ae",
                "CON", "a b", "%0a", "%1b]0;x%07", "t.log", "attempt=1.log", "run_id=r", "d%2f..%2fd", "d;d", "d/."]
    return sorted(set(found + absolute))


ROUTES = ["/api/v2/dags/{}", "/api/v2/dags/{}/details", "/api/v2/dags/d/dagRuns/{}", "/api/v2/dags/{}/dagRuns/r",
          "/api/v2/dags/d/dagRuns/r/taskInstances/{}", "/api/v2/dags/d/dagRuns/r/taskInstances/{}/logs/1",
          "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/{}", "/api/v2/dags/d/dagRuns/{}/taskInstances/t/logs/1",
          "/api/v2/dags/{}/dagRuns/r/taskInstances/t/logs/1", "/api/v2/dags/d/dagRuns/r/taskInstances/t/xcomEntries/{}",
          "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/1?map_index={}", "/api/v2/variables/{}",
          "/api/v2/dags/d/dagRuns/r/taskInstances/t/logs/1?token={}", "/api/v2/connections/{}", "/api/v2/pools/{}",
          "/api/v2/assets/{}", "/api/v2/importErrors/{}", "/api/v2/config/section/{}/option/parallelism",
          "/api/v2/dags/d/tasks/{}", "/api/v2/dags/d/dagRuns/r/taskInstances/t/{}/tries", "/api/v2/backfills/{}",
          "/api/dagd/v1/operators/{}", "/api/dagd/v1/dags/{}/graph", "/api/dagd/v1/dags/d/dagRuns/{}/stream", "/{}",
          "/api/dagd/v1/dags/d/dagRuns/r/taskInstances/{}/rendered", "/api/v2/{}", "/api/v2/dags?dag_id_pattern={}"]
HEADERS = ["Host", "Accept", "Content-Type", "X-Forwarded-Host", "X-Original-URL", "Cookie", "Authorization", "Referer"]


class Wire:
    """A connection on which an address is sent byte by byte as it is; a new one when dagd has closed it."""

    def __init__(self, daemon):
        self.path, self.socket, self.statuses = str(daemon.socket), None, {}

    def ask(self, target, method="GET", headers=(), body=b""):
        """The status and all bytes of the answer."""
        target = target.encode() if isinstance(target, str) else target
        lines = [method.encode() + b" " + target + b" HTTP/1.1"]
        lines += [b"%s: %s" % (name.encode(), value) for name, value in
                  dict({"Host": b"localhost", "Content-Length": b"%d" % len(body), "Connection": b"close",
                        "Content-Type": b"application/json"}, **dict(headers)).items()]
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(60)
            one.connect(self.path)
            try:
                one.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            except BrokenPipeError:  # refused before its end
                pass
            data = b""
            try:
                while part := one.recv(65536):
                    data += part
            except ConnectionResetError:
                pass
        status = int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/1.1 ") else 0
        self.statuses[status] = self.statuses.get(status, 0) + 1
        return status, data


def tree(folder):
    """Everything below it: the names, and what is in the files."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


class Place:
    """A home, with a folder beside it in which nothing may change and of which nothing may be told."""

    def __init__(self, build, folder):
        self.folder, self.daemon = folder, Daemon(build, folder / "a" / "home")
        for path in (folder / "marker", folder / "a" / "marker"):
            path.mkdir(parents=True)
            (path / "secret").write_bytes(MARKER)
        self.before = self.outside()

    def outside(self):
        return {path: what for path, what in tree(self.folder).items() if not path.startswith(str(self.daemon.home))}

    def start(self):
        self.daemon.start()
        self.daemon.load_dag("d", json.dumps(DAG))
        self.daemon.trigger("d", dag_run_id="r")
        self.daemon.wait_run("d", "r")
        self.names = self.inside()
        return self.daemon

    def inside(self):
        """The names in the home, but what belongs to the database and to the attempts of now."""
        names = {str(path.relative_to(self.daemon.home)) for path in self.daemon.home.rglob("*")}
        return {name for name in names if not name.startswith("state/")}

    def assert_untouched(self):
        assert self.outside() == self.before
        assert self.inside() == self.names
        assert self.daemon.get("/dags/d/dagRuns")["total_entries"] == 1


@pytest.fixture
def place(build, tmp_path):
    one = Place(build, tmp_path)
    try:
        yield one
        one.daemon.stop()
    finally:
        one.daemon.dispose()


def tells_nothing(data):
    return MARKER not in data and b"root:x:" not in data and b"SQLite format" not in data


def test_there_are_thousands_and_all_differ():
    assert len(corpus()) >= 2000


def test_no_address_leads_out(place):
    daemon, choose = place.start(), random.Random(SEED)
    wire, key = Wire(daemon), (daemon.home / "state" / "key").read_bytes()
    for i, name in enumerate(corpus()):
        # Each in one route, so that every route has a hundred of them; as it is, and encoded as a whole.
        route = ROUTES[i % len(ROUTES)]
        raw = re.sub(r"[\x00-\x20\x7f]", lambda c: "%%%02x" % ord(c.group()), name)
        for form in (raw, urllib.parse.quote(name, safe="")):
            status, data = wire.ask(route.replace("{}", form, 1), choose.choice(["GET", "GET", "DELETE", "PATCH"]))
            known = route.startswith(("/api/v2/dags?", "/{}", "/api/v2/{}")) or "?" in route or "?" in form
            means_itself = urllib.parse.unquote(form).rstrip("/") in ("d", "r", "t", "")
            refused = status in (400, 404, 405, 414, 415, 422, 431)
            assert refused or known or means_itself or form == ".", (route, form, data[:300])
            assert 0 < status < 500 and tells_nothing(data) and key not in data, (route, form, data[:300])
    assert wire.statuses.get(404, 0) > 500 and wire.statuses.get(400, 0) > 500, wire.statuses
    place.assert_untouched()


def test_no_header_leads_out(place):
    daemon = place.start()
    wire = Wire(daemon)
    for i, name in enumerate(corpus()[::7]):
        value = name.encode().replace(b"\r", b"").replace(b"\n", b"")
        status, data = wire.ask("/api/v2/version", headers={HEADERS[i % len(HEADERS)]: value})
        assert 0 < status < 500 and tells_nothing(data), (name, data[:300])
    place.assert_untouched()


def test_no_name_in_a_body_leads_out(place):
    daemon = place.start()
    wire, n = Wire(daemon), 0
    for i, name in enumerate(corpus()[::3]):
        name = urllib.parse.unquote(name, errors="replace")
        if name in ("d", "r", "t") or re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:+~@=-]{0,199}", name):
            continue
        path, body = [
            ("/api/v2/dags/d/dagRuns", {"dag_run_id": name, "logical_date": None}),
            ("/api/v2/variables", {"key": name, "value": "x"}),
            ("/api/v2/connections", {"connection_id": name, "conn_type": "http"}),
            ("/api/v2/backfills", {"dag_id": name, "from_date": "2026-01-01", "to_date": "2026-01-02"}),
            ("/api/v2/dags/d/clearTaskInstances", {"dag_run_id": name, "dry_run": False}),
            ("/api/v2/dags/d/clearTaskInstances", {"task_ids": [name], "dag_run_id": "r", "dry_run": False}),
        ][i % 6]
        status, data = wire.ask(path, "POST", body=json.dumps(body).encode())
        assert status in (400, 404, 409, 413, 422), (path, name, data[:300])
        assert tells_nothing(data)
        n += 1
    assert n > 300
    place.assert_untouched()


def test_no_id_in_a_dag_file_leads_out(place):
    daemon, bad = place.start(), []
    names = [urllib.parse.unquote(name, errors="replace") for name in corpus()[::5]]
    names = [name for name in names if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,239}", name)]
    # A NUL is no text of YAML: then nothing else of the file is looked at.
    for i, name in enumerate(name for name in names if "\0" not in name):
        task = {"task_id": "t", "operator": "empty"}
        bad.append([dict(DAG, dag_id=name), {"dag_id": f"x{i}", "tasks": [dict(task, task_id=name)]},
                    {"dag_id": f"x{i}", "tasks": [task], "task_groups": [{"group_id": name}]},
                    {"dag_id": f"x{i}", "tasks": [dict(task, operator=name)]}][i % 4])
    for n in range(0, len(bad), 100):
        daemon.write_dag(f"bad{n}", "\n---\n".join(json.dumps(one) for one in bad[n:n + 100]))
        done = daemon.dagctl("dags", "check", "-o", "json", daemon.dags / f"bad{n}.yaml")
        problems = json.loads(done.stdout)["problems"]
        assert done.returncode == 1 and problems
        # JSON on one line each: a document is two lines with its separator.
        wrong = {problem["line"] for problem in problems if problem["severity"] == "error"}
        assert len(wrong) >= len(bad[n:n + 100]), sorted(wrong)
        (daemon.dags / f"bad{n}.yaml").unlink()
    assert [dag["dag_id"] for dag in daemon.get("/dags")["dags"]] == ["d"]
    place.assert_untouched()


def test_no_argument_of_dagctl_leads_out(place):
    daemon, choose = place.start(), random.Random(SEED)
    commands = [["dags", "details", "{}"], ["dags", "trigger", "d", "--run-id", "{}"], ["dags", "state", "d", "{}"],
                ["tasks", "logs", "d", "{}", "t"], ["tasks", "logs", "d", "r", "{}"], ["variables", "get", "{}"],
                ["variables", "set", "{}", "x"], ["connections", "get", "{}"], ["operators", "show", "{}"],
                ["dags", "delete", "{}", "-y"], ["tasks", "clear", "{}", "-y"], ["tasks", "render", "d", "t", "{}"],
                ["connections", "add", "{}", "--conn-type", "http"], ["pools", "get", "{}"], ["dags", "show", "{}"]]
    names = choose.sample([name for name in corpus() if "%00" not in name], 3 * len(commands)) + ["@/etc/passwd"]
    for i, name in enumerate(names):
        name = urllib.parse.unquote(name, errors="replace").replace("\0", "")
        if not name or name in ("d", "r", "t"):
            continue
        done = daemon.dagctl(*[word.replace("{}", name) for word in commands[i % len(commands)]])
        assert done.returncode in (1, 2), (commands[i % len(commands)], name, done)
        assert tells_nothing((done.stdout + done.stderr).encode(errors="replace"))
    place.assert_untouched()


# What dagd opens besides its home: the system's own, never anything that a name could choose.
SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/", "/lib/", "/lib64/", "/etc/ld.so", "/etc/localtime", "/etc/nsswitch.conf",
          "/etc/passwd", "/etc/group", "/etc/machine-id", "/etc/ssl/",
          "/etc/timezone", "/etc/zoneinfo", "/etc/os-release")


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_nothing_outside_of_the_home_is_opened_or_made(place, tmp_path):
    daemon, trace = place.daemon, tmp_path / "trace"
    daemon.prefix = ["strace", "-D", "-f", "-qq", "-y", "-s", "4096", "-o", trace,
                     "-e", "trace=open,openat,openat2,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,"
                     "link,linkat,symlink,symlinkat,rmdir,truncate,chmod,fchmodat"]
    place.start()
    wire = Wire(daemon)
    for i, name in enumerate(corpus()[::11]):
        for route in (ROUTES[i % len(ROUTES)], ROUTES[5], ROUTES[7], ROUTES[8]):
            wire.ask(route.replace("{}", re.sub(r"[\x00-\x20\x7f]", "_", name), 1))
    daemon.request("DELETE", "/api/v2/dags/d/dagRuns/r")
    daemon.stop()
    opened = set()
    for line in trace.read_text(errors="replace").splitlines():
        base = os.getcwd()
        for folder, path in re.findall(r'(?:<([^>]*)>, |\(|, )"((?:[^"\\]|\\.)*)"', line):
            opened.add(os.path.normpath(os.path.join(folder or base, path)))
    home, build = str(daemon.home), str(daemon.build)
    own = {path for path in opened if path.startswith(home)}
    assert any(path.endswith("dagd.db") for path in own) and any("attempt=1.log" in path for path in own)
    others = {path for path in opened - own if not path.startswith((build, str(ROOT), *SYSTEM))}
    assert {path for path in others if "marker" in path or ".." in path} == set()
    # Of the folders above it is only seen that they are there.
    assert {path for path in others if not home.startswith(path + "/")} <= {"/", "/tmp"}, others
    daemon.start()
