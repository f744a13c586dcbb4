"""One layer backwards: what is found is what trying everything finds, and it stands in the order told."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.dialects import dialect_named
from convcalc.dialects.ruled import Settled, native
from convcalc.errors import ConvcalcError, Impossible
from convcalc.ops.convolution import Conv, TransposedConv
from convcalc.ops.op import Op
from convcalc.ops.pooling import MaxPool
from convcalc.readers.spelling import read_op
from convcalc.renderers.solutions import layer_line
from convcalc.shape import Shape
from convcalc.solve.knobs import ANY, AROUND, Choices, Sided, choices_of, only, read_knob, read_padding, show_knob
from convcalc.solve.layer import Question, Solution, solutions
from convcalc.solve.nearest import blame
from convcalc.solve.reachable import asks_sizes_only, reachable
from convcalc.solve.settled import Settler
from convcalc.window import Sides, TransposedWindow, Window

MOST = 40
"""Sizes tried where one is not known."""

OPS: dict[str, type[Op]] = {"conv": Conv, "tconv": TransposedConv, "pool": MaxPool}

Row = tuple[Any, ...]


def some(*numbers: int) -> Choices:
    return choices_of([(n, n) for n in numbers])


def told(found: Solution) -> Row:
    """A solution as a row: kernel, stride, dilation, padding, output_padding or ceil, in, out."""
    columns = [tuple([getattr(window, knob) for window in found.windows]) for knob in Window._fields[:4]]
    if isinstance(found.windows[0], Window):
        last: tuple[int, ...] = (int(found.windows[0].ceil),)
    else:
        last = tuple([int(getattr(window, "output_padding", 0) or 0) for window in found.windows])
    return (*columns, last, found.cells, found.output)


def every_padding(question: Question, extent: int) -> Iterator[Sides]:
    padding = question.padding[0]
    if padding == AROUND:
        yield from ((b, a) for b, a in product(range(extent), repeat=2) if abs(a - b) <= 1)
    elif isinstance(padding, Sided) and padding.after is None:
        yield from ((n, n) for n in padding.before.numbers())
    elif isinstance(padding, Sided) and padding.after is not None:
        yield from product(padding.before.numbers(), padding.after.numbers())


def every_row(question: Question) -> set[Row]:
    """All that fits, one kernel, stride and padding for all axes: everything is tried."""
    axes = [list(choices.within(1, MOST).numbers()) for choices in question.cells]
    found = set()
    knobs = [question.kernel[0], question.stride[0], question.dilation[0]]
    for kernel, stride, dilation in product(*[knob.numbers() for knob in knobs]):
        for pads in every_padding(question, dilation * (kernel - 1) + 1):
            for last, window in every_window(question, kernel, stride, dilation, pads):
                for cells in product(*axes):
                    output = tuple([window.output(n) for n in cells])
                    if all(n >= 1 and choices.has(n) for n, choices in zip(output, question.output, strict=True)):
                        rank = len(cells)
                        spread = [(value,) * rank for value in (kernel, stride, dilation, pads)]
                        extra = (last,) * (rank if question.op == "tconv" else 1)
                        found.add((*spread, extra, cells, output))
    return found


def every_window(
    question: Question, kernel: int, stride: int, dilation: int, pads: Sides
) -> Iterator[tuple[int, Window | TransposedWindow]]:
    if question.op != "tconv":
        for ceil in question.ceil:
            yield int(ceil), Window(kernel, stride, dilation, pads, ceil)
        return
    added = range(stride) if question.output_padding is None else question.output_padding[0].numbers()
    for more in added:
        if more < max(stride, dilation):
            yield more, TransposedWindow(kernel, stride, dilation, pads, more)


def noted(op: str, row: Row) -> bool:
    """Whether `convcalc conv`, `tconv` or `pool` notes that cells are not read, or not reached."""
    kernel, stride, dilation, padding, last, cells, output = row
    knobs: dict[str, Any] = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    knobs |= {"conv": {}, "tconv": {"output_padding": last}, "pool": {"ceil": bool(last[0])}}[op]
    notes = OPS[op](**knobs).notes(Shape(None, cells), Shape(None, output))
    return any(note.code in ("unread", "skipped", "gaps") for note in notes)


def key(op: str, row: Row) -> Row:
    """What the order is: written again from the issue."""
    kernels, strides, dilations, padding = row[:4]
    uneven = any(before != after for before, after in padding)
    if op == "conv":
        kind = max([int(kernel % 2 == 0) for kernel in kernels])
    elif op == "tconv":
        pairs = list(zip(kernels, strides, strict=True))
        kind = max([3 if k % s else 0 if k == 2 * s else 1 if k == s else 2 for k, s in pairs])
    else:
        kind = 0
    return (uneven, kind, any(apart > 1 for apart in dilations), noted(op, row), *row)


QUESTIONS = [
    Question("conv", (only(10),), (only(7),), stride=(only(3),)),
    Question("conv", (only(28),), (only(28),), kernel=(only(4),), stride=(only(1),)),
    Question("conv", (only(12),), (some(1, 3, 4, 6),), kernel=(Choices(((1, 5),)),), dilation=(Choices(((1, 4),)),)),
    Question("conv", (ANY,), (only(4),), kernel=(Choices(((1, 4),)),), dilation=(some(1, 3),)),
    Question("conv", (only(9),), (ANY,), kernel=(Choices(((1, 4),)),), dilation=(some(1, 2),)),
    Question(
        "conv", (Choices(((7, 9),)),), (Choices(((2, 5),)),), padding=(Sided(Choices(((-2, 3),)), some(0, 1, 4)),)
    ),
    Question("conv", (only(9), only(12)), (only(4), ANY), kernel=(Choices(((1, 6),)),)),
    Question("conv", (only(5), Choices(((4, 6),))), (only(5), only(5)), padding=(Sided(Choices(((0, 3),))),)),
    Question("tconv", (only(7),), (only(14),), stride=(only(2),)),
    Question("tconv", (only(5),), (some(9, 10, 17),), dilation=(Choices(((1, 3),)),)),
    Question("tconv", (ANY,), (only(15),), kernel=(Choices(((1, 5),)),)),
    Question("tconv", (only(4),), (ANY,), kernel=(Choices(((1, 5),)),), output_padding=(Choices(((0, 6),)),)),
    Question("tconv", (only(3), only(4)), (ANY, only(8)), kernel=(Choices(((1, 6),)),)),
    Question("pool", (only(13),), (only(7),), ceil=(False, True)),
    Question("pool", (ANY,), (some(1, 5),), kernel=(Choices(((1, 4),)),), ceil=(True,)),
    Question("pool", (only(3),), (ANY,), ceil=(True,), padding=(Sided(Choices(((0, 4),)), Choices(((0, 4),))),)),
    Question("pool", (only(5), only(6)), (only(3), only(3)), ceil=(False, True)),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=[str(number) for number in range(len(QUESTIONS))])
def test_what_is_found_is_what_trying_everything_finds(question: Question) -> None:
    rows = [told(found) for found in solutions(question)]
    assert len(rows) == len(set(rows))
    assert set(rows) == every_row(question)
    assert rows == sorted(rows, key=lambda row: key(question.op, row))


@st.composite
def ranges(draw: st.DrawFn, least: int, most: int, wide: int = 2) -> Choices:
    """A list, or a range of a few numbers."""
    if draw(st.booleans()):
        first = draw(st.integers(least, most))
        return Choices(((first, draw(st.integers(first, min(most, first + wide)))),))
    return some(*draw(st.sets(st.integers(least, most), min_size=1, max_size=wide)))


PADDINGS = st.one_of(
    st.just(AROUND), st.builds(Sided, ranges(-1, 5), st.none()), st.builds(Sided, ranges(-1, 4), ranges(0, 5, wide=3))
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    op, rank = draw(st.sampled_from(["conv", "tconv", "pool"])), draw(st.sampled_from([1, 1, 2]))
    known, asked = draw(st.sampled_from([(True, True), (True, False), (False, True)])) if rank == 1 else (True, True)
    return Question(
        op,
        tuple([draw(ranges(1, 14)) if known else ANY for _ in range(rank)]),
        tuple([draw(ranges(1, 14)) if asked else ANY for _ in range(rank)]),
        (draw(ranges(1, 6, wide=3)),),
        (draw(ranges(1, 5)),),
        (draw(ranges(1, 3)),),
        (draw(PADDINGS),),  # type: ignore[arg-type]  # one kind or the other
        draw(st.none() | st.tuples(ranges(0, 3))) if op == "tconv" else None,
        draw(st.sampled_from([(False,), (True,), (False, True)])) if op == "pool" else (False,),
    )


@given(questions())
@settings(max_examples=100)
def test_random_questions_are_answered_as_by_trying_everything(question: Question) -> None:
    rows = [told(found) for found in solutions(question)]
    expected = every_row(question)
    assert {row for row in rows if max(row[-2]) <= MOST} == expected
    assert len(rows) == len(set(rows))
    assert rows == sorted(rows, key=lambda row: key(question.op, row))


def own_words(question: Question, padding: Any, added: int | None) -> Iterator[tuple[Row, Op]]:
    """Every layer of a question under a framework, with a padding and an output_padding."""
    knobs = [question.kernel[0], question.stride[0], question.dilation[0]]
    for kernel, stride, dilation in product(*[knob.numbers() for knob in knobs]):
        values: dict[str, Any] = {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
        if added is not None and added < max(stride, dilation):
            values["output_padding"] = added
        if question.op == "tconv" and added is not None and "output_padding" not in values:
            continue
        yield (kernel, stride, dilation), OPS[question.op](**values)


def outputs(question: Question, layer: Op) -> Iterator[tuple[int, int]]:
    """Every size in, and the size out that the framework gives."""
    dialect = dialect_named(question.framework)
    under = dialect.adopt(layer) if dialect else layer
    for n in question.cells[0].within(1, MOST).numbers():
        try:
            output = under.output(Shape(None, (n,))).size[0]
        except ConvcalcError:
            continue
        if output >= 1 and question.output[0].has(output):
            yield n, output


FRAMEWORKS = [None, "torch", "keras", "tf", "onnx", "jax"]


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=str)
@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize(("cells", "output"), [(only(7), ANY), (ANY, only(6)), (some(5, 8), some(4, 10))], ids="iob")
def test_a_framework_adds_its_own_refusals_and_meanings(
    framework: str | None, op: str, cells: Choices, output: Choices
) -> None:
    sides = Choices(((0, 2),))
    three = Choices(((1, 3),))
    added = (Choices(((0, 2),)),) if op == "tconv" else None
    question = Question(
        op, (cells,), (output,), (three,), (three,), (some(1, 2),), (Sided(sides, sides),), added, framework=framework
    )
    expected = {
        (*knobs, pads, more or 0, n, m)
        for pads in product(range(3), repeat=2)
        for more in (range(3) if op == "tconv" else [None])
        for knobs, layer in own_words(question, (pads,), more)
        for n, m in outputs(question, layer)
    }
    assert {flat(found) for found in solutions(question) if max(found.cells) <= MOST} == expected


def flat(found: Solution) -> Row:
    """A solution on one axis: kernel, stride, dilation, padding, output_padding, in, out."""
    window = found.windows[0]
    return (*window[:4], getattr(window, "output_padding", 0) or 0, found.cells[0], found.output[0])


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=str)
@pytest.mark.parametrize("word", ["same", "same-lower", "valid", "full", "causal"])
@pytest.mark.parametrize("op", OPS)
def test_a_padding_word_means_what_it_means_to_the_framework(framework: str | None, word: str, op: str) -> None:
    four = Choices(((1, 4),))
    question = Question(op, (Choices(((3, 8),)),), (ANY,), (four,), (four,), (only(1),), word, framework=framework)
    adds = [None] if op != "tconv" else [None, 0, 1, 2, 3]
    expected = {
        (*knobs, n, m)
        for added in adds
        for knobs, layer in own_words(question, word, added)
        if added is None or added < knobs[1]
        for n, m in outputs(question, layer)
    }
    rows = [(*found.windows[0][:3], found.cells[0], found.output[0]) for found in solutions(question)]
    assert set(rows) == expected


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=str)
@pytest.mark.parametrize("op", OPS)
def test_the_line_of_a_solution_gives_the_output_that_it_tells(framework: str | None, op: str) -> None:
    for padding in (AROUND, "same"):
        knob: Any = padding if padding == "same" else (padding,)
        question = Question(op, (only(9),), (some(5, 9, 18),), padding=knob, framework=framework)
        for found in islice(solutions(question), 100):
            layer = read_op(*split(layer_line(found, framework)))
            assert dict(outputs(question, layer)) == {9: found.output[0]}


def split(line: str) -> tuple[str, tuple[str, ...]]:
    head, *tokens = line.split()
    return head, tuple(tokens)


def test_each_axis_has_knobs_of_its_own_where_asked() -> None:
    kernel, padding = read_knob("1..3x2", minimum=1, key="kernel"), read_padding("0..1x0..1:0..1")
    question = Question("conv", (only(5), only(6)), (ANY, ANY), kernel, (only(1),), padding=padding)
    expected = {
        ((k, 2), ((p, p), (b, a)), (5 + 2 * p - k + 1, 6 + b + a - 2 + 1))
        for k, p, b, a in product((1, 2, 3), (0, 1), (0, 1), (0, 1))
    }
    rows = [told(found) for found in solutions(question)]
    assert {(row[0], row[3], row[-1]) for row in rows} == expected
    assert len(rows) == len(expected)
    assert rows == sorted(rows, key=lambda row: key("conv", row))


def test_an_axis_may_take_an_output_padding_of_its_own() -> None:
    shared = Question("tconv", (only(7), only(8)), (only(14), only(15)), (only(3),), (only(2),))
    apart = shared._replace(output_padding=read_knob("0..1x0..1", minimum=0, key="output_padding"))
    assert list(solutions(shared)) == []
    assert next(str(found.layer) for found in solutions(apart)) == "tconv k3 s2 p1 op1x0"


SIZES_ONLY = [
    ("conv", ANY, only(112), 7, 2, 1, "3", "223..224"),
    ("conv", ANY, some(4, 6), 3, 3, 1, "0", "12..14,18..20"),
    ("conv", ANY, only(14), 3, 2, 1, "same", "27..28"),
    ("conv", only(224), ANY, 7, 2, 1, "3", "112"),
    ("conv", Choices(((220, 226),)), ANY, 7, 2, 1, "3", "110..113"),
    ("conv", ANY, only(1), 3, 5, 1, "2", "1..3"),
    ("tconv", only(7), ANY, 3, 2, 1, "1", "13..14"),
    ("tconv", only(7), ANY, 3, 2, 1, "same", "13..14"),
    ("tconv", only(7), ANY, 4, 2, 1, "same", "13..14"),
    ("tconv", ANY, only(14), 3, 2, 1, "1", "7"),
    ("tconv", ANY, Choices(((13, 18),)), 3, 2, 1, "1", "7..9"),
    ("pool", ANY, only(56), 3, 2, 1, "1", "111..112"),
]


@pytest.mark.parametrize(("op", "cells", "output", "k", "s", "d", "p", "answer"), SIZES_ONLY, ids=str)
def test_sizes_alone_are_told_exactly(
    op: str, cells: Choices, output: Choices, k: int, s: int, d: int, p: str, answer: str
) -> None:
    question = Question(op, (cells,), (output,), (only(k),), (only(s),), (only(d),), read_padding(p))
    assert asks_sizes_only(question)
    assert [show_knob(box) for box in reachable(question)] == [answer]
    asked = "cells" if cells == ANY else "output"
    found = {getattr(solution, asked)[0] for solution in solutions(question)}
    assert str(choices_of([(n, n) for n in found])) == answer


@given(questions())
def test_random_sizes_alone_are_those_of_the_solutions(question: Question) -> None:
    padding = question.padding[0]
    known: Any = (Sided(only(1)),) if padding == AROUND else (Sided(only(padding.before.least)),)  # type: ignore[union-attr]
    single = [(only(knob[0].least),) for knob in (question.kernel, question.stride, question.dilation)]
    asked = question._replace(kernel=single[0], stride=single[1], dilation=single[2], padding=known)
    asked = asked._replace(cells=(ANY,) * asked.rank) if ANY not in asked.output else asked
    assert asks_sizes_only(asked)
    wanted = "cells" if ANY in asked.cells else "output"
    found = {getattr(solution, wanted) for solution in solutions(asked)}
    boxes = [list(product(*[choices.numbers() for choices in box])) for box in reachable(asked)]
    assert sorted(size for box in boxes for size in box) == sorted(found)


def test_a_huge_range_is_answered_at_once() -> None:
    wide = Choices(((1, 10**18),))
    question = Question("conv", (only(10**18),), (only(5),), (wide,), (only(1),), padding=(Sided(only(0)),))
    assert [str(found.layer) for found in solutions(question)] == [f"conv k{10**18 - 4}"]
    strides = Question("conv", (only(10**18),), (only(10**9),), (only(3),), (wide,), padding=(Sided(only(0)),))
    assert [found.windows[0].stride for found in solutions(strides)] == [10**9]


def test_nearest_answers_free_one_knob_each() -> None:
    question = Question("conv", (only(224),), (only(300),), (only(3),), (only(1),), padding=(Sided(only(0)),))
    found = blame(question)
    assert {(freed.key, str(freed.solution.layer)) for freed in found.freed} == {
        ("padding", "conv k3 p39"), ("cells", "conv k3"), ("output", "conv k3"),
    }  # fmt: skip
    assert [(freed.solution.cells, freed.solution.output) for freed in found.freed[1:]] == [
        ((302,), (300,)), ((224,), (222,)),
    ]  # fmt: skip
    assert found.needed == ((78, 78),)


def asked(op: str, cells: Choices, output: Choices, kernel: Choices, stride: int, **more: Any) -> Question:
    return Question(op, (cells,), (output,), (kernel,), (only(stride),), **more)


NO_PADDING, ONE = (Sided(only(0)),), (Sided(only(1)),)

BLAMED = [
    pytest.param(
        asked("tconv", only(4), only(9), only(4), 2, padding=ONE, output_padding=(only(0),)),
        "output_padding",
        "tconv k4 s2 p1 op1",
        id="an output_padding of 1: 3 * 2 - 2 + 4 + 1 is 9",
    ),
    pytest.param(
        asked("pool", only(7), only(4), only(2), 2, padding=NO_PADDING),
        "ceil",
        "pool k2 s2 ceil",
        id="a last window that fits only in part",
    ),
    pytest.param(
        asked("conv", only(10), only(9), only(3), 1, padding="same"), "padding", "conv k3 p0:1", id="other padding"
    ),
    pytest.param(
        asked("conv", only(10), only(30), only(3), 1), "cells", "conv k3 p2", id="a size, whatever the padding"
    ),
    pytest.param(
        asked("conv", only(224), only(300), only(3), 1, padding=NO_PADDING, framework="torch"),
        "padding",
        "conv k3 p39",
        id="no framework is to blame",
    ),
]


@pytest.mark.parametrize(("question", "key", "layer"), BLAMED)
def test_a_knob_that_is_freed_is_told_with_the_layer(question: Question, key: str, layer: str) -> None:
    assert {freed.key: str(freed.solution.layer) for freed in blame(question).freed}[key] == layer


def test_the_padding_that_is_needed_is_not_told_of_more_than_one_kernel() -> None:
    kernels = Choices(((4, 4), (6, 6)))
    found = blame(asked("conv", ANY, only(9), kernels, 1, padding=NO_PADDING, output_padding=None))
    assert found.needed is None


def test_keras_has_no_stride_with_dilation_and_so_no_solution() -> None:
    question = Question(
        "tconv", (only(4),), (only(11),), (only(3),), (only(2),), (only(2),), padding=NO_PADDING, framework="keras"
    )
    assert list(solutions(question)) == []
    assert list(solutions(question._replace(framework=None)))


def test_runs_that_touch_an_open_end_are_in_it() -> None:
    assert choices_of([(5, 6), (1, None), (9, None)]).runs == ((1, None),)


def test_wide_strides_and_dilations_are_narrowed_down_together() -> None:
    """`(10**6 - 3) // s` is 4 for strides from 200000 on."""
    wide = Choices(((1, 10**9),))
    question = Question("conv", (only(10**6),), (only(5),), (only(3),), (wide,), (wide,), padding=NO_PADDING)
    assert str(next(solutions(question)).layer) == "conv k3 s200000"


def test_where_there_is_an_answer_no_framework_is_to_blame() -> None:
    assert blame(asked("conv", only(9), only(7), only(3), 1, padding=NO_PADDING, framework="torch")).refusal is None


def test_keras_takes_no_output_padding_of_0_by_same_where_the_kernel_is_even() -> None:
    outputs = Choices(((1, 9),))
    question = asked("tconv", only(3), outputs, only(4), 2, padding="same", output_padding=(only(0),))
    assert list(solutions(question._replace(framework="keras"))) == []


def test_a_size_between_two_steps_comes_from_none() -> None:
    """From 6 cells come 11, from 7 come 13."""
    question = asked("tconv", ANY, only(12), only(3), 2, padding=ONE, output_padding=(only(0),))
    assert list(reachable(question)) == []
    assert list(solutions(question)) == []


def test_an_onnx_pool_that_hangs_over_is_found_on_the_sizes_that_take_it() -> None:
    """Run by onnxruntime: an extent of 11 in steps of 4 has one position on 8 to 12 cells, and none on 5 to 7."""
    cells, output = Choices(((1, 12),)), Choices(((1, 20),))
    question = Question("pool", (cells,), (output,), (only(6),), (only(4),), (only(2),), "valid", framework="onnx")
    found = {solution.cells[0]: solution.output[0] for solution in solutions(question)}
    assert found == dict.fromkeys(range(8, 13), 1)


def test_an_onnx_pool_padded_by_as_much_as_its_kernel_has_no_solution() -> None:
    cells, output, padding = Choices(((1, 6),)), Choices(((1, 9),)), (Sided(only(3)),)
    question = Question("pool", (cells,), (output,), (only(3),), (only(3),), (only(2),), padding, ceil=(True,))
    assert list(solutions(question._replace(framework="onnx"))) == []
    assert list(solutions(question))


def test_what_keras_takes_of_each_axis_alone_it_may_refuse_of_both() -> None:
    """A stride on one axis and a dilation on the other: 3 * 2 + 3 is 9, and 3 + 5 is 8."""
    one, two = only(1), only(2)
    sizes, outputs = (only(4), only(4)), (only(9), only(8))
    question = Question("tconv", sizes, outputs, (only(3),), (two, one), (one, two), padding=NO_PADDING)
    assert [str(found.layer) for found in solutions(question)] == ["tconv k3 s2x1 d1x2"]
    assert list(solutions(question._replace(framework="keras"))) == []


def test_what_a_framework_refuses_of_all_axes_together_is_no_answer() -> None:
    """Under a rule that takes every axis but not two of seven cells: the layer is settled on all others alone."""

    def rule(op: Op, shape: Shape) -> Settled:
        if shape.size == (7, 7):
            raise Impossible("not two sevens")
        return native(op, shape)

    settler = Settler("pool", "onnx")
    assert settler.dialect
    settler.dialect = settler.dialect._replace(rules={MaxPool: rule})
    windows = (Window(3, padding=(0, 0)),) * 2
    assert settler.settle(windows, (7, 7)) is None
    found = settler.settle(windows, (7, 8))
    assert found is not None
    assert found.output == (5, 6)
