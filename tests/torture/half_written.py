#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""half_written.py --count N: the DAG files of the examples are written anew a few bytes at a time, and at N places in
all dagd is made to look at everything while they are half written and open. It must go on with the version from before
until the file is closed, and find no mistake in what is not whole. First with files of its own user, about which the
kernel says whether somebody writes them, then with those of another, of which dagd knows only what it has noticed."""
import os
import pathlib

from experiment import Experiment, wait_until

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
DAGS = EXAMPLES.parent / "dags"
PAUSED = "core:\n  dags_are_paused_at_creation: true\n"
CANARY = "dag_id: canary\ntags: [{0}]\ntasks: [{{task_id: only, operator: bash, bash_command: echo}}]\n"
EDIT = b"# edited\n"
SOMEBODY = 65534


class Sample:
    """One file, `old` in the beginning, being written as `new`."""

    def __init__(self, folder, source):
        self.path = folder / source.name
        self.old = source.read_bytes()
        self.new = EDIT + self.old

    def save(self, text):
        """In one step."""
        temporary = self.path.with_name(f".{self.path.name}")
        temporary.write_bytes(text)
        temporary.rename(self.path)

    def begin(self):
        self.fd = os.open(self.path, os.O_WRONLY | os.O_TRUNC)
        self.n_written = 0

    def go_on(self, n_bytes):
        """False: it was whole already, and is closed now."""
        if self.n_written == len(self.new):
            os.close(self.fd)
            return False
        self.n_written += os.write(self.fd, self.new[self.n_written:self.n_written + n_bytes])
        return True

    def write_in_two_steps(self, n_bytes):
        """As a program that closes the file and opens it again at once."""
        self.path.write_bytes(self.new[:n_bytes])
        with open(self.path, "ab") as file:
            file.write(self.new[n_bytes:])


class Folder:
    """The samples, in the folder of a dagd that runs. `old`, `new`: file -> the versions of its DAGs when whole."""

    def __init__(self, daemon):
        self.daemon, self.n_looks, self.faults = daemon, 0, []
        sources = sorted([*EXAMPLES.glob("*.yaml"), *DAGS.glob("*.yaml")])
        self.samples = [Sample(daemon.dags, source) for source in sources]
        self.new = self._saved("new", {})
        self.old = self._saved("old", self.new)

    def versions(self):
        versions = {}
        for dag in self.daemon.get("/dags", limit=1000)["dags"]:
            versions.setdefault(dag["relative_fileloc"], {})[dag["dag_id"]] = dag["version"]
        return versions

    def errors(self):
        return {one["filename"]: one["stack_trace"] for one in self.daemon.get("/importErrors")["import_errors"]}

    def _saved(self, text, before):
        for sample in self.samples:
            sample.save(getattr(sample, text))
        self.look()
        versions = self.versions()
        assert not self.errors(), self.errors()
        assert all(versions[sample.path.name] != before.get(sample.path.name) for sample in self.samples)
        return versions

    def look(self):
        """Makes dagd look at all files (a folder has come or gone) and waits until it has."""
        self.n_looks += 1
        folder = self.daemon.dags / "folder"
        if folder.exists():
            folder.rmdir()
        else:
            folder.mkdir()
        temporary = self.daemon.dags / ".canary"
        temporary.write_text(CANARY.format(self.n_looks))
        temporary.rename(self.daemon.dags / "canary.yaml")
        wait_until(self._has_looked, "dagd has looked at the folder")

    def _has_looked(self):
        answer = self.daemon.request("GET", "/api/v2/dags/canary")
        return answer.status == 200 and answer.json["tags"][0]["name"] == str(self.n_looks)

    def judge(self, samples, wanted, when):
        """The files are known as the wanted versions, and there is no mistake in any."""
        versions = self.versions()
        self.faults += [f"{sample.path.name} is not the version from {when(sample)}" for sample in samples
                        if versions.get(sample.path.name) != wanted[sample.path.name]]
        self.faults += [f"{name} has a mistake, says dagd: {error[:200]}" for name, error in self.errors().items()]


def write_slowly(folder, n_places):
    """How many half-written files dagd has looked at: about so many as are wanted, each place of all at most."""
    chunk = max(1, sum(len(sample.new) for sample in folder.samples) // n_places)
    being_written, n = list(folder.samples), 0
    for sample in being_written:
        sample.begin()
    while being_written:
        folder.look()
        n += len(being_written)
        folder.judge(being_written, folder.old, lambda sample: f"before its {sample.n_written} bytes were written")
        being_written = [sample for sample in being_written if sample.go_on(chunk)]
    wait_until(lambda: folder.versions() == folder.new | {"canary.yaml": folder.versions()["canary.yaml"]},
               "all that was written is known")
    folder.judge(folder.samples, folder.new, lambda sample: "its end")
    return n


def write_in_steps(folder, random):
    for sample in folder.samples:
        sample.save(sample.old)
    folder.look()
    for sample in folder.samples:
        sample.write_in_two_steps(random.randrange(len(sample.new)))
    folder.look()
    folder.judge(folder.samples, folder.new, lambda sample: "its end")


def play(experiment, whose, n_places):
    with experiment.home() as daemon:
        (daemon.home / "dagd.yaml").write_text(PAUSED)
        if whose == "another user":
            command = daemon.command
            daemon.command = lambda: ["setpriv", "--bounding-set=-lease", *command()]
        folder = Folder(daemon.start())
        if whose == "another user":
            for sample in folder.samples:
                os.chown(sample.path, SOMEBODY, SOMEBODY)
        n = write_slowly(folder, n_places)
        experiment.judge(f"{n} times a file of {whose} was half written, and was never taken for whole", folder.faults)
        folder.faults = []
        write_in_steps(folder, experiment.random)
        experiment.judge(f"files of {whose} that were closed and written on are known whole at last", folder.faults)


def main():
    experiment = Experiment(__doc__, 3000)
    owners = ["its own user"]
    if os.geteuid() == 0:
        owners.append("another user")
    else:
        experiment.say("without files of another user: only root can give files away")
    for whose in owners:
        play(experiment, whose, experiment.count // 2)
    experiment.end()


if __name__ == "__main__":
    main()
