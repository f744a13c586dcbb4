"""The ops: a family a file; `registry` lists them in order. Nothing here knows of networks or files."""
