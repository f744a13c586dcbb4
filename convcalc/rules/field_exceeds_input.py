"""The rule for layers that read what has seen the whole input already."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey


def _find(survey: Survey) -> Iterator[Remark]:
    if max(survey.input.size, default=1) == 1:
        return  # a generator: one cell sees all there is
    late = [site.number for site in survey.sites if _wide(site.windows) and _sees_all(survey, site.number)]
    if late:
        more = f", as {len(late) - 1} behind it do" if len(late) > 1 else ""
        what = f"it reads what has seen the whole input{more}: no window can bring new context"
        yield Remark(late[0], what, "leave them out, stride later, or give a larger input")


def _wide(windows: tuple[object, ...]) -> bool:
    return any(getattr(window, "kernel", 1) > 1 for window in windows)


def _sees_all(survey: Survey, number: int) -> bool:
    """Whether the field of a cell that the layer reads is as large as the input, on every axis."""
    source, trace = survey.network.layers[number - 1].inputs[0], survey.trace
    fields = trace.fields[source] if source < len(trace.fields) else ()
    sizes = [field.size if field else 0 for field in fields]
    return bool(sizes) and all(size >= cells for size, cells in zip(sizes, survey.input.size, strict=False))


RULE = warning(
    "CC301",
    "field-exceeds-input",
    _find,
    what="A window slides over features each of which has seen the whole input already.",
    why="Layers behind that point were found to add nothing to what a classifier knows: they can be left out without "
    "loss. Many good networks have such layers, so the rule is off unless it is selected.",
    source="Richter, Byttner, Krumnack, Wiedenroth, Schallner & Shenk, (Input) Size Matters for CNN Classifiers, ICANN "
    "2021",
    example="input 3@16x16 | conv 8 k3 p1 | pool k2 | conv 8 k7 p3 | conv 8 k7 p3",
    instead="input 3@16x16 | conv 8 k3 p1 | pool k2 | conv 8 k7 p3",
    on=False,
)
