-- Tổ chức, cán bộ: các dòng lấy số liệu - Organisation in exact figures; counted is what stands at the end of a year.
--   is_counted: Được tính - The last report of the unit's year; of a unit that ended in it only while none that succeeds it reported
--   uncounted: Lý do không tính - Why it does not count (codes: uncounted)
SELECT f.* REPLACE (
           coalesce(s.is_last, false) AND p.submission_id IS NULL AS is_counted,
           CASE WHEN s.is_last AND p.submission_id IS NOT NULL THEN 'passed_on' WHEN s.is_last THEN NULL
                ELSE coalesce(f.uncounted, 'earlier') END AS uncounted
       )
FROM core.fact_organisation_exact f LEFT JOIN mart.year_source s USING (submission_id)
LEFT JOIN core.passed_on('organisation') p USING (submission_id)
