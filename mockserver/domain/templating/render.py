"""From a template and a context to text, as Apache Velocity 1.7 renders it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mockserver.domain.templating.errors import Fault, TemplateError
from mockserver.domain.templating.evaluate import Evaluator, Truthiness
from mockserver.domain.templating.java import Loop, View, as_text, is_list
from mockserver.domain.templating.limits import LIMITS, Budget, Limits
from mockserver.domain.templating.nodes import Block, Foreach, Halt, If, MacroCall, Node, Reference, Set, Template, Text
from mockserver.domain.templating.scope import Parameters, Scope, Variables
from mockserver.domain.values import MISSING, JsonObject

_COUNT, _HAS_NEXT, _LOOP = "velocityCount", "velocityHasNext", "foreach"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of output: text of the template, or a value that a reference brought in (`value` is then not MISSING)."""

    text: str
    value: Any = MISSING


def render(template: Template, context: JsonObject, *, limits: Limits = LIMITS, truthiness: Truthiness = Truthiness.V1_7) -> str:
    """Render a parsed template. Raises TemplateError where the engine would raise, or over a bound of `limits`."""
    match template.block:
        case ():
            return ""
        case (Text(text),) if len(text) <= limits.characters:
            return text
    return "".join(segment.text for segment in segments(template, context, limits=limits, truthiness=truthiness))


def segments(
    template: Template, context: JsonObject, *, limits: Limits = LIMITS, truthiness: Truthiness = Truthiness.V1_7
) -> Iterator[Segment]:
    """Render in pieces, so that a caller can tell the template's own text from values. Raises as `render` does."""
    renderer = _Renderer(template, Budget(limits), truthiness)
    try:
        yield from renderer.rendered(context)
    except Fault as fault:
        line, column = renderer.evaluator.place
        raise TemplateError(str(fault), line=line, column=column) from fault


class _Halted(Exception):  # noqa: N818 - it is no error
    """`#break` or `#stop` was reached."""

    def __init__(self, *, ends_all: bool) -> None:
        self.ends_all = ends_all


class _Renderer:
    """One rendering: its template, its budget, and the pieces so far."""

    def __init__(self, template: Template, budget: Budget, truthiness: Truthiness) -> None:
        self.template = template
        self.budget = budget
        self.evaluator = Evaluator(budget, truthiness, self.text_of)
        self.pieces: list[Segment] = []
        self.macros_deep = 0

    def rendered(self, context: JsonObject) -> list[Segment]:
        """Render the template to its pieces."""
        values = _copied(context, self.budget) if self.template.sets_members else context
        with suppress(_Halted):
            self.block(self.template.block, Variables(values))
        return self.pieces

    def write(self, text: str, value: Any = MISSING) -> None:
        self.budget.characters(len(text))
        self.pieces.append(Segment(text, value))

    def text_of(self, block: Block, scope: Scope) -> str:
        """Render a block to a text of its own."""
        around, self.pieces = self.pieces, []
        try:
            self.block(block, scope)
            return "".join(piece.text for piece in self.pieces)
        finally:
            self.pieces = around

    def block(self, block: Block, scope: Scope) -> None:
        self.budget.enter()
        for node in block:
            self.budget.steps()
            self.node(node, scope)
        self.budget.leave()

    def node(self, node: Node, scope: Scope) -> None:
        match node:
            case Text():
                self.write(node.text)
            case Reference():
                self.reference(node, scope)
            case If():
                self.block(self.chosen(node, scope), scope)
            case Foreach():
                self.loop(node, scope)
            case Set():
                self.assign(node, scope)
            case MacroCall():
                self.call(node, scope)
            case Halt():
                raise _Halted(ends_all=node.ends_all)

    def reference(self, node: Reference, scope: Scope) -> None:
        """Print a value; without one the source, or nothing where it is quiet. An escaped one prints its source."""
        value = self.evaluator.value(node, scope)
        if node.is_escaped:
            self.write(node.backslashes + ("\\" if value is None else "") + node.source)
        elif value is None:
            missing = "" if node.is_quiet else scope.source(node.source)
            self.write(node.backslashes * 2 + node.prefix + missing)
        else:
            if node.backslashes or node.prefix:
                self.write(node.backslashes + node.prefix)
            self.evaluator.place = node.place
            self.pieces.append(Segment(as_text(value, self.budget), value))

    def chosen(self, node: If, scope: Scope) -> Block:
        for condition, block in node.branches:
            if self.evaluator.holds(condition, scope):
                return block
        return node.otherwise

    def assign(self, node: Set, scope: Scope) -> None:
        """Set a reference; a value that is missing leaves it as it was."""
        value = self.evaluator.value(node.value, scope)
        if value is not None:
            self.evaluator.assign(node.target, value, scope)

    def loop(self, node: Foreach, scope: Scope) -> None:
        """Turn for each item of a list or value of a map; for anything else not at all."""
        self.evaluator.place = node.place
        items = _items(self.evaluator.value(node.subject, scope))
        if items is None:
            return
        number, item = items
        saved = [(name, scope.get(name)) for name in (_COUNT, node.name, _HAS_NEXT)]
        state = Loop(replaced=scope.get(_LOOP))
        scope.put(_LOOP, state)
        for index in range(number):
            self.evaluator.place = node.place
            self.budget.iteration()
            state.index, state.has_next = index, index + 1 < number
            scope.put(_COUNT, index + 1)
            scope.put(_HAS_NEXT, state.has_next)
            scope.put(node.name, item(index))
            if not self.turned(node, scope):
                break
        _restore(scope, saved)

    def turned(self, node: Foreach, scope: Scope) -> bool:
        """Turn once; say whether the loop goes on."""
        deep = self.budget.deep
        try:
            self.block(node.body, scope)
        except _Halted as halted:
            if halted.ends_all:
                raise
            self.budget.deep = deep
            return False
        return True

    def call(self, node: MacroCall, scope: Scope) -> None:
        """Render a macro's body; what is no macro stands for itself."""
        macro = self.template.macros.get(node.name)
        if macro is None:
            self.write(node.source)
            return
        self.evaluator.place = node.place
        if self.macros_deep == self.budget.limits.macro_depth:
            raise Fault(f"macros call each other more than {self.budget.limits.macro_depth} deep")
        inner = Parameters(scope, self.evaluator.value)
        for name, argument in zip(macro.parameters, node.arguments, strict=False):
            inner.bind(name, argument)
        deep = self.budget.deep
        self.macros_deep += 1
        try:
            self.block(macro.body, inner)
        except _Halted as halted:
            if halted.ends_all:
                raise
            self.budget.deep = deep
        finally:
            self.macros_deep -= 1


def _items(value: Any) -> tuple[int, Callable[[int], Any]] | None:
    """How many items a value gives to a loop, and each by its number; None for what gives none."""
    if isinstance(value, View):
        value = value.items
    if is_list(value):
        return len(value), value.__getitem__
    if not isinstance(value, Mapping):
        return None
    keys = list(value)

    def item(number: int) -> Any:
        if len(value) != len(keys):
            raise Fault("#set gave a map a new member while #foreach went through it")
        return value[keys[number]]

    return len(keys), item


def _restore(scope: Scope, saved: list[tuple[str, Any]]) -> None:
    """Give the names that a loop used what they had before, and `$foreach` what it was around the loop."""
    for name, value in saved:
        if value is None:
            scope.remove(name)
        else:
            scope.put(name, value)
    state = scope.get(_LOOP)
    if isinstance(state, Loop):
        if state.replaced is None:
            scope.remove(_LOOP)
        else:
            scope.put(_LOOP, state.replaced)


def _copied(value: Any, budget: Budget) -> Any:
    """Copy plain data, so that setting a member does not reach the caller's."""
    budget.enter()
    copy: Any = value
    if isinstance(value, Mapping):
        copy = {name: _copied(item, budget) for name, item in value.items()}
    elif is_list(value):
        copy = [_copied(item, budget) for item in value]
    budget.leave()
    return copy
