-- Limitations and tasks that a review over the window names, with how many units name each in the years that end after it.
-- NULL for a year in which no unit names any of the kind: then nobody was asked.
WITH named AS (
    SELECT DISTINCT f.issue_kind_code, f.issue_topic_code FROM core.fact_issue f
    WHERE f.is_current AND core.is_roll_up(f.period_kind) AND f.period_end BETWEEN $first_day::DATE AND $last_day::DATE
      AND f.issue_kind_code IN ('han_che', 'nhiem_vu')
),
later AS (
    SELECT year, issue_kind_code, issue_topic_code, unit_count FROM mart.issue_by_year
    WHERE reporter_level = 'unit' AND make_date(year, 12, 31) > $last_day::DATE
),
years AS (SELECT DISTINCT year, issue_kind_code FROM later)
SELECT n.issue_kind_code, n.issue_topic_code, y.year, CASE WHEN y.year IS NOT NULL THEN coalesce(l.unit_count, 0) END AS unit_count
FROM named n
LEFT JOIN years y USING (issue_kind_code)
LEFT JOIN later l USING (year, issue_kind_code, issue_topic_code)
JOIN core.dim_code c ON c.code_list = 'issue_topic' AND c.code = n.issue_topic_code
ORDER BY n.issue_kind_code, c.position, y.year
