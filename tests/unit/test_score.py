"""How the parser is measured."""

import numpy as np
import pytest
from parts.labels import CLOTHES, HAIR, NAMES
from parts.score import Tally, compare

FACTS: dict[str, object] = {
    "tone": 3, "age": "old", "gender": "female", "race": "asian", "hair": "bob", "garment": "suit+scarf", "hat": "",
    "glasses": "", "extra": "",
}  # fmt: skip
NOBODY = len(NAMES)


@pytest.fixture
def truth():
    true = np.full((20, 20), NOBODY)
    true[:10, 5:15] = HAIR
    true[10:, 5:15] = CLOTHES
    return true


def test_what_is_right_everywhere_is_one(truth) -> None:
    tally = Tally()
    tally.add(compare(truth, truth, 1), FACTS)
    assert tally.overlaps()[[HAIR, CLOTHES]].tolist() == [1, 1]
    assert tally.score("all") == 1


def test_a_person_taken_for_background_counts_as_lost(truth) -> None:
    tally, said = Tally(), truth.copy()
    said[:10, 5:10] = NOBODY
    tally.add(compare(said, truth, 1), FACTS)
    assert tally.overlaps()[[HAIR, CLOTHES]].tolist() == [0.5, 1]
    assert tally.score("all") == 0.75


def test_what_is_said_beside_the_person_does_not_count(truth) -> None:
    tally, said = Tally(), truth.copy()
    said[:10, :5] = HAIR
    tally.add(compare(said, truth, 1), FACTS)
    assert tally.overlaps()[HAIR] == 1


def test_a_group_far_below_all_is_behind(truth, capsys) -> None:
    tally, said = Tally(), truth.copy()
    said[:10, 5:10] = CLOTHES
    for _ in range(9):
        tally.add(compare(truth, truth, 1), FACTS)
    tally.add(compare(said, truth, 1), FACTS | {"hair": "locs"})
    tally.show()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("behind")] == ["hair=locs"]
    assert any(line.startswith("garment=suit ") for line in lines)


def test_under_a_turban_hair_has_no_type(truth) -> None:
    tally = Tally()
    tally.add(compare(truth, truth, 1), FACTS | {"hat": "turban"})
    assert "hat=turban" in tally.groups
    assert not [group for group in tally.groups if group.startswith("hair")]


def test_an_edge_a_step_aside_is_the_same_edge(truth, capsys) -> None:
    for shift, score in ((1, "1.000"), (4, "0.")):
        tally, said = Tally(), truth.copy()
        said[10 : 10 + shift, 5:15] = HAIR
        tally.add(compare(said, truth, 1), FACTS)
        tally.show()
        hair = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("hair "))
        assert hair.split()[2].startswith(score)
