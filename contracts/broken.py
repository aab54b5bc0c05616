"""How a test that checks several promises tells which of them an answer breaks."""

from collections.abc import Mapping

import pytest

SEEN = pytest.StashKey[set[str]]()
"""Where such a test leaves the codes of the promises that it has found something to look at for."""


class BrokenPromises(AssertionError):  # noqa: N818 - broken promises, no error of the suite
    """An answer breaks promises: `faults` say by code what is wrong."""

    def __init__(self, faults: Mapping[str, str], how: str) -> None:
        self.faults = {code: f"{text}\n{how}" for code, text in faults.items()}
        super().__init__("\n".join(f"{code}: {text}" for code, text in faults.items()) + f"\n{how}")


def faults_in(error: BaseException | None, code: str) -> dict[str, str]:
    """Return what an error says by code of the promises broken; what says nothing of the kind is about `code` itself."""
    match error:
        case None:
            return {}
        case BrokenPromises():
            return error.faults
        case BaseExceptionGroup() if _tells(error):
            return {name: text for inner in error.exceptions for name, text in faults_in(inner, code).items()}
        case _:
            return {code: str(error)}


def _tells(error: BaseException) -> bool:
    return any(map(_tells, error.exceptions)) if isinstance(error, BaseExceptionGroup) else isinstance(error, BrokenPromises)
