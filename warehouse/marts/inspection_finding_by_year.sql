SELECT f.year, f.finding_category_code, count(DISTINCT f.unit_id) AS unit_count,
       sum(f.found_count) FILTER (f.found_count_state IN ('value', 'zero')) AS found_count,
       sum(f.remedied_count) FILTER (f.remedied_count_state IN ('value', 'zero')) AS remedied_count,
       100.0 * sum(f.remedied_count) FILTER (f.found_count IS NOT NULL)
           / nullif(sum(f.found_count) FILTER (f.remedied_count IS NOT NULL), 0) AS remedy_rate,
       sum(f.found_count - f.remedied_count) FILTER (f.remedy_due_date <= f.period_end) AS overdue_count
FROM core.fact_inspection_finding f
JOIN mart.year_source s USING (submission_id)
GROUP BY f.year, f.finding_category_code
