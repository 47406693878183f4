-- The windows that a review of a superior body covers and that begin by the end of $year.
-- programme is the document that was issued on its first day; NULL where none or several were.
SELECT s.period_start AS first_day, s.period_end AS last_day,
       CASE WHEN count(DISTINCT d.document_number) = 1 THEN any_value(d.document_number) END AS programme
FROM intake.submission s LEFT JOIN core.dim_document d ON d.document_date = s.period_start
WHERE s.is_current AND core.is_roll_up(s.period_kind) AND year(s.period_start) <= $year::BIGINT
GROUP BY s.period_start, s.period_end ORDER BY s.period_start, s.period_end
