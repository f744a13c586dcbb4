"""YAML to a document, by PyYAML, which the extra `convcalc[yaml]` installs."""

from typing import Any

from convcalc.errors import Malformed

INSTALL = "pip install 'convcalc[yaml]'"


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
    """PyYAML's safe loader (it builds plain values only), refusing a key given twice."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Written in Python: it meets a document nested too deep with an error and not with a crash."""

        def construct_mapping(self, node: Any, deep: Any = False) -> dict[Any, Any]:  # noqa: FBT002 - as overridden
            """A table whose keys are all different."""
            keys = [key.value for key, _ in node.value]
            for key in keys:
                if keys.count(key) > 1:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} is given twice", node.start_mark
                    )
            table: dict[Any, Any] = super().construct_mapping(node, deep)
            return table

    return Loader
