"""Write the tables of README from the code: `python -m tests.readme.generate`."""

import re
from pathlib import Path

from contracts.promises import PROMISES
from mockserver.domain.errors import REFUSALS
from mockserver.pipeline import STATUS
from mockserver.settings import rows

README = Path(__file__).parents[2] / "README.md"


def _table(head: tuple[str, ...], lines: list[tuple[object, ...]]) -> str:
    written = [head, ("---",) * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in written)


def _default(value: object) -> str:
    return f"`{value}`" if value != "" else ""


def tables() -> dict[str, str]:
    """Return every generated table by the name of its place in README."""
    return {
        "settings": _table(
            ("setting", "default", "meaning"), [(f"`{name}`", _default(value), text) for name, value, text in rows()]
        ),
        "codes": _table(
            ("code", "status", "meaning", "what to do"),
            [(row.code, STATUS.get(row.kind, "as asked"), row.meaning, row.remedy) for row in REFUSALS.values()],
        ),
        "promises": _table(
            ("code", "class", "promise", "needs"),
            [
                (row.code, row.kind, row.sentence + ("" if row.exact else " (statistical on a live model)"), row.needs)
                for row in PROMISES.values()
            ],
        ),
    }


def generated(text: str) -> str:
    """Return README with every table as the code has it now."""
    for name, table in tables().items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, count = place.subn(lambda match, table=table: f"{match.group(1)}{table}\n{match.group(2)}", text)
        if count != 1:
            raise ValueError(f"README has {count} places for the table {name!r}, not one")
    return text


if __name__ == "__main__":
    README.write_text(generated(README.read_text("utf-8")), "utf-8")
