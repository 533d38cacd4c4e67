"""Numbers, tables and figures from the records of an experiment; nothing here runs one.

`Records` holds the frames (``runs``, a row a run; ``traces``, a row a logged evaluation) and what follows from them,
each thing made once. Every table, figure, and the audit are made from it; ``contents`` lists the tables.
"""
