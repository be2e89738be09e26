# SPDX-License-Identifier: MIT
"""Those who make a mess of a DAG folder, each on a thread of its own until told to stop."""
import contextlib
import os
import pathlib
import shutil
import threading

import dag_texts

FOLDERS = ("", "a", "a/b", "c")
FILES = [f"{folder}/f{i}.yaml".lstrip("/") for folder in FOLDERS for i in range(12)]
DAG_IDS = [f"dag{i}" for i in range(30)]
PIECE, PIECE_S = 37, 0.01  # the bytes that a slow writer writes a hundred times a second
PAUSE_S = 0.002
N_LAST = 300


class Chaos:
    """`number` counts the versions, so that no two texts are the same."""

    def __init__(self, dags, random):
        self.dags, self.random = pathlib.Path(dags), random
        self.lock, self.number = threading.Lock(), 0
        self.stopping = threading.Event()
        self.n_acts = 0
        self.threads = [threading.Thread(target=self._go_on, args=(what,)) for what in (self._act, self._write_slowly)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        """The last that is done leaves the folders alone: a look at everything would find what was not noticed."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        for _ in range(N_LAST):
            with contextlib.suppress(OSError):
                self._choose(ACTS_ON_FILES)(self)

    def _go_on(self, what):
        while not self.stopping.is_set():
            # Another one has taken away what this one was about to use.
            with contextlib.suppress(OSError, shutil.Error):
                what()
            self.n_acts += 1
            self.stopping.wait(PAUSE_S)

    # ---- what is done ----

    def next_number(self):
        with self.lock:
            self.number += 1
            return self.number

    def _text(self):
        form = self.random.choice((dag_texts.whole, dag_texts.whole, dag_texts.wrong))
        return form(self.random.choice(DAG_IDS), self.next_number())

    def _place(self):
        path = self.dags / self.random.choice(FILES)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def save(self, path, text):
        temporary = path.with_name(f".{path.name}{threading.get_ident()}")
        temporary.write_text(text)
        temporary.rename(path)

    def _write_slowly(self):
        """In place. Nobody else does this, so no two write one file at once; others may move it away meanwhile."""
        path, text = self._place(), self._text().encode()
        if path.is_symlink() or path.exists() and not path.is_file():
            return
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            for at in range(0, len(text), PIECE):
                os.write(fd, text[at:at + PIECE])
                self.stopping.wait(PIECE_S)
        finally:
            os.close(fd)

    def _choose(self, acts):
        return self.random.choices(*zip(*acts))[0]

    def _act(self):
        self._choose(ACTS)(self)

    def _save(self):
        self.save(self._place(), self._text())

    def _delete(self):
        self._place().unlink()

    def _move(self):
        self._place().rename(self._place())

    def _link_hard(self):
        os.link(self._place(), self._place())

    def _link(self):
        self._place().symlink_to(self._place())

    def _link_nowhere(self):
        self._place().symlink_to("nowhere")

    def _link_back_up(self):
        (self.dags / self.random.choice(FOLDERS) / "up").symlink_to(self.dags / self.random.choice(FOLDERS))

    def _unlink_back_up(self):
        (self.dags / self.random.choice(FOLDERS) / "up").unlink()

    def _make_fifo(self):
        os.mkfifo(self._place())

    def _forbid(self):
        path = self._place()
        if not path.is_symlink():
            path.chmod(self.random.choice((0o000, 0o644, 0o644)))

    def _move_folder(self):
        (self.dags / self.random.choice(FOLDERS[1:])).rename(self.dags / self.random.choice(("a", "c", "a/b", "d")))

    def _remove_folder(self):
        path = self.dags / self.random.choice((*FOLDERS[1:], "d"))
        if not path.is_symlink():
            shutil.rmtree(path)


ACTS_ON_FILES = [(Chaos._save, 40), (Chaos._delete, 15), (Chaos._move, 15), (Chaos._link_hard, 4), (Chaos._link, 4),
                 (Chaos._link_nowhere, 2), (Chaos._make_fifo, 2), (Chaos._forbid, 15)]
ACTS = ACTS_ON_FILES + [(Chaos._link_back_up, 2), (Chaos._unlink_back_up, 3), (Chaos._move_folder, 3),
                        (Chaos._remove_folder, 1)]
