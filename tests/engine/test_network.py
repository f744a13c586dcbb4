"""Networks and traces from Python: wiring, totals, expectations, failures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from convcalc import Impossible, Layer, Malformed, Network, Shape, load, read
from convcalc.ops.convolution import Conv
from convcalc.ops.joins import Add


def test_a_network_may_be_built_from_layers() -> None:
    network = Network(
        [Layer(Conv(out=8, kernel=3, padding=1), (0,)), Layer(Add(names="in"), (1, 0))], input=Shape(8, (9,))
    )
    assert [str(shape) for shape in network.shapes()] == ["8@9", "8@9", "8@9"]


def test_shapes_raise_the_error_of_the_first_layer_that_fails() -> None:
    with pytest.raises(Impossible, match="the kernel's extent 9"):
        read("conv 8 k3 | conv 8 k9").shapes("3@8")


def test_a_run_stops_at_the_first_layer_that_fails_and_keeps_what_came_before() -> None:
    trace = read("conv 8 k3 | conv 8 k9 | relu").run("3@8")
    assert trace.failure is not None
    assert (trace.failure.number, len(trace), trace.output) == (2, 1, None)
    assert trace.params == 80
    assert trace.failures == [trace.failure]


def test_there_is_a_row_for_each_layer_and_no_other() -> None:
    trace = read("relu").run("8")
    for number in (0, 2):
        with pytest.raises(IndexError, match=f"there is no layer {number}: there are 1 to 1"):
            trace.row(number)


def test_a_network_and_a_trace_tell_what_they_are() -> None:
    network = read("relu | relu")
    assert repr(network) == "<Network of 2 layers>"
    assert repr(network.run("8")) == "<Trace of 2 layers, 8 to 8>"


def test_an_input_is_needed() -> None:
    with pytest.raises(Malformed, match="the network states no input"):
        read("relu").run()


def test_totals_are_not_known_where_a_part_is_not() -> None:
    trace = read("conv 8 k3 | conv 4 k3").run("9x9")
    assert (trace.row(1).params, trace.row(2).params) == (None, 292)
    assert (trace.params, trace.trainable, trace.macs) == (None, None, None)
    assert str(trace.output) == "4@5x5"


def test_an_expectation_of_a_layer_is_held_on_every_input() -> None:
    network = read("input 3@8 | conv 8 k3 expect=8@6")
    assert not network.run().failures
    (failure,) = network.run("3@9").failures
    assert (failure.number, failure.error.reason) == (1, "expected 8@6, got 8@7")


def test_an_expectation_of_the_network_is_held_on_its_own_input() -> None:
    network = read("input 3@8 | expect 8@6 | conv 8 k3")
    assert not network.run().failures
    assert not network.run("3@9").failures
    assert read("input 3@9 | expect 8@6 | conv 8 k3").run().failures
    assert read("expect 8@6 | conv 8 k3").run("3@9").failures


def test_a_batchnorm_counts_as_the_framework_counts() -> None:
    network = read("batchnorm")
    counts = {name: network.run("64@8x8", name) for name in (None, "torch", "keras", "tf", "onnx", "jax")}
    assert {name: (trace.params, trace.trainable) for name, trace in counts.items()} == {
        None: (128, 128),
        "torch": (128, 128),
        "keras": (256, 128),
        "tf": (256, 128),
        "onnx": (256, 128),
        "jax": (128, 128),
    }


def test_blocks_give_their_layers_names() -> None:
    text = "block b n | a: conv {n} k1 | relu | end | s: b 8 *2 | b 4 | r: b 2"
    assert [row.name for row in read(text).run("3@8")] == ["s.0.a", None, "s.1.a", "s", "b.1.a", None, "r.a", "r"]


def test_in_is_the_input_of_the_block() -> None:
    trace = read("block b | conv 8 k1 | add in | end | conv 8 k1 | b | concat in").run("8@4")
    assert [row.inputs for row in trace] == [(0,), (1,), (2, 1), (3, 0)]


def test_a_file_is_loaded_from_its_path(tmp_path: pytest.TempPathFactory) -> None:
    path = f"{tmp_path}/net.toml"
    with open(path, "w", encoding="utf-8") as file:
        file.write('input = "3@8"\nlayers = ["conv 8 k3"]\n')
    assert str(load(path).run().output) == "8@6"


@pytest.mark.parametrize("shape", ["3@9x9", Shape(3, (9, 9))])
def test_a_shape_may_be_given_as_text(shape: Shape | str) -> None:
    assert convcalc.conv(shape, out=8, kernel=3) == Shape(8, (7, 7))


def test_the_api_lists_what_it_has() -> None:
    assert set(dir(convcalc)) == set(convcalc.__all__)
    with pytest.raises(AttributeError, match="no attribute 'cnov'"):
        convcalc.cnov  # noqa: B018


@given(
    st.integers(1, 40),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from([1, 2, 3]),
)
def test_a_chain_of_one_layer_is_the_layer(
    cells: int, kernel: int, stride: int, padding: int, dilation: int, rank: int
) -> None:
    """What `chain` says of one layer is what `conv` says."""
    shape = Shape(4, (cells,) * rank)
    op = Conv(out=6, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    trace = Network([Layer(op, (0,))]).run(shape)
    if trace.failure:
        with pytest.raises(Impossible) as caught:
            op.output(shape)
        assert str(trace.failure.error) == str(caught.value)
    else:
        row, expected = trace.row(1), op.output(shape)
        assert row.output == expected
        assert (row.params, row.macs) == (op.weights(shape)[0], op.macs(shape, expected))  # type: ignore[index]
        assert list(row.notes) == op.notes(shape, expected)


def test_a_run_leaves_the_garbage_collector_as_it_was() -> None:
    import gc

    gc.disable()
    try:
        read("relu").run("8")
        assert not gc.isenabled()
    finally:
        gc.enable()
    read("relu").run("8")
    assert gc.isenabled()
