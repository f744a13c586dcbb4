"""Files to a report: which files, by which settings, and what the rules find in each. Nothing here prints."""
