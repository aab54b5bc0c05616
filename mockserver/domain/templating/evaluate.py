"""From expressions to values, with the truths of Apache Velocity 1.7 or of 2.x."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from mockserver.domain.templating import methods
from mockserver.domain.templating.arithmetic import COMPARISONS, combined
from mockserver.domain.templating.errors import Fault
from mockserver.domain.templating.java import View, as_key, is_list, is_number, wrapped
from mockserver.domain.templating.limits import Budget
from mockserver.domain.templating.nodes import (
    Block,
    Call,
    Chain,
    Expression,
    Index,
    Interpolated,
    ListOf,
    Literal,
    Logic,
    MapOf,
    Not,
    Property,
    Range,
    Reference,
)
from mockserver.domain.templating.scope import Scope

RenderText = Callable[[Block, Scope], str]


class Truthiness(Enum):
    """Which values hold in a condition: in 1.7 references to all but null and false, in 2.x none that is empty or zero either."""

    V1_7 = "1.7"
    V2 = "2.x"


class Evaluator:
    """Works out expressions; `render_text` renders what stands in double quotes."""

    def __init__(self, budget: Budget, truthiness: Truthiness, render_text: RenderText) -> None:
        self.budget = budget
        self.truthiness = truthiness
        self.render_text = render_text
        self.place = (1, 1)
        """Where the reference or directive stands that is being worked on."""

    def value(self, node: Expression, scope: Scope) -> Any:
        """Return a node's value, None for null. Raises Fault where Java raises, or over a bound."""
        self.budget.enter()
        match node:
            case Literal():
                found: Any = node.value
            case Reference():
                found = self.referred(node, scope)
            case Interpolated():
                text = self.render_text(node.block, scope)
                found = text if node.keeps_last else text[:-1]
            case Not() | Logic():
                found = self.holds(node, scope)
            case Chain():
                found = self.chained(node, scope)
            case ListOf() | MapOf() | Range():
                found = self.collected(node, scope)
        self.budget.leave()
        return found

    def holds(self, node: Expression, scope: Scope) -> bool:
        """Say whether a condition holds. In 1.7 a text, number, list or sum written there never does, only what it refers to."""
        match node:
            case Not():
                self.budget.enter()
                found = not self.holds(node.operand, scope)
                self.budget.leave()
            case Logic():
                found = any(self.holds(operand, scope) is node.stops_at for operand in node.operands) is node.stops_at
            case Chain(rest=((sign, _), *_)) if sign in COMPARISONS:
                found = bool(self.value(node, scope))
            case _ if self.truthiness is Truthiness.V2:
                found = _is_full(self.value(node, scope))
            case Reference():
                value = self.value(node, scope)
                found = value is not None and value is not False
            case _:
                found = isinstance(node, Literal) and node.value is True
        return found

    def chained(self, node: Chain, scope: Scope) -> Any:
        """Apply the operators of a chain from the left."""
        left = self.value(node.first, scope)
        for number, (sign, operand) in enumerate(node.rest):
            right = self.value(operand, scope)
            left = combined(sign, (left, node.sources[number]), (right, node.sources[number + 1]), self.budget)
        return left

    def collected(self, node: ListOf | MapOf | Range, scope: Scope) -> Any:
        """Make a list or a map; a range of anything but numbers is null."""
        match node:
            case ListOf():
                return [self.value(item, scope) for item in node.items]
            case MapOf():
                return {as_key(self.value(key, scope)): self.value(item, scope) for key, item in node.pairs}
            case Range():
                return self.ranged(node, scope)

    def ranged(self, node: Range, scope: Scope) -> list[int] | None:
        """List the integers of a range, up or down."""
        first, last = self.value(node.first, scope), self.value(node.last, scope)
        if not (is_number(first) and is_number(last)):
            return None
        first, last = wrapped(int(first)), wrapped(int(last))
        self.budget.steps(abs(last - first) + 1)
        return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))

    def referred(self, reference: Reference, scope: Scope) -> Any:
        """Follow a reference; None where it leads nowhere."""
        before, self.place = self.place, reference.place
        value = self.followed(scope.get(reference.root), reference.steps, scope)
        self.place = before
        return value

    def followed(self, value: Any, steps: tuple[Property | Call | Index, ...], scope: Scope) -> Any:
        """Take the steps of a reference from a value on; None as soon as one leads nowhere."""
        for step in steps:
            if value is None:
                return None
            match step:
                case Property():
                    value = methods.get(value, step.name)
                case Call():
                    arguments = [self.value(argument, scope) for argument in step.arguments]
                    value = methods.call(value, step.name, arguments, self.budget)
                case Index():
                    key = from_end(value, self.value(step.key, scope))
                    value = methods.call(value, "get", [key], self.budget)
        return value

    def assign(self, target: Reference, value: Any, scope: Scope) -> None:
        """Do `#set(target = value)`: a variable, a member of a map, an item of a list; anything else is left alone."""
        if not target.steps:
            scope.put(target.root, value)
            return
        self.place = target.place
        *way, last = target.steps
        holder = self.followed(scope.get(target.root), tuple(way), scope)
        if isinstance(last, Index):
            if holder is not None:
                self.assign_item(holder, from_end(holder, self.value(last.key, scope)), value)
        elif isinstance(holder, dict):
            holder[last.name] = value

    def assign_item(self, holder: Any, key: Any, value: Any) -> None:
        """Do `#set($holder[key] = value)`."""
        if isinstance(holder, dict):
            holder[as_key(key)] = value
        elif isinstance(holder, list) and type(key) is int and key in methods.INTEGERS:
            if not 0 <= key < len(holder):
                raise Fault(f"index {key} is out of the range of {len(holder)} items")
            holder[key] = value


def from_end(value: Any, key: Any) -> Any:
    """Count a negative index from the end of whatever has a size. Raises Fault for what has none, as 1.7 does."""
    if not (type(key) is int and key in methods.INTEGERS and key < 0):
        return key
    if isinstance(value, View):
        return key + len(value.items)
    if is_list(value) or isinstance(value, Mapping):
        return key + len(value)
    raise Fault("a negative index needs a list or a map")


def _is_full(value: Any) -> bool:
    return bool(value.items) if hasattr(value, "items") and not isinstance(value, Mapping) else bool(value)
