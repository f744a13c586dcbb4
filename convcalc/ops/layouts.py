"""Kinds of value that tell a layout: the order of dimensions, a shape with one number left open."""

from typing import Any

from convcalc.errors import Malformed
from convcalc.ops.kinds import INTEGER, Kind, PerAxis, integer, integer_schema, items_of, text_schema
from convcalc.shape import quote, read_axes, read_int, show_size


class Order(Kind):
    """The new order of the dimensions, channels being 0: `0,2,1`."""

    metavar = "N,N..."
    greedy = True

    def read(self, text: str, key: str) -> PerAxis:
        return self._check([read_int(part, key=key) for part in text.replace("x", ",").split(",")], key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        return self._check([integer(item, None, key) for item in items_of(value, key)], key)

    def show(self, value: PerAxis) -> str:
        return ",".join(map(str, value))

    def schema(self) -> dict[str, Any]:
        several = {"type": "array", "items": integer_schema(0), "minItems": 1}
        return {"anyOf": [several, text_schema(f"{INTEGER}([x,]{INTEGER})*")]}

    def _check(self, order: list[int], key: str) -> PerAxis:
        if sorted(order) != list(range(len(order))):
            raise Malformed(
                f"must be each of 0..{len(order) - 1} once, got {self.show(tuple(order))}",
                key=key,
                hint="0 is the channels, the axes follow, e.g. 0,2,1",
            )
        return tuple(order)


class ReshapeTarget(Kind):
    """A shape in which one number may be -1: `256@7x7`, `-1@7x7`, `512@-1`, `-1`."""

    metavar = "SHAPE"

    def read(self, text: str, key: str) -> PerAxis:
        channels, at, size = text.rpartition("@")
        axes = read_axes(size, key=key)
        if not at and len(axes) > 1:
            raise Malformed(f"{quote(text)} has no channels", key=key, hint=f"write C@{text}, or -1@{text}")
        return self._check((read_int(channels, key=key), *axes) if at else axes, key)

    def load(self, value: object, key: str) -> PerAxis:
        if isinstance(value, str):
            return self.read(value, key)
        items = [value] if isinstance(value, int) else items_of(value, key)
        return self._check(tuple([integer(item, None, key) for item in items]), key)

    def show(self, value: PerAxis) -> str:
        return f"{value[0]}@{show_size(value[1:])}" if len(value) > 1 else str(value[0])

    def schema(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": -1, "not": {"const": 0}}
        several = {"type": "array", "items": {"anyOf": [number, text_schema(INTEGER)]}, "minItems": 1}
        return {"anyOf": [number, text_schema(f"({INTEGER}@)?{INTEGER}(x{INTEGER})*"), several]}

    def _check(self, target: PerAxis, key: str) -> PerAxis:
        for number in target:
            if number < 1 and number != -1:
                raise Malformed(f"must be at least 1, or -1 for what is left, got {number}", key=key)
        if target.count(-1) > 1:
            raise Malformed(f"only one number may be -1, got {self.show(target)}", key=key)
        return target
