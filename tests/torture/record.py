# SPDX-License-Identifier: MIT
"""The record of one life of dagd: what recorder.so, the probes and the client wrote into one file, in the order in
which it happened. Besides the lines of recorder.c there are those of the probes (`start`, `end`: journal.py) and
those of the client, which is the only witness of what the outside was promised:

    root INODE                     the state folder, before dagd is started
    ready                          dagd says that it is
    accepted DAG RUN               a trigger was answered with 2xx
    ended DAG RUN STATE            the API told how the run ended
    stored KEY                     a variable was answered with 2xx
    deleting / deleted DAG         the DELETE of a DAG was sent / answered with 2xx
    away / back                    dagd is dead and its busy workers know it / it is started again
"""
import dataclasses
import os

NAMES = {"make": (0, 1, 3), "folder": (0, 1, 3), "link": (0, 1, 3), "rename": (0, 1, 3, 5), "unlink": (0, 1),
         "size": (0, 1, 2), "write": (0, 1, 2, 3), "sync": (0, 1, 2), "synced": (0, 1, 2), "wait": (0,), "root": (0,)}
PROBES = ("start", "end")


@dataclasses.dataclass(slots=True)
class Step:
    """One line: its word, its fields (numbers as int), the bytes of a `write`."""
    word: str
    fields: list
    data: bytes = b""


def _step(line):
    word, *fields = line.decode().split(" ")
    for i in NAMES.get(word, ()):
        fields[i] = int(fields[i])
    return Step(word, fields)


def read(path):
    """All steps. A line that is not whole is the end: a writer was killed in it."""
    with open(path, "rb") as file:
        text = file.read()
    steps, at = [], 0
    while (end := text.find(b"\n", at)) >= 0:
        step = _step(text[at:end])
        at = end + 1
        if step.word == "write":
            step.data = text[at:at + step.fields[3]]
            at += len(step.data) + 1
        steps.append(step)
    return steps


def journal(steps):
    """What the probes have said in these steps, as the text of their journal."""
    return "".join(f"{step.word} {' '.join(step.fields)}\n" for step in steps if step.word in PROBES)


class Witness:
    """Appends what the client has seen."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def tell(self, *words):
        os.write(self.fd, (" ".join(map(str, words)) + "\n").encode())

    def close(self):
        os.close(self.fd)
