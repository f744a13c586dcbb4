"""The rule for a bias that the next layer takes away again."""

from collections.abc import Iterator

from convcalc.ops.op import Op
from convcalc.ops.pointwise import BatchNorm, InstanceNorm
from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey


def _find(survey: Survey) -> Iterator[Remark]:
    natives = [survey.native(number) for number in range(1, len(survey.ops) + 1)]
    for number, op in enumerate(natives, 1):
        if isinstance(op, BatchNorm | InstanceNorm):
            source = survey.network.layers[number - 1].inputs[0]
            biased = source and getattr(natives[source - 1], "bias", False) is True
            if biased and _only_normalised(survey, natives, source) and survey.readers[source][0] == number:
                what = f"the bias of layer {source} is taken away again by the {op.spelling} that follows"
                yield Remark(source, what, _without(survey.ops[source - 1], survey.framework), "bias")


def _only_normalised(survey: Survey, natives: list[Op], source: int) -> bool:
    return all(isinstance(natives[reader - 1], BatchNorm | InstanceNorm) for reader in survey.readers[source])


def _without(op: Op, framework: str | None) -> str:
    own = {"torch": "bias=False", "keras": "use_bias=False", "jax": "use_bias=False"}
    return f"{own.get(framework or '', 'no bias') if op.text else 'nobias'} saves it"


RULE = warning(
    "CC208",
    "cancelled-bias",
    _find,
    what="A layer with a bias is read by nothing but a batchnorm or instancenorm, which subtracts the mean and the "
    "bias with it.",
    why="The bias has no effect, yet it is stored, trained and loaded: a param for each channel that can't learn.",
    source="Ioffe & Szegedy, Batch Normalization, arXiv 1502.03167, section 3.2",
    example="input 3@32x32 | conv 16 k3 p1 | batchnorm | relu",
    instead="input 3@32x32 | conv 16 k3 p1 nobias | batchnorm | relu",
)
