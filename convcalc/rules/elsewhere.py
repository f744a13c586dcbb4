"""Whether what one layer leaves out is read by another that reads the same: a shortcut is no loss."""

from collections.abc import Callable

from convcalc.rules.survey import Site, Survey


def read_elsewhere(survey: Survey, site: Site, reads_all: Callable[[Site], bool]) -> bool:
    """Whether another reader of the layer's input reads all of it; one without windows does."""
    source = survey.network.layers[site.number - 1].inputs[0]
    others = [number for number in survey.readers[source] if number != site.number]
    found = [survey.site_of.get(number) for number in others]
    return any(other is None or reads_all(other) for other in found)
