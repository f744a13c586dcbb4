"""Questions asked backwards: what gives this? A file a question. Nothing here knows a file format or a terminal."""
