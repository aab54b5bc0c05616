"""The lexical machine of Velocity 1.7: a state, a stack of states, and a count of parentheses in each."""

import re

from mockserver.domain.templating.errors import Places
from mockserver.domain.templating.tokens import RULES, Rule, State, Token

_CALLED = re.compile(r"[ \t\r\n]*\(")
_KEPT = re.compile(r"\\+\$|[#$]")
_ENTERS = {
    "verbatim": State.VERBATIM,
    "formal comment": State.BLOCK_COMMENT,
    "block comment": State.BLOCK_COMMENT,
    "line comment": State.LINE_COMMENT,
    "reference": State.REFERENCE,
    "index": State.INDEX,
    "hash": State.HASH,
    "set": State.DIRECTIVE,
}
_SWITCHES = {
    "member": State.MEMBER,
    "arguments": State.ARGUMENTS,
    "arguments end": State.REFERENCE,
    "directive": State.DIRECTIVE,
}
_GIVES_BACK = {"formal comment": 1, "member": 1}
_ENDS_A_REFERENCE = {
    "reference": {State.REFERENCE},
    "line comment": {State.REFERENCE},
    "hash": {State.REFERENCE, State.MEMBER},
}


class Lexer:
    """Cuts a template into words, on demand."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.places = places
        self.at = 0
        self.state = State.TEXT
        self.opened = 0
        self.closed = 0
        self.stack: list[tuple[State, int, int]] = []

    def next(self) -> Token:
        """Give the next word, `eof` after the last. Raises TemplateError where the text is none in this state."""
        before, start = "", self.at
        is_begun = False
        while True:
            if self.at == len(self.text) and not is_begun:
                return Token("eof", "", start, start, before)
            rule, end = self.longest(start)
            self.at = end - _GIVES_BACK.get(rule.effect, 0)
            if rule.kind == "integer" and self.text.endswith("..", start, end):
                self.at -= len("..")
            self.react(rule)
            if rule.kind == "end":
                before += _printed(self.text[start:end])
                self.at = end - 1
            elif rule.kind not in {"more", "skip"}:
                image = "." if rule.kind == "." else self.text[start : self.at]
                return Token(rule.kind, image, start, self.at, before)
            is_begun = rule.kind == "more"
            start = start if is_begun else self.at

    def longest(self, start: int) -> tuple[Rule, int]:
        """Find the rule that takes the most text here, and where it ends."""
        best, end = None, self.at
        for rule in RULES[self.state]:
            match = rule.pattern.match(self.text, self.at)
            if match and match.end() > end:
                best, end = rule, match.end()
        if best:
            return best, end
        if self.at == len(self.text):
            begun = self.text[start:].lstrip("\\")[:3]
            raise self.places.error(f"the template ends inside {begun!r}; close it, or put text or a space behind it", start)
        raise self.places.error(f"{self.text[self.at]!r} has no meaning here", self.at)

    def react(self, rule: Rule) -> None:
        """Move the machine as the rule says."""
        effect = rule.effect
        if effect in _ENTERS:
            if self.state in _ENDS_A_REFERENCE.get(effect, ()):
                self.pop()
            self.push(_ENTERS[effect])
            self.opened = 1 if effect == "set" else 0
        elif effect in _SWITCHES:
            self.state = _SWITCHES[effect]
            self.opened += effect == "arguments"
        elif effect == "pop":
            self.pop()
        elif effect == "open":
            self.opened += 1
        elif effect == "close":
            self.close()
        elif self.state is State.HASH:
            self.leave_hash(effect)

    def leave_hash(self, effect: str) -> None:
        """Behind `#word`: its arguments where a parenthesis follows, else the text goes on. Behind `#5` it always does."""
        if effect == "word" and _CALLED.match(self.text, self.at):
            self.state = State.DIRECTIVE
        else:
            self.pop()

    def close(self) -> None:
        """Leave the state that this parenthesis closes: the latest that has an open one."""
        while not self.opened and self.stack:
            self.pop()
        if self.opened == self.closed + 1:
            self.pop()
        elif self.opened:
            self.closed += 1

    def push(self, state: State) -> None:
        """Enter a state, to come back from it."""
        self.stack.append((self.state, self.opened, self.closed))
        self.state = state

    def pop(self) -> None:
        """Come back to the state before."""
        self.state, self.opened, self.closed = self.stack.pop() if self.stack else (State.TEXT, 0, self.closed)


def _printed(image: str) -> str:
    """What is printed of a reference or directive that came to nothing: its signs, and backslashes before `$`."""
    return "".join(_KEPT.findall(image[:-1]))
