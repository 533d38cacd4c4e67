"""Numbers, tables and figures from the records of an experiment; nothing here runs one.

``measures``, ``runtimes``, ``compare`` and ``ecdf`` turn the two frames of records (``runs``, a row a run; ``traces``,
a row a logged evaluation) into tidy frames of numbers. ``tables`` and ``plots`` show them, computing none of their own.
"""
