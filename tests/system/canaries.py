# SPDX-License-Identifier: MIT
"""Secrets that would be known again wherever they came to light, in whatever form; and the search for them."""
import base64
import html
import json
import os
import pathlib
import random
import re
import shlex
import string
import threading
import urllib.parse

LONG = random.Random(4096)
CANARIES = {
    "plain": "canary-1-plain-7c1e55aa0d",
    "quotes": "canary'2\"quo`tes'\"",
    "newline": "canary-3-first\ncanary-3-second\r\ncanary-3-third",
    "unicode": "canary-4-ünï-€-🔑",
    "backslash": "canary-5\\b\\\\x\\n\\",
    "percent": "canary-6%20%s%n%%",
    "short": "q7Zx",
    "long": "canary-8-" + "".join(LONG.choices(string.ascii_letters + "0123456789+/", k=4087)),
    "spaces": "  canary 9 spaces  ",
    "number": "918273645546372819",
    "json": '{"canary": "json-11", "n": [1, true]}',
    "url": "https://me:canary-12@host.example/p?q=canary-12#f",
    "shell": "$(touch canary13)`canary13`${canary13}&;|<>*?[]!#~",
    "control": "canary-14\ttab\x1b[31m\x7fred",
    "key": "-----BEGIN PRIVATE KEY-----\n"
           "canary15MIIEvQIBADANBgkqhkiG9w0BAQ\ncanary15EFAASC\n-----END PRIVATE KEY-----\n",
    "template": "{{ canary16 }}{% canary16 %}",
    "yaml": "canary17: [a, {b: &c *d}] # no",
    "aws": "canary18+wJalrXUtnFEMI/K7MDENG/bPxRfi",
    "session": "canary19//IQoJb3JpZ2luX2VjEXAMPLETOKEN==",
    "uri": "canary20/p@ss:w%rd",
}


def base64_part(secret, before):
    """What base64 makes of the secret alone, where so many other bytes stand before it."""
    text = base64.b64encode(b"\0" * before + secret)
    return text[[0, 2, 3][before]:(before + len(secret)) * 8 // 6]


def forms(secret):
    """The bytes that give the secret away."""
    raw = secret.encode()
    found = {raw, raw.strip(), json.dumps(secret)[1:-1].encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
             json.dumps(json.dumps(secret))[3:-3].encode(),
             urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote(secret).encode(),
             urllib.parse.quote_plus(secret).encode(), raw.hex().encode(), raw.hex().upper().encode(),
             shlex.quote(secret).encode().strip(b"'"), repr(secret)[1:-1].encode(), html.escape(secret).encode(),
             # As Go and jansson write JSON.
             re.sub("[<>&]", lambda c: "\\u%04x" % ord(c[0]), json.dumps(secret, ensure_ascii=False)[1:-1]).encode(),
             json.dumps(secret, ensure_ascii=False)[1:-1].replace("\\u001b", "\\u001B").encode()}
    for before in range(3):
        part = base64_part(raw, before)
        found |= {part[:76], part[:76].translate(bytes.maketrans(b"+/", b"-_"))}
    found |= {line.strip() for line in raw.splitlines() if b"canary" in line}
    # A few letters of base64 are in any text.
    return {form for form in found if len(form) >= 6 or form == raw}


class Search:
    """Knows some secrets by name, all of CANARIES unless others are given."""

    def __init__(self, secrets=None):
        self.forms = {name: forms(secret) for name, secret in (secrets or CANARIES).items()}

    def find(self, data):
        """The names of those that are in the bytes."""
        if isinstance(data, str):
            data = data.encode(errors="surrogateescape")
        return [name for name, known in self.forms.items() if any(form in data for form in known)]

    def files(self, *folders):
        """(name, path) of each secret in each file below the folders."""
        found = []
        # What goes away meanwhile does not end a walk.
        for folder, names, files in (place for folder in folders for place in os.walk(folder)):
            for path in (pathlib.Path(folder, name) for name in names + files):
                try:
                    found += [(name, str(path)) for name in self.find(path.read_bytes())] if path.is_file() else []
                    found += [(name, str(path)) for name in self.find(os.fsencode(path.name))]
                except OSError:  # it has gone meanwhile
                    pass
        return found


class Watch(threading.Thread):
    """Looks again and again at the command line and the environment of every process of the machine, and at the
    files of a folder, while tasks run. `given`: which task's environment holds which secret because its author wrote
    it there."""

    def __init__(self, search, folder, given):
        super().__init__(daemon=True)
        self.search, self.folder, self.given = search, folder, given
        self.over, self.hits, self.n_tasks = threading.Event(), set(), 0

    def look_at(self, process):
        own = str(os.getpid())
        if process.name == own:
            return
        line = (process / "cmdline").read_bytes()
        self.hits |= {(name, "cmdline", line[:80]) for name in self.search.find(line)}
        environ = (process / "environ").read_bytes()
        entries = dict(one.split(b"=", 1) for one in environ.split(b"\0") if b"=" in one)
        task = entries.get(b"DAGD_TASK_ID", b"").decode()
        self.n_tasks += bool(task)
        self.hits |= {(name, "environ", task) for name in self.search.find(environ) if not self.given(name, task)}

    def run(self):
        while not self.over.is_set():
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    self.look_at(process)
                except OSError:  # it has gone
                    pass
            self.hits |= {(name, "file", path) for name, path in self.search.files(self.folder)}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
