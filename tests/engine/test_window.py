"""One axis: every formula against the window that is slid cell by cell, over everything small."""

from itertools import product

import pytest
import sliding
from hypothesis import given
from hypothesis import strategies as st

from convcalc.window import PADDING_WORDS, TransposedWindow, Window

RELATIONSHIPS = [
    pytest.param(4, Window(3), 2, id="1"),
    pytest.param(5, Window(4, padding=(2, 2)), 6, id="2"),
    pytest.param(5, Window(3, padding=(1, 1)), 5, id="3"),
    pytest.param(5, Window(3, padding="same"), 5, id="3-half"),
    pytest.param(5, Window(3, padding=(2, 2)), 7, id="4"),
    pytest.param(5, Window(3, padding="full"), 7, id="4-full"),
    pytest.param(5, Window(3, 2), 2, id="5"),
    pytest.param(5, Window(3, 2, padding=(1, 1)), 3, id="6-odd"),
    pytest.param(6, Window(3, 2, padding=(1, 1)), 3, id="6-even"),
    pytest.param(2, TransposedWindow(3), 4, id="8"),
    pytest.param(6, TransposedWindow(4, padding=(2, 2)), 5, id="9"),
    pytest.param(5, TransposedWindow(3, padding=(1, 1)), 5, id="10"),
    pytest.param(7, TransposedWindow(3, padding=(2, 2)), 5, id="11"),
    pytest.param(2, TransposedWindow(3, 2), 5, id="12"),
    pytest.param(3, TransposedWindow(3, 2, padding=(1, 1)), 5, id="13"),
    pytest.param(3, TransposedWindow(3, 2, padding=(1, 1), output_padding=1), 6, id="14"),
    pytest.param(7, Window(3, dilation=2), 3, id="15"),
]


@pytest.mark.parametrize(("cells", "window", "output"), RELATIONSHIPS)
def test_the_relationships_of_dumoulin_and_visin(cells: int, window: Window | TransposedWindow, output: int) -> None:
    assert window.output(cells) == output


@pytest.mark.parametrize(
    ("cells", "window", "output"), [row for row in RELATIONSHIPS if isinstance(row.values[1], Window)]
)
def test_a_direct_relationship_counts_the_positions_of_the_window(cells: int, window: Window, output: int) -> None:
    before, after = window.pads(cells)
    assert sliding.count(cells, window.kernel, window.stride, window.dilation, before, after) == output


SIZES = range(1, 19)


@pytest.mark.parametrize("kernel", range(1, 9))
def test_floor_and_ceil_mode_agree_with_the_sliding_window(kernel: int) -> None:
    """Output, cells never read, and the interval of inputs: 8 kernels x 65,610 cases x 2 modes = 1,049,760."""
    for stride, dilation, before, after in product(range(1, 6), range(1, 10), range(9), range(9)):
        knobs = (kernel, stride, dilation, before, after)
        floor = Window(kernel, stride, dilation, (before, after))
        ceil = floor._replace(ceil=True)
        for cells in SIZES:
            agree(floor, cells, list(sliding.positions(cells, *knobs)))
            agree(ceil, cells, list(sliding.ceil_positions(cells, *knobs)))


def agree(window: Window, cells: int, taken: list[list[int]]) -> None:
    """The formulas of `window` say what the positions that were slid say."""
    output = window.output(cells)
    assert max(output, 0) == len(taken), (window, cells)
    if not taken:
        assert cells < window.least_input() or window.ceil, (window, cells)
        return
    low, high = window.inputs(output)
    assert low <= cells <= high, (window, cells)
    assert window.least_input() <= cells
    assert window.unread(cells) == (0, sliding.unread_at_the_end(cells, taken)), (window, cells)


@pytest.mark.parametrize("ceil", [False, True], ids=["floor", "ceil"])
def test_the_interval_of_inputs_holds_exactly_the_inputs_of_an_output(ceil: bool) -> None:  # noqa: FBT001
    for kernel, stride, dilation, before, after in product(range(1, 5), range(1, 5), range(1, 4), range(5), range(5)):
        window = Window(kernel, stride, dilation, (before, after), ceil)
        outputs = {cells: window.output(cells) for cells in range(1, 40)}
        for output in range(1, 7):
            low, high = window.inputs(output)
            assert [cells for cells, found in outputs.items() if found == output] == list(
                range(max(low, 1), high + 1)
            ), (window, output)


@pytest.mark.parametrize("word", PADDING_WORDS)
def test_a_padding_word_agrees_with_the_sliding_window_and_its_meaning(word: str) -> None:
    for kernel, stride, dilation, cells in product(range(1, 7), range(1, 6), range(1, 5), range(1, 16)):
        window = Window(kernel, stride, dilation, word)
        before, after = window.pads(cells)
        if word in ("same", "same-lower"):
            assert window._replace(ceil=True).output(cells) == window.output(cells)
        assert max(window.output(cells), 0) == sliding.count(cells, kernel, stride, dilation, before, after)
        extent = dilation * (kernel - 1) + 1
        if word in ("same", "same-lower"):
            assert window.output(cells) == -(-cells // stride)
            smaller = before + after - 1
            assert smaller < 0 or (cells + smaller - extent) // stride + 1 < window.output(cells), "least padding"
            assert (after - before if word == "same" else before - after) in (0, 1)
        elif word == "causal":
            last_cells = [taps[-1] for taps in sliding.positions(cells, kernel, stride, dilation, before, after)]
            assert last_cells == list(range(0, cells, stride))
        elif word == "full":
            first = next(iter(sliding.positions(cells, kernel, stride, dilation, before, after)))
            assert (first[-1], before) == (0, after)
        else:
            assert (before, after) == (0, 0)


def test_a_window_skips_the_cells_that_no_tap_ever_lands_on() -> None:
    for kernel, stride, dilation in product(range(1, 7), range(1, 7), range(1, 7)):
        far = sliding.positions(40 * stride + dilation * kernel, kernel, stride, dilation, 0, 0)
        read = {cell for taps in far for cell in taps}
        inside = range(20 * stride, 21 * stride)
        found = Window(kernel, stride, dilation).skipped(40 * stride + dilation * kernel)
        assert found == sum(cell not in read for cell in inside)


def test_a_window_that_does_not_move_skips_nothing() -> None:
    assert Window(3, 5).skipped(3) == 0
    assert Window(3, 5).skipped(8) == 2


def test_cells_between_the_taps_are_counted_where_no_position_reads_them() -> None:
    for kernel, stride, dilation, before, after, cells in product(
        range(1, 5), range(1, 4), range(1, 6), range(3), range(3), range(1, 15)
    ):
        window = Window(kernel, stride, dilation, (before, after))
        read = {cell for taps in sliding.positions(cells, kernel, stride, dilation, before, after) for cell in taps}
        leading, trailing = window.unread(cells) if read else (0, 0)
        if not read or dilation == 1 or window.skipped(cells):
            assert not read or window.holes(cells) == 0
            continue
        inside = range(leading, cells - trailing)
        assert window.holes(cells) == sum(cell not in read for cell in inside), (window, cells)


def test_output_cells_out_of_reach_of_a_dilated_kernel_are_counted() -> None:
    for kernel, stride, dilation, before, after, cells in product(
        range(1, 4), range(1, 4), range(2, 6), range(3), range(3), range(1, 7)
    ):
        window = TransposedWindow(kernel, stride, dilation, (before, after))
        if window.output(cells) >= 1 and not window.gaps(cells):
            landing = sliding.readers(window.output(cells), cells, kernel, stride, dilation, before)
            assert window.holes(cells) == sum(not reading for reading in landing), (window, cells)


def test_negative_padding_leaves_cells_unread_on_its_side() -> None:
    for kernel, stride, before, after, cells in product(
        range(1, 5), range(1, 4), range(-3, 2), range(-3, 2), range(9, 14)
    ):
        window = Window(kernel, stride, padding=(before, after))
        taken = list(sliding.positions(cells, kernel, stride, 1, before, after))
        if not taken:
            continue
        read = {cell for taps in taken for cell in taps}
        first, last = min(read), max(read)
        assert window.unread(cells) == (max(first, 0), max(cells - 1 - last, 0)), (window, cells)


def test_a_transposed_window_knows_its_gaps_and_the_cells_that_the_padding_takes() -> None:
    for kernel, stride, dilation, before, after, cells in product(
        range(1, 4), range(1, 5), range(1, 4), range(4), range(4), range(1, 7)
    ):
        window = TransposedWindow(kernel, stride, dilation, (before, after))
        output = window.output(cells)
        if output < 1:
            continue
        landing = sliding.readers(output, cells, kernel, stride, dilation, before)
        endless = sliding.readers(output + 40 * stride, cells + 80, kernel, stride, dilation, before)
        gaps = [place for place in range(min(output, stride)) if not endless[place + 40 * stride]]
        assert window.gaps(cells) == len(gaps), (window, cells)
        lost = [cell for cell in range(cells) if not any(cell in reading for reading in landing)]
        if dilation == 1:
            assert sum(window.unread(cells)) == len(lost), (window, cells, lost)


def test_a_transposed_window_lists_exactly_the_inputs_that_the_direct_one_maps_to_the_same_output() -> None:
    """Over output_padding 0..s-1, conv_transpose gives the inputs of conv, the smallest first."""
    for kernel, stride, dilation, before, after in product(range(1, 6), range(1, 5), range(1, 4), range(4), range(4)):
        direct_sizes: dict[int, list[int]] = {}
        for size in range(1, 60):
            found = sliding.count(size, kernel, stride, dilation, before, after)
            direct_sizes.setdefault(found, []).append(size)
        for cells in range(1, 13):
            for added in range(stride):
                window = TransposedWindow(kernel, stride, dilation, (before, after), added)
                first = (cells - 1) * stride + dilation * (kernel - 1) + 1 - before - after
                if first < 1 or window.output(cells) >= 60:
                    continue
                assert window.output(cells) == direct_sizes[cells][added], (window, cells)
                assert window.input(window.output(cells)) == cells


def test_a_transposed_window_is_as_long_as_what_its_cells_spread_over() -> None:
    for kernel, stride, dilation, cells in product(range(1, 7), range(1, 6), range(1, 5), range(1, 15)):
        landing = sliding.scattered(cells, kernel, stride, dilation)
        assert TransposedWindow(kernel, stride, dilation).output(cells) == max(landing) + 1
        assert min(landing) == 0


def test_same_transposed_gives_stride_times_the_input_with_the_padding_of_the_output() -> None:
    for kernel, stride, dilation, cells in product(range(1, 8), range(1, 6), range(1, 4), range(1, 15)):
        window = TransposedWindow(kernel, stride, dilation, "same")
        output = max(size for size in range(1, 200) if -(-size // stride) == cells)
        resolved = window.resolve(cells)
        assert window.output(cells) == resolved.output(cells) == output
        assert resolved.sides == Window(kernel, stride, dilation, "same").pads(output)


def test_the_equal_direct_convolution_of_a_transposed_window_gives_the_same_size() -> None:
    for kernel, stride, dilation, before, after, cells in product(
        range(1, 6), range(1, 5), range(1, 4), range(4), range(4), range(1, 9)
    ):
        window = TransposedWindow(kernel, stride, dilation, (before, after), stride - 1)
        zeros, (left, right) = window.direct(cells)
        widened = cells + zeros * (cells - 1)
        if widened + left + right >= dilation * (kernel - 1) + 1:
            assert sliding.count(widened, kernel, 1, dilation, left, right) == window.output(cells)


def test_the_taps_of_a_transposed_window_are_the_cells_that_land_there() -> None:
    for kernel, stride, dilation, before in product(range(1, 7), range(1, 6), range(1, 6), range(4)):
        window = TransposedWindow(kernel, stride, dilation, (before, 0))
        cells = 80
        taps = window.taps(cells)
        assert taps is not None
        landing = sliding.readers(window.output(cells), cells, kernel, stride, dilation, before)
        for place in range(40 * stride, 41 * stride):
            whole, phase = divmod(place, taps.period)
            start, step, count = taps.phases[phase]
            first = start + whole * taps.gain
            assert [first + step * turn for turn in range(count)] == landing[place], (window, place)


LARGE = st.integers(min_value=1, max_value=10**30)


@given(LARGE, LARGE, LARGE, LARGE, LARGE)
def test_large_numbers_stay_exact(cells: int, kernel: int, stride: int, dilation: int, padding: int) -> None:
    """The window that gives `out` reaches `out` and no further position fits."""
    window = Window(kernel, stride, dilation, (padding, padding))
    output = window.output(cells)
    padded = cells + 2 * padding
    if output >= 1:
        assert (output - 1) * stride + window.extent <= padded < output * stride + window.extent
    else:
        assert window.extent > padded


@given(st.integers(1, 50), st.integers(1, 9), st.integers(0, 20), st.integers(1, 9), st.integers(0, 20))
def test_a_chain_of_direct_windows_is_one_window(cells: int, first: int, add: int, second: int, more: int) -> None:
    """floor((floor((n + a) / b) + c) / d) = floor((n + a + b c) / (b d))."""
    one = Window(1, first, padding=(add, 0)).output(cells)
    both = Window(1, second, padding=(more, 0)).output(one)
    assert both == Window(1, first * second, padding=(add + first * more, 0)).output(cells)
