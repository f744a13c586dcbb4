"""The rule for strides that step over cells."""

from collections.abc import Iterator

from convcalc.rules.elsewhere import read_elsewhere
from convcalc.rules.rule import Remark, warning
from convcalc.rules.survey import Site, Survey


def _find(survey: Survey) -> Iterator[Remark]:
    for site in survey.sites:
        for axis in site.direct:
            window = axis.window
            skipped = window.skipped(axis.cells) if window.stride > 1 else 0
            if skipped and not read_elsewhere(survey, site, _steps_over_nothing):
                every = f"{skipped} of every {window.stride} cells{site.place(axis)}"
                taps = f"kernel {window.kernel}" + (f" with dilation {window.dilation}" if window.dilation > 1 else "")
                help_ = f"a {taps} reads {window.stride - skipped}: a kernel of at least {window.stride} reads them all"
                yield Remark(site.number, f"the stride {window.stride} steps over {every}", help_, "stride")
                break


def _steps_over_nothing(site: Site) -> bool:
    return not any(axis.window.skipped(axis.cells) for axis in site.direct)


RULE = warning(
    "CC202",
    "skipped-cells",
    _find,
    what="The stride is larger than what the window covers, so that cells between two positions are read by nobody.",
    why="Three quarters of a feature map are thrown away by a 1x1 window of stride 2. Beside a layer that reads them, "
    "as in the shortcut of a residual block, nothing is lost, and nothing is found.",
    source="He et al., Bag of Tricks for Image Classification, CVPR 2019, on the strided 1x1 convolutions of ResNet",
    example="input 16@33x33 | conv 32 k1 s2",
    instead="input 16@33x33 | conv 32 k3 s2 p1",
)
