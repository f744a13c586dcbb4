"""A report to text or to a rich renderable. Nothing here prints, reads files or asks about the terminal."""
