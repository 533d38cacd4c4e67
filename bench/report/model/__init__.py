"""What the page shows of records, as plain data: arrays of numbers, made by the functions of tables and figures."""
