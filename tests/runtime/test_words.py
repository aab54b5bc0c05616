"""Names for the simulated agents."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mockserver.runtime import NAMES_IN_A_POOL, FakerWords


def test_many_who_ask_at_once_get_the_names_of_one_drawing():
    words, together = FakerWords(seed=0), Barrier(8)

    def asked(_):
        together.wait()
        return words.names("fr")

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(asked, range(8)))

    assert len({id(names) for names in drawn}) == 1
    assert len(drawn[0]) == NAMES_IN_A_POOL


def test_the_names_of_a_language_depend_on_the_seed_alone():
    assert FakerWords(seed=1).names("de") == FakerWords(seed=1).names("de") != FakerWords(seed=2).names("de")
