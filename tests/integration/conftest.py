"""The functions in this process, on moto's table and bucket, with the real engine and models."""

import hashlib
import importlib.util
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import boto3
import numpy as np
import pytest
from idphoto.effects import EFFECTS
from idphoto.garment import read_garment, to_coded
from idphoto_service.logic import executions
from moto import mock_aws
from PIL import Image
from skimage.data import astronaut

from tests.garments import a_garment

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER_KEY = "key-of-the-first-partner", "key-of-the-second-partner"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "TABLE_NAME": "table",
    "BUCKET_NAME": "bucket",
    "RETENTION_DAYS": "30",
    "LINK_SECONDS": "3600",
    "CHAIN_EXPRESS_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:chain",
    "CHAIN_STANDARD_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:standard",
    "POWERTOOLS_TRACE_DISABLED": "true",
}


def jpeg(rgb, **options):
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", **({"quality": 95} | options))
    return buffer.getvalue()


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def portrait_jpeg():
    return jpeg(astronaut())


@pytest.fixture(scope="session")
def jacket():
    """A jacket on transparency, and the anchors by which it is held."""
    garment = read_garment(a_garment())
    dyed = garment.dyed(garment.front, garment.albedo(None))
    opacity = dyed[..., 3:]
    light = np.divide(dyed[..., :3], opacity, out=np.zeros_like(dyed[..., :3]), where=opacity > 0)
    rgba = np.concatenate([to_coded(light), opacity * 255], axis=-1)
    return png(Image.fromarray(np.rint(rgba).astype(np.uint8))), dict(garment.facts.anchors)


@dataclass
class Answer:
    status: int
    raw: str

    @property
    def body(self):
        return json.loads(self.raw)

    @property
    def code(self):
        return self.body["error"]["code"]


class Bundle:
    """The API as a partner sees it, and the table and bucket behind it."""

    def __init__(self, table="table", bucket="bucket"):
        self.modules = {file.parent.name: _load(file) for file in ROOT.glob("functions/*/app.py")}
        self.table = boto3.resource("dynamodb").Table(table)
        self.s3 = boto3.client("s3")
        self.bucket = bucket

    def call(self, function, body, *, key=KEY, method="POST", path=None, query=None, content_type="application/json"):
        event = {
            "httpMethod": method,
            "path": path or f"/{function}",
            "headers": {"content-type": content_type} | ({"x-api-key": key} if key else {}),
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "queryStringParameters": query,
            "requestContext": {"requestId": "request-1", "identity": {"sourceIp": "127.0.0.1"}},
        }
        answer = self.modules[function].lambda_handler(event, _context(function))
        return Answer(answer["statusCode"], answer["body"])

    def task(self, function, payload):
        return self.modules[function].lambda_handler(payload, _context(function))

    def partner(self, key=KEY):
        """The partner's name in the table and in the bucket."""
        return hashlib.sha256(key.encode()).hexdigest()[:24]

    def objects(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    def items(self, kind):
        return [item for item in self.table.scan()["Items"] if item["sk"].startswith(kind)]

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


class Chain:
    """The chain without Step Functions: the states whose kinds are in the input, in their order."""

    def __init__(self, bundle):
        self.bundle, self.runs = bundle, []

    def start_sync_execution(self, **named):
        given = json.loads(named["input"])
        states = [kind for kind in ("check", "make", *EFFECTS) if kind in given]
        self.runs.append(states)
        outcome = {}
        for kind in states:
            outcome = self.bundle.task(kind, self.payload(kind, given))
            if "error" in outcome:
                return self.failed(outcome["error"])
            if not outcome.get("passed", True):
                return self.failed(CHECK_FAILED | {"details": {"check_id": outcome["check_id"], "report": {}}})
        return {"status": "SUCCEEDED", "output": json.dumps({"check": outcome if states == ["check"] else None})}

    @staticmethod
    def payload(kind, given):
        if kind != "check":
            return given
        named = {"partner", "request_id", "out_request_id", "img_url", "upload_id"}
        return {name: value for name, value in given.items() if name in named} | given["check"]

    @staticmethod
    def failed(error):
        return {"status": "FAILED", "error": error["code"], "cause": json.dumps(error)}


CHECK_FAILED = {"code": "CHECK_FAILED", "status": 422, "message": "not passed", "message_zh": "未通过"}


@pytest.fixture
def chain(bundle, monkeypatch):
    chain = Chain(bundle)
    monkeypatch.setattr(executions, "client", lambda: chain)
    return chain


def _context(function):
    return SimpleNamespace(
        function_name=function,
        memory_limit_in_mb=1769,
        invoked_function_arn="arn",
        aws_request_id="call",
        get_remaining_time_in_millis=lambda: 9000,
    )


def _load(file):
    spec = importlib.util.spec_from_file_location(f"tested_{file.parent.name}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@contextmanager
def in_memory():
    """The functions on a table and a bucket of moto; their settings must stand in the environment."""
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield Bundle()


@pytest.fixture(scope="session")
def stack(environment):
    with in_memory() as bundle:
        yield bundle


@pytest.fixture
def bundle(stack):
    """The bundle, emptied."""
    for item in stack.table.scan()["Items"]:
        stack.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    for key in stack.objects():
        stack.s3.delete_object(Bucket="bucket", Key=key)
    return stack
