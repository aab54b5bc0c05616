"""Parts of a text: its lines, and as much as fits into a number of bytes."""


def lines_of(text: str) -> list[str]:
    """Cut a text into lines, each but the last with its line feed. Joined they are the text."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def within_bytes(text: str, most: int) -> str:
    """Return the longest beginning of a text that takes at most this many bytes in UTF-8, no character cut in two."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
