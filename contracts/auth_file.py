"""Keys from a Web Fuzzing Commons auth file (https://github.com/WebFuzzing/Commons), which other tools read as well.

An entry of `auth` is one caller; its key stands in `fixedHeaders` as `x-api-key`, and entries without one are passed over. Two
fields of our own say who it is, which other tools pass over: `roles` (on the account; without it, a name that is a role counts as
it) and `account: other` for somebody of another account. The first owner or administrator makes the run's other identities;
where nobody says that he is one, the first entry without roles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from contracts.operations import roles_of_kind

_HEADER = "x-api-key"
_ADMINISTRATORS = ("owner", "administrator")
_OTHER = "other"


class AuthFileError(Exception):
    """The file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a run is given: of an administrator, of one of another account, and by role."""

    api_key: str | None = field(default=None, repr=False)
    other_api_key: str | None = field(default=None, repr=False)
    role_keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    roles: frozenset[str]
    is_other: bool

    @property
    def administers(self) -> bool:
        return not self.roles.isdisjoint(_ADMINISTRATORS)


def read_keys(file: Path) -> Keys:
    """Read the keys in an auth file, YAML or JSON. Raises AuthFileError."""
    entries = [_entry(f"{file}: {one['name']}", one) for one in _raw(file) if _HEADER in one["headers"]]
    own, others = ([entry for entry in entries if entry.is_other is side] for side in (False, True))
    administrator, foreign = _administrator(own), _administrator(others)
    if administrator is None:
        advice = f"give one `roles: [owner]`, and its key as {_HEADER} in fixedHeaders: a login is not enough to make other keys"
        raise AuthFileError(f"{file} has no entry for an owner or administrator; {advice}")
    by_role = {role: entry.key for entry in reversed(own) for role in entry.roles if entry is not administrator}
    return Keys(administrator.key, foreign.key if foreign else None, by_role)


def _raw(file: Path) -> Sequence[Mapping[str, Any]]:
    """Return the entries as they are written, templates filled in, after the format's own reader has found them sound."""
    from schemathesis.wfc.errors import WFCError  # noqa: PLC0415 - it costs a second, and few runs need it
    from schemathesis.wfc.loader import load_from_file  # noqa: PLC0415

    try:
        loaded = load_from_file(file)
    except WFCError as error:
        raise AuthFileError(f"{file} is no auth file of Web Fuzzing Commons: {error}") from error
    document = yaml.safe_load(file.read_text("utf-8"))  # JSON is YAML
    written = {entry["name"]: entry for entry in document["auth"]}
    shared = document.get("authTemplate") or {}
    return [
        {**shared, **written[one.name], "headers": {header.name.lower(): header.value for header in one.fixed_headers}}
        for one in loaded
    ]


def _entry(where: str, one: Mapping[str, Any]) -> _Entry:
    return _Entry(one["headers"][_HEADER], frozenset(_roles(where, one)), one.get("account") == _OTHER)


def _roles(where: str, one: Mapping[str, Any]) -> Iterable[str]:
    known = roles_of_kind("api")
    if "roles" not in one:
        named = str(one["name"]).replace("-", "_")
        return [named] if named in known else []
    given = one["roles"] if isinstance(one["roles"], list) else [one["roles"]]
    for role in given:
        if role not in known:
            raise AuthFileError(f"{where} has the role {role!r}; there are {', '.join(known)}")
    return given


def _administrator(entries: Sequence[_Entry]) -> _Entry | None:
    administrators = [entry for entry in entries if entry.administers]
    unnamed = [entry for entry in entries if not entry.roles]
    return next(iter(administrators or unnamed), None)
