"""Reports to render: a handful of findings written out, and any that a user's files could cause."""

from hypothesis import strategies as st

from convcalc.report import ERROR, SEVERITIES, WARNING, FileReport, Finding, Report, Span

ROOT = "/project"

KERNEL = Finding(
    path="nets/a b.toml",
    code="CC101",
    name="kernel-too-large",
    severity=ERROR,
    message="kernel 7 is larger than the input, 4 on axis 1",
    help="padding 2 fits",
    place="layers[1].kernel",
    span=Span(12, 10, 12, 11),
    excerpt="kernel = 7  # wide",
)
NOTED = Finding(
    path="nets/a b.toml",
    code="CC203",
    name="uneven-overlap",
    severity=WARNING,
    message='100% of <cells> & "edges" differ',
    help=None,
    place="layers[2]",
    span=Span(20, 1, 23, 2),
    excerpt="[[layers]]",
)
UNREAD = Finding(
    path="/data/n\xe9t,1:2.json",
    code="CC001",
    name="unreadable-file",
    severity=ERROR,
    message="the file is no UTF-8",
    help=None,
    place="",
    span=None,
    excerpt="",
)
REPORT = Report(
    (
        FileReport("nets/a b.toml", (NOTED._replace(span=Span(3, 1, 4, 2)), KERNEL, NOTED)),
        FileReport("clean.txt", ()),
        FileReport(UNREAD.path, (UNREAD,)),
    ),
    ROOT,
    ("nets/other.json",),
)
"""Two findings that say the same, one that no place is known of, a warning before an error, a clean file."""
EMPTY = Report((), ROOT)


def holding(*findings: Finding) -> Report:
    """A report on one file."""
    return Report((FileReport(findings[0].path, findings),), ROOT)


any_text = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(
    ["::error::x", "##[error]x", "]]>", "a\x1b[2Jb\r\nc", "%0A"]
)
any_path = st.text(st.characters(exclude_categories=(), exclude_characters="\0"), min_size=1, max_size=12)
any_number = st.integers(1, 10**6)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any stretch that does not end before it begins."""
    line, column = draw(any_number), draw(any_number)
    last = draw(st.just(line) | st.integers(line, line + 9))
    return Span(line, column, last, draw(st.integers(column if last == line else 1, 10**6 + 1)))


@st.composite
def findings(draw: st.DrawFn, path: str) -> Finding:
    """Any finding of one file."""
    code, name = draw(
        st.sampled_from([("CC001", "unreadable-file"), ("CC101", "kernel-too-large"), ("CC999", "unheard-of")])
    )
    severity, told = draw(st.sampled_from(SEVERITIES)), draw(any_text)
    span = draw(st.none() | spans())
    return Finding(path, code, name, severity, told, draw(st.none() | any_text), draw(any_text), span, draw(any_text))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report, each file named once."""
    paths = draw(st.lists(any_path, max_size=3, unique=True))
    files = (FileReport(path, tuple(draw(st.lists(findings(path), max_size=4)))) for path in paths)
    return Report(tuple(files), draw(st.sampled_from([ROOT, "/"])), tuple(draw(st.lists(any_path, max_size=2))))
