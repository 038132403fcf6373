"""Least privilege: what every function really does is what the template allows it, no more and no less."""

import base64
import fnmatch
import io
import json
from collections import defaultdict
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from idphoto.effects import EFFECTS, Effect
from idphoto_service.errors import ResultNotFoundError
from idphoto_service.history import History, history
from idphoto_service.logic import chain, executions
from idphoto_service.storage import Bucket, bucket
from PIL import Image

from local.template import Template

BUCKET, TABLE = "BUCKET", "TABLE"
MARK = io.BytesIO()
Image.new("RGBA", (40, 20), (255, 0, 0, 255)).save(MARK, "PNG")
OUTFIT = {"kind": "outfit", "name": "Uniform"}


def s3(action, *keys):
    return {(f"s3:{action}", f"{BUCKET}/{key}") for key in keys}


def table(action):
    return {(f"dynamodb:{action}", TABLE)}


def actions(name, params):
    """Return what a call of AWS needs, as pairs of action and resource (Service Authorization Reference)."""
    match name:
        case "GetObject" | "HeadObject":
            # Without ListBucket, S3 answers 403 instead of 404 for what is not there.
            return s3("GetObject", params["Key"]) | {("s3:ListBucket", BUCKET)}
        case "PutObject":
            return s3("PutObject", params["Key"])
        case "CopyObject":
            return s3("GetObject", params["CopySource"]["Key"]) | s3("PutObject", params["Key"])
        case "DeleteObjects":
            return s3("DeleteObject", *(item["Key"] for item in params["Delete"]["Objects"]))
        case "ListObjectsV2":
            return {("s3:ListBucket", BUCKET)}
        case "TransactWriteItems":
            return set().union(*(table(f"{kind}Item") for write in params["TransactItems"] for kind in write))
        case "StartSyncExecution" | "StartExecution" | "StopExecution" | "DescribeExecution" | "GetExecutionHistory":
            return {(f"states:{name}", "states")}
        case _:
            return table(name)


class States:
    """Step Functions, as far as a permission goes."""

    def __init__(self, note):
        self.note = note

    def __getattr__(self, method):
        name = "".join(part.capitalize() for part in method.split("_"))

        def call(**_):
            self.note(name, {})
            moment = datetime(2026, 1, 1, tzinfo=UTC)
            return {"status": "RUNNING", "startDate": moment, "events": [], "error": "E", "cause": "c"}

        return call


@pytest.fixture
def used(bundle, monkeypatch):
    """Actions and resources by function, noted while the functions are called."""
    noted: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    current = SimpleNamespace(function="")
    call = bundle.call

    def note(name, params):
        noted[current.function] |= actions(name, params)

    def noting_call(function, *arguments, **named):
        caller, current.function = current.function, function
        try:
            return call(function, *arguments, **named)
        finally:
            current.function = caller

    def hook(params, model, **_):
        note(model.name, params)

    def upload_form(self, key, max_bytes):
        noted[current.function] |= s3("PutObject", key)
        return "https://example.com", {}

    # What a face looks like is no matter here: no effect may refuse.
    effects = {kind: Effect(effect.params, lambda portrait, *_: portrait) for kind, effect in EFFECTS.items()}
    monkeypatch.setattr("idphoto_service.logic.effect.EFFECTS", effects)
    monkeypatch.setattr(bundle, "call", noting_call)
    monkeypatch.setattr(Bucket, "upload_form", upload_form)
    for module in (chain, executions):
        monkeypatch.setattr(module, "client", lambda: States(note))
    clients = [(bucket().client, "s3"), (history().table.meta.client, "dynamodb")]
    for client, service in clients:
        client.meta.events.register(f"provide-client-params.{service}.*", hook, unique_id="permissions")
    yield noted
    for client, service in clients:
        client.meta.events.unregister(f"provide-client-params.{service}.*", unique_id="permissions")


def forget(bundle, result):
    """Delete a result's item, so that the next call has to render it again."""
    for item in bundle.items("RESULT"):
        if item["mt_generate_id"] == result["mt_generate_id"]:
            bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def everything_that_partners_do(bundle, photo, jacket, monkeypatch):
    """Call every route in every way that touches something else."""

    def while_it_is_erased(function, body):
        def gone(*_):
            raise ResultNotFoundError

        with monkeypatch.context() as patch:
            patch.setattr(History, "save_result", gone)
            assert bundle.call(function, body).status == 404
        # What had been stored for it went with it.
        assert bundle.call("make", make).status == 200

    source = {"image_base64": base64.b64encode(photo).decode()}
    mark = bundle.call("watermarks", {"photo": {"image_base64": base64.b64encode(MARK.getvalue()).decode()}}).body
    upload = bundle.call("uploads", None).body["upload_id"]
    place = f"uploads/{bundle.partner()}/{upload}"
    bundle.s3.put_object(Bucket="bucket", Key=place, Body=MARK.getvalue())
    bundle.call("watermarks", {"photo": {"upload_id": upload}})
    bundle.s3.put_object(Bucket="bucket", Key=place, Body=photo)
    check = bundle.call("check", {"upload_id": upload}).body
    make = {"out_request_id": "o-1", "check_id": check["check_id"], "watermark_id": mark["watermark_id"]}
    made = bundle.call("make", make).body
    bundle.call("check", {"out_request_id": "o-1", "upload_id": upload, "level": "strict"})
    bundle.call("make", {"out_request_id": "o-1", "upload_id": upload})
    red = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}).body
    for fields in ({}, {"crop_only": True}):
        assert bundle.call("export", {"mt_generate_id": red["mt_generate_id"]} | fields).status == 200
    sheet = {"mt_generate_id": red["mt_generate_id"], "watermark_id": mark["watermark_id"]}
    assert bundle.call("layout", sheet).status == 200
    undo = {"mt_generate_id": red["mt_generate_id"], "without": ["background"]}
    bundle.call("rollback", undo)
    bundle.call("rollback", {"to": red["mt_generate_id"]})
    forget(bundle, made)
    bundle.call("rollback", undo)
    forget(bundle, made)
    while_it_is_erased("rollback", undo)
    forget(bundle, made)
    while_it_is_erased("make", make)
    while_it_is_erased("background", {"mt_generate_id": red["mt_generate_id"], "color": "black"})
    for kind in EFFECTS:
        answer = bundle.call(kind, {"mt_generate_id": made["mt_generate_id"]})
        assert answer.status == 200, answer.raw
        forget(bundle, answer.body)
        while_it_is_erased(kind, {"mt_generate_id": made["mt_generate_id"]})
    # Without a portrait every function asks the chain.
    for name in [key for key in bundle.objects() if "/portrait-" in key or "/after-" in key]:
        bundle.s3.delete_object(Bucket="bucket", Key=name)
    forget(bundle, made)
    bundle.call("rollback", undo)
    bundle.call("background", {"mt_generate_id": red["mt_generate_id"], "color": "grey"})
    for function in ("export", "layout"):
        bundle.call(function, {"mt_generate_id": red["mt_generate_id"]})
    for kind in EFFECTS:
        bundle.call(kind, {"mt_generate_id": red["mt_generate_id"]})
    bundle.call("make", make)
    run_chains(bundle, [source, {"upload_id": upload}, {"check_id": check["check_id"]}], mark, red)
    for method in ("GET", "DELETE"):
        bundle.call("photos", None, method=method, path="/photos/o-1")
    bundle.call("watermarks", None, method="GET")
    bundle.call("watermarks", None, method="DELETE", path=f"/watermarks/{mark['watermark_id']}")
    for function in ("specs", "materials"):
        bundle.call(function, None, method="GET")
    use_own_materials(bundle, photo, jacket, upload, monkeypatch)


def use_own_materials(bundle, photo, jacket, upload, monkeypatch):
    """Register materials from everything that they are made from, wear them, look at them, and delete them."""
    look = {"kind": "makeup", "name": "Ours", "look": {"lips": {"colours": ["#A04050"], "strength": 0.5}}}
    own = {
        "makeup": bundle.call("materials", look).body["material_id"],
        "outfit": bundle.call(
            "materials", OUTFIT | {"picture": {"image_base64": base64.b64encode(jacket).decode()}}
        ).body["material_id"],
    }
    place = f"uploads/{bundle.partner()}/{upload}"
    bundle.s3.put_object(Bucket="bucket", Key=place, Body=jacket)
    assert bundle.call("materials", OUTFIT | {"picture": {"upload_id": upload}}).status == 200
    made = bundle.call("make", {"out_request_id": "o-3", "image_base64": base64.b64encode(photo).decode()}).body
    for kind, material_id in own.items():
        worn = bundle.call(kind, {"mt_generate_id": made["mt_generate_id"], "material_id": material_id})
        assert worn.status == 200, worn.raw
    bundle.call("chain", {"mt_generate_id": made["mt_generate_id"], "makeup": {"material_id": own["makeup"]}})
    wearer_of(bundle, photo, made, monkeypatch)
    for method in ("GET", "DELETE"):
        for material_id in ("office", *own.values()):
            bundle.call("materials", None, method=method, path=f"/materials/{material_id}")


def wearer_of(bundle, photo, made, monkeypatch):
    """Hand in a portrait of somebody who wears an outfit, sent for this or made before."""

    def check_as_the_chain_does(chain_input):
        named = {name: chain_input[name] for name in ("out_request_id", "upload_id")}
        return json.dumps({"check": bundle.call("check", named).body})

    with monkeypatch.context() as patch:
        patch.setattr("idphoto_service.logic.wearer.run_express", check_as_the_chain_does)
        sent = bundle.call("materials", OUTFIT | {"wearer": {"image_base64": base64.b64encode(photo).decode()}})
    assert sent.code == "MATERIAL_UNUSABLE", "its person is too small"
    again = OUTFIT | {"wearer": {"mt_generate_id": made["mt_generate_id"]}}
    bundle.call("materials", again)
    for name in [key for key in bundle.objects() if "/portrait-" in key]:
        bundle.s3.delete_object(Bucket="bucket", Key=name)
    bundle.call("materials", again)


def run_chains(bundle, sources, mark, result):
    """Start the chain from everything that it starts from, and look after it."""
    request = {"make": {"watermark_id": mark["watermark_id"]}, "out_request_id": "o-2"}
    for path in ("/chain", "/executions"):
        for given in sources:
            started = bundle.call("chain", request | given, path=path).body
        bundle.call("chain", {"mt_generate_id": result["mt_generate_id"], "background": {}}, path=path)
    execution = f"/executions/{started['execution_id']}"
    for method in ("GET", "DELETE"):
        bundle.call("chain", None, method=method, path=execution)


def resource_name(resource):
    """Return a resource of the template as this test names it."""
    text = json.dumps(resource)
    if "Bucket.Arn}/" in text:
        return f"{BUCKET}/{text.rpartition('Bucket.Arn}/')[2].split(chr(34))[0]}"
    return next(
        name
        for word, name in (("Bucket", BUCKET), ("Table", TABLE), ("states", "states"), ("Chain", "states"))
        if word in text
    )


def allowed():
    """Return actions and resource patterns by function, as the template grants them."""
    grants = defaultdict(set)
    for name, properties in Template().resources("AWS::Serverless::Function"):
        for policy in properties.get("Policies", []):
            for statement in policy["Statement"]:
                one = statement["Action"]
                for action in one if isinstance(one, list) else [one]:
                    several = statement["Resource"]
                    for resource in several if isinstance(several, list) else [several]:
                        grants[name.removesuffix("Function").lower()].add((action, resource_name(resource)))
    return grants


def test_every_function_may_do_what_it_does_and_nothing_else(bundle, used, portrait_jpeg, jacket, monkeypatch):
    everything_that_partners_do(bundle, portrait_jpeg, jacket[0], monkeypatch)
    grants = allowed()
    for function in bundle.modules:
        done, may = used[function], grants[function]
        missing = {
            (action, resource)
            for action, resource in done
            if not any(action == granted and fnmatch.fnmatch(resource, pattern) for granted, pattern in may)
        }
        assert not missing, f"{function} does what it may not"
        idle = {
            (granted, pattern)
            for granted, pattern in may
            if not any(action == granted and fnmatch.fnmatch(resource, pattern) for action, resource in done)
        }
        assert not idle, f"{function} may do what it never does"
