"""A function may be killed at every point of its work: no id ever names a missing object, and the retry succeeds."""

import base64

import pytest
from botocore.exceptions import ClientError
from idphoto_service.history import history
from idphoto_service.storage import bucket


class KilledError(ClientError):  # type: ignore[misc]
    """Every call of AWS fails from some moment on, as for a function that is no longer there."""

    def __init__(self):
        super().__init__({"Error": {"Code": "Killed"}}, "Any")


class Life:
    """Counts the calls of AWS; kills at one of them, before or after its work."""

    def __init__(self):
        self.calls, self.death, self.moment = 0, None, "before"

    def before(self, **_):
        self.calls += 1
        if self.death is not None and (self.calls > self.death or (self.calls, self.moment) == (self.death, "before")):
            raise KilledError

    def after(self, **_):
        if self.death is not None and self.calls >= self.death and self.moment == "after":
            raise KilledError

    def begin(self, death, moment):
        self.calls, self.death, self.moment = 0, death, moment


@pytest.fixture
def life(bundle):
    life = Life()
    clients = [(bucket().client, "s3"), (history().table.meta.client, "dynamodb")]
    for client, service in clients:
        client.meta.events.register(f"before-call.{service}.*", life.before, unique_id="before")
        client.meta.events.register(f"after-call.{service}.*", life.after, unique_id="after")
    yield life
    for client, service in clients:
        client.meta.events.unregister(f"before-call.{service}.*", unique_id="before")
        client.meta.events.unregister(f"after-call.{service}.*", unique_id="after")


@pytest.fixture
def source(portrait_jpeg):
    return {"out_request_id": "order-1", "image_base64": base64.b64encode(portrait_jpeg).decode()}


def every_id_has_its_picture(bundle):
    keys = bundle.objects()
    results = bundle.items("RESULT")
    assert all({item["image_key"], item["cutout_key"]} <= keys for item in results)
    names = {item["mt_generate_id"] for item in results}
    assert sorted(step["mt_generate_id"] for step in bundle.items("STEP")) == sorted(names), "one step, one id"


def killed_everywhere(bundle, life, function, body, reset):
    """Kill a call at each of its calls of AWS; return how many there are."""
    death = 0
    while True:
        death += 1
        for moment in ("before", "after"):
            reset()
            life.begin(death, moment)
            answer = bundle.call(function, body)
            life.begin(None, moment)
            every_id_has_its_picture(bundle)
            retry = bundle.call(function, body)
            assert retry.status == 200, retry.raw
            every_id_has_its_picture(bundle)
            assert [photo["current"] for photo in bundle.items("PHOTO")] == [retry.body["mt_generate_id"]]
        if answer.status == 200:
            return death - 1


def clear(bundle):
    for item in bundle.items(""):
        bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    bucket().delete(*bundle.objects())


def test_make_may_be_killed_everywhere(bundle, life, source):
    assert killed_everywhere(bundle, life, "make", source, lambda: clear(bundle)) >= 8


@pytest.mark.parametrize("kind", ["background", "symmetry", "makeup", "outfit"])
def test_an_effect_may_be_killed_everywhere(bundle, life, source, kind):
    made = bundle.call("make", source).body
    body = {"mt_generate_id": made["mt_generate_id"]} | ({"color": "red"} if kind == "background" else {})

    def reset():
        for item in [*bundle.items("RESULT"), *bundle.items("STEP")]:
            if made["mt_generate_id"] not in item["sk"]:
                bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
        bucket().delete(*(key for key in bundle.objects() if "/after-" in key))

    assert killed_everywhere(bundle, life, kind, body, reset) >= 5


def test_registering_a_material_may_be_killed_everywhere(bundle, life):
    body = {"kind": "makeup", "name": "Ours", "look": {"lips": {"colours": ["#A04050"], "strength": 0.5}}}
    death, answer = 0, None
    while answer is None or answer.status != 200:
        death += 1
        for moment in ("before", "after"):
            clear(bundle)
            life.begin(death, moment)
            answer = bundle.call("materials", body)
            life.begin(None, moment)
            for item in bundle.items("MATERIAL#"):
                assert {item["file_key"], item["thumbnail"]["key"]} <= bundle.objects()
            assert bundle.call("materials", body).status == 200
            assert len(bundle.items("MATERIAL#")) == 1
    assert death > 3


def test_a_rollback_that_renders_may_be_killed_everywhere(bundle, life, source):
    made = bundle.call("make", source).body
    red = bundle.call("background", {"mt_generate_id": made["mt_generate_id"], "color": "red"}).body

    def reset():
        for item in [*bundle.items("RESULT"), *bundle.items("STEP")]:
            if red["mt_generate_id"] not in item["sk"]:
                bundle.table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})

    body = {"mt_generate_id": red["mt_generate_id"], "without": ["background"]}
    assert killed_everywhere(bundle, life, "rollback", body, reset) >= 5
