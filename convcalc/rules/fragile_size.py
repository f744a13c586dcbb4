"""The rule for an input size that works where those around it do not."""

from collections.abc import Iterator

from convcalc.rules.nearby import REACH, nearby_sizes
from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey

NEAR = 4
"""Sizes at least so many cells away on both sides are far."""


def _find(survey: Survey) -> Iterator[Remark]:
    if survey.failures or not survey.input.size:
        return
    found = nearby_sizes(survey)
    gaps = [max(abs(mine - own) for mine, own in zip(shape.size, survey.input.size, strict=True)) for shape in found]
    if min(gaps, default=NEAR) >= NEAR:
        sizes = " and ".join(map(str, found)) or f"none within {REACH} cells"
        what = f"of the inputs around {survey.input} hardly any works; the nearest that do: {sizes}"
        yield Remark(
            0, what, "convcalc sizes tells all of them; crop or pad like=NAME before a join takes any size", "input"
        )


RULE = warning(
    "CC303",
    "fragile-size",
    _find,
    what="The network builds on the stated size and on hardly any other near it.",
    why="Pictures come in every size; one cell more or less, and the network can't be run. U-Nets are so by nature, so "
    "the rule is off unless it is selected.",
    example="input 1@32x32 | a: pool k2 | pool k2 | pool k2 | upsample x4 | add a | upsample x2 | add in",
    instead="input 1@32x32 | a: pool k2 | pool k2 | pool k2 | upsample like=a | add a | upsample like=in | add in",
    on=False,
)
