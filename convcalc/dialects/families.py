"""A dialect's families of layers, each a module of its package, which is loaded when one of its layers is met.

It knows which modules there are, not what stands in them.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from convcalc.dialects.dialect import Spelling
from convcalc.dialects.ruled import Rule
from convcalc.ops.op import Op

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

Read = Callable[[ModuleType], Mapping[Any, Any]]


class _Lazy(Mapping[_Key, _Value]):
    """What some modules hold together. Looked up, they are loaded one after the other until it is found."""

    def __init__(self, package: str, families: Mapping[str, str], read: Read) -> None:
        self.package, self.families, self.read = package, families, read
        self._loaded: dict[str, Mapping[_Key, _Value]] = {}

    def _load(self, family: str) -> Mapping[_Key, _Value]:
        if family not in self._loaded:
            self._loaded[family] = self.read(import_module(f"{self.package}.{family}"))
        return self._loaded[family]

    def _homes(self, key: _Key) -> Iterator[str]:
        """The families where `key` may stand."""
        return iter(self.families)

    def __getitem__(self, key: _Key) -> _Value:
        for family in self._homes(key):
            if key in (held := self._load(family)):
                return held[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[_Key]:
        for family in self.families:
            yield from self._load(family)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Rules(_Lazy[type[Op], Rule]):
    """Rules stand in the family that names the module of `ops` where the native op is declared."""

    def _homes(self, key: type[Op]) -> Iterator[str]:
        home = key.__module__.rpartition(".")[2]
        return (family for family, ruled in self.families.items() if home in ruled.split())


def layers_of(package: str, families: Mapping[str, str], read: Read | None = None) -> Mapping[str, Spelling]:
    """The layers of all families by name."""
    return _Lazy(package, families, read or (lambda family: family.LAYERS))


def rules_of(package: str, families: Mapping[str, str], read: Read | None = None) -> Mapping[type[Op], Rule]:
    """The rules of all families by native op. `families` tells for each whose ops it rules: modules of `ops`."""
    return _Rules(package, families, read or (lambda family: family.RULES))
