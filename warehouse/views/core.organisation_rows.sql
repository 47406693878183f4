-- Tổ chức, cán bộ: các dòng lấy số liệu - Organisation in exact figures; counted is the last report of a year.
--   is_counted: Được tính - The last report of the unit's year
--   uncounted: Lý do không tính - Why it does not count (codes: uncounted)
SELECT f.* REPLACE (
           coalesce(s.is_last, false) AS is_counted,
           CASE WHEN s.is_last THEN NULL ELSE coalesce(f.uncounted, 'earlier') END AS uncounted
       )
FROM core.fact_organisation_exact f LEFT JOIN mart.year_source s USING (submission_id)
