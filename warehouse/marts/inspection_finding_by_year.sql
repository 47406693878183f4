SELECT year, finding_category_code, count(DISTINCT unit_id) AS unit_count,
       -- what is carried on from an earlier report was found there
       sum(found_count) FILTER (coalesce(found_date >= period_start, true)) AS found_count,
       sum(remedied_count) AS remedied_count,
       100.0 * sum(remedied_count) FILTER (found_count IS NOT NULL)
           / nullif(sum(found_count) FILTER (remedied_count IS NOT NULL), 0) AS remedy_rate,
       sum(found_count - remedied_count) FILTER (remedy_due_date <= period_end) AS overdue_count,
       count(*) FILTER (found_count IS NULL) + count(*) FILTER (remedied_count IS NULL) AS not_exact_count
FROM core.fact_inspection_finding_exact JOIN (SELECT submission_id, period_start FROM intake.submission) USING (submission_id)
WHERE is_counted
GROUP BY year, finding_category_code
