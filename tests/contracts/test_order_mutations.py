"""The order checks take every legal turn, and tell nearly every turn that is broken on purpose."""

import sys
from collections import Counter
from functools import cache
from random import Random

import pytest

from contracts.checks.order import faults_against_store, faults_of_stream, faults_of_turn
from contracts.document import event_order
from tests.contracts.conversations import Sample, as_json, sample
from tests.contracts.mutators.legality import is_as_legal
from tests.contracts.mutators.sent import REARRANGING, SENT, change_a_type
from tests.contracts.mutators.throughout import THROUGHOUT

ORDER = event_order()
SAMPLES = 1000
FEWEST_MUTANTS = 50


@cache
def samples():
    return tuple(sample(seed) for seed in range(SAMPLES))


@cache
def answers():
    """JSON answers of the same turns. One that failed has none: its request is refused."""
    sound = (each for each in samples() if "error" not in {frame["type"] for frame in each.frames})
    return tuple(Sample(as_json(each), each.stored, each.since) for each in sound)


def of_stream(each):
    yield from faults_of_stream(each.frames, ORDER, since=each.since)
    yield from faults_against_store(each.frames, each.stored, ORDER)


def of_answer(each):
    yield from faults_of_turn(each.frames, ORDER, since=each.since)


def test_the_samples_hold_every_kind_of_frame_often():
    counted = Counter(frame["type"] for each in samples() for frame in each.frames)
    assert counted.keys() == ORDER.stream.followers.keys()
    assert min(counted.values()) >= 20, counted
    assert sum(each.since for each in samples()) >= 100


def test_every_legal_stream_is_taken():
    assert [(seed, fault) for seed, each in enumerate(samples()) for fault in of_stream(each)] == []


def test_every_legal_answer_is_taken_and_is_what_is_stored():
    assert [fault for each in answers() for fault in of_answer(each)] == []
    assert [fault for each in answers() for fault in faults_against_store(each.frames, each.stored, ORDER)] == []


@pytest.mark.parametrize("mutator", REARRANGING, ids=lambda mutator: mutator.__name__)
def test_what_a_service_may_do_either_way_is_taken(mutator):
    mutants = [(each, mutator(chance(mutator, seed), each)) for seed, each in enumerate(samples())]
    legal = [mutant for each, mutant in mutants if mutant and is_as_legal(each, mutant)]
    assert [fault for mutant in legal for fault in of_stream(mutant)] == []
    assert len(legal) < len(mutants) / 3


def chance(mutator, seed):
    return Random(f"{mutator.__name__} {seed}")  # noqa: S311 - reproducible


def rates(given, mutators, faults):
    """Break every sample in every way; count the mutants of each way, and those that are told."""
    made, told = Counter(), Counter()
    for seed, each in enumerate(given):
        for mutator in mutators:
            mutant = mutator(chance(mutator, seed), each)
            is_told = mutant is not None and next(faults(mutant), None) is not None
            may_be_legal = mutator in REARRANGING or mutator is change_a_type
            if mutant is None or (may_be_legal and not is_told and is_as_legal(each, mutant)):
                continue
            made[mutator.__name__] += 1
            told[mutator.__name__] += is_told
    return made, told


@pytest.mark.parametrize(
    ("given", "mutators", "faults"),
    [(samples, SENT, of_stream), (samples, THROUGHOUT, of_stream), (answers, THROUGHOUT, of_answer)],
    ids=["sent", "stored", "json"],
)
def test_nearly_every_broken_turn_is_told(given, mutators, faults):
    made, told = rates(given(), mutators, faults)
    table = "\n".join(f"{told[name] / count:8.2%} of {count:4} {name}" for name, count in made.items())
    sys.stdout.write(f"\n{table}\n{told.total() / made.total():8.2%} of {made.total():4} in all\n")
    assert told.total() / made.total() >= 0.99
    assert [name for name, count in made.items() if told[name] / count < 0.95] == []
    assert [name for name, count in made.items() if count < FEWEST_MUTANTS] == []
