"""YAML to a document, by PyYAML, which the extra `convcalc[yaml]` installs.

Scalars are those of YAML 1.2: `1:2` is a padding and not 62 (base 60), `010` is 10, `on` and `yes` are names.
"""

import re
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
    """The document. Raises `Malformed` with line and column, and with the command that installs PyYAML."""
    try:
        import yaml
    except ImportError:
        raise Malformed("reading YAML needs PyYAML", hint=f"run {INSTALL}") from None
    try:
        return yaml.load(text, Loader=_loader(yaml))  # noqa: S506 - it is a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Malformed(f"invalid YAML{where}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise Malformed(f"invalid YAML: {' '.join(str(error).split())}") from None


def _loader(yaml: Any) -> Any:
    """PyYAML's safe loader (it builds plain values only) with the scalars above, refusing a key given twice."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Written in Python: it meets a document nested too deep with an error and not with a crash."""

        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

        def compose_mapping_node(self, anchor: Any) -> Any:
            """A table whose keys are all different, before merge keys are unfolded."""
            node = super().compose_mapping_node(anchor)
            keys = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
            if (twice := first_twice(key.value for key in keys if isinstance(key.value, str))) is not None:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {twice!r} is given twice", node.start_mark
                )
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
