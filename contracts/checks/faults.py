"""A fault of a turn: a sentence that names the place and what was expected there, and the place for programs."""


class Fault(str):
    """The sentence. `at` is the index of the frame or event that it is about, `stored_at` that of the stored event."""

    at: int | None
    stored_at: int | None

    def __new__(cls, sentence: str, *, at: int | None = None, stored_at: int | None = None) -> "Fault":
        """Make a fault of its sentence."""
        fault = super().__new__(cls, sentence)
        fault.at, fault.stored_at = at, stored_at
        return fault
