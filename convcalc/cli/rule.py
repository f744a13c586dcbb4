"""`convcalc rule`: what a rule of check finds, why it matters, and what to do instead."""

import click

from convcalc.cli.completing import complete_rule
from convcalc.cli.group import ANSWERED
from convcalc.errors import Malformed


@click.command(
    help="""Explain a rule of check: what it finds, why that matters, an example, and what to do instead.

\b
  convcalc rule
  convcalc rule CC203
  convcalc rule checkerboard

CODE is a code or a name; the beginning of a code explains all that start so.
Without one, the rules are listed, those that are off unless they are selected with a minus.
""",
)
@click.argument("code", required=False, shell_complete=complete_rule)
def rule(code: str | None) -> int:
    """Explain or list rules."""
    from convcalc.renderers.rules import rule_text, rules_list
    from convcalc.rules import RULES
    from convcalc.rules.choice import codes_of

    if code is None:
        click.echo(rules_list(RULES.values()))
        return ANSWERED
    try:
        found = codes_of(code)
    except Malformed as error:
        raise Malformed(error.what, hint=error.hint) from None
    click.echo("\n\n".join([rule_text(RULES[one]) for one in found]))
    return ANSWERED
