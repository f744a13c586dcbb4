"""The rule for layers that are for another number of axes."""

from convcalc.errors import AXES
from convcalc.rules.rule import error, failing

RULE = error(
    "CC109",
    "wrong-axes",
    failing(AXES),
    what="A layer is for another number of axes than its input has.",
    why="A window needs an axis to slide over, and a feature vector has none; the size of another layer can be taken "
    "only axis by axis.",
    example="input 100 | conv 8 k3",
    instead="input 100 | reshape 1@10x10 | conv 8 k3",
)
