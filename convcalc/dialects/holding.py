"""Layers that keep the shape and hold as many numbers as they are told. Several frameworks have such."""

from convcalc.ops.op import Weights
from convcalc.ops.pointwise import Pointwise
from convcalc.shape import Shape


class Holding(Pointwise):
    """Keeps the shape, and holds so many numbers; `spelling` is the native op that it comes nearest to."""

    def __init__(self, count: int, spelling: str) -> None:
        super().__init__()
        self.__dict__.update(count=count, spelling=spelling)

    def weights(self, shape: Shape) -> Weights:
        """As many, whatever the shape."""
        return Weights(self.count)

    count: int
