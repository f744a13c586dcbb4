"""What `convcalc check --format json` prints: findings in files."""

from convcalc.outputs.parts import count, many, maybe, output, string, table, word
from convcalc.renderers.findings.json import VERSION
from convcalc.report import SEVERITIES, Span

_FINDING = {
    "path": string("the file, as it was named or come upon"),
    "code": string("the rule, such as CC101"),
    "name": string("the rule's name"),
    "severity": word(SEVERITIES, "an error fails the check, a warning does with --strict"),
    "message": string("what is wrong and why, in one line"),
    "help": maybe(string("the nearest thing that works, in one line")),
    "place": string("where in the document, such as layers[3].kernel; empty for the file as a whole"),
    **dict.fromkeys(
        Span._fields,
        maybe(count("from 1, columns in characters, the end past the last one; null where there is no text", 1)),
    ),
}

SCHEMA = output(
    VERSION,
    "what is wrong or suspicious in network files",
    {
        "findings": many(table("a finding", _FINDING), "file by file, by line"),
        "files": count("how many files are networks"),
        "errors": count("how many findings are errors"),
        "warnings": count("how many are warnings"),
        "skipped": many(string("a path"), "files come upon in folders that are no networks"),
    },
)
