"""Rates of requests, as Schemathesis writes them."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def spacing_of(rate: str) -> float:
    """Read a rate as Schemathesis writes it, `100/m`: the seconds between requests. Raises ValueError."""
    count, _, unit = rate.partition("/")
    if not count.isdecimal() or int(count) == 0 or unit not in _UNITS:
        raise ValueError(f"a rate is written N/s, N/m, N/h or N/d, not {rate!r}")
    return _UNITS[unit] / int(count)
