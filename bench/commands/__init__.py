"""The commands, one file per group.

A command is a function marked with `@app.command()` in one of these files; a new file is named in `bench.cli.GROUPS`.
"""
