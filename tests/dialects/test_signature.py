"""Arguments as a framework declares them: what each kind takes, and how it says that it does not."""

from typing import Any

import pytest

from convcalc.dialects.signature import Signature
from convcalc.errors import Malformed

TAKEN = [
    pytest.param("Count", 3, 3, id="a count"),
    pytest.param("Counts", 3, (3, 3), id="one count for all axes"),
    pytest.param("Counts", [3, 5], (3, 5), id="a count for each axis"),
    pytest.param("Int", -1, -1, id="an integer"),
    pytest.param("Number", 0.5, 0.5, id="a number"),
    pytest.param("List", [3, -1], (3, -1), id="a list"),
    pytest.param("Sizes", [3, None], (3, None), id="sizes, of which one stays"),
    pytest.param("Pairs", [[0, 1], [2, 2]], ((0, 1), (2, 2)), id="pairs"),
    pytest.param("Names", "left right", ("left", "right"), id="names in a line"),
    pytest.param("Names", ["left", "right"], ("left", "right"), id="names in a list"),
    pytest.param("Counts | Text", "same", "same", id="a word instead of numbers"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), TAKEN)
def test_a_value_is_read_by_its_kind(kind: str, value: object, expected: Any) -> None:
    assert Signature(f"knob: {kind}").bind("Layer", (value,), {}, rank=2).knob == expected


REFUSED = [
    pytest.param("Count", "3", "must be an integer, got '3'", id="a number in quotes"),
    pytest.param("Count", 0, "must be at least 1, got 0", id="a count of 0"),
    pytest.param("Counts", [3, 3, 3], "must be a number or 2 of them", id="three counts for two axes"),
    pytest.param("Number", True, "must be a number, got true", id="a flag for a number"),
    pytest.param("Number", float("inf"), "must be a number, got inf", id="no finite number"),
    pytest.param("List", 3, "must be a list of integers, got 3", id="a number for a list"),
    pytest.param("Pairs", 3, "must be pairs of before and after, got 3", id="a number for pairs"),
    pytest.param("Pairs", [[1, 2, 3]], "must be pairs of before and after", id="a pair of three"),
    pytest.param("Bool", 1, "must be true or false, got 1", id="a number for a flag"),
    pytest.param("Text", 1, "must be a string, got 1", id="a number for a word"),
    pytest.param("Names", 1, "must be names of layers, got 1", id="a number for names"),
    pytest.param("Counts | Text", None, "is none of what it can be, got null", id="nothing"),
]


@pytest.mark.parametrize(("kind", "value", "words"), REFUSED)
def test_a_value_of_another_kind_is_malformed(kind: str, value: object, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        Signature(f"knob: {kind}").bind("Layer", (), {"knob": value}, rank=2)
    assert words in caught.value.what
    assert caught.value.key == "knob"
