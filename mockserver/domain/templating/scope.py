"""The variables that a template sees: the context, and in a macro the parameters by name over it (1.7: ProxyVMContext)."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mockserver.domain.templating.nodes import Expression, Interpolated, ListOf, MapOf, Range, Reference


class Scope(Protocol):
    """Where names have values."""

    def get(self, name: str) -> Any:
        """Return the value of a name, None where it has none."""

    def put(self, name: str, value: Any) -> None:
        """Give a name a value."""

    def remove(self, name: str) -> None:
        """Take a name's value away."""

    def source(self, written: str) -> str:
        """Return what stands for a reference without a value: itself, or the argument that a parameter stands for."""


class Variables:
    """The outermost scope: a copy of the context, so that no template changes what the caller has."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._values = dict(context)

    def get(self, name: str) -> Any:
        """See Scope."""
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        """See Scope."""
        self._values[name] = value

    def remove(self, name: str) -> None:
        """See Scope."""
        self._values.pop(name, None)

    def source(self, written: str) -> str:
        """See Scope."""
        return written


class Parameters:
    """The scope of a macro: an argument is worked out each time its name is read, in the scope of the call."""

    def __init__(self, outer: Scope, evaluate: Callable[[Expression, Scope], Any]) -> None:
        self._outer = outer
        self._evaluate = evaluate
        self._values: dict[str, Any] = {}
        self._arguments: dict[str, Expression] = {}
        self._sources: dict[str, str] = {}

    def bind(self, name: str, argument: Expression) -> None:
        """Let a parameter stand for an argument; a constant is worked out at once."""
        if not isinstance(argument, Reference | Interpolated | ListOf | MapOf | Range):
            self._values[name] = self._evaluate(argument, self._outer)
            return
        self._arguments[name] = argument
        if isinstance(argument, Reference):
            self._sources[f"${name}"] = argument.source

    def get(self, name: str) -> Any:
        """See Scope."""
        value = self._values.get(name)
        if value is not None:
            return value
        argument = self._arguments.get(name)
        return self._outer.get(name) if argument is None else self._evaluate(argument, self._outer)

    def put(self, name: str, value: Any) -> None:
        """Give the name a value here and, as 1.7 does without local scope, outside."""
        self._values[name] = value
        self._outer.put(name, value)

    def remove(self, name: str) -> None:
        """See Scope."""
        self._values.pop(name, None)
        self._arguments.pop(name, None)
        self._outer.remove(name)

    def source(self, written: str) -> str:
        """See Scope."""
        return self._sources.get(written) or self._outer.source(written)
