"""The report of a run: one page that says everything in words, and takes nothing from a target for markup."""

import json
from html.parser import HTMLParser

import pytest

from contracts.book import cell_as_json, cell_from
from contracts.matrix import Cell, Expected, Outcome
from contracts.operations import operations
from contracts.promises import PROMISES
from contracts.report.github import annotations, summary
from contracts.report.html import page, table
from contracts.report.json import as_json
from contracts.report.writing import without, write
from contracts.verdicts import Failure, Finding, Result, Verdict
from tests.contracts.forked import contracts
from tests.contracts.running import BY_WORKERS, verdicts

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;{{ 7 * 7 }}"
CELLS = (
    Cell("listAgents", "owner", Expected.ALLOWED, Outcome.RIGHT, 200),
    Cell("listAgents", "no role", Expected.FORBIDDEN, Outcome.RIGHT, 403),
    Cell("listAgents", HOSTILE, Expected.UNKNOWN, Outcome.WRONG, 200),
    Cell("getAgent", "owner", Expected.ALLOWED, Outcome.UNTESTED, None, HOSTILE),
)


def _result(cells=CELLS):
    findings = (
        Finding(PROMISES["SC703"], Verdict.BROKEN, (), (Failure("test_roles", "", HOSTILE),)),
        Finding(PROMISES["SC711"], Verdict.NOT_TESTABLE, (HOSTILE,), ()),
        Finding(PROMISES["SC201"], Verdict.KEPT, (), ()),
    )
    return Result(f"https://target.example/{HOSTILE}", "2026-11-25 03:00:00 UTC", findings, tuple(cells))


class Read(HTMLParser):
    """What a page is made of."""

    def __init__(self, written):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(written)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_what_comes_from_a_target_is_never_markup():
    read = Read(page(_result()))
    assert read.open == []
    assert not {"script", "img"} & {tag for tag, _ in read.tags}
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert "".join(read.texts).count(HOSTILE) == 6  # title, heading, two promises, one identity, one reason


def test_a_page_takes_nothing_from_elsewhere():
    read = Read(page(_result()))
    places = [attributes[name] for _, attributes in read.tags for name in ("src", "href") if name in attributes]
    assert places == ["#SC703", "#note-1"]
    assert read.all("meta")[-1]["content"].startswith("default-src 'none'")
    assert "url(" not in page(_result())


def test_tables_can_be_read_aloud():
    read = Read(page(_result()))
    assert read.all("html") == [{"lang": "en"}]
    assert len(read.all("caption")) == len(read.all("table")) == 2
    assert {attributes.get("scope") for attributes in read.all("th")} == {"col", "row"}
    assert {"role": "region", "aria-labelledby": "matrix", "tabindex": "0", "class": "scroll"} in read.all("div")


def test_a_cell_says_in_words_what_its_colour_says():
    rows = {row.operation.id: row.squares for row in table(CELLS).rows}
    words = [[square and square.words for square in rows[name]] for name in ("listAgents", "getAgent")]
    assert words == [["may", "403", "WRONG: 200, not 401"], ["untested", None, None]]
    assert rows["getAgent"][0].note == 1
    assert table(CELLS).notes == (HOSTILE,)


def test_the_matrix_has_every_operation_in_the_documents_order():
    assert [row.operation for row in table(CELLS).rows] == list(operations())
    assert table(CELLS).totals == {"right": 2, "wrong": 1, "untested": 1}


def test_without_cells_there_is_no_matrix():
    assert "matrix" not in {attributes.get("id") for _, attributes in Read(page(_result(()))).tags}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_comes_through_from_a_worker(cell):
    written = cell_as_json(cell)
    assert {type(value) for value in written.values()} <= {str, int, type(None)}
    assert cell_from(written) == cell


@BY_WORKERS
def test_a_run_writes_the_reports_that_are_asked_for(tmp_path, workers):
    app = ("--app", "mockserver.app:create_app")
    folder = tmp_path / "reports"
    run = contracts("run", *app, "--promises", "SC701,SC703", "--report", "html,junit", "--report-dir", str(folder), *workers)
    assert verdicts(run) == {"SC701": "kept", "SC703": "kept"}, run.stdout[-3000:]
    written = (folder / "report.html").read_text("utf-8")
    assert f"report: {folder / 'junit.xml'}" in run.stdout
    assert "expected" not in (folder / "junit.xml").read_text("utf-8")  # cells stay out of it
    read = Read(written)
    columns = 1 + 3 + 1 + 13 + 4 + 4  # the operation, strangers, no role, roles on the account, on an agent, on a corpus
    assert len([one for one in read.all("th") if one.get("scope") == "col"]) == 6 + 3 + columns  # promises, coverage, matrix
    assert f"right: <strong>{len(operations()) * (columns - 1)}</strong>" in written
    assert "mock-owner" not in written


def test_an_unknown_kind_of_report_is_refused_with_those_there_are():
    run = contracts("run", "--app", "mockserver.app:create_app", "--report", "html,pdf")
    assert run.returncode == 2
    assert "there is no report 'pdf'; there are html, junit" in run.stderr


def test_the_report_for_programs_has_every_verdict_and_cell():
    report = as_json(_result())
    assert report["verdicts"] == {"kept": ["SC201"], "BROKEN": ["SC703"], "not testable here": ["SC711"]}
    assert [promise["severity"] for promise in report["promises"]] == ["critical", "critical", "high"]
    assert report["promises"][0]["failures"] == [{"test": "test_roles", "example": "", "message": HOSTILE, "known": False}]
    assert [cell["outcome"] for cell in report["matrix"]] == ["right", "right", "wrong", "untested"]


def test_an_annotation_is_one_line_whatever_a_target_says():
    hostile = "100%\r\n::error::another\n"
    broken = Finding(PROMISES["SC703"], Verdict.BROKEN, (), (Failure("test_roles", "", hostile),))
    kept = Finding(PROMISES["SC204"], Verdict.KEPT)
    assert list(annotations(Result("target", "", (broken, kept)))) == [
        "::error title=SC703%3A A role permits the operations that the document names for it%2C and no other."
        "::100%25%0D%0A::error::another%0A",
    ]


def test_the_summary_of_a_job_shows_broken_promises_first_and_takes_nothing_for_markup():
    lines = summary(_result()).splitlines()
    assert lines[2] == "1 kept, 1 BROKEN, 1 not testable here."
    assert [line.split()[3] for line in lines[6:]] == ["SC703", "SC711", "SC201"]
    assert not any(sign in line for line in (lines[0], lines[6]) for sign in ("<", "`", "alert(1)|"))
    assert all(line.count("|") == 5 for line in lines[4:])


def test_keys_that_a_run_was_given_do_not_get_into_reports(tmp_path):
    key = "zqt_0123456789"
    told = Finding(PROMISES["SC703"], Verdict.BROKEN, (), (Failure("test_roles", "", f"the answer was {key}"),))
    files = write(["html", "json", "github"], tmp_path, without(Result("target", "", (told,)), [key]))
    assert [file.name for file in files] == ["report.html", "report.json", "summary.md"]
    assert all("the answer was ****" in file.read_text("utf-8").replace("&#42;", "*") for file in files)
    assert not any(key in file.read_text("utf-8") for file in files)


def test_a_run_writes_reports_for_programs_and_for_github(tmp_path):
    app = ("--app", "tests.contracts.sabotage.sessions:forgets_a_patch")
    run = contracts("run", *app, "--promises", "SC201,SC204", "--report", "json,github", "--report-dir", str(tmp_path))
    assert verdicts(run) == {"SC201": "kept", "SC204": "BROKEN"}
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["verdicts"] == {"kept": ["SC201"], "BROKEN": ["SC204"]}
    assert (report["profile"], report["seed"]) == ("full", 1)
    assert "::error title=SC204%3A PATCH changes" in run.stdout
    assert "SC204 PATCH changes" in (tmp_path / "summary.md").read_text("utf-8")
