"""Seeded chaos: which faults an answer can be given (`FAULTS`), on which requests they fall, and what they do to a body."""

from mockserver.domain.chaos.bodies import BrokenTransferError, faulty
from mockserver.domain.chaos.faults import FAULTS, NONE, Fault, Faults, Reach, fallen, faults_in, read
from mockserver.domain.chaos.rules import Match, Rule, RuleError, rules_of

__all__ = [
    "FAULTS",
    "NONE",
    "BrokenTransferError",
    "Fault",
    "Faults",
    "Match",
    "Reach",
    "Rule",
    "RuleError",
    "fallen",
    "faults_in",
    "faulty",
    "read",
    "rules_of",
]
