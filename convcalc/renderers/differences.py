"""What frameworks differ in, each difference with its smallest example: as Markdown, and as lines for a terminal."""

from collections.abc import Sequence

from convcalc.dialects import NAMES
from convcalc.differences import Example
from convcalc.shape import show_size


def differences_markdown(examples: Sequence[Example]) -> str:
    """A table with a row for each difference."""
    titles = ["what", "smallest example", *NAMES, "why"]
    rows = [_row(example, "`{0}` on {1}") for example in examples]
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def differences_text(examples: Sequence[Example]) -> str:
    """A block of lines for each difference."""
    return "\n\n".join(_block(example) for example in examples)


def _block(example: Example) -> str:
    title, asked, *answers, why = _row(example, "{0} on {1}")
    told = "  ".join(f"{name} {answer}" for name, answer in zip(NAMES, answers, strict=True))
    return f"{title.replace('`', '')}: {why.replace('`', '')}\n  {asked}: {told}"


def _row(example: Example, form: str) -> list[str]:
    shape = example.shape
    size = str(shape) if shape.channels is not None else show_size(shape.size)
    asked = form.format(example.op, size)
    return [example.topic.title, asked, *[example.answers[name] for name in NAMES], example.topic.why]
