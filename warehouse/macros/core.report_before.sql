-- The last report before a period, by unit that is alive on its last day: its own current one, and that of each unit of which it is
-- the only successor (share 1, whatever the kind), unless it has reported since it took over. Of a split nobody says what went where.
CREATE OR REPLACE MACRO core.report_before(of_form, of_period, last_day) AS TABLE
WITH RECURSIVE last_report AS (
    SELECT unit_id, unit_code AS reported_as, submission_id, period_end
    FROM intake.submission
    WHERE form_code = of_form AND is_current AND period_id <> of_period AND period_end <= last_day AND NOT core.is_roll_up(period_kind)
    QUALIFY row_number() OVER (PARTITION BY unit_id ORDER BY period_end DESC, period_start) = 1
),
line AS (
    SELECT unit_id, unit_code, unit_id AS reporter FROM core.unit_on_day WHERE last_day BETWEEN valid_from AND valid_until
    UNION
    SELECT l.unit_id, l.unit_code, s.from_unit_id
    FROM line l JOIN core.unit_succession s ON s.to_unit_id = l.reporter AND s.from_unit_id <> s.to_unit_id
    LEFT JOIN last_report r ON r.unit_id = l.reporter
    WHERE s.share = 1 AND s.succession_date <= last_day AND (r.period_end IS NULL OR r.period_end < s.succession_date)
)
SELECT l.unit_code, r.reported_as, l.reporter <> l.unit_id AS is_predecessor, r.submission_id, r.period_end
FROM line l JOIN last_report r ON r.unit_id = l.reporter
