"""How much one rendering may do, and the count of what it has done."""

from dataclasses import dataclass

from mockserver.domain.templating.errors import Fault


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one rendering. The first two are the engine's own where it has them (1.7: 20 macros, loops configurable)."""

    macro_depth: int = 20
    iterations: int = 10_000
    characters: int = 1_000_000
    steps: int = 200_000
    depth: int = 60


LIMITS = Limits()
LONGEST_INTEGER = 4096


class Budget:
    """Counts against `limits`; every count raises Fault naming the bound that it passes."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.used_characters = 0
        self.used_iterations = 0
        self.used_steps = 0
        self.deep = 0

    def characters(self, number: int) -> None:
        """Count text that is printed or built."""
        self.used_characters += number
        if self.used_characters > self.limits.characters:
            raise Fault(f"the output and the texts built for it are longer than {self.limits.characters} characters")

    def iteration(self) -> None:
        """Count one turn of any #foreach."""
        self.used_iterations += 1
        if self.used_iterations > self.limits.iterations:
            raise Fault(f"#foreach turns more than {self.limits.iterations} times in total")

    def steps(self, number: int = 1) -> None:
        """Count work: nodes visited, values compared or listed."""
        self.used_steps += number
        if self.used_steps > self.limits.steps:
            raise Fault(f"rendering takes more than {self.limits.steps} steps")

    def enter(self) -> None:
        """Go one level down; `leave` comes back."""
        self.deep += 1
        if self.deep > self.limits.depth:
            raise Fault(f"directives, macros, expressions or values are nested deeper than {self.limits.depth}")
        self.steps()

    def leave(self) -> None:
        """Come back from `enter`."""
        self.deep -= 1

    def integer(self, number: int) -> int:
        """Let an integer pass that is not a bomb of digits."""
        if number.bit_length() > LONGEST_INTEGER:
            raise Fault(f"a number has more than {LONGEST_INTEGER} bits")
        return number
