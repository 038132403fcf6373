"""The Studio's files: what the function sends, what it refuses, and what the page is made of."""

import hashlib
import re
from types import SimpleNamespace

import pytest

from local.template import ROOT

STATIC = ROOT / "functions" / "studio" / "static"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
LARGEST_ANSWER = 6 << 20
"""Of a Lambda function, bytes."""

OWN = [file for file in sorted(STATIC.glob("*.js")) if file.name not in {"preact.js", "hooks.js", "htm.js"}]


@pytest.fixture
def get(bundle):
    def get(path, place=None):
        module = bundle.modules["studio"]
        event = {
            "httpMethod": "GET",
            "path": path,
            "headers": {"accept": "*/*"},
            "body": None,
            "queryStringParameters": None,
            "requestContext": {"requestId": "request-1", "path": place or f"/v1{path}"},
        }
        answer = module.lambda_handler(
            event,
            SimpleNamespace(
                function_name="studio",
                memory_limit_in_mb=512,
                invoked_function_arn="arn",
                aws_request_id="call",
                get_remaining_time_in_millis=lambda: 9000,
            ),
        )
        headers = {name.lower(): value[0] for name, value in answer.get("multiValueHeaders", {}).items()}
        return SimpleNamespace(status=answer["statusCode"], body=answer["body"], headers=headers, whole=answer)

    return get


def test_the_page_names_its_parts_by_their_content_and_is_asked_for_every_time(get, bundle):
    page = get("/")
    assert page.status == 200
    assert page.headers["content-type"] == TYPES[".html"]
    assert page.headers["cache-control"] == "no-cache"
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.body)
    assert parts
    for part in parts:
        assert part.startswith(f"studio/{bundle.modules['studio'].site.version}/")
        assert get(f"/{part}").status == 200


@pytest.mark.parametrize("name", sorted(file.name for file in STATIC.iterdir()))
def test_every_file_is_sent_as_text_of_its_type_and_kept_for_a_year(get, bundle, name):
    part = get(f"/studio/{bundle.modules['studio'].site.version}/{name}")
    assert part.status == 200
    assert part.body == (STATIC / name).read_text("utf-8")
    assert part.headers["content-type"] == TYPES[(STATIC / name).suffix]
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert not part.whole["isBase64Encoded"]
    assert len(part.body.encode()) < LARGEST_ANSWER / 20


def test_the_policy_lets_the_page_reach_itself_and_the_bucket_and_nothing_else(get):
    headers = get("/").headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    bucket = "https://bucket.s3.amazonaws.com"
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {bucket}",
        "img-src": f"'self' {bucket} blob: data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e%2fapp.py",
        "..\\app.py",
        "/etc/passwd",
        "static/main.js",
        "main.js%00.svg",
        "MAIN.JS",
        "app.py",
        "",
        ".",
        "..",
        "__pycache__",
    ],
)
def test_only_the_files_of_the_page_are_sent(get, bundle, name):
    part = get(f"/studio/{bundle.modules['studio'].site.version}/{name}")
    assert part.status == 404
    assert "import" not in part.body


def test_a_part_of_another_version_is_not_kept_under_its_address(get):
    assert get("/studio/0123456789abcdef/main.js").status == 404


@pytest.mark.parametrize(("place", "location"), [("/v1", "v1/"), ("/shop/photos", "photos/")])
def test_without_its_last_slash_the_page_sends_its_reader_to_the_address_with_it(get, place, location):
    page = get("/", place)
    assert (page.status, page.headers["location"]) == (308, location)


def test_the_page_has_no_script_or_style_of_its_own_and_reaches_nobody_else():
    html = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", html)
    for file in OWN:
        text = file.read_text("utf-8")
        assert not re.search(r"\beval\b|new Function|innerHTML|localStorage|document\.write", text), file.name
        addresses = set(re.findall(r"https?://[^\s\"'`/$]+", text))
        assert addresses <= {"https://example.com"}, file.name


def test_the_libraries_are_those_that_the_notice_names():
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name in ("preact.js", "hooks.js", "htm.js"):
        original = (STATIC / name).read_bytes().replace(b'from"./preact.js"', b'from"preact"')
        assert re.search(rf"{name}:[^\n]*\n\s+{hashlib.sha256(original).hexdigest()}\n", notice), name


def test_every_sentence_that_is_said_stands_in_both_languages():
    words = (STATIC / "words.js").read_text("utf-8")
    listed = set(re.findall(r"^  (\w+): \[$|^  (\w+): \[\"", words, re.MULTILINE))
    known = {name for pair in listed for name in pair if name}
    for file in OWN:
        for name in re.findall(r"\.say\(\"(\w+)\"", file.read_text("utf-8")):
            assert name in known, f"{file.name}: {name}"
    rows = words.partition("const WORDS = {")[2].partition("\n};")[0]
    assert rows.count("[") == len(re.findall(r"[\u4e00-\u9fff][^\"]*\",?\s*\]", rows)) + rows.count('"English"')
