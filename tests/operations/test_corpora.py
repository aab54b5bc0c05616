import pytest

from tests.arrange import Api, assert_refused, corpus_body

SETTINGS = {
    "save_history": False,
    "queries_are_answers": False,
    "documents_are_questions": False,
    "encoder_name": "boomerang-2023-q3",
    "custom_dimensions": [],
}


@pytest.fixture
def api(app):
    return Api(app)


def listed(api, **query):
    return [corpus["key"] for corpus in api.get("/v2/corpora", **query).json["corpora"]]


def id_of(api, key):
    return api.get(f"/v2/corpora/{key}").json["id"]


def test_a_created_corpus_can_be_read_back(api):
    created = api.call("POST", "/v2/corpora", corpus_body("c1", name="One", description="First."))

    assert created.status_code == 201
    assert api.get("/v2/corpora/c1").json == created.json


def test_a_minimal_corpus_gets_its_defaults(api):
    created = api.call("POST", "/v2/corpora", {"key": "c1"}).json

    assert created.pop("id").startswith("crp_")
    assert created == {
        "key": "c1",
        "name": "c1",
        "enabled": True,
        **SETTINGS,
        "filter_attributes": [],
        "created_at": "2026-01-15T12:00:00.000Z",
    }


def test_what_a_corpus_declares_is_kept(api):
    attribute = {"name": "level", "level": "document", "type": "text"}

    created = api.call("POST", "/v2/corpora", {"key": "c1", "filter_attributes": [attribute], "save_history": True}).json

    assert created["filter_attributes"] == [{**attribute, "indexed": True}]
    assert created["save_history"] is True


def test_a_taken_key_is_a_conflict_and_changes_nothing(api):
    api.corpus("c1")
    before = api.state()

    response = api.call("POST", "/v2/corpora", corpus_body("c1", name="Other"))

    assert_refused(response, 409, "SM314", messages=["A corpus with key 'c1' already exists."])
    assert api.state() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/key"),
        ({"key": "a b"}, "/key"),
        ({"key": "x" * 51}, "/key"),
        ({"key": "c1", "filter_attributes": [{"name": "a", "level": "document"}]}, "/filter_attributes/0/type"),
        ({"key": "c1", "filter_attributes": [{"name": "a", "level": "page", "type": "text"}]}, "/filter_attributes/0/level"),
    ],
)
def test_a_corpus_that_does_not_fit_is_refused_by_field_and_not_stored(api, body, field):
    response = api.call("POST", "/v2/corpora", body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert listed(api) == ["company-docs"]


def test_a_patch_changes_what_it_names_and_nothing_else(api):
    corpus = api.corpus("c1", description="old")
    before = api.get(corpus).json

    changed = api.call("PATCH", corpus, {"description": "new", "save_history": True, "filter_attributes": [], "key": "zz"})

    assert changed.json == {**before, "description": "new", "save_history": True}
    assert api.get(corpus).json == changed.json


def test_a_deleted_corpus_is_gone_with_its_documents(api):
    corpus = api.corpus("c1", {"type": "core", "id": "d1", "document_parts": [{"text": "x"}]})

    assert api.call("DELETE", corpus).status_code == 204

    assert_refused(api.get(corpus), 404, "SM304", id="c1")
    api.corpus("c1")
    assert api.get(f"{corpus}/documents").json["documents"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("GET", "/documents", None),
        ("POST", "/documents", {"type": "core", "id": "d1", "document_parts": [{"text": "x"}]}),
        ("GET", "/documents/d1", None),
        ("DELETE", "/documents/d1", None),
        ("GET", "/query?query=x", None),
        ("POST", "/query", {"query": "x"}),
    ],
)
def test_an_unknown_corpus_is_named(api, method, path, body):
    assert_refused(api.call(method, f"/v2/corpora/nothing{path}", body), 404, "SM304", id="nothing")


def test_corpora_are_listed_newest_first(api):
    for key in ("c1", "c2"):
        api.corpus(key)

    assert listed(api) == ["c2", "c1", "company-docs"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        pytest.param({"filter": "Corpus c[12]"}, ["c2", "c1"], id="name"),
        pytest.param({"filter": "about law"}, ["c2"], id="description"),
        pytest.param({"filter": "nothing like it"}, [], id="none"),
        pytest.param({"filter": ""}, ["c2", "c1", "company-docs"], id="empty"),
    ],
)
def test_a_listing_is_filtered(api, query, keys):
    api.corpus("c1", name="Corpus c1")
    api.corpus("c2", name="Corpus c2", description="All about law.")

    assert listed(api, **query) == keys


def test_a_listing_takes_ids_given_once_for_each(api):
    for key in ("c1", "c2", "c3"):
        api.corpus(key, name=f"Corpus {key}")
    wanted = [id_of(api, "c1"), id_of(api, "c3")]

    assert listed(api, corpus_id=wanted) == ["c3", "c1"]
    assert listed(api, corpus_id=wanted[:1]) == ["c1"]
    assert listed(api, corpus_id=wanted, filter="c3") == ["c3"]
    assert listed(api, corpus_id="crp_999999") == []


@pytest.mark.parametrize("ids", ["c1", ["crp_1", "nope"], ""])
def test_an_id_of_another_form_is_refused_by_name(api, ids):
    response = api.get("/v2/corpora", corpus_id=ids)

    assert_refused(response, 400, "SM204")
    assert list(response.json["field_errors"]) == ["corpus_id"]


def test_pages_joined_are_the_whole_listing(api):
    for number in range(5):
        api.corpus(f"c{number}")
    found, query = [], {"limit": 2}
    while True:
        answer = api.get("/v2/corpora", **query).json
        found += [corpus["key"] for corpus in answer["corpora"]]
        if "page_key" not in answer["metadata"]:
            break
        query["page_key"] = answer["metadata"]["page_key"]

    assert found == listed(api)


def test_a_page_key_of_another_listing_is_refused(api):
    api.corpus("c1")
    key = api.get("/v2/corpora", limit=1).json["metadata"]["page_key"]

    assert_refused(api.get("/v2/corpora", limit=1, page_key=key, filter="c"), 400, "SM209")
    assert_refused(api.get("/v2/instructions", page_key=key), 400, "SM209")


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", {"query": "password"})])
def test_a_disabled_corpus_answers_no_query_until_it_is_enabled_again(api, method, body):
    corpus = "/v2/corpora/company-docs"
    api.call("PATCH", corpus, {"enabled": False})

    response = api.call(method, f"{corpus}/query?query=password", body)

    assert_refused(response, 400, "SM323", field_errors={"enabled": "is false"})
    api.call("PATCH", corpus, {"enabled": True})
    assert api.query(corpus, "password") != []


def test_a_reset_brings_the_first_corpora_back(api):
    api.corpus("c1")
    api.call("DELETE", "/v2/corpora/company-docs")

    api.reset()

    assert listed(api) == ["company-docs"]
    assert len(api.get("/v2/corpora/company-docs/documents", limit=1000).json["documents"]) == 9
