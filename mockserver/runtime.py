"""The ports made real: the system's clock and a fixed one, seeded ids, names from Faker."""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from random import Random
from typing import Any

NAMES_IN_A_POOL = 40
_LOCALES = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "de": "de_DE", "ja": "ja_JP", "it": "it_IT", "pt": "pt_BR"}


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here the port is made real

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


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


class SeededIds:
    """Ids and random numbers that depend on the seed and their purpose alone."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._requests = count(1)

    def random_for(self, *purpose: object) -> Random:
        """Return the same numbers for the same seed and purpose, on every machine and Python."""
        digest = hashlib.blake2b(repr((self._seed, purpose)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return Random(int.from_bytes(digest, "big"))  # noqa: S311 - repeatable on purpose, protects nothing

    def request_id(self) -> str:
        """Return the next request id, 32 hexadecimal digits (api-facts §8)."""
        return f"{self.random_for('request', next(self._requests)).getrandbits(128):032x}"


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
        self.names = lru_cache(maxsize=None)(self._draw)

    def _draw(self, language: str) -> Sequence[str]:
        from faker import Faker  # noqa: PLC0415 - costs a tenth of a second that a start need not pay

        faker = Faker(_LOCALES[language])
        faker.seed_instance(self._seed)
        return tuple(faker.first_name() for _ in range(NAMES_IN_A_POOL))
