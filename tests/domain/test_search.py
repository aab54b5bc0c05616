from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import filters
from mockserver.domain.corpora import new_corpus, new_document
from mockserver.domain.search import INDEXES_KEPT, Searcher, Source, admitted, check_names
from mockserver.domain.words import terms
from mockserver.runtime import Bm25Ranker
from tests.arrange import NOON, corpus_body, document_body, examples

CORPUS = replace(new_corpus(corpus_body(), NOON), revision=1)
LEVELS = ["basic", "premium", "internal"]
WORDS = ["password", "reset", "mail", "phone", "delivery", "invoice", "refund", "day", "three", "code"]


def document(key, *texts, **metadata):
    return new_document(document_body(key, *texts, **metadata))


DOCUMENTS = (
    document("d1", "Reset the password by mail.", "Invoices come monthly.", title="Passwords", level="basic"),
    document("d2", "The password is reset by phone.", title="Recovery", level="premium"),
    document("d3", "Delivery takes three days.", level="basic"),
)


def hits(query, filter_=None, *, documents=DOCUMENTS, limit=1000, offset=0, searcher=None):
    source = Source(CORPUS, lambda: documents, filters.parse_scoped(filter_) if filter_ else None)
    return (searcher or Searcher(Bm25Ranker())).find(query, [source], limit=limit, offset=offset)


def found(query, filter_=None, **more):
    return [(hit.document.id, hit.part.text) for hit in hits(query, filter_, **more)]


def scored(found_hits):
    return [(hit.document.id, hit.part.text, hit.score) for hit in found_hits]


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
corpora = st.lists(
    st.tuples(st.sampled_from(LEVELS), st.integers(2020, 2025), st.lists(texts, min_size=1, max_size=3)), max_size=12
).map(
    lambda rows: tuple(
        document(f"d{number:02}", *passages, level=level, year=year) for number, (level, year, passages) in enumerate(rows)
    )
)
conditions = st.sampled_from(
    [
        *(f"doc.level = '{level}'" for level in LEVELS),
        "doc.level <> 'premium'",
        "doc.year >= 2023",
        "doc.level = 'basic' AND doc.year < 2023",
        "NOT doc.level = 'internal'",
        "doc.id IN ('d00', 'd03', 'd05')",
        "doc.level = 'nobody'",
    ]
)


@examples(300)
@given(corpora, texts, conditions)
def test_with_a_filter_results_and_scores_are_those_of_a_corpus_that_holds_what_it_admits_alone(documents, query, condition):
    parsed = filters.parse_scoped(condition)
    alone = tuple(document for document in documents if list(admitted([document], parsed)))

    assert scored(hits(query, condition, documents=documents)) == scored(hits(query, documents=alone))


@examples(100)
@given(corpora, texts, st.sampled_from(["part.section = '0'", "part.section <> '0'", "part.section = '1' OR doc.year = 2024"]))
def test_a_filter_on_passages_leaves_only_those_that_it_admits_to_the_ranking(documents, query, condition):
    parsed = filters.parse_scoped(condition)
    parts = {document.id: tuple(part for _, part in admitted([document], parsed)) for document in documents}
    alone = tuple(replace(document, parts=parts[document.id]) for document in documents)

    assert scored(hits(query, condition, documents=documents)) == scored(hits(query, documents=alone))


@examples(100)
@given(corpora, texts)
def test_scores_lie_above_0_and_up_to_1_and_never_rise(documents, query):
    scores = [hit.score for hit in hits(query, documents=documents)]

    assert all(0 < score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)


@given(st.lists(st.sampled_from(WORDS), min_size=200, max_size=400).map(" ".join))
def test_a_long_query_over_long_passages_keeps_the_scores_within_1(text):
    assert all(0 < hit.score <= 1 for hit in hits(text, documents=(document("d1", text * 5), document("d2", text))))


@examples(100)
@given(corpora, texts, st.data())
def test_the_order_of_documents_does_not_matter(documents, query, data):
    shuffled = tuple(data.draw(st.permutations(documents)))

    assert scored(hits(query, documents=shuffled)) == scored(hits(query, documents=documents))


@examples(100)
@given(corpora, texts)
def test_passages_that_score_the_same_come_by_document_and_place(documents, query):
    order = {(row.id, id(part)): place for row in documents for place, part in enumerate(row.parts)}
    ranked = [(-hit.score, hit.document.id, order[hit.document.id, id(hit.part)]) for hit in hits(query, documents=documents)]

    assert ranked == sorted(ranked)


@examples(100)
@given(corpora, texts, st.integers(1, 5))
def test_pages_by_limit_and_offset_join_to_the_whole(documents, query, limit):
    searcher = Searcher(Bm25Ranker())
    whole = hits(query, documents=documents, searcher=searcher)

    pages = [
        hits(query, documents=documents, searcher=searcher, limit=limit, offset=offset)
        for offset in range(0, len(whole) + limit, limit)
    ]

    assert [hit for page in pages for hit in page] == whole


def test_passages_with_more_of_the_query_come_first():
    assert found("delivery in three days, password")[0][0] == "d3"
    assert found("password by phone")[0][0] == "d2"


def test_a_passage_without_a_word_of_the_query_is_not_found():
    assert found("unicorns") == []
    assert "Delivery takes three days." not in [text for _, text in found("reset the password")]


@pytest.mark.parametrize("query", ["", "   ", "?!", "the of and", "💥"])
def test_a_query_without_a_word_that_counts_finds_nothing(query):
    assert found(query) == []


@pytest.mark.parametrize(
    "documents", [(), (document("d1", ""),), (document("d1", "?", "the"),)], ids=["no documents", "no text", "no words"]
)
def test_a_corpus_without_words_is_searched_in_vain(documents):
    assert found("password", documents=documents) == []


def test_the_title_of_a_document_counts_for_each_of_its_passages():
    documents = (document("d1", "Wait five minutes.", "Then try again.", title="Passwords"), document("d2", "Other."))

    assert {text for _, text in found("password", documents=documents)} == {"Wait five minutes.", "Then try again."}


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


def test_several_corpora_are_ranked_as_one_and_told_apart():
    other = replace(CORPUS, key="c2", revision=2)
    sources = [
        Source(CORPUS, lambda: (document("a", "password"),), None),
        Source(other, lambda: (document("b", "password"),), None),
    ]

    results = [hit.as_json() for hit in Searcher(Bm25Ranker()).find("password", sources, limit=10, offset=0)]

    assert [(hit["corpus_key"], hit["request_corpora_index"], hit["document_id"]) for hit in results] == [
        ("c1", 0, "a"),
        ("c2", 1, "b"),
    ]


class CountingRanker(Bm25Ranker):
    """Counts the indexes made."""

    made = 0

    def index(self, passages):
        self.made += 1
        return super().index(passages)


def test_an_index_is_made_once_for_each_state_of_a_corpus_and_each_filter():
    searcher = Searcher(ranker := CountingRanker())

    for _ in range(3):
        hits("password", searcher=searcher)
        hits("password", "doc.level = 'basic'", searcher=searcher)

    assert ranker.made == 2


@pytest.mark.parametrize(("one", "other"), [("1", "true"), ("0", "false"), ("1", "'1'"), ("true", "1.0")])
def test_filters_on_values_of_different_types_share_no_index(one, other):
    searcher = Searcher(Bm25Ranker())
    values = {"1": 1, "true": True, "0": 0, "false": False, "'1'": "1", "1.0": 1.0}
    documents = (document("one", "password", year=values[one]), document("other", "password", year=values[other]))

    for value, key in ((one, "one"), (other, "other"), (one, "one")):
        assert [name for name, _ in found("password", f"doc.year = {value}", documents=documents, searcher=searcher)] == [key]


def test_a_changed_corpus_is_seen_by_the_next_search():
    searcher = Searcher(Bm25Ranker())
    before = Source(CORPUS, lambda: DOCUMENTS, None)
    after = Source(replace(CORPUS, revision=2), lambda: DOCUMENTS[1:], None)

    assert {hit.document.id for hit in searcher.find("password", [before], limit=10, offset=0)} == {"d1", "d2"}
    assert {hit.document.id for hit in searcher.find("password", [after], limit=10, offset=0)} == {"d2"}


def test_indexes_are_kept_up_to_a_bound_and_the_oldest_goes_first():
    searcher = Searcher(ranker := CountingRanker())
    hits("password", searcher=searcher)
    for number in range(INDEXES_KEPT):
        hits("password", f"doc.year <> {number}", searcher=searcher)
    made = ranker.made

    hits("password", f"doc.year <> {INDEXES_KEPT - 1}", searcher=searcher)
    assert ranker.made == made
    hits("password", searcher=searcher)
    assert ranker.made == made + 1


def test_undeclared_fields_are_named():
    filter_ = filters.parse_scoped("doc.zz = 1 AND doc.level = 'x' OR part.a = 2 AND doc.section = '3'")

    assert check_names(filter_, CORPUS.names) == (
        "INVALID_ARGUMENT: The filter expression contains an error. Unrecognized references: doc.section, doc.zz, part.a"
    )


@pytest.mark.parametrize("filter_", ["doc.level = 'x' AND part.section = 'y'", "doc.id = 'z'", "part.lang = 'eng'"])
def test_declared_and_built_in_fields_are_known(filter_):
    assert check_names(filters.parse_scoped(filter_), CORPUS.names) is None


def test_words_are_compared_without_case_plural_and_filler():
    assert terms("What are the Passwords of my class?") == ["password", "class"]
