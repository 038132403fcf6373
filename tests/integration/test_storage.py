"""The bucket: links that open as they stand, and forms that take one file of a limited size."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from idphoto.decode import MAX_BYTES
from idphoto_service import storage


@pytest.fixture
def regional(environment, monkeypatch):
    """The bucket as a function of another region reaches it, with the session token that Lambda gives."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a+b/c==&<'\">d")
    return storage.bucket.__wrapped__()


def test_a_link_is_signed_for_the_host_of_its_region(regional):
    assert urlsplit(regional.link("photos/p/a.jpg", 60)).netloc == "bucket.s3.eu-west-1.amazonaws.com"


def test_a_link_holds_nothing_that_json_or_a_form_would_write_otherwise(regional):
    link = regional.link("photos/p/a.jpg", 60)
    assert json.dumps(link) == f'"{link}"'
    assert not set(link) & set("+\"'<> \\")
    query = parse_qs(urlsplit(link).query)
    assert query["X-Amz-Security-Token"] == ["a+b/c==&<'\">d"]
    assert query["X-Amz-Expires"] == ["60"]


def test_an_upload_is_a_form_for_one_key_and_a_limited_size(bundle):
    offer = bundle.call("uploads", None).body
    assert (offer["method"], offer["file_field"], offer["max_bytes"]) == ("POST", "file", MAX_BYTES)
    policy = json.loads(base64.b64decode(offer["fields"]["policy"]))
    assert ["content-length-range", 0, MAX_BYTES] in policy["conditions"]
    assert offer["fields"]["key"].startswith("uploads/")
    assert offer["fields"]["key"].endswith(offer["upload_id"])


def test_uploads_of_two_partners_never_meet(bundle):
    keys = {bundle.call("uploads", None, key=key).body["fields"]["key"].split("/")[1] for key in ("one", "two")}
    assert len(keys) == 2
