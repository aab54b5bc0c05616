import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arrange import Api, assert_refused, document_body, examples, shared_api

STRUCTURED = {
    "type": "structured",
    "id": "s1",
    "title": "Handbook",
    "description": "All of it.",
    "metadata": {"level": "basic"},
    "sections": [
        {
            "id": 7,
            "title": "Passwords",
            "text": "Choose a long one.",
            "metadata": {"section": "a"},
            "sections": [{"title": "Length", "text": "Twelve characters."}],
        },
        {"text": "The end."},
    ],
}
PASSWORD = document_body("d1", "Reset the password by mail.", "Invoices come monthly.", level="basic", year=2024, tags=["a", "b"])
PHONE = document_body("d2", "The password is reset by phone.", level="premium", year=2025)


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def corpus(api):
    return api.corpus("c1", PASSWORD, PHONE)


def listed(api, corpus, **query):
    return [document["id"] for document in api.get(f"{corpus}/documents", **query).json["documents"]]


def found(api, corpus, query="password", **search):
    return [hit["document_id"] for hit in api.query(corpus, query, **search)]


def test_a_core_document_is_read_back_with_its_passages(api):
    corpus = api.corpus()
    parts = [{"text": "x", "metadata": {"section": "1"}, "context": "before"}, {"text": "äy"}]
    created = api.call("POST", f"{corpus}/documents", {**PASSWORD, "document_parts": parts})

    stored = {"id": "d1", "metadata": PASSWORD["metadata"], "storage_usage": {"bytes_used": 4}}
    assert (created.status_code, created.json) == (201, stored)
    assert api.get(f"{corpus}/documents/d1").json == {
        **stored,
        "parts": [{"text": "x", "metadata": {"section": "1"}, "context": "before"}, {"text": "äy", "metadata": {}}],
    }


def test_the_sections_of_a_structured_document_become_passages_in_reading_order(api):
    corpus = api.corpus()
    document = api.document(corpus, STRUCTURED)

    stored = api.get(document).json

    assert stored["metadata"] == {"title": "Handbook", "description": "All of it.", "level": "basic"}
    assert stored["parts"] == [
        {"text": "Passwords", "metadata": {"section": 7, "is_title": True, "title_level": 1}},
        {"text": "Choose a long one.", "metadata": {"section": 7}},
        {"text": "Length", "metadata": {"is_title": True, "title_level": 2}},
        {"text": "Twelve characters.", "metadata": {}},
        {"text": "The end.", "metadata": {}},
    ]
    assert {hit["text"] for hit in api.query(corpus, "characters", metadata_filter="doc.level = 'basic'")} == {
        "Twelve characters."
    }


def test_titles_are_told_apart_by_a_built_in_name(api):
    corpus = api.corpus("c1", STRUCTURED)

    titles = api.query(corpus, "passwords length handbook", metadata_filter="part.is_title = true")

    assert {hit["text"] for hit in titles} == {"Passwords", "Length"}


@pytest.mark.parametrize("filter_", ["part.is_title <> true", "NOT part.is_title = true", "part.is_title = false"])
def test_a_passage_that_does_not_say_so_is_no_title(api, filter_):
    corpus = api.corpus("c1", STRUCTURED)

    found = api.query(corpus, "passwords length handbook twelve characters", metadata_filter=filter_)

    assert found
    assert {hit["text"] for hit in found}.isdisjoint({"Passwords", "Length"})


def test_a_taken_id_is_a_conflict_and_the_old_document_stays(api, corpus):
    response = api.call("POST", f"{corpus}/documents", document_body("d1", "other"))

    assert_refused(response, 409, "SM315")
    assert response.json["messages"][0].startswith("Indexing doesn't support updating documents")
    assert "'d1'" in response.json["messages"][0]
    assert api.get(f"{corpus}/documents/d1").json["parts"][0]["text"] == "Reset the password by mail."


def test_the_same_id_may_stand_in_two_corpora(api, corpus):
    other = api.corpus("c2", document_body("d1", "other"))

    assert api.call("DELETE", f"{other}/documents/d1").status_code == 204
    assert listed(api, corpus) == ["d1", "d2"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "d9"}, "/type"),
        ({"type": "core", "id": "d9"}, "/document_parts"),
        ({"type": "core", "id": "d9", "document_parts": []}, "/document_parts"),
        ({"type": "core", "id": "", "document_parts": [{"text": "x"}]}, "/id"),
        ({"type": "structured", "id": "d9", "sections": [{"title": "x"}]}, "/sections/0/text"),
        ({"type": "scroll", "id": "d9"}, "/type"),
    ],
)
def test_a_document_that_does_not_fit_is_refused_by_field_and_not_stored(api, corpus, body, field):
    response = api.call("POST", f"{corpus}/documents", body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert listed(api, corpus) == ["d1", "d2"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_document_is_named(api, corpus, method):
    assert_refused(api.call(method, f"{corpus}/documents/nope"), 404, "SM305", id="nope")


def test_documents_are_listed_oldest_first_without_passages(api, corpus):
    documents = api.get(f"{corpus}/documents").json["documents"]

    assert [document["id"] for document in documents] == ["d1", "d2"]
    assert all("parts" not in document for document in documents)


def test_pages_of_documents_joined_are_the_whole(api):
    corpus = api.corpus("c1", *(document_body(f"d{number}", "x", year=number) for number in range(7)))
    found, query = [], {"limit": 2, "metadata_filter": "doc.year <> 3"}
    while True:
        answer = api.get(f"{corpus}/documents", **query).json
        found += [document["id"] for document in answer["documents"]]
        if "page_key" not in answer["metadata"]:
            break
        query["page_key"] = answer["metadata"]["page_key"]

    assert found == ["d0", "d1", "d2", "d4", "d5", "d6"]


def test_a_page_of_documents_may_be_a_thousand(api, corpus):
    assert listed(api, corpus, limit=1000) == ["d1", "d2"]
    assert_refused(api.get(f"{corpus}/documents", limit=1001), 400, "SM204", field_errors={"limit": "must be at most 1000"})


CONDITIONS = [
    ("doc.level = 'basic'", ["d1"]),
    ("doc.year >= 2024", ["d1", "d2"]),
    ("doc.year > 2024 OR doc.id = 'd1'", ["d1", "d2"]),
    ("'b' IN doc.tags", ["d1"]),
    ("doc.tags IS NULL", ["d2"]),
    ("NOT doc.level = 'basic'", ["d2"]),
    ("doc.level = 'nobody'", []),
]


@pytest.mark.parametrize(("condition", "ids"), CONDITIONS)
def test_a_listing_of_documents_is_filtered_by_their_metadata(api, corpus, condition, ids):
    assert listed(api, corpus, metadata_filter=condition) == ids


@pytest.mark.parametrize(("condition", "ids"), CONDITIONS)
def test_a_query_finds_only_what_its_filter_admits(api, corpus, condition, ids):
    assert sorted(set(found(api, corpus, metadata_filter=condition))) == ids


UNDECLARED = "INVALID_ARGUMENT: The filter expression contains an error. Unrecognized references: "


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ("part.section = '0'", "part.section"),
        ("doc.nope = 1", "doc.nope"),
        ("doc.level = 'x' AND (doc.zz = 1 OR part.section = '1')", "doc.zz, part.section"),
        ("part.lang = 'eng'", "part.lang"),
    ],
)
def test_a_listing_of_documents_knows_declared_names_of_documents_alone(api, corpus, condition, named):
    response = api.get(f"{corpus}/documents", metadata_filter=condition)

    assert_refused(response, 400, "SM290", messages=[UNDECLARED + named])
    assert list(response.json["field_errors"]) == ["metadata_filter"]


def test_a_query_names_undeclared_fields(api, corpus):
    response = api.call("POST", f"{corpus}/query", {"query": "x", "search": {"metadata_filter": "doc.zz = 1 OR part.nope = 2"}})

    assert_refused(response, 400, "SM290", messages=[UNDECLARED + "doc.zz, part.nope"])
    assert list(response.json["field_errors"]) == ["/search/metadata_filter"]


@pytest.mark.parametrize("condition", ["doc.level =", "(", "level = 'basic'", "doc.level = 'basic", ""])
def test_a_filter_that_cannot_be_read_is_refused_with_its_field(api, corpus, condition):
    listing = api.get(f"{corpus}/documents", metadata_filter=condition)
    query = api.call("POST", f"{corpus}/query", {"query": "x", "search": {"metadata_filter": condition}})

    assert_refused(listing, 400, "SM290")
    assert_refused(query, 400, "SM290")
    assert list(listing.json["field_errors"]) == ["metadata_filter"]
    assert list(query.json["field_errors"]) == ["/search/metadata_filter"]


def test_a_finding_names_its_document_its_corpus_and_their_metadata(api, corpus):
    (hit,) = api.query(corpus, "phone")

    assert hit.pop("score") > 0
    assert hit == {
        "result_type": "text",
        "text": "The password is reset by phone.",
        "document_id": "d2",
        "document_metadata": {"level": "premium", "year": 2025},
        "part_metadata": {"section": "0"},
        "corpus_key": "c1",
        "request_corpora_index": 0,
    }


def test_a_search_by_parameters_finds_what_a_query_finds(api, corpus):
    assert api.get(f"{corpus}/query", query="password").json == {"search_results": api.query(corpus, "password")}
    one = api.get(f"{corpus}/query", query="password", limit=1, offset=1).json["search_results"]
    assert one == api.query(corpus, "password")[1:2]


def test_a_search_needs_a_query(api, corpus):
    assert_refused(api.get(f"{corpus}/query"), 400, "SM204", field_errors={"query": "is required"})
    assert_refused(api.call("POST", f"{corpus}/query", {}), 400, "SM203", field_errors={"/query": "is required"})


def test_a_summary_is_written_where_one_is_asked_for(api, corpus):
    plain = api.call("POST", f"{corpus}/query", {"query": "phone"}).json
    declined = api.call("POST", f"{corpus}/query", {"query": "phone", "generation": {"enabled": False}}).json
    summed = api.call("POST", f"{corpus}/query", {"query": "phone", "generation": {}}).json

    assert plain == declined
    assert set(plain) == {"search_results"}
    assert "The password is reset by phone." in summed["summary"]
    assert summed["response_language"] == "eng"


def test_the_best_passage_of_each_document_is_kept_where_asked_for(api):
    repeated = document_body("d1", "password password code", "password", "one password more")
    corpus = api.corpus("c1", repeated, document_body("d2", "a password of another kind"))
    whole = api.query(corpus, "password")

    best = api.query(corpus, "password", max_by="doc.id")

    assert [hit["document_id"] for hit in best] == list(dict.fromkeys(hit["document_id"] for hit in whole))
    assert best == [next(hit for hit in whole if hit["document_id"] == one["document_id"]) for one in best]
    assert api.query(corpus, "password", max_by="doc.id", limit=1, offset=1) == best[1:]


def test_a_new_document_is_found_at_once_and_a_deleted_one_no_more(api, corpus):
    assert found(api, corpus, "zebra") == []
    document = api.document(corpus, document_body("d3", "A zebra crosses."))
    assert found(api, corpus, "zebra") == ["d3"]

    assert api.call("DELETE", document).status_code == 204

    assert found(api, corpus, "zebra") == []
    assert_refused(api.get(document), 404, "SM305", id="d3")


def test_a_reset_is_seen_by_the_next_search(api):
    corpus = "/v2/corpora/company-docs"
    before = api.query(corpus, "password")
    api.document(corpus, document_body("d3", "password password zebra"))
    assert found(api, corpus, "zebra") == ["d3"]

    api.reset()

    assert api.query(corpus, "password") == before
    assert found(api, corpus, "zebra") == []


def test_a_corpus_made_anew_under_its_key_is_searched_anew(api, corpus):
    assert found(api, corpus, "phone") == ["d2"]
    api.call("DELETE", corpus)
    api.corpus("c1", document_body("d9", "Another phone."))

    assert found(api, corpus, "phone") == ["d9"]


steps = st.lists(st.tuples(st.sampled_from(["add", "delete", "search", "reset"]), st.integers(0, 4)), max_size=12)


@examples(60)
@given(steps)
def test_every_search_sees_the_corpus_as_it_is_now(actions):
    api = shared_api()
    api.reset()
    corpus, there = api.corpus("c1"), set()
    for action, number in actions:
        if action == "add":
            code = api.call("POST", f"{corpus}/documents", document_body(f"d{number}", f"password word{number}")).status_code
            assert code == (409 if number in there else 201)
            there.add(number)
        elif action == "delete":
            code = api.call("DELETE", f"{corpus}/documents/d{number}").status_code
            assert code == (204 if number in there else 404)
            there.discard(number)
        elif action == "reset":
            api.reset()
            corpus, there = api.corpus("c1"), set()
        assert found(api, corpus) == [f"d{one}" for one in sorted(there)]
        filtered = found(api, corpus, metadata_filter=f"doc.id = 'd{number}'")
        assert filtered == ([f"d{number}"] if number in there else [])
