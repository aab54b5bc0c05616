"""What random programs send: few values, so that they meet again, and none whose meaning is in doubt."""

from typing import Any

from hypothesis import strategies as st

from contracts.model.conditions import WORDS

Bodies = st.SearchStrategy[dict[str, Any]]
_ROLES = ("premium", "basic", "O'Brien", None)
_TEXTS = st.text("aZ0 ü字🙂'\"\\\n<", max_size=6)
_PLAIN = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.sampled_from((0.5, -2.25)) | _TEXTS
_JSON = st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2), max_leaves=4)

metadata: Bodies = st.fixed_dictionaries(
    {"more": _JSON}, optional={"tier": st.none() | st.integers(0, 3), "role": st.sampled_from(_ROLES)}
)
names = st.builds("{} {}".format, st.sampled_from(("Amber", "Brisk")), st.sampled_from((*WORDS, " and ".join(WORDS), "plain")))
descriptions = st.just("") | names.map("about {}".format)
_fields: dict[str, st.SearchStrategy[Any]] = {
    "name": names,
    "description": descriptions,
    "metadata": metadata,
    "enabled": st.booleans(),
    "tti_minutes": st.sampled_from((0, 600, 100_000)),
}
_one_change = st.sampled_from(sorted(_fields)).flatmap(lambda name: st.fixed_dictionaries({name: _fields[name]}))
sessions: Bodies = st.fixed_dictionaries({}, optional=_fields)
changes: Bodies = _one_change | sessions
named: Bodies = st.fixed_dictionaries({"name": names, "metadata": metadata})
