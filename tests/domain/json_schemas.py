"""JSON schemas, drawn by Hypothesis: `strict` and `loose` ones, which a value surely fits, and `wild` ones."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["id", "message", "userEmail", "created_at", "score", "tags", "a/b~c", "größe", "query", "x"])
FORMATS = [
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uuid",
    "json-pointer",
    "regex",
    "none",
]
PATTERNS = [
    r"^\d{3}-\d{4}$",
    "^[A-Z]{2,5}$",
    "^(foo|bar)+baz?$",
    "abc",
    r"^[^a-z]+\.\w{2,}$",
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    r"\s",
    "^$",
]
SCALARS = [None, True, False, 0, 1, -1.5, "billing", "technical", "", "a b"]
scalars = st.sampled_from(SCALARS)


def typed(kind, **keywords):
    return {"type": kind, **keywords}


def objects(properties, *, strict):
    def built(properties, required, further):
        needed = list(properties) if strict else [name for name, needs in zip(properties, required, strict=False) if needs]
        closed = {"additionalProperties": False} if strict else {} if further is None else {"additionalProperties": further}
        return typed("object", properties=properties, required=needed, **closed)

    further = st.none() | st.booleans() | st.just({"type": "integer"})
    fields = st.dictionaries(NAMES, properties, max_size=3)
    return st.builds(built, fields, st.lists(st.booleans(), max_size=3), further)


def ranges(low, high, least, most):
    return st.tuples(st.integers(low, high), st.integers(0, high)).map(lambda pair: {least: pair[0], most: pair[0] + pair[1]})


strict_leaves = st.one_of(
    st.sampled_from([typed(kind) for kind in ("string", "integer", "number", "boolean")]),
    st.lists(st.sampled_from(["billing", "technical", "general"]), min_size=1, max_size=3, unique=True).map(
        lambda names: typed("string", enum=names)
    ),
    st.sampled_from(FORMATS).map(lambda form: typed("string", format=form)),
    scalars.map(lambda value: {"const": value}),
    st.just({"type": ["string", "null"]}),
)
loose_leaves = st.one_of(
    strict_leaves,
    st.just({}),
    st.just(True),
    ranges(0, 30, "minLength", "maxLength").map(lambda bounds: typed("string", **bounds)),
    st.sampled_from(PATTERNS).map(lambda pattern: typed("string", pattern=pattern)),
    ranges(-50, 200, "minimum", "maximum").map(lambda bounds: typed("integer", **bounds)),
    ranges(-50, 200, "exclusiveMinimum", "maximum").map(
        lambda bounds: typed("number", exclusiveMinimum=bounds["exclusiveMinimum"] - 0.5, maximum=bounds["maximum"])
    ),
    st.sampled_from([0.01, 0.1, 0.25, 3, 7.5, 1000]).map(lambda step: typed("number", multipleOf=step)),
    st.integers(-9, 9).map(lambda number: typed("integer", minimum=number, maximum=number + 12, multipleOf=4)),
    st.tuples(st.sampled_from(["string", "integer"]), scalars).map(lambda pair: typed(pair[0], default=pair[1])),
    st.sampled_from(["minimum", "exclusiveMaximum", "minLength", "minItems"]).map(lambda keyword: {keyword: 2}),
)


def strict_deeper(inner):
    arrays = inner.map(lambda items: typed("array", items=items))
    nullable = inner.map(lambda schema: {"anyOf": [{"type": "null"}, schema]})
    return objects(inner, strict=True) | arrays | nullable


def loose_deeper(inner):
    return st.one_of(
        objects(inner, strict=False),
        st.builds(lambda items, bounds: typed("array", items=items, **bounds), inner, ranges(0, 3, "minItems", "maxItems")),
        st.builds(
            lambda first, items: typed("array", prefixItems=first, items=items, minItems=1),
            st.lists(inner, min_size=1, max_size=3),
            inner,
        ),
        st.builds(lambda schemas: {"anyOf": schemas}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda one: {
                "oneOf": [typed("object", properties={"kind": {"const": "a"}, "x": one}, required=["kind"]), {"type": "null"}]
            },
            inner,
        ),
        st.builds(
            lambda one, other: {
                "allOf": [typed("object", properties={"p": one}), typed("object", properties={"q": other}, required=["q"])]
            },
            inner,
            inner,
        ),
        inner.map(lambda schema: {"title": "T", "description": "D", "allOf": [schema]}),
    )


strict = objects(st.recursive(strict_leaves, strict_deeper, max_leaves=6), strict=True)
loose = st.recursive(loose_leaves, loose_deeper, max_leaves=8).filter(lambda schema: schema is not True)

numbers = st.integers(-3, 6) | st.sampled_from([0.5, 2.0, 1e308])
kinds = st.sampled_from(["string", "integer", "number", "boolean", "object", "array", "null"])


def wild_deeper(inner):
    some = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=2)
    keywords = {
        "type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
        "const": scalars,
        "enum": st.lists(scalars, min_size=1, max_size=3),
        "default": scalars,
        "properties": named,
        "required": st.lists(NAMES, max_size=2, unique=True),
        **dict.fromkeys(["additionalProperties", "items"], inner),
        **dict.fromkeys(["prefixItems", "anyOf", "oneOf", "allOf"], some),
        **dict.fromkeys(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], numbers),
        **dict.fromkeys(["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"], st.integers(0, 4)),
        "multipleOf": st.sampled_from([0.5, 2, 3]),
        "uniqueItems": st.booleans(),
        "pattern": st.sampled_from(PATTERNS),
        "format": st.sampled_from(FORMATS),
        "$ref": st.sampled_from(["#", "#/$defs/d"]),
    }
    return st.sets(st.sampled_from(sorted(keywords)), max_size=5).flatmap(
        lambda chosen: st.fixed_dictionaries({keyword: keywords[keyword] for keyword in sorted(chosen)})
    )


wild = st.builds(
    lambda schema, inner: (
        {**schema, "$defs": {"d": inner}} if isinstance(schema, dict) else {"allOf": [schema], "$defs": {"d": inner}}
    ),
    st.recursive(st.booleans() | strict_leaves, wild_deeper, max_leaves=8),
    loose_leaves,
)
