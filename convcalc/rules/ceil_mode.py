"""The rule for ceil mode where frameworks resolve it differently."""

from collections.abc import Iterator

from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Survey
from convcalc.window import Window


def _find(survey: Survey) -> Iterator[Remark]:
    for site in survey.sites:
        rounded = [axis for axis in site.direct if axis.window.ceil]
        told = [_told(axis.window, axis.cells, stated=survey.framework is not None) for axis in rounded]
        if found := next(filter(None, told), None):
            yield Remark(site.number, found, "pad in numbers to the size that is meant, and leave ceil out", "ceil")


def _told(window: Window, cells: int, *, stated: bool) -> str | None:
    ours, floored = window.output(cells), window._replace(ceil=False).output(cells)
    unclamped = -(-(cells + window.affine()[0]) // window.stride)
    if unclamped != ours:
        return (
            f"ceil gives {ours}: a window in the far padding is dropped, which ONNX counts below opset 22 ({unclamped})"
        )
    if ours != floored and not stated:
        return f"ceil gives {ours} of {cells} cells where Keras and TensorFlow, which have no ceil mode, give {floored}"
    return None


RULE = warning(
    "CC207",
    "ceil-mode",
    _find,
    what="Ceil mode changes the size here, and frameworks do not agree on it.",
    why="Keras and TensorFlow have no ceil mode; a last window that would start in the far padding is dropped by "
    "PyTorch and counted by ONNX's shape inference below opset 22. The first is told of networks that state no "
    "framework.",
    source="torch.nn.MaxPool2d; ONNX operator MaxPool, opsets 10 to 22",
    example="input 8@112x112 | pool k3 s2 ceil",
    instead="input 8@112x112 | pool k3 s2 p0:1",
)
