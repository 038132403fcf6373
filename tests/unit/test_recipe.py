"""A recipe is a set of steps in a fixed order, and its result has a name before it exists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idphoto.recipe import KINDS, RESULT_ID_LENGTH, KindError, Recipe, photo_key, result_id

PARAMS = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.booleans(), max_size=3)
STEPS = st.dictionaries(st.sampled_from(KINDS), PARAMS)


@given(STEPS, st.randoms())
def test_order_of_clicks_does_not_matter(steps, random):
    kinds = list(steps)
    random.shuffle(kinds)
    clicked = Recipe()
    for kind in kinds:
        clicked = clicked.with_step(kind, steps[kind])
    ordered = Recipe()
    for kind in KINDS:
        if kind in steps:
            ordered = ordered.with_step(kind, steps[kind])
    assert clicked == ordered
    assert clicked.canonical() == ordered.canonical()


@given(STEPS, st.sampled_from(KINDS), PARAMS, PARAMS)
def test_a_second_step_of_a_kind_replaces_the_first(steps, kind, first, second):
    recipe = Recipe()
    for name, params in steps.items():
        recipe = recipe.with_step(name, params)
    assert recipe.with_step(kind, first).with_step(kind, second) == recipe.with_step(kind, second)


@given(STEPS, st.sampled_from(KINDS), PARAMS)
def test_taking_a_step_out_undoes_adding_it(steps, kind, params):
    recipe = Recipe()
    for name, value in steps.items():
        if name != kind:
            recipe = recipe.with_step(name, value)
    assert recipe.with_step(kind, params).without(kind) == recipe


@given(STEPS)
def test_the_canonical_text_reads_back(steps):
    recipe = Recipe()
    for kind, params in steps.items():
        recipe = recipe.with_step(kind, params)
    assert Recipe.from_json(recipe.canonical()) == recipe


def test_an_unknown_kind_is_refused():
    with pytest.raises(KindError) as refused:
        Recipe().with_step("moustache", {})
    assert refused.value.details["given"] == "moustache"


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_an_id_is_safe_in_urls_and_file_names_and_begins_with_its_photo(partner, out_request_id, digest):
    name = result_id(partner, out_request_id, digest, Recipe(), "1")
    assert len(name) == RESULT_ID_LENGTH
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert name.startswith(photo_key(partner, out_request_id))


def test_everything_that_changes_the_result_changes_its_id():
    blue = Recipe().with_step("background", {"color": "#438EDB"})
    base = ("p", "o", "d", blue, "1")
    others = [
        ("q", "o", "d", blue, "1"),
        ("p", "x", "d", blue, "1"),
        ("p", "o", "e", blue, "1"),
        ("p", "o", "d", Recipe(), "1"),
        ("p", "o", "d", blue, "2"),
        ("po", "", "d", blue, "1"),
    ]
    assert len({result_id(*arguments) for arguments in [base, *others]}) == 7
