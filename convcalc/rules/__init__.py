"""What check can find: a rule a file, each with a code, a name and one text. No rule knows a file format."""

from collections.abc import Mapping

from convcalc.rules import (
    broken_expectation,
    cancelled_bias,
    ceil_mode,
    channels_mismatch,
    checkerboard,
    empty_output,
    features_mismatch,
    field_exceeds_input,
    fragile_size,
    framework_refuses,
    gridding,
    invalid_network,
    invalid_syntax,
    kernel_too_large,
    missing_input,
    output_sees_part,
    padding_only,
    size_out_of_reach,
    skipped_cells,
    unequal_branches,
    uneven_padding,
    unread_cells,
    unread_layer,
    unreadable_file,
    wrong_axes,
)
from convcalc.rules.rule import Rule

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        unreadable_file.RULE,
        invalid_syntax.RULE,
        invalid_network.RULE,
        missing_input.RULE,
        kernel_too_large.RULE,
        empty_output.RULE,
        channels_mismatch.RULE,
        unequal_branches.RULE,
        features_mismatch.RULE,
        framework_refuses.RULE,
        broken_expectation.RULE,
        size_out_of_reach.RULE,
        wrong_axes.RULE,
        unread_cells.RULE,
        skipped_cells.RULE,
        checkerboard.RULE,
        padding_only.RULE,
        uneven_padding.RULE,
        gridding.RULE,
        ceil_mode.RULE,
        cancelled_bias.RULE,
        field_exceeds_input.RULE,
        output_sees_part.RULE,
        fragile_size.RULE,
        unread_layer.RULE,
    )
}
"""By code: CC0 for files that can't be read, CC1 for networks that can't be built, CC2 for what is suspicious in one
that can, CC3 for what is a matter of taste."""
