# SPDX-License-Identifier: MIT
"""Dumps of every kind, and what can happen to their bytes."""
import dataclasses
import gzip
import hashlib
import os
import pathlib
import shutil
import tarfile

import dumps  # of the system tests, which experiment has made known

BLOCK = 512
SOURCE = "source"


@dataclasses.dataclass
class Dump:
    """`operator` takes it with `more` arguments. `is_wrong`: whole as it is, it is to be refused. `parts`: of a file,
    where its header, its contents and its data are, as [begin, end). `without_checksum`: the parts in which no
    program can tell a wrong letter from a right one, unless it is told the SHA-256."""
    kind: str
    operator: str
    path: pathlib.Path
    more: dict = dataclasses.field(default_factory=dict)
    is_wrong: bool = False
    without_checksum: tuple = ()

    def files(self):
        """Of a folder those with more than nothing in them."""
        if self.path.is_file():
            return [self.path]
        return sorted(path for path in self.path.rglob("*") if path.is_file() and path.stat().st_size > 0)

    def file(self, part, random):
        """The one in which this part is."""
        contents = ("toc.dat", ".json", ".json.gz")
        files = self.files()
        wanted = [file for file in files if file.name.endswith(contents) == (part != "data")]
        return random.choice(wanted if len(files) > 1 else files)

    def parts(self, data):
        if self.path.is_dir():
            return {name: (0, len(data)) for name in ("header", "contents", "data")}
        begin = {"custom": 60, "tar": 572, "archive": 40}.get(self.kind.split(" ")[0], 10)
        end = self._contents_end(data)
        return {"header": (0, begin), "contents": (begin, end), "data": (end, len(data))}

    def _contents_end(self, data):
        mark = {"pg_restore": b"REFRESH MATERIALIZED VIEW lending.states", "mongorestore": b"\xff\xff\xff\xff"}
        at = data.find(mark[self.operator])
        return at + 60 if at > 0 else min(len(data), 100)

    def sha256(self):
        digest = hashlib.sha256()
        files = [self.path] if self.path.is_file() else sorted(
            (path for path in self.path.rglob("*") if path.is_file()),
            key=lambda path: os.fsencode(path.relative_to(self.path)))
        for path in files:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def copy(self, folder):
        """The same dump elsewhere."""
        path = folder / self.path.name
        if self.path.is_dir():
            shutil.copytree(self.path, path)
        else:
            shutil.copy(self.path, path)
        return dataclasses.replace(self, path=path)


# ---- what happens to a file: (dump, its bytes, random) -> bytes, or None when there is no file ----

def within(dump, data, part, random):
    begin, end = dump.parts(data)[part]
    return random.randrange(begin, max(begin + 1, min(end, len(data))))


def cut_in(part):
    return lambda dump, data, random: data[:within(dump, data, part, random)]


def flip_in(part):
    def flip(dump, data, random):
        at = within(dump, data, part, random)
        return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1:]
    return flip


def zero_block(dump, data, random):
    at = within(dump, data, "data", random) // BLOCK * BLOCK
    n = min(BLOCK, len(data) - at)
    return data[:at] + bytes(n) + data[at + n:]


def swap_blocks(dump, data, random):
    n = min(BLOCK, len(data) // 3)
    begin, end = dump.parts(data)["data"]
    first = random.randrange(begin, max(begin + 1, end - 2 * n))
    second = min(first + n + random.randrange(n + 1), len(data) - n)
    return data[:first] + data[second:second + n] + data[first + n:second] + data[first:first + n] + data[second + n:]


def append(dump, data, random):
    return data + random.randbytes(random.randrange(1, 2000))


def take_tail(dump, data, random):
    """As when two programs wrote to one file."""
    at = within(dump, data, "data", random)
    return data[:at] + random.randbytes(len(data) - at)


# What it is called: in which part it is, and what it does.
DAMAGES = {
    "empty": ("data", lambda dump, data, random: b""),
    "one byte is left": ("data", lambda dump, data, random: data[:1]),
    "cut in the header": ("header", cut_in("header")),
    "cut in the contents": ("contents", cut_in("contents")),
    "cut in the data": ("data", cut_in("data")),
    "the last byte is missing": ("data", lambda dump, data, random: data[:-1]),
    "a bit flipped in the header": ("header", flip_in("header")),
    "a bit flipped in the contents": ("contents", flip_in("contents")),
    "a bit flipped in the data": ("data", flip_in("data")),
    "a block of zeros": ("data", zero_block),
    "two blocks change places": ("data", swap_blocks),
    "bytes are appended": ("data", append),
    "the tail of another file": ("data", take_tail),
    "gone": ("data", lambda dump, data, random: None),
    "compressed once more": ("data", lambda dump, data, random: gzip.compress(data, 1)),
}


def spoil(dump, name, random):
    """Does it to the dump. Returns False when its bytes are what they were."""
    part, change = DAMAGES[name]
    file = dump.file(part, random)
    before = file.read_bytes()
    after = change(dump, before, random)
    if after is None:
        file.unlink()
    else:
        file.write_bytes(after)
    return after != before


# ---- the dumps ----

def tar(path, folder, mode):
    with tarfile.open(path, mode) as file:
        for entry in sorted(folder.iterdir()):
            file.add(entry, entry.name)
    return path


def zipped(path, source):
    path.write_bytes(gzip.compress(source.read_bytes(), 1))
    return path


CONTENTS, ALL = ("header", "contents"), ("header", "contents", "data")
POSTGRES_KINDS = {
    "custom": (["-Fc"], CONTENTS), "custom -Z0": (["-Fc", "-Z0"], ALL), "custom -Z9": (["-Fc", "-Z9"], CONTENTS),
    "tar": (["-Ft"], ALL), "folder": (["-Fd"], CONTENTS), "folder -Z0": (["-Fd", "-Z0"], ALL),
    "custom of INSERTs": (["-Fc", "--inserts"], CONTENTS)}


def postgres(server, folder, rows):
    """Dumps of a database that is made for them."""
    dumps.postgres_fill(server, SOURCE, rows)
    made = {}
    for kind, (options, without) in POSTGRES_KINDS.items():
        path = dumps.postgres_dump(server, SOURCE, folder / kind.replace(" ", ""), *options)
        more = {"jobs": 2} if kind == "folder" else {}
        made[kind] = Dump(kind, "pg_restore", path, more, without_checksum=without)
    plain = dumps.postgres_dump(server, SOURCE, folder / "plain.sql", "-Fp")
    wrong = {"plain SQL": plain, "plain SQL, gzip": zipped(folder / "plain.sql.gz", plain),
             "custom, gzip": zipped(folder / "custom.gz", made["custom"].path),
             "folder as tar": tar(folder / "folder.tar", made["folder"].path, "w"),
             "folder as tar, gzip": tar(folder / "folder.tar.gz", made["folder"].path, "w:gz")}
    return [*made.values(), *(Dump(kind, "pg_restore", path, is_wrong=True) for kind, path in wrong.items())]


def mongo_folder(server, path, *options):
    with dumps.mongo_config(server) as own:
        dumps.run([str(dumps.TOOLS / "mongodump"), *own, "--db", SOURCE, f"--out={path}", *options], os.environ)
    return path


def mongo(server, folder, rows):
    dumps.mongo_fill(server, SOURCE, rows)
    plain, packed = mongo_folder(server, folder / "plain"), mongo_folder(server, folder / "packed", "--gzip")
    archive = dumps.mongo_dump(server, SOURCE, folder / "archive", gzip=False)
    packed_archive = dumps.mongo_dump(server, SOURCE, folder / "archive.gz")
    made = [Dump("archive", "mongorestore", archive, without_checksum=CONTENTS),
            Dump("archive, gzip", "mongorestore", packed_archive),
            Dump("folder", "mongorestore", plain, {"archive": False}, without_checksum=ALL),
            Dump("folder, gzip", "mongorestore", packed, {"archive": False})]
    wrong = {"folder as tar": tar(folder / "folder.tar", plain, "w"),
             "folder as tar, gzip": tar(folder / "folder.tar.gz", plain, "w:gz"),
             "one .bson": pathlib.Path(shutil.copy(plain / SOURCE / "orders.bson", folder / "orders.bson"))}
    return [*made, *(Dump(kind, "mongorestore", path, is_wrong=True) for kind, path in wrong.items())]
