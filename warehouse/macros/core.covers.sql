-- Whether reports that do not overlap, from their first to their last day and with so many days in all, cover each day between two days.
CREATE OR REPLACE MACRO core.covers(covered_from, covered_until, days_covered, first_day, last_day) AS (
    covered_from <= first_day AND covered_until >= last_day AND days_covered >= covered_until - covered_from + 1
)
