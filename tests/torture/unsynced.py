# SPDX-License-Identifier: MIT
"""What a disk may hold when the power is cut.

A file. What was written before an fsync began is on the disk once the fsync is done. What was written later may be
there or not: the kernel writes pages back when it likes and the disk writes sectors when it likes, so each sector
(512 bytes) or page (4096) holds any of the states that it had since the last fsync, independently of its neighbours.
That is a write dropped, two writes reordered, and a write torn. A sector itself is never torn, and never holds what it
never was. The length is any of those that the file had since then; what lies below it and never arrived is zeros.

A folder. Names are made, linked, renamed and removed in the order in which it was done, and one of these is there whole
or not at all; some prefix of them is there, at least up to the last fsync of the folder. How the prefixes of two
folders go together depends on the file system, so an image is made by one of two rules. `journal`: there is one order
for all folders, and an fsync of anything also keeps all names made before it (ext4, XFS). `posix`: every folder goes by
itself, and only its own fsync keeps its names; a file whose name is lost is lost, whatever was synced of it.

Nothing is assumed of the contents of a file against names: a name may be there before the bytes it names. What is
older than some thousand steps has arrived: a kernel writes all back within half a minute.
"""
import bisect
import dataclasses

SECTOR, PAGE = 512, 4096
WRITTEN_BACK_AFTER, LOOK_EVERY = 3000, 500  # steps


class File:
    """`synced` are the bytes that surely are on the disk, without the zeros at the end; `pending` what came later, as
    (step number, offset, bytes), bytes None: the length was set to the offset."""

    def __init__(self):
        self.synced, self.size, self.pending = bytearray(), 0, []

    def settle(self, until):
        """All before that step is on the disk."""
        done = bisect.bisect_left(self.pending, until, key=lambda change: change[0])
        for _, offset, data in self.pending[:done]:
            if data is None:
                del self.synced[offset:]
                self.size = offset
            else:
                _put(self.synced, offset, data)
                self.size = max(self.size, offset + len(data))
        del self.pending[:done]

    def content(self, keeps):
        """Bytes (without zeros at their end) and length; `keeps(step number, unit)`: whether a sector or page holds
        the state after that step. A unit of None is the length."""
        data, size = bytearray(self.synced), self.size
        for number, offset, change in self.pending:
            if change is None:
                if keeps(number, None):
                    del data[offset:]
                    size = offset
                continue
            if keeps(number, None):
                size = max(size, offset + len(change))
            for begin, end, unit in _units(offset, len(change), keeps.unit_size):
                if keeps(number, unit):
                    _put(data, begin, change[begin - offset:end - offset])
        del data[size:]
        return data, size


def _put(data, offset, change):
    if offset >= len(data) and not any(change):
        return
    if offset > len(data):
        data.extend(bytes(offset - len(data)))
    data[offset:offset + len(change)] = change


def _units(offset, size, unit_size):
    if not unit_size:
        yield offset, offset + size, 0
        return
    while size > 0:
        end = min(offset + size, (offset // unit_size + 1) * unit_size)
        yield offset, end, offset // unit_size
        offset, size = end, size - (end - offset)


class Folder:
    """`synced`: name -> File or Folder; `pending`: (step number, old name or None, new name or None, what)."""

    def __init__(self):
        self.synced, self.pending = {}, []

    def settle(self, until):
        done = bisect.bisect_left(self.pending, until, key=lambda change: change[0])
        for change in self.pending[:done]:
            _rename(self.synced, change)
        del self.pending[:done]

    def names(self, until):
        names = dict(self.synced)
        for change in self.pending:
            if change[0] >= until:
                break
            _rename(names, change)
        return names


def _rename(names, change):
    _, old, new, what = change
    if old is not None and what is None:
        what = names.pop(old, None)
    if new is not None and what is not None:
        names[new] = what


class Disk:
    """Follows the steps of a record."""

    def __init__(self):
        self.root, self.inodes, self.tickets = None, {}, {}
        self.n = 0  # steps taken
        self.kept_names = 0  # by the rule `journal`, names made before this step are on the disk

    def take(self, step):
        taken = getattr(self, f"_{step.word}", None)
        if taken:
            taken(*step.fields, *([step.data] if step.word == "write" else []))
        self.n += 1
        if self.n % LOOK_EVERY == 0:
            self._write_back()

    def _write_back(self):
        for one in self.inodes.values():
            one.settle(self.n - WRITTEN_BACK_AFTER)
        there = {id(one) for one in self.reachable()}
        self.inodes = {inode: one for inode, one in self.inodes.items() if id(one) in there}

    def _root(self, inode):
        self.root = self.inodes[inode] = Folder()

    def _name(self, folder, old, new, what):
        if folder in self.inodes:
            self.inodes[folder].pending.append((self.n, old, new, what))

    def _make(self, _, folder, name, inode):
        self.inodes[inode] = File()
        self._name(folder, None, name, self.inodes[inode])

    def _folder(self, _, folder, name, inode):
        self.inodes[inode] = Folder()
        self._name(folder, None, name, self.inodes[inode])

    def _link(self, _, folder, name, inode):
        self._name(folder, None, name, self.inodes[inode])

    def _rename(self, _, old_folder, old, new_folder, new, inode):
        if old_folder == new_folder:
            self._name(old_folder, old, new, None)
            return
        # One step; where folders go by themselves, it may be half done.
        self._name(old_folder, old, None, None)
        self._name(new_folder, None, new, self.inodes.get(inode))

    def _unlink(self, _, folder, name):
        self._name(folder, name, None, None)

    def _size(self, _, inode, size):
        self.inodes[inode].pending.append((self.n, size, None))

    def _write(self, _, inode, offset, __, data):
        self.inodes[inode].pending.append((self.n, offset, data))

    def _sync(self, pid, inode, ticket):
        self.tickets[pid, inode, ticket] = self.n

    def _synced(self, pid, inode, ticket):
        began = self.tickets.pop((pid, inode, ticket))
        self.inodes[inode].settle(began)
        self.kept_names = max(self.kept_names, began)

    # ---- images ----

    def reachable(self):
        """All files and folders that have a name, or may have one after a crash."""
        found, ahead = {}, [self.root]
        while ahead:
            one = ahead.pop()
            if one is None or id(one) in found:
                continue
            found[id(one)] = one
            if isinstance(one, Folder):
                ahead += one.synced.values()
                ahead += (change[3] for change in one.pending)
        return found.values()

    def image(self, power_cut):
        """What lies on the disk: path -> (bytes, length), or None for a folder."""
        image = {}
        self._walk(self.root, "", power_cut, image)
        return image

    def _walk(self, folder, path, power_cut, image):
        for name, one in folder.names(power_cut.names_until(self, folder)).items():
            if isinstance(one, Folder):
                image[path + name] = None
                self._walk(one, f"{path}{name}/", power_cut, image)
            else:
                image[path + name] = one.content(power_cut.of_file(one))


# ---- how much of what was not synced arrived ----

@dataclasses.dataclass
class Keeps:
    """The answer for one file: a unit holds what was written before `until`, or before its own step, chosen once."""
    unit_size: int
    choose: object  # unit -> step number
    chosen: dict = dataclasses.field(default_factory=dict)

    def __call__(self, number, unit):
        if unit not in self.chosen:
            self.chosen[unit] = self.choose(unit)
        return number < self.chosen[unit]


class Everything:
    """No power cut at all."""

    def names_until(self, disk, _):
        return disk.n

    def of_file(self, _):
        return Keeps(0, lambda unit: float("inf"))


class PowerCut:
    """One way in which it may have come, drawn by `random`.

    none      nothing that was not synced has arrived
    all       everything has, as when dagd alone is killed
    prefix    everything up to a step, nothing after it; the step itself is torn
    sectors   each sector as it likes, more or less of them in their newest state
    pages     the same with pages
    """
    STYLES = ("none", "all", "prefix", "sectors", "pages")
    RULES = ("journal", "posix")

    def __init__(self, disk, random):
        self.random, self.now = random, disk.n
        self.style, self.rule = random.choice(self.STYLES), random.choice(self.RULES)
        self.newest = random.choice((0.1, 0.5, 0.9, 0.99))
        changes = sorted({change[0] for one in disk.reachable() for change in one.pending})
        self.until = {"none": 0, "all": self.now}.get(self.style)
        if self.until is None:
            self.until = random.choice(changes) if changes else self.now
        self.cuts = {}

    def __str__(self):
        return f"{self.style}/{self.rule}"

    def names_until(self, disk, folder):
        """The step before which names made in this folder are there."""
        if self.rule == "journal":
            return max(self.until, disk.kept_names)
        if self.style in ("none", "all"):
            return self.until
        if id(folder) not in self.cuts:
            self.cuts[id(folder)] = self._drawn(folder.pending)
        return self.cuts[id(folder)]

    def _drawn(self, pending):
        """A step between the oldest change and now, often now itself."""
        if not pending or self.random.random() < self.newest:
            return self.now
        return self.random.choice(pending)[0]

    def of_file(self, file):
        if self.style in ("none", "all"):
            return Keeps(0, lambda unit: self.until)
        if self.style == "prefix":
            return Keeps(SECTOR, self._torn)
        return Keeps(SECTOR if self.style == "sectors" else PAGE, lambda unit: self._drawn(file.pending))

    def _torn(self, _):
        return self.until + self.random.randint(0, 1)
