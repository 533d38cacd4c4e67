"""Where tasks are carried out: in processes that may die without taking anything along, on one machine or on many."""
