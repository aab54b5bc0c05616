"""A form is read back as it was sent, by whichever encoder, and what is no form is refused by name and never raises."""

import json
from contextlib import suppress
from io import BytesIO

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import encode_multipart_formdata
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from mockserver.domain.artifacts import Upload
from mockserver.domain.errors import Refused
from mockserver.spec.multipart import MOST_PARTS, parts_of
from mockserver.spec.requests import BodyLimits, RawRequest, validated
from tests.arrange import examples

EVENTS = "/v2/agents/a/sessions/s/events"
FORM = "multipart/form-data; boundary=b"
HELLO = [{"type": "text", "content": "Hello"}]
INPUT = {"type": "input_message", "messages": HELLO}
NOTHING_SAID = {"type": "input_message", "messages": []}
LIMITS = BodyLimits(max_body_bytes=1000, max_upload_bytes=100_000)
LISTED = "messages, message, files"


@pytest.fixture(scope="session")
def read(operations):
    def send(raw, content_type=FORM, *, limits=LIMITS):
        request = RawRequest("POST", EVENTS, "", {"content-type": content_type}, raw)
        valid = validated(operations.route("POST", EVENTS), request, limits)
        return valid.body, valid.files

    return send


def part(name, data, *more, filename=None):
    file = "" if filename is None else f'; filename="{filename}"'
    headers = [f'Content-Disposition: form-data; name="{name}"{file}', *more]
    return "\r\n".join([*headers, "", ""]).encode() + (data if isinstance(data, bytes) else data.encode())


def form(*parts):
    return b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) + b"--b--\r\n"


def file(filename, *more, data=b"x"):
    return form(part("files", data, *more, filename=filename))


def by_httpx(fields, files):
    request = httpx.Request("POST", "http://x", data=dict(fields), files=[(name, file) for name, file in files])
    return request.read(), request.headers["content-type"]


def by_urllib3(fields, files):
    return encode_multipart_formdata([*fields, *files])


def by_werkzeug(fields, files):
    stored = [(name, FileStorage(BytesIO(data), filename, content_type=kind)) for name, (filename, data, kind) in files]
    boundary, raw = encode_multipart(MultiDict([*fields, *stored]))
    return raw, f"multipart/form-data; boundary={boundary}"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\/'), min_size=1, max_size=30).filter(
    lambda name: name == name.strip() and name not in {".", ".."}
)
TYPES = st.sampled_from(("text/plain", "application/pdf", "image/svg+xml", "application/vnd.ms-excel"))
DATA = st.binary(max_size=200) | st.sampled_from((b"\r\n", b"\r\n--", b"--", b"\r\n\r\n", b"\n--x\r", b"\r", b"\r\n--x--\r\n"))
FILES = st.lists(st.tuples(NAMES, DATA, TYPES), min_size=1, max_size=4)


@pytest.mark.parametrize("encode", [by_httpx, by_urllib3, by_werkzeug])
def test_what_an_encoder_wrote_is_read_back(encode, read):
    @examples(100)
    @given(texts=st.lists(TEXTS, max_size=3), files=FILES)
    def holds(texts, files):
        messages = [{"type": "text", "content": text} for text in texts]
        raw, content_type = encode([("messages", json.dumps(messages)), ("other", "")], [("files", file) for file in files])

        body, uploads = read(raw, content_type)

        assert body == {"type": "input_message", "messages": messages}
        assert uploads == tuple(Upload(name, kind, data) for name, data, kind in files)

    holds()


def test_every_beginning_of_a_form_is_refused_or_read_right(read):
    whole = form(
        part("messages", json.dumps(HELLO), "Content-Type: application/json"),
        part("files", b"\x00\r\n--\r\n", "Content-Type: image/png", filename="ä 🦉.png"),
        part("since", ""),
        part("stream_response", "false"),
    ).replace(b'name="since"\r\n\r\n\r\n', b'name="unknown"\r\n\r\n')  # a part that its headers end
    expected = read(whole)
    assert expected == ({**INPUT, "stream_response": False}, (Upload("ä 🦉.png", "image/png", b"\x00\r\n--\r\n"),))

    for end in range(1, len(whole) - len(b"\r\n")):
        with pytest.raises(Refused) as caught:
            read(whole[:end])
        assert caught.value.refusal.code == "SM222", end
    assert read(whole[:-1]) == read(whole[:-2]) == expected


@given(st.data())
def test_a_form_with_faults_in_it_never_raises(read, data):
    raw = bytearray(form(part("messages", json.dumps(HELLO)), part("files", b"\x00\x01", filename="a.png")))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        new = data.draw(
            st.sampled_from((b"", b"\r\n", b"--b", b"--b--", b"\r\n--b\r\n", b"\r\n\r\n", b":", b'"', b";", b"\xff", b"\0"))
        )
        raw[at : at + data.draw(st.integers(0, 9))] = new
    content_type = data.draw(st.just(FORM) | st.text(max_size=30).map("multipart/form-data".__add__))
    with suppress(Refused):
        assert read(bytes(raw), content_type)[0]["type"] == "input_message"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([part("messages", json.dumps(HELLO))], INPUT, id="messages"),
        pytest.param([part("message", "Hello")], INPUT, id="message"),
        pytest.param([part("message", "Bye"), part("messages", json.dumps(HELLO))], INPUT, id="messages come before message"),
        pytest.param(
            [part("messages", json.dumps(HELLO[0]))] * 2, {**INPUT, "messages": HELLO * 2}, id="a part for each message"
        ),
        pytest.param([part("messages", json.dumps([{**HELLO[0], "mood": "glad"}]))], INPUT, id="an unknown field"),
        pytest.param([part("message", "Hello"), part("type", "interrupt"), part("x", b"\xff")], INPUT, id="unknown parts"),
        pytest.param([part("message", '"Hello"')], {**INPUT, "messages": [{"type": "text", "content": '"Hello"'}]}, id="quotes"),
        pytest.param([part("message", ""), part("files", "", filename="a")], NOTHING_SAID, id="a file and nothing said"),
        pytest.param([part("messages", "[]"), part("files", "", filename="a")], NOTHING_SAID, id="a file and no messages"),
    ],
)
def test_a_form_reads_as_the_json_input_of_the_same_meaning(parts, expected, read):
    assert read(form(*parts))[0] == expected


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("stream_response", "true", True),
        ("stream_response", "True", True),
        ("stream_response", "false", False),
        ("stream_response", "False", False),
        ("stream_response", '"false"', False),
        ("stream_response", " false\r\n", False),
        ("since", "start", "start"),
        ("since", '"start"', "start"),
        ("since", "aev_1-x", "aev_1-x"),
        ("behavior", "steer", "steer"),
        ("behavior", '"follow_up"', "follow_up"),
    ],
)
def test_a_value_is_read_as_text_or_as_json(name, text, value, read):
    for more in ((), ("Content-Type: application/json",), ("Content-Type: text/plain; charset=utf-8",)):
        assert read(form(part("message", "Hello"), part(name, text, *more)))[0] == {**INPUT, name: value}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("", "file"),
        ("/etc/passwd", "passwd"),
        ("../../etc/passwd", "passwd"),
        (r"C:\\Users\\me\\report.pdf", "report.pdf"),
        ("a/..", "file"),
        (".", "file"),
        ("a/", "file"),
        ("a\nb\x00\x7f.txt", "ab.txt"),
        ("  a b ", "a b"),
        ('a\\"b; c=d.txt', 'a"b; c=d.txt'),
    ],
)
def test_a_file_name_is_kept_without_folders_and_control_characters(sent, kept, read):
    assert [upload.filename for upload in read(file(sent))[1]] == [kept]


@pytest.mark.parametrize(
    ("filename", "stated", "expected"),
    [
        ("a.bin", "text/plain", "text/plain"),
        ("a.txt", "Text/HTML; charset=latin-1", "text/html"),
        ("a.txt", None, "text/plain"),
        ("A.PDF", None, "application/pdf"),
        ("a.png", "*/*", "image/png"),
        ("a.png", "image/*", "image/png"),
        ("a.png", "nonsense", "image/png"),
        ("a.tar.gz", None, "application/gzip"),
        ("a.tar.xz", None, "application/octet-stream"),
        ("a.unheard", None, "application/octet-stream"),
        ("data:text/html,x", None, "application/octet-stream"),
        ("a", "application/octet-stream", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_that_is_stated_or_else_that_of_its_name(filename, stated, expected, read):
    headers = () if stated is None else (f"Content-Type: {stated}",)
    assert [upload.mime_type for upload in read(file(filename, *headers))[1]] == [expected]


def test_files_keep_their_order(read):
    parts = [part("files", str(number), filename="same.txt") for number in range(20)]
    assert [upload.data for upload in read(form(*parts))[1]] == [str(number).encode() for number in range(20)]


HI = part("message", "Hello")


def test_the_longest_boundary_of_werkzeugs_clients_is_taken(read):
    boundary = "---------------WerkzeugFormPart_1796101993.12345671.2345678901234567e-05"
    assert len(boundary) > 70
    raw = form(HI).replace(b"--b", f"--{boundary}".encode())
    assert read(raw, f"multipart/form-data; boundary={boundary}") == read(form(HI))


REFUSALS = {
    "no boundary": (form(HI), "multipart/form-data", "SM220", {"Content-Type": "needs a boundary of 1 to 100 characters"}),
    "an empty boundary": (form(HI), 'multipart/form-data; boundary=""', "SM220", None),
    "a boundary too long": (form(HI), f"multipart/form-data; boundary={'b' * 101}", "SM220", None),
    "another boundary": (form(HI), "multipart/form-data; boundary=c", "SM221", {"/": "is not multipart at byte 2"}),
    "JSON": (b'{"message": "Hello"}', FORM, "SM221", {"/": "is not multipart at byte 0"}),
    "a header too long": (form(part("message", "x", "X-Odd: " + "x" * 5000)), FORM, "SM221", None),
    "too many headers": (form(part("message", "x", *(f"X-{number}: x" for number in range(9)))), FORM, "SM221", None),
    "a header that is none": (form(b"no header\r\n\r\nx"), FORM, "SM221", {"/": "is not multipart at byte 7"}),
    "an end too soon": (form(HI)[:-5], FORM, "SM222", {"/": "ends before its closing boundary"}),
    "no disposition": (
        form(b"X-Odd: x\r\n\r\nx"),
        FORM,
        "SM223",
        {"/": 'Part 1 of the form needs a header Content-Disposition: form-data; name="…"'},
    ),
    "another disposition": (form(b'Content-Disposition: attachment; name="a"\r\n\r\nx'), FORM, "SM223", None),
    "no name": (form(HI, b"Content-Disposition: form-data\r\n\r\nx"), FORM, "SM223", None),
    "a header twice": (
        form(HI, part("files", "x", "content-disposition: form-data", filename="a")),
        FORM,
        "SM223",
        {"/": "Part 2 of the form has the header content-disposition twice"},
    ),
    "a name that is not UTF-8": (
        form(part("files", "x", filename="a").replace(b'="a"', b'="\xff"')),
        FORM,
        "SM223",
        {"/": "Part 1 of the form has a name that is not UTF-8"},
    ),
    "base64": (form(part("files", "eA==", "Content-Transfer-Encoding: base64", filename="a")), FORM, "SM223", None),
    "a value twice": (form(HI, part("since", "start"), part("since", "start")), FORM, "SM224", {"/since": "takes one value"}),
    "a text that is not UTF-8": (form(part("message", b"\xff")), FORM, "SM225", {"/message": "is not UTF-8 text"}),
    "nothing": (form(), FORM, "SM226", {"/": f"needs one of {LISTED}"}),
    "nothing known": (form(part("files[]", "x", filename="a")), FORM, "SM226", {"/": f"needs one of {LISTED}"}),
    "an empty message": (form(part("message", "")), FORM, "SM226", {"/": f"needs one of {LISTED}"}),
    "too many parts": (form(*[HI] * (MOST_PARTS + 1)), FORM, "SM227", {"/": "may have 1000 parts"}),
    "a file that is none": (form(part("files", "x")), FORM, "SM228", {"/files": "must be a file, with a filename"}),
    "no JSON": (form(part("messages", "Hello")), FORM, "SM201", {"/messages": "is not valid JSON at line 1, column 1"}),
    "deep JSON": (form(part("messages", "[" * 101 + "]" * 101)), FORM, "SM201", {"/messages": "is nested too deeply"}),
    "no content": (form(part("messages", '[{"type": "text"}]')), FORM, "SM203", {"/messages/0/content": "is required"}),
    "a number": (form(part("messages", "5")), FORM, "SM203", {"/messages/0": "must be of type object"}),
    "three wrong values": (
        form(HI, part("since", "never"), part("behavior", "5"), part("stream_response", "maybe")),
        FORM,
        "SM203",
        {
            "/behavior": "must be one of 'steer', 'follow_up'",
            "/since": "must match ^(start|aev_[0-9a-zA-Z_-]+)$",
            "/stream_response": "must be of type boolean",
        },
    ),
    "no body": (b"", FORM, "SM202", {"/": "is required"}),
}


@pytest.mark.parametrize(("raw", "content_type", "code", "fields"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_read_is_refused_by_name(raw, content_type, code, fields, read):
    with pytest.raises(Refused) as caught:
        read(raw, content_type)
    assert caught.value.refusal.code == code
    assert fields is None or caught.value.fields == fields


def test_a_form_has_a_limit_of_its_own(read):
    raw = file("a", data=b"x" * 500)
    limits = BodyLimits(max_body_bytes=10, max_upload_bytes=len(raw))

    assert read(raw, limits=limits)[1][0].data == b"x" * 500
    with pytest.raises(Refused) as caught:
        read(raw + b"x", limits=limits)
    assert caught.value.message == f"The body is over the limit of {len(raw)} bytes (setting max_upload_bytes)."
    with pytest.raises(Refused) as caught:
        read(b'{"messages": []}', "application/json", limits=limits)
    assert caught.value.message == "The body is over the limit of 10 bytes (setting max_body_bytes)."


def test_a_part_that_its_headers_end_is_empty():
    bare = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    parts = parts_of(bare + bare + form(part("c", "--bx")), FORM)
    assert [(one.name, one.data) for one in parts] == [("a", b""), ("a", b""), ("c", b"--bx")]
