"""One file's bytes to its findings, each with its place. It knows no option and no format."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from convcalc.checker.likeness import is_network, might_be_network
from convcalc.checker.settings import Settings
from convcalc.dialects.ruled import Ruled
from convcalc.errors import TOO_LONG, UNREADABLE, ConvcalcError, Malformed, too_long
from convcalc.network import Check, Network, Place
from convcalc.readers.document import read_document
from convcalc.readers.source import Text, joined, open_text
from convcalc.report import ERROR, FileReport, Finding, Span
from convcalc.rules import RULES
from convcalc.rules.choice import DEFAULT, Choice
from convcalc.rules.rule import Remark
from convcalc.rules.survey import Survey

UNREADABLE_CODE, SYNTAX_CODE, NETWORK_CODE, INPUT_CODE = "CC001", "CC002", "CC003", "CC004"


class _Raw(NamedTuple):
    """A finding before its place in the text is looked for."""

    code: str
    severity: str
    message: str
    help: str | None
    place: Place


def check_bytes(data: bytes, path: str, settings: Settings, *, sure: bool = True) -> FileReport | None:
    """Everything that the chosen rules find in one file; None for one that is no network and need not be (`sure`).

    Raises `Malformed` where the settings themselves are wrong.
    """
    try:
        text = open_text(data, path)
    except Malformed as error:
        return FileReport(path, (unread(path, error, data),)) if sure or might_be_network(data, path) else None
    if not sure and not is_network(text):
        return None
    try:
        raw, framework = _read(text, settings)
    except ValueError as error:
        if not too_long(error):
            raise
        raw, framework = [_Raw(NETWORK_CODE, ERROR, TOO_LONG, None, ())], None
    return FileReport(path, tuple(_placed(raw, text, framework)) if raw else ())


def _read(text: Text, settings: Settings) -> tuple[list[_Raw], str | None]:
    """What is wrong with the document and with the network in it, and whose layers they are."""
    problems: list[ConvcalcError] = []
    asked = settings.framework or settings.usual_framework
    try:
        network = read_document(text.document, asked, problems)
    except ConvcalcError as error:
        return [_misread(problem) for problem in [*problems, error]], asked
    found = _found(network, settings)
    if any(problem.place[:1] == ("input",) for problem in problems):
        found = (one for one in found if one.code != INPUT_CODE)
    return [*[_misread(problem) for problem in problems], *found], network.framework


def unread(path: str, error: ConvcalcError, data: bytes | None = None) -> Finding:
    """The one finding of a file that can't be read; without data it points nowhere."""
    from convcalc.readers.positions.lines import lines_of

    code = UNREADABLE_CODE if error.kind == UNREADABLE else SYNTAX_CODE
    line, column = error.position or (1, 1)
    span = Span(line, column, line, column + 1) if data is not None else None
    lines = lines_of((data or b"").decode("utf-8-sig", "replace"))
    return Finding(path, code, RULES[code].name, ERROR, _message(error), error.hint, "", span, _line(lines, line))


def _message(error: ConvcalcError) -> str:
    return error.what if error.key is None or error.key in error.place else f"{error.key}: {error.what}"


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if number <= len(lines) else ""


def _misread(error: ConvcalcError) -> _Raw:
    place = error.place if error.key is None or error.key in error.place else (*error.place, error.key)
    return _Raw(NETWORK_CODE, ERROR, _message(error), error.hint, place)


def _found(network: Network, settings: Settings) -> Iterator[_Raw]:
    choice = DEFAULT.narrowed(settings.project)
    try:
        choice = choice.narrowed(network.check)
    except Malformed as error:
        error.place = ("check", *([error.key] if error.key else []))
        yield _misread(error)
    choice = choice.narrowed(settings.asked)
    yield from _misspelt(network)
    try:
        survey = Survey(network, network.start(settings.start), settings.framework)
    except Malformed as error:
        yield _not_run(error)
        return
    yield from _merged(_remarks(survey, choice), survey)


def _not_run(error: Malformed) -> _Raw:
    code = INPUT_CODE if error.key == "input" else NETWORK_CODE
    return _Raw(code, ERROR, error.what, error.hint, ())


def _misspelt(network: Network) -> Iterator[_Raw]:
    """What layers say of rules that there are not."""
    for layer in {layer.place: layer for layer in network.layers if layer.check}.values():
        try:
            DEFAULT.narrowed(layer.check or Check())
        except Malformed as error:
            error.place = layer.place
            yield _misread(error)


def _remarks(survey: Survey, choice: Choice) -> Iterator[tuple[str, str, Remark]]:
    """What the rules that are on find, with what it weighs where it is found."""
    for code, severity in choice.severities.items():
        for remark in RULES[code].find(survey):
            own = survey.network.layers[remark.number - 1].check if remark.number else None
            weight = _weight(code, choice, own) if own else severity
            if weight is not None:
                yield code, weight, remark


def _weight(code: str, choice: Choice, own: Check) -> str | None:
    """What a finding weighs in a layer that says something of rules; None where it is not to be told."""
    try:
        return choice.narrowed(own).severities.get(code)
    except Malformed:  # which is told
        return choice.severities[code]


def _merged(found: Iterable[tuple[str, str, Remark]], survey: Survey) -> Iterator[_Raw]:
    """One finding for each rule and place: a block that is used often says the same of each of its uses."""
    uses: dict[tuple[str, Place], list[tuple[str, Remark]]] = {}
    for code, severity, remark in found:
        uses.setdefault((code, _place_of(remark, survey)), []).append((severity, remark))
    for (code, place), remarks in uses.items():
        (severity, first), more = remarks[0], len(remarks) - 1
        also = f" (and so in {more} more layer{'s' if more > 1 else ''} written here)" if more else ""
        yield _Raw(code, severity, f"{_subject(first, survey)}{first.what}{also}", first.help, place)


def _place_of(remark: Remark, survey: Survey) -> Place:
    key = remark.key
    if not remark.number:
        return (key,) if key else ()
    op = survey.ops[remark.number - 1]
    if key and isinstance(op, Ruled):
        key = op.words.get(key, key)
    place = survey.network.layers[remark.number - 1].place if remark.place is None else remark.place
    return place if key is None or key in place else (*place, key)


def _subject(remark: Remark, survey: Survey) -> str:
    """`layer 3 conv1: conv 64 k3: `, or nothing for the network as a whole."""
    if not remark.number:
        return ""
    layer, op = survey.network.layers[remark.number - 1], survey.ops[remark.number - 1]
    return f"layer {remark.number}{' ' + layer.name if layer.name else ''}: {op}: "


def _placed(raw: Sequence[_Raw], text: Text, framework: str | None) -> list[Finding]:
    """The findings with their places in the text, by line, column and code."""
    from convcalc.readers.positions import locate
    from convcalc.readers.positions.lines import lines_of

    lines = lines_of(text.text)
    found = []
    for one in raw:
        span = locate(text.text, text.kind, one.place, framework=framework)
        path, name = joined("", one.place).removeprefix(": "), RULES[one.code].name
        excerpt = _line(lines, span.line)
        found.append(Finding(text.name, one.code, name, one.severity, one.message, one.help, path, span, excerpt))
    return sorted(found, key=lambda finding: (finding.span or Span(1, 1, 1, 1), finding.code))
