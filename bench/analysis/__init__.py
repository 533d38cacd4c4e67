"""Numbers, tables and figures from the records of an experiment; nothing here runs one.

`Records` holds the frames (``runs``, one row per run; ``traces``, one row per logged evaluation) and what follows from
them, each computed once. All tables, figures and the audit use it; ``contents`` lists the tables.
"""
