"""Bytes and text to a network: a file a format. Nothing here knows how a network is shown."""
