import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import filters
from mockserver.domain.corpora import Corpus, Document, FilterAttribute, Part
from mockserver.domain.search import check_names, search, terms


def document(key, *texts, **metadata):
    return Document(key, metadata, tuple(Part(text, {"section": str(number)}) for number, text in enumerate(texts)))


def corpus(*documents, key="c"):
    attributes = (FilterAttribute("level", "document", "text"), FilterAttribute("section", "part", "text"))
    return Corpus(key, key, attributes, documents)


DOCUMENTS = (
    document("d1", "Reset the password by mail.", "Invoices come monthly.", title="Passwords", level="basic"),
    document("d2", "The password is reset by phone.", title="Recovery", level="premium"),
    document("d3", "Delivery takes three days.", level="basic"),
)


def found(query, filter_=None, *, documents=DOCUMENTS, limit=10, offset=0):
    source = (corpus(*documents), filters.parse(filter_) if filter_ else None)
    return [(hit.document.id, hit.part.text) for hit in search(query, [source], limit=limit, offset=offset)]


def test_passages_with_more_of_the_query_come_first():
    hits = found("delivery in three days, password")

    assert [key for key, _ in hits] == ["d3", "d1", "d1", "d2"]


def test_passages_without_a_word_of_the_query_are_not_found():
    assert found("unicorns") == []


@pytest.mark.parametrize(
    ("filter_", "keys"),
    [
        ("doc.level = 'premium'", {"d2"}),
        ("doc.level = 'premium' OR doc.level = 'basic'", {"d1", "d2"}),
        ("part.section = '1'", {"d1"}),
        ("doc.id = 'd2'", {"d2"}),
        ("doc.level = 'internal'", set()),
    ],
)
def test_only_what_the_filter_admits_is_found(filter_, keys):
    assert {key for key, _ in found("reset the password", filter_)} == keys


@given(st.permutations(DOCUMENTS), st.sampled_from(["password", "three invoices", "reset by phone"]))
def test_the_order_of_documents_does_not_matter(documents, query):
    assert sorted(found(query, documents=tuple(documents))) == sorted(found(query))


@given(st.text(), st.integers(1, 5), st.integers(0, 5))
def test_a_limit_and_an_offset_cut_a_window_out_of_the_ranking(query, limit, offset):
    assert found(query, limit=limit, offset=offset) == found(query, limit=100)[offset : offset + limit]


def test_undeclared_fields_are_named():
    message = check_names(filters.parse("doc.zz = 1 AND doc.level = 'x' OR part.a = 2 AND level = 3"), corpus())

    assert message == (
        "INVALID_ARGUMENT: The filter expression contains an error. Unrecognized references: doc.zz, level, part.a"
    )


def test_declared_fields_and_the_document_id_are_known():
    assert check_names(filters.parse("doc.level = 'x' AND part.section = 'y' AND doc.id = 'z'"), corpus()) is None


def test_words_are_compared_without_case_plural_and_filler():
    assert terms("What are the Passwords of my class?") == ["password", "class"]
