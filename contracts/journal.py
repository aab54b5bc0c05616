"""What a run makes, on disk before it is made: whoever comes after a crash knows what to remove, and that it is the run's own.

A journal is a file of JSON lines. `intend` says what is about to be asked for, `made` where it is then, `gone` that it was
removed or never came to be. Each line is with the operating system before the request is sent: a killed process loses none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from contracts.collections import Collection, collections

FOLDER = ".sessions-contracts"
_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Intent:
    """An object that a run asked for: its collection, the value of its mark, and its path if an answer told it.

    `field` is where the mark stands; it is empty, as the mark is, where a request was to be refused and bore none.
    """

    number: int
    collection: Collection
    mark: str
    path: str | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What the journal of a run says is still there: the newest first, for what uses another thing goes before it."""

    file: Path
    run_id: str
    target: str
    intents: tuple[Intent, ...]


class Journal:
    """The journal of a run, written line by line. Without a folder (a target in this process) nothing is kept."""

    def __init__(self, folder: Path | None, target: str, run_id: str) -> None:
        self._lock = Lock()
        self._number = 0
        self._open: dict[int, str | None] = {}
        self._paths: set[str] = set()
        self._target, self.run_id = target, run_id
        self.file = folder / f"{run_id}{_SUFFIX}" if folder else None

    def intend(self, collection: Collection, field: str, mark: str) -> int:
        """Note what is about to be made, with the value of the field that marks it; its number."""
        with self._lock:
            self._number += 1
            self._open[self._number] = None
            self._write({"intend": self._number, "collection": collection.path, "field": field, "mark": mark})
            return self._number

    def made(self, number: int, path: str) -> None:
        """Note where it is now."""
        with self._lock:
            self._open[number] = path
            self._paths.add(path)
            self._write({"made": number, "path": path})

    def never(self, number: int) -> None:
        """Note that it did not come to be."""
        with self._lock:
            del self._open[number]
            self._write({"gone": number})

    def holds(self, path: str) -> bool:
        """Say whether the run made what is, or was, at a path."""
        with self._lock:
            return path in self._paths

    def gone(self, path: str) -> None:
        """Note that what was at a path is removed."""
        with self._lock:
            for number in [number for number, made in self._open.items() if made == path]:
                del self._open[number]
                self._write({"gone": number})

    def close(self) -> int:
        """End the journal: without anything left it goes. Return how many objects are left."""
        with self._lock:
            if self.file and not self._open:
                self.file.unlink(missing_ok=True)
            return len(self._open)

    def _write(self, line: dict[str, Any]) -> None:
        if self.file is None:
            return
        is_new = not self.file.exists()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            if is_new:
                file.write(json.dumps({"run": self.run_id, "target": self._target}) + "\n")
            file.write(json.dumps(line) + "\n")


def journals(folder: Path) -> Iterator[Left]:
    """Read the journals of a folder. A last line that a crash cut off is passed over: its request was not sent."""
    for file in sorted(folder.glob(f"*{_SUFFIX}")):
        lines = [line for line in map(_read, file.read_text("utf-8").splitlines()) if line is not None]
        if lines and "run" in lines[0]:
            yield Left(file, lines[0]["run"], lines[0]["target"], tuple(_left(lines[1:])))


def _left(lines: list[dict[str, Any]]) -> list[Intent]:
    intents: dict[int, Intent] = {}
    for line in lines:
        if "intend" in line:
            field = line.get("field", "")
            intents[line["intend"]] = Intent(line["intend"], collections()[line["collection"]], line["mark"], field=field)
        elif "made" in line:
            intents[line["made"]] = replace(intents[line["made"]], path=line["path"])
        else:
            intents.pop(line["gone"], None)
    return sorted(intents.values(), key=lambda intent: -intent.number)


def _read(line: str) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return read
