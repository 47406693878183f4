-- tables
CREATE SCHEMA flat;
CREATE TABLE flat.training AS FROM core.training_rows WHERE is_counted;
CREATE TABLE flat.model AS SELECT *, coalesce(model_code_before, unit_code || '/' || model_code) AS path FROM core.model_rows WHERE is_counted;
CREATE TABLE flat.inspection AS FROM core.inspection_rows WHERE is_counted;
CREATE TABLE flat.finding AS FROM core.inspection_finding_rows WHERE is_counted;
CREATE TABLE flat.dialogue AS FROM core.fact_dialogue_exact WHERE is_counted;
CREATE TABLE flat.organisation AS FROM core.organisation_rows WHERE is_counted;
CREATE TABLE flat.issue AS FROM core.fact_issue_exact WHERE is_counted;
CREATE TABLE flat.half_year AS SELECT s.year, s.unit_id, s.period_kind, i.done_count
FROM intake.submission s LEFT JOIN core.fact_inspection_exact i USING (submission_id) WHERE s.is_current AND s.period_kind IN ('H1', 'Y');
CREATE TABLE flat.unit AS
SELECT u.year, u.unit_id, u.reporter_level, u.unit_code, u.unit_name, u.parent_unit_id, u.parent_unit_id_first, u.family_id, u.due_count,
       u.report_count, u.is_covered, u.is_full_year, u.is_alive_31_12, u.days_alive, u.alive_from, u.alive_until,
       d.norm_count, c.days_late, c.period_id, c.timeliness = 'late' AND c.is_expected AS is_late
FROM mart.unit_year u
LEFT JOIN mart.dialogue_compliance d USING (year, unit_id)
LEFT JOIN (FROM mart.completeness WHERE is_expected) c USING (year, unit_id);
-- 01
SELECT year, unit_type_code, count(DISTINCT unit_id), sum(session_count), sum(attendee_count)
FROM flat.training WHERE reporter_level = 'unit' GROUP BY year, unit_type_code ORDER BY year, unit_type_code;
-- 02
SELECT year, count(*), count(*) FILTER (report_count > 0), count(held), round(100.0 * count(held) / count(*), 1)
FROM flat.unit LEFT JOIN (SELECT DISTINCT year, unit_id, true AS held FROM flat.training WHERE session_count > 0) USING (year, unit_id)
WHERE due_count > 0 GROUP BY year ORDER BY year;
-- 03
SELECT year, reporter_level, sum(session_count) FILTER (training_kind_code = 'quan_triet'), sum(session_count) FILTER (training_kind_code = 'tap_huan'),
       sum(session_count) FILTER (training_kind_code = 'boi_duong_qpan'), nullif(count(DISTINCT t.unit_id), 0)
FROM (SELECT DISTINCT year, reporter_level FROM flat.unit) LEFT JOIN flat.training t USING (year, reporter_level)
GROUP BY year, reporter_level ORDER BY year, reporter_level;
-- 04
SELECT year, training_kind_code, count(DISTINCT unit_id), sum(session_count), sum(attendee_count)
FROM flat.training WHERE reporter_level = 'unit' GROUP BY year, training_kind_code ORDER BY year, training_kind_code;
-- 05
SELECT year, count(*), count(*) FILTER (first_year = year), count(*) FILTER (first_year <= year),
       round(100.0 * count(*) FILTER (first_year <= year) / count(*), 1)
FROM flat.unit LEFT JOIN (SELECT unit_id, min(year) AS first_year FROM flat.training
                          WHERE training_kind_code = 'quan_triet' AND document_number = '32-CTr/TU' GROUP BY unit_id) USING (unit_id)
WHERE due_count > 0 GROUP BY year ORDER BY year;
-- 06
SELECT year, 100.0 * sum(member_attended_count) FILTER (member_total_count > 0) / sum(member_total_count) FILTER (member_attended_count IS NOT NULL),
       CASE WHEN count(t.unit_id) > 0 THEN count(DISTINCT t.unit_id) FILTER (member_attended_count IS NOT NULL AND member_total_count > 0) END,
       nullif(count(DISTINCT t.unit_id), 0)
FROM (SELECT DISTINCT year FROM flat.unit) LEFT JOIN (FROM flat.training WHERE reporter_level = 'unit') t USING (year) GROUP BY year ORDER BY year;
-- 07
SELECT year, status_code, count(*) FROM flat.model WHERE reporter_level = 'unit' GROUP BY year, status_code ORDER BY year, status_code;
-- 08
SELECT year, count(DISTINCT unit_id) FILTER (report_count > 0),
       CASE WHEN count(code) > 0 THEN count(DISTINCT unit_id) FILTER (is_done_or_running) END,
       CASE WHEN count(code) > 0 THEN count(*) FILTER (is_done_or_running) END, CASE WHEN count(code) > 0 THEN count(*) FILTER (is_running) END
FROM flat.unit LEFT JOIN (SELECT year, unit_id, model_code AS code, is_done_or_running, is_running FROM flat.model) USING (year, unit_id)
WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 09
SELECT recognised, count(*), count(copied), count(*) - count(copied), median(copied - recognised) FROM (
    SELECT coalesce(min(year(recognised_date)), min(year) FILTER (status_code IN ('cong_nhan', 'nhan_rong'))) AS recognised,
           min(year) FILTER (status_code = 'nhan_rong') AS copied
    FROM flat.model WHERE reporter_level = 'unit' GROUP BY path
) WHERE recognised IS NOT NULL GROUP BY recognised ORDER BY recognised;
-- 10
SELECT m.unit_code, m.model_code, m.replicated_from_code, min(m.year), o.unit_code
FROM flat.model m LEFT JOIN (SELECT DISTINCT unit_code, model_code FROM flat.model) o ON o.model_code = m.replicated_from_code
WHERE m.replicated_from_code IS NOT NULL GROUP BY ALL ORDER BY m.unit_code, m.model_code;
-- 11
SELECT b.status_code, a.status_code, count(*)
FROM (SELECT path, arg_max(status_code, period_end) AS status_code FROM flat.model WHERE year = 2023 GROUP BY path) b
FULL JOIN (FROM flat.model WHERE year = 2024) a USING (path)
GROUP BY b.status_code, a.status_code ORDER BY b.status_code NULLS FIRST, a.status_code NULLS LAST;
-- 12
SELECT year, reporter_level, sum(planned_count), sum(done_count)
FROM (SELECT DISTINCT year, reporter_level FROM flat.unit) LEFT JOIN flat.inspection USING (year, reporter_level)
GROUP BY year, reporter_level ORDER BY year, reporter_level;
-- 13
SELECT year, count(DISTINCT unit_id) FILTER (report_count > 0), CASE WHEN count(done_count) > 0 THEN count(DISTINCT unit_id) FILTER (done_count > 0) END,
       round(100.0 * CASE WHEN count(done_count) > 0 THEN count(DISTINCT unit_id) FILTER (done_count > 0) END
             / count(DISTINCT unit_id) FILTER (report_count > 0), 1)
FROM flat.unit LEFT JOIN (SELECT year, unit_id, done_count FROM flat.inspection) USING (year, unit_id)
WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 14
SELECT scheme_in_force_code, year, sum(done_count), coalesce(sum(done_count) FILTER (rating_code IN ('xuat_sac', 'tot')), 0),
       round(100.0 * coalesce(sum(done_count) FILTER (rating_code IN ('xuat_sac', 'tot')), 0) / sum(done_count), 1), count(*) FILTER (is_scheme_derived)
FROM flat.inspection WHERE reporter_level = 'unit' AND rating_code IS NOT NULL
GROUP BY scheme_in_force_code, year ORDER BY year, scheme_in_force_code NULLS FIRST;
-- 15
WITH found AS (
    SELECT DISTINCT family_id, finding_category_code AS category, f.year
    FROM flat.finding f JOIN flat.unit USING (year, unit_id) WHERE found_count > 0 AND is_found_in_period AND f.reporter_level = 'unit'
),
reported AS (SELECT DISTINCT family_id, year FROM flat.unit WHERE report_count > 0),
followed AS (
    SELECT f.*, (SELECT count(*) FROM reported r WHERE r.family_id = f.family_id AND r.year IN (f.year + 1, f.year + 2)) = 2 AS is_known,
           EXISTS (FROM found g WHERE g.family_id = f.family_id AND g.category = f.category AND g.year IN (f.year + 1, f.year + 2)) AS is_again
    FROM found f
)
SELECT year, count(*), count(*) FILTER (is_known), count(*) FILTER (is_known AND is_again),
       round(100.0 * count(*) FILTER (is_known AND is_again) / nullif(count(*) FILTER (is_known), 0), 1) FROM followed GROUP BY year ORDER BY year;
-- 16
SELECT year, finding_category_code, sum(found_count), sum(remedied_count),
       sum(found_count - coalesce(remedied_count, 0)) FILTER (is_overdue), count(DISTINCT unit_id)
FROM flat.finding WHERE reporter_level = 'unit' GROUP BY year, finding_category_code ORDER BY year, finding_category_code;
-- 17
WITH held AS (
    SELECT year, unit_id, sum(dialogue_count) AS held, count(*) = count(dialogue_count) AS is_exact, bool_or(dialogue_count_state = 'none_stated') AS is_none
    FROM flat.dialogue WHERE dialogue_kind_code = 'dinh_ky' GROUP BY year, unit_id
)
SELECT year, sum(least(held, norm_count)) FILTER (is_exact), sum(norm_count) FILTER (is_exact),
       round(100.0 * sum(least(held, norm_count)) FILTER (is_exact) / sum(norm_count) FILTER (is_exact), 1),
       round(100.0 * sum(least(held, norm_count)) FILTER (is_exact) / sum(norm_count) FILTER (is_exact OR is_none), 1),
       count(*) FILTER (is_exact), count(*) FILTER (NOT is_exact AND is_none), count(*) FILTER (NOT coalesce(is_exact OR is_none, false))
FROM flat.unit LEFT JOIN held USING (year, unit_id) WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 18
SELECT year, CASE WHEN year <= 2020 THEN 1 ELSE 2 END, sum(dialogue_count), count(dialogue_count),
       round(100.0 * sum(least(dialogue_count, norm_count)) FILTER (dialogue_count IS NOT NULL)
             / sum(norm_count) FILTER (dialogue_count IS NOT NULL), 1)
FROM flat.dialogue JOIN (SELECT year, unit_id, norm_count FROM flat.unit) USING (year, unit_id)
WHERE reporter_level = 'unit' AND dialogue_kind_code = 'dinh_ky' GROUP BY year ORDER BY year;
-- 19
SELECT u.year, u.unit_code, u.unit_name, u.alive_from, u.alive_until,
       (SELECT sum(session_count) FROM flat.training t WHERE (t.year, t.unit_id) = (u.year, u.unit_id) AND training_kind_code = 'quan_triet'),
       (SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (is_running) END FROM flat.model m WHERE (m.year, m.unit_id) = (u.year, u.unit_id)),
       (SELECT sum(done_count) FROM flat.inspection i WHERE (i.year, i.unit_id) = (u.year, u.unit_id)),
       (SELECT sum(party_member_count) FROM flat.organisation o WHERE (o.year, o.unit_id) = (u.year, u.unit_id))
FROM flat.unit u WHERE u.family_id = (SELECT any_value(family_id) FROM flat.unit WHERE unit_code = 'DV046') ORDER BY u.year, u.unit_code;
-- 20
SELECT year, round(sum(session_count * share) FILTER (unit_on_y IS NOT NULL), 1), round(sum(session_count * share) FILTER (unit_on_y IS NULL), 1),
       round(sum(attendee_count * share) FILTER (unit_on_y IS NOT NULL), 1), count(DISTINCT unit_on_y), count(DISTINCT unit_on_y) FILTER (share < 1)
FROM flat.training t JOIN core.unit_map(2024) m ON m.unit_id = t.unit_id AND t.period_end BETWEEN m.figures_from AND m.figures_until AND m.share > 0
WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 21
WITH panel AS (SELECT unit_id FROM flat.unit WHERE year BETWEEN 2017 AND 2025 AND is_full_year GROUP BY unit_id HAVING count(*) = 9),
done AS (SELECT year, unit_id, sum(planned_count) AS planned, sum(done_count) AS done FROM flat.inspection GROUP BY year, unit_id),
running AS (SELECT year, unit_id, count(*) FILTER (is_running) AS running FROM flat.model GROUP BY year, unit_id)
SELECT year, count(*), sum(planned), sum(done), sum(running)
FROM flat.unit SEMI JOIN panel USING (unit_id) LEFT JOIN done USING (year, unit_id) LEFT JOIN running USING (year, unit_id)
WHERE year BETWEEN 2017 AND 2025 AND reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 22
WITH done AS (SELECT year, unit_id, sum(done_count) AS done FROM flat.inspection GROUP BY year, unit_id),
running AS (SELECT year, unit_id, count(*) FILTER (is_running) AS running FROM flat.model GROUP BY year, unit_id),
superior AS (SELECT year, unit_id, unit_code FROM flat.unit WHERE reporter_level = 'bloc')
SELECT u.year, a.unit_code, b.unit_code, count(*), count(*) FILTER (u.report_count > 0), sum(done), sum(running)
FROM flat.unit u LEFT JOIN done USING (year, unit_id) LEFT JOIN running USING (year, unit_id)
LEFT JOIN superior a ON a.year = u.year AND a.unit_id = u.parent_unit_id_first LEFT JOIN superior b ON b.year = u.year AND b.unit_id = u.parent_unit_id
WHERE u.year IN (2024, 2025) AND u.reporter_level = 'unit' GROUP BY u.year, a.unit_code, b.unit_code ORDER BY u.year, a.unit_code, b.unit_code;
-- 23
SELECT year, sum(attendee_count) FROM flat.training WHERE reporter_level = 'unit' AND year IN (2022, 2024) GROUP BY year ORDER BY year;
-- 24
SELECT year, sum(coalesce(cadre_count, cadre_full_time_count + cadre_part_time_count)),
       count(coalesce(cadre_count, cadre_full_time_count + cadre_part_time_count)), count(*)
FROM flat.organisation WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 28
WITH done AS (SELECT year, unit_id, sum(done_count) AS done FROM flat.inspection GROUP BY year, unit_id)
SELECT year, count(*) FILTER (due_count > 0), count(done) FILTER (is_covered), sum(done),
       round(sum(done) FILTER (is_covered) * (make_date(year, 12, 31) - make_date(year, 1, 1) + 1)
             / sum(days_alive) FILTER (is_covered AND done IS NOT NULL), 2)
FROM flat.unit LEFT JOIN done USING (year, unit_id) WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 29
WITH both_sent AS (
    SELECT year, unit_id, sum(done_count) FILTER (period_kind = 'H1') AS half, sum(done_count) FILTER (period_kind = 'Y') AS whole
    FROM flat.half_year GROUP BY year, unit_id HAVING count(DISTINCT period_kind) = 2
)
SELECT year, count(*), count(half + whole), sum(half) FILTER (whole IS NOT NULL), sum(whole) FILTER (half IS NOT NULL),
       round(100.0 * sum(half) FILTER (whole IS NOT NULL) / sum(whole) FILTER (half IS NOT NULL), 1) FROM both_sent GROUP BY year ORDER BY year;
-- 31
SELECT year, sum(petition_raised_count), sum(petition_settled_count) FILTER (petition_raised_count IS NOT NULL),
       round(100.0 * sum(petition_settled_count) FILTER (petition_raised_count IS NOT NULL)
             / sum(petition_raised_count) FILTER (petition_settled_count IS NOT NULL), 1),
       count(DISTINCT unit_id) FILTER (petition_raised_count IS NOT NULL AND petition_settled_count IS NOT NULL)
FROM flat.dialogue WHERE reporter_level = 'unit' GROUP BY year ORDER BY year;
-- 32
SELECT unit_code, arg_max(unit_name, year), count(*), max(days_late), string_agg(period_id, ', ' ORDER BY period_id)
FROM flat.unit WHERE is_late GROUP BY unit_code HAVING count(*) >= 3 ORDER BY count(*) DESC, unit_code;
-- 33
SELECT year, issue_topic_code, count(DISTINCT unit_id)
FROM flat.issue WHERE reporter_level = 'unit' AND issue_kind_code = 'han_che' GROUP BY year, issue_topic_code ORDER BY year, issue_topic_code;
-- 34
SELECT year, sum(party_member_count), count(party_member_count), count(*)
FROM flat.unit LEFT JOIN (SELECT year, unit_id, party_member_count FROM flat.organisation) USING (year, unit_id)
WHERE reporter_level = 'unit' AND is_alive_31_12 GROUP BY year ORDER BY year;
