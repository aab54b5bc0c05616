"""The ports made real: the system's clock and a fixed one, seeded ids, names from Faker."""

import hashlib
import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from subprocess import DEVNULL, PIPE, Popen
from threading import Condition, Event, Lock, Thread, Timer
from typing import Any
from weakref import finalize

from cronsim import CronSim, CronSimError

from mockserver.domain.ports import TransformError

NAMES_IN_A_POOL = 40
CRON_FIELDS = 5
JQ_SECONDS = 2.0
JQ_START_SECONDS = 30.0
_LOCALES = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "de": "de_DE", "ja": "ja_JP", "it": "it_IT", "pt": "pt_BR"}


_logger = logging.getLogger("sessionsuite.mock")


def report(defect: Exception) -> None:
    """Put a defect of the mock into the log, with the place where it happened."""
    _logger.error("a turn failed: a defect of the mock, please report it", exc_info=defect)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here the port is made real

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def wait(self, condition: Condition, seconds: float) -> None:
        """Wait until the condition is notified, or the time is over."""
        condition.wait(seconds)


class FixedClock:
    """A time that moves only when it is told to; sleeping moves it too. For tests and for generated data."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self._now += timedelta(seconds=seconds)

    def wait(self, condition: Condition, seconds: float) -> None:  # noqa: ARG002 - nobody else makes time pass
        """Let the time pass without waiting."""
        self.sleep(seconds)


class Threads:
    """Work that nobody waits for has a thread of its own, which does not keep the process alive."""

    def start(self, work: Callable[[], None]) -> None:
        """Begin the work beside the present one."""
        Thread(target=work, daemon=True).start()


class AtOnce:
    """Work that nobody waits for is done right here: for tests and for generated data, where all must be repeatable."""

    def start(self, work: Callable[[], None]) -> None:
        """Do the work."""
        work()


class SeededIds:
    """Ids and random numbers that depend on the seed, their purpose, and the state that they go on from (`lineage`) alone."""

    def __init__(self, seed: int, lineage: str = "") -> None:
        self._seed: object = (seed, lineage) if lineage else seed
        self._requests = count(1)

    def random_for(self, *purpose: object) -> Random:
        """Return the same numbers for the same seed and purpose, on every machine and Python."""
        digest = hashlib.blake2b(repr((self._seed, purpose)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return Random(int.from_bytes(digest, "big"))  # noqa: S311 - repeatable on purpose, protects nothing

    def request_id(self) -> str:
        """Return the next request id, 32 hexadecimal digits (api-facts §8)."""
        return f"{self.random_for('request', next(self._requests)).getrandbits(128):032x}"


class StrangersIds(SeededIds):
    """Ids for callers who are not known: theirs alone are not counted, so that nobody learns how many others came."""

    def request_id(self) -> str:
        """Return a random request id."""
        return secrets.token_hex(16)


class Bm25Ranker:
    """Ranks by BM25 (Lucene's form, whose weights are never negative). Loaded when first needed: numpy takes its time."""

    def index(self, passages: Sequence[Sequence[str]]) -> "Bm25Index":
        """Index passages given by their words; at least one has a word."""
        import bm25s  # noqa: PLC0415 - a start without a search need not pay for it

        index = bm25s.BM25(method="lucene")
        index.index([list(words) for words in passages], show_progress=False)
        return Bm25Index(index)


class Bm25Index:
    """Passages, ready to be ranked."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def scores(self, query: Sequence[str]) -> Sequence[float]:
        """Return a score for each passage, 0 where it holds no word of the query."""
        known = [word for word in query if word in self._index.vocab_dict]
        scores: list[float] = self._index.get_scores(known).tolist() if known else [0.0] * self._index.scores["num_docs"]
        return scores


class FakerWords:
    """First names by language, drawn from Faker when a language is first spoken, then kept."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = Lock()
        self._drawn: dict[str, Sequence[str]] = {}

    def names(self, language: str) -> Sequence[str]:
        """Return the names of a language. Of many who ask at once one draws: it costs each as long as all of them."""
        with self._lock:
            if language not in self._drawn:
                self._drawn[language] = self._draw(language)
            return self._drawn[language]

    def _draw(self, language: str) -> Sequence[str]:
        from faker import Faker  # noqa: PLC0415 - costs a tenth of a second that a start need not pay

        faker = Faker(_LOCALES[language])
        faker.seed_instance(self._seed)
        return tuple(faker.first_name() for _ in range(NAMES_IN_A_POOL))


class CronTimes:
    """Reads cron expressions as Debian's cron does, names of days and months and `L` included; without the field for seconds."""

    def after(self, expression: str, moment: datetime) -> datetime | None:
        """Return the first time behind `moment`, which is in UTC; None where fifty years have none. Raises ValueError."""
        return self._next(expression, moment, reverse=False)

    def until(self, expression: str, moment: datetime) -> datetime | None:
        """Return the last time that is not behind `moment`, likewise."""
        just_behind = moment if moment.microsecond else moment + timedelta(microseconds=1)
        return self._next(expression, just_behind, reverse=True)

    def _next(self, expression: str, moment: datetime, *, reverse: bool) -> datetime | None:
        if len(expression.split()) != CRON_FIELDS:
            raise ValueError("must have five fields: minute, hour, day of month, month, day of week")
        try:
            return next(CronSim(expression, moment, reverse=reverse), None)
        except CronSimError as error:
            raise ValueError(f"cannot be read: {error}") from error


class JqTransform:
    """Runs jq programs in a helper process (`jq_worker.py`), which is started when first needed and ended when it takes too long.

    A program that never ends would otherwise stop the whole server: it runs in C and holds the interpreter's lock.
    """

    def __init__(self, seconds: float = JQ_SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._helper: Popen[str] | None = None
        self._stop: Callable[[], object] = lambda: None

    def __call__(self, program: str, document: Any, now: datetime) -> Any:
        """Return the first value of a program for a document. Raises TransformError."""
        try:
            request = json.dumps({"program": program, "document": document, "now": now.timestamp()})
        except RecursionError as error:
            raise TransformError("the document is nested too deeply") from error
        with self._lock:
            answer = json.loads(self._asked(request))
        if "error" in answer:
            raise TransformError(_as_the_user_counts(answer["error"]))
        return answer["result"]

    def _asked(self, request: str) -> str:
        if self._helper is None or self._helper.poll() is not None:
            self._start()
        answer = self._line(request, self._seconds)
        if answer is None:
            self._stop()
            self._helper = None
            raise TransformError(f"it did not end within {self._seconds:g} seconds, or needed too much memory")
        return answer

    def _start(self) -> None:
        self._stop()
        worker = Path(__file__).with_name("jq_worker.py")
        command = [sys.executable, "-I", str(worker), *filter(None, sys.path)]
        self._helper = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True, encoding="ascii")  # noqa: S603
        self._stop = finalize(self, _end, self._helper)
        if self._line(json.dumps({"program": ".", "document": None, "now": 0}), JQ_START_SECONDS) is None:
            raise TransformError("the helper process that runs jq does not start")

    def _line(self, request: str, seconds: float) -> str | None:
        """Send a line and return the one that comes back, None when none comes in time."""
        helper = self._helper
        if helper is None or helper.stdin is None or helper.stdout is None:
            return None
        expired = Event()

        def expire() -> None:
            expired.set()
            helper.kill()

        timer = Timer(seconds, expire)
        timer.start()
        try:
            helper.stdin.write(f"{request}\n")
            helper.stdin.flush()
            line = helper.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
            timer.join()
        return None if expired.is_set() else line or None


def _end(helper: "Popen[str]") -> None:
    helper.kill()
    with suppress(BrokenPipeError):
        helper.communicate()


def _as_the_user_counts(problem: str) -> str:
    """Take off the line that stands before a user's program where a message of jq counts lines."""
    return re.sub(r"(?<=, line )\d+(?=, column)", lambda match: str(int(match.group()) - 1), problem)
