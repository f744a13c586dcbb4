"""YAML to a document, by PyYAML, which the extra `convcalc[yaml]` installs.

Scalars are those of YAML 1.2: `1:2` is a padding and not 62 (base 60), `010` is 10, `on` and `yes` are names.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from convcalc.errors import Malformed
from convcalc.readers.json import first_twice

INSTALL = "pip install 'convcalc[yaml]'"

_SCALARS = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
}
"""What a plain scalar may be besides text: its form and the characters it begins with, the narrower form first."""


def parse(text: str) -> Any:
    """The document. Raises `Malformed` with its position, or with the command that installs PyYAML."""
    try:
        import yaml
    except ImportError:
        raise Malformed("reading YAML needs PyYAML", hint=f"run {INSTALL}") from None
    try:
        return yaml.load(text, Loader=_loader(yaml))  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        raise _malformed(text, error) from None


def _malformed(text: str, error: Any) -> Malformed:
    """What PyYAML says, with the position of its mark or, for a character that YAML has not, of that."""
    what = getattr(error, "problem", None) or getattr(error, "context", None) or getattr(error, "reason", None)
    malformed = Malformed(f"invalid YAML: {' '.join((what or str(error)).split())}")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = mark.index if mark else getattr(error, "position", None)
    if isinstance(offset, int):
        from convcalc.readers.positions.lines import position

        malformed.position = position(text, offset)
    return malformed


def events(text: str, *, quick: bool) -> Iterator[Any]:
    """What a document is made of, piece by piece, with marks. Raises `Malformed`.

    `quick` is by libyaml where it is there. It refuses some of what is read here, such as `[a:]`.
    """
    import yaml

    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader) if quick else yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _malformed(text, error) from None


def plain(text: str) -> Any:
    """What a plain scalar stands for as a key; a fraction stays text.

    >>> plain("1"), plain("true"), plain("on")
    (1, True, 'on')
    """
    kind = next((name for name, (form, _) in _SCALARS.items() if re.fullmatch(form, text)), "text")
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    return int(text) if kind == "int" else text


def _loader(yaml: Any) -> Any:
    """PyYAML's safe loader (it builds plain values only) with the scalars above, refusing a key given twice."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Written in Python: it meets a document nested too deep with an error and not with a crash."""

        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

        def compose_mapping_node(self, anchor: Any) -> Any:
            """A table whose keys are all different, before merge keys are unfolded."""
            node = super().compose_mapping_node(anchor)
            keys = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge" and isinstance(key.value, str)]
            if (index := first_twice([key.value for key in keys])) is not None:
                problem = f"the key {keys[index].value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, keys[index].start_mark)
            return node

        def construct_yaml_int(self, node: Any) -> int:
            """Decimal digits, whatever they begin with."""
            return int(self.construct_scalar(node))

    for name, (form, first) in _SCALARS.items():
        characters = ["" if character == "\0" else character for character in first]
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"(?:{form})$"), characters)
    Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("<<$"), ["<"])
    Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_yaml_int)
    return Loader
