"""What stands for a layer that could not be read, so that the layers behind it can be. No line gives it."""

from convcalc.errors import UNREADABLE, Impossible
from convcalc.ops.op import Op
from convcalc.shape import Shape


class Unreadable(Op):
    """A layer of which nothing is known."""

    def output(self, shape: Shape, *others: Shape) -> Shape:
        """Nothing: it always fails, and whoever made it has told why."""
        raise Impossible("the layer could not be read", kind=UNREADABLE)
