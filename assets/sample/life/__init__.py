"""What happens in a unit: events with a day, gathered into the rows of any period.

Sums of quarters equal the cumulative figures because both count the same events. Belongs here: one module per table.
Does not: which reports are sent and how they look (plan, writers).
"""
