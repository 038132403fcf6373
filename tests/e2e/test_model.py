"""Random sequences of calls, compared with a model: a photo is a set of recipes, and the one that was asked for last.

The functions run in this process, but for those that run at once, which are called through the API; the table, the
bucket and the chain are those of the local AWS.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from idphoto.recipe import KINDS
from idphoto_client import Client
from idphoto_service.history import history
from idphoto_service.logic import executions
from idphoto_service.settings import chain_settings
from idphoto_service.settings import settings as service_settings
from idphoto_service.storage import bucket

from local.deploy import resource_name
from local.emulator import ACCOUNT, REGION, Emulator
from local.stack import Stack
from tests.integration.conftest import Bundle

pytestmark = pytest.mark.e2e

CACHES = (history, bucket, service_settings, chain_settings, executions.client)
EFFECTS = [
    ("background", {"color": "red"}),
    ("background", {"color": "#112233", "gradient": 2}),
    ("skin", {}),
    ("skin", {"strength": 80}),
    ("symmetry", {"strength": 40}),
    ("makeup", {"material_id": "office"}),
    ("makeup", {"material_id": "evening", "intensity": 50}),
    ("outfit", {}),
    ("outfit", {"color": "grey", "fit": 40}),
]
MAKES = [{"spec_id": "cn_1inch"}, {"spec_id": "cn_1inch", "background": {"color": "red"}}]
_orders = count(1)

Steps = frozenset[tuple[str, str]]
"""A recipe as the model knows it: kinds and parameters, in no order."""


@dataclass
class Photo:
    """What the model knows of a photo."""

    recipes: dict[str, Steps] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    current: str = ""

    def learn(self, answer: dict[str, Any], parent: str | None, expected: Steps) -> None:
        """Take in a result, and compare it with what was expected."""
        name = answer["mt_generate_id"]
        assert _steps(answer["recipe"]) == expected
        known = {steps: known_name for known_name, steps in self.recipes.items()}
        assert known.get(expected, name) == name, "one recipe, one id"
        if name not in self.recipes:
            self.recipes[name], self.parents[name] = expected, parent
        self.current = name


def _steps(recipe: list[dict[str, Any]]) -> Steps:
    assert [step["kind"] for step in recipe] == sorted({step["kind"] for step in recipe}, key=KINDS.index)
    return frozenset((step["kind"], json.dumps(step["params"], sort_keys=True)) for step in recipe)


class World:
    """The bundle, and a checked photo from which sequences start."""

    def __init__(self, bundle: Bundle, client: Client, key: str, photo: bytes) -> None:
        self.bundle = bundle
        self.client = client
        self.key = key
        self.partner = bundle.partner(key)
        self.pictures: dict[Steps, str] = {}
        source = {"image_base64": base64.b64encode(photo).decode()}
        self.check_id = self.call("check", source)["check_id"]

    def call(self, function: str, body: Any, **named: Any) -> dict[str, Any]:
        answer = self.bundle.call(function, body, key=self.key, **named)
        assert answer.status == 200, answer.raw
        found: dict[str, Any] = answer.body
        return found

    def picture(self, result: dict[str, Any]) -> str:
        """Digest of the picture behind a result."""
        key = result["image"]["url"].partition("?")[0].partition("/photos/")[2]
        return hashlib.sha256(self.bundle.read(f"photos/{key}")).hexdigest()


class Calls(RuleBasedStateMachine):
    """Sequences of calls on a few photos."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.photos: dict[str, Photo] = {}

    def pick(self, data: st.DataObject) -> tuple[str, Photo, str]:
        order = data.draw(st.sampled_from(sorted(self.photos)))
        photo = self.photos[order]
        return order, photo, data.draw(st.sampled_from(list(photo.recipes)))

    def look(self, photo: Photo, answer: dict[str, Any], parent: str | None, expected: Steps) -> None:
        photo.learn(answer, parent, expected)
        picture = self.world.picture(answer)
        assert self.world.pictures.setdefault(expected, picture) == picture, "one recipe, one picture"

    @precondition(lambda self: len(self.photos) < 2)
    @rule(make=st.sampled_from(MAKES))
    def make_a_new_photo(self, make: dict[str, Any]) -> None:
        order = f"model-{os.getpid()}-{next(_orders)}"
        body = {"out_request_id": order, "check_id": self.world.check_id, **make}
        answer = self.world.call("make", body)
        self.photos[order] = Photo()
        self.look(self.photos[order], answer, None, _steps(answer["recipe"]))

    @precondition(lambda self: self.photos)
    @rule(data=st.data(), make=st.sampled_from(MAKES))
    def make_it_again(self, data: st.DataObject, make: dict[str, Any]) -> None:
        order, photo, _ = self.pick(data)
        answer = self.world.call("make", {"out_request_id": order, "check_id": self.world.check_id, **make})
        assert [step["kind"] for step in answer["recipe"]] == ["make"]
        self.look(photo, answer, None, _steps(answer["recipe"]))

    @precondition(lambda self: self.photos)
    @rule(data=st.data(), effect=st.sampled_from(EFFECTS), times=st.integers(1, 2))
    def give_it_an_effect(self, data: st.DataObject, effect: tuple[str, dict[str, Any]], times: int) -> None:
        _, photo, parent = self.pick(data)
        for _ in range(times):
            answer = self.world.call(effect[0], {"mt_generate_id": parent, **effect[1]})
            self.look(photo, answer, parent, self.with_effect(photo.recipes[parent], answer, effect[0]))

    @staticmethod
    def with_effect(steps: Steps, answer: dict[str, Any], kind: str) -> Steps:
        """The recipe with the step of this kind added, or replaced: what F10 asks for."""
        others = frozenset(step for step in steps if step[0] != kind)
        return others | {step for step in _steps(answer["recipe"]) if step[0] == kind}

    @precondition(lambda self: self.photos)
    @rule(
        data=st.data(),
        kinds=st.sets(st.sampled_from(["background", "skin", "symmetry", "makeup", "outfit"]), min_size=1),
    )
    def undo_steps(self, data: st.DataObject, kinds: set[str]) -> None:
        _, photo, parent = self.pick(data)
        answer = self.world.call("rollback", {"mt_generate_id": parent, "without": sorted(kinds)})
        self.look(photo, answer, parent, frozenset(step for step in photo.recipes[parent] if step[0] not in kinds))

    @precondition(lambda self: self.photos)
    @rule(data=st.data())
    def return_to_a_result(self, data: st.DataObject) -> None:
        _, photo, name = self.pick(data)
        answer = self.world.call("rollback", {"to": name})
        assert answer["mt_generate_id"] == name
        assert {state["use"] for state in answer["states"]} == {"reused"}
        self.look(photo, answer, photo.parents[name], photo.recipes[name])

    @precondition(lambda self: self.photos)
    @rule(data=st.data(), effects=st.lists(st.sampled_from(EFFECTS), min_size=2, max_size=3))
    def give_it_effects_at_once(self, data: st.DataObject, effects: list[tuple[str, dict[str, Any]]]) -> None:
        _, photo, parent = self.pick(data)
        with ThreadPoolExecutor(len(effects)) as pool:
            answers = list(
                pool.map(
                    lambda effect: self.world.client.post(f"/{effect[0]}", {"mt_generate_id": parent, **effect[1]}),
                    effects,
                )
            )
        for effect, answer in zip(effects, answers, strict=True):
            self.look(photo, answer, parent, self.with_effect(photo.recipes[parent], answer, effect[0]))
        told = self.history(next(order for order, known in self.photos.items() if known is photo))
        assert told["current_mt_generate_id"] in {answer["mt_generate_id"] for answer in answers}
        photo.current = told["current_mt_generate_id"]

    @precondition(lambda self: self.photos)
    @rule(data=st.data())
    def lose_the_cached_portraits(self, data: st.DataObject) -> None:
        """A cache may be emptied at any time."""
        _, _, name = self.pick(data)
        below = self.world.bundle.objects(f"photos/{self.world.partner}/{name[:16]}/")
        bucket().delete(*(key for key in below if "/after-" in key))

    @precondition(lambda self: self.photos)
    @rule(data=st.data())
    def erase_a_photo(self, data: st.DataObject) -> None:
        order, photo, name = self.pick(data)
        self.world.call("photos", None, method="DELETE", path=f"/photos/{order}")
        del self.photos[order]
        for function, body in [("rollback", {"to": name}), ("background", {"mt_generate_id": photo.current})]:
            assert self.world.bundle.call(function, body, key=self.world.key).status == 404
        assert not self.world.bundle.objects(f"photos/{self.world.partner}/{name[:16]}/")

    def history(self, order: str) -> dict[str, Any]:
        return self.world.call("photos", None, method="GET", path=f"/photos/{order}", query={"limit": "100"})

    @invariant()
    def the_history_is_what_the_model_says(self) -> None:
        for order, photo in self.photos.items():
            told = self.history(order)
            assert {step["mt_generate_id"]: _steps(step["recipe"]) for step in told["steps"]} == photo.recipes
            assert {step["mt_generate_id"]: step["parent_mt_generate_id"] for step in told["steps"]} == photo.parents
            assert len(told["steps"]) == len(photo.recipes)
            assert told["current_mt_generate_id"] == photo.current
            assert [step["mt_generate_id"] for step in told["steps"] if step["current"]] == [photo.current]

    def teardown(self) -> None:
        for order in self.photos:
            self.world.call("photos", None, method="DELETE", path=f"/photos/{order}")


@pytest.fixture(scope="module")
def world(stack: Stack, emulator: Emulator, client: Client, portrait: bytes) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "TABLE_NAME": resource_name(emulator, "Table"),
            "BUCKET_NAME": resource_name(emulator, "Bucket"),
            "RETENTION_DAYS": "30",
            "LINK_SECONDS": "3600",
            "PREVIEW_TEXT": "PREVIEW",
            "CHAIN_EXPRESS_ARN": stack.state_machines["ChainExpress"],
            "CHAIN_STANDARD_ARN": stack.state_machines["ChainStandard"],
            "POWERTOOLS_TRACE_DISABLED": "true",
        }.items():
            patch.setenv(name, value)
        for cached in CACHES:
            cached.cache_clear()
        bundle = Bundle(os.environ["TABLE_NAME"], os.environ["BUCKET_NAME"])
        yield World(bundle, client, stack.api_key, portrait)
    for cached in CACHES:
        cached.cache_clear()


def run(world: World, sequences: int, length: int) -> None:
    calls = type("CallsOnTheStack", (Calls,), {"world": world})
    run_state_machine_as_test(
        calls,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=length,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            database=None,
        ),
    )


def test_sequences_of_calls_agree_with_the_model(world: World) -> None:
    run(world, sequences=12, length=10)


@pytest.mark.slow
def test_thousands_of_sequences_of_calls_agree_with_the_model(world: World) -> None:
    """Nearly three seconds a sequence on two cores: one and a half hours."""
    run(world, sequences=2000, length=12)
