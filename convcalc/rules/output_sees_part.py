"""The rule for an output that does not see its whole input."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey


def _find(survey: Survey) -> Iterator[Remark]:
    trace = survey.trace
    if trace.failure or len(survey.input.size) != len(trace.fields[-1]):
        return
    pairs = zip(trace.fields[-1], survey.input.size, strict=True)
    for axis, (field, cells) in enumerate(pairs):
        if field is not None and field.size < cells:
            what = f"a cell of the output sees {field.size} of {cells} cells on axis {axis + 1}"
            help_ = "a stride, a dilation or a global pool widens what it sees"
            yield Remark(len(survey.network.layers), what, help_)
            return


RULE = warning(
    "CC302",
    "output-sees-part",
    _find,
    what="The receptive field of the output is smaller than the input.",
    why="Whatever lies outside can't change the answer. For a map of many answers that may be what is meant, so the "
    "rule is off unless it is selected.",
    source="Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019",
    example="input 3@64x64 | conv 8 k3 p1 | conv 8 k3 p1",
    instead="input 3@64x64 | conv 8 k3 p1 | conv 8 k3 p1 | gap",
    on=False,
)
