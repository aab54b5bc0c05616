"""Aliases: names that lead each new session to an agent, by rules on the session (api-facts §2.11)."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

from mockserver.domain.conditions import Condition, ConditionError, holds, parse, value_of
from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject, timestamp

_HASH_BYTES = 16
_RULES = "/policy/rules"
_UNSEEN = frozenset({"agent_key", "effective_compaction", "secrets"})


@dataclass(frozen=True, slots=True)
class Targets:
    """The agents that a rule leads to, with the running sums of their weights.

    `partition_by` divides sessions among them; it is None where there is one agent.
    """

    agents: tuple[str, ...]
    bounds: tuple[int, ...]
    partition_by: Condition | None

    def chosen(self, value: Any) -> str:
        """Return the agent for a partition value: by its hash, evenly over the sum of the weights; equal values, equal agents."""
        position = _hash(value) * self.bounds[-1] >> 8 * _HASH_BYTES
        return self.agents[bisect_right(self.bounds, position)]


@dataclass(frozen=True, slots=True)
class Rule:
    """Where sessions go for which `match` is true; None matches every session."""

    match: Condition | None
    targets: Targets


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules, of which the first that matches counts, and how the client wrote them."""

    rules: tuple[Rule, ...]
    written: JsonObject

    def leads_to(self, agent_key: str) -> bool:
        """Say whether any rule names this agent."""
        return any(agent_key in rule.targets.agents for rule in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An alias as it is stored."""

    key: str
    name: str
    policy: Policy
    created_at: datetime
    description: str | None = None
    enabled: bool = True
    metadata: JsonObject
    updated_at: datetime | None = None
    sequence: int = 0

    def as_json(self) -> JsonObject:
        """Write it as the API does; absent fields are left out."""
        return {
            "key": self.key,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "policy": self.policy.written,
            "enabled": self.enabled,
            "metadata": self.metadata,
            "created_at": timestamp(self.created_at),
            **({} if self.updated_at is None else {"updated_at": timestamp(self.updated_at)}),
        }


def new_alias(body: JsonObject, has_agent: Callable[[str], bool], now: datetime) -> Alias:
    """Make the alias that a valid create request describes. Raises Refused SM374 for a policy that cannot be used."""
    return Alias(
        key=body["key"],
        name=body["name"],
        description=body.get("description"),
        policy=policy_of(body["policy"], has_agent),
        enabled=body.get("enabled", True),
        metadata=body.get("metadata", {}),
        created_at=now,
    )


def updated_alias(alias: Alias, body: JsonObject, now: datetime) -> Alias:
    """Apply a valid PATCH, which cannot change the policy; metadata is replaced whole."""
    changes = {name: body[name] for name in ("name", "description", "enabled", "metadata") if name in body}
    return replace(alias, **changes, updated_at=now)


def policy_of(written: JsonObject, has_agent: Callable[[str], bool]) -> Policy:
    """Read a policy that fits the document; `has_agent` says whether there is an agent.

    Raises Refused SM374 naming every field at fault: conditions that cannot be read, a rule behind the one that matches every
    session, agents that do not exist, weights of which none is above 0.
    """
    wrong: dict[str, str] = {}
    for index, rule in enumerate(written["rules"]):
        wrong |= {f"{_RULES}/{index}/{field}": reason for field, reason in _faults(rule, has_agent)}
    catch_all = next((index for index, rule in enumerate(written["rules"]) if "match" not in rule), None)
    if catch_all is not None and catch_all + 1 < len(written["rules"]):
        reason = f"can never be reached: rule {catch_all} has no match, so it takes every session and must be the last"
        wrong[f"{_RULES}/{catch_all + 1}"] = reason
    if wrong:
        told = "; ".join(f"{field} {reason}" for field, reason in wrong.items())
        raise Refused("SM374", f"The policy of the alias cannot be used: {told}.", fields=wrong)
    return Policy(tuple(_rule(rule) for rule in written["rules"]), written)


def _faults(rule: JsonObject, has_agent: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    targets = rule["targets"]
    for field, text in (("match", rule.get("match")), ("targets/partition_by", targets.get("partition_by"))):
        if problem := None if text is None else _syntax_fault(text):
            yield field, problem
    for place, option in _options(targets):
        if not has_agent(option["agent_key"]):
            yield f"{place}/agent_key", f"there is no agent {option['agent_key']!r}"
    if not any(option.get("weight", 1) for _, option in _options(targets)):
        yield "targets/options", "at least one weight must be above 0"


def _syntax_fault(text: str) -> str | None:
    try:
        parse(text)
    except ConditionError as error:
        return f"cannot be read: {error}"
    return None


def _options(targets: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Return what the targets name, each with its place."""
    if targets["type"] == "single":
        yield "targets", targets
    else:
        yield from ((f"targets/options/{index}", option) for index, option in enumerate(targets["options"]))


def _rule(rule: JsonObject) -> Rule:
    targets = rule["targets"]
    options = [option for _, option in _options(targets)]
    return Rule(
        match=parse(rule["match"]) if "match" in rule else None,
        targets=Targets(
            agents=tuple(option["agent_key"] for option in options),
            bounds=tuple(accumulate(int(option.get("weight", 1)) for option in options)),
            partition_by=parse(targets["partition_by"]) if targets["type"] == "weighted" else None,
        ),
    )


def target_of(alias: Alias, session: JsonObject, now: datetime) -> str:
    """Return the key of the agent that a session goes to which is being created; `session` is how the API writes it.

    Raises Refused SM375 where no rule matches, SM376 where the partition of the rule that does is null.
    """
    context: Mapping[str, Any] = {
        "session": {name: value for name, value in session.items() if name not in _UNSEEN},
        "agent": {name: value for name, value in alias.as_json().items() if name != "policy"},
        "currentDate": timestamp(now),
    }
    for index, rule in enumerate(alias.policy.rules):
        if rule.match is None or holds(rule.match, context):
            return _target(alias, index, context)
    message = f"No rule of alias {alias.key} matches the session; give it what a rule asks for, or add a rule without match."
    raise Refused("SM375", message)


def _target(alias: Alias, index: int, context: JsonObject) -> str:
    targets = alias.policy.rules[index].targets
    if targets.partition_by is None:
        return targets.chosen(None)
    value = value_of(targets.partition_by, context)
    if value is None:
        text = alias.policy.written["rules"][index]["targets"]["partition_by"]
        message = f"Rule {index} of alias {alias.key} divides sessions by {text!r}, which is null for this session."
        raise Refused("SM376", message)
    return targets.chosen(value)


def _hash(value: Any) -> int:
    """Hash a JSON value; whole numbers are the same with and without a point."""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    text = json.dumps(plain, sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), "big")
