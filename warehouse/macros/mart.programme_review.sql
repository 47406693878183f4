-- Review of a programme over any window: reports that end within it; the roll-out of one document counts once per unit
-- (its first report); persons are never added over levels; what nobody stated is NULL, never 0. Beside each figure: how many reports it
-- rests on, the first and last day that these cover, and how many of them begin before the window; NULL where there is none.
CREATE OR REPLACE MACRO mart.programme_review(from_date, to_date, programme := '') AS TABLE
WITH used AS (FROM core.reports_used(from_date, to_date)),
training AS (
    SELECT t.* FROM core.training_rows t SEMI JOIN used USING (submission_id)
),
roll_out AS (
    SELECT t.* FROM training t
    LEFT JOIN core.citation_document c ON c.cited_number = programme
    WHERE t.training_kind_code = 'quan_triet'
      AND (coalesce(programme, '') = '' OR t.document_number = programme OR t.document_id = c.document_id)
    -- a form's reports used are disjoint in time, so the one that ends first is the first; without a document nothing is told apart
    QUALIFY coalesce(t.document_id::VARCHAR, t.document_number) IS NULL
        OR rank() OVER (PARTITION BY t.unit_id, coalesce(t.document_id::VARCHAR, t.document_number)
                        ORDER BY t.period_end, t.form_code) = 1
),
stated AS (
    SELECT t.submission_id, t.member_rate_stated FROM core.training_rows t
    LEFT JOIN core.citation_document c ON c.cited_number = programme
    WHERE core.is_roll_up(t.period_kind) AND t.period_end BETWEEN from_date AND to_date AND t.member_rate_stated IS NOT NULL AND t.is_current
      AND (coalesce(programme, '') = '' OR t.document_number = programme OR t.document_id = c.document_id)
),
model AS (
    -- a model that went from one unit to another, or got another code, is one model: of the unit that spoke of it last
    SELECT arg_max(f.unit_id, f.period_end) AS unit_id, bool_or(c.is_done_or_running) AS is_done_or_running, list(DISTINCT f.submission_id) AS reports
    FROM core.fact_model_status_exact f SEMI JOIN used USING (submission_id) JOIN core.model_path p USING (unit_id, model_code)
    JOIN core.code_model_status c ON c.code = f.status_code GROUP BY p.first_unit_id, p.first_code
),
inspection AS (
    SELECT f.* FROM core.fact_inspection_exact f SEMI JOIN used USING (submission_id)
),
dialogue AS (
    SELECT f.* FROM core.fact_dialogue_exact f SEMI JOIN used USING (submission_id)
),
organisation AS (
    SELECT f.* FROM core.fact_organisation_exact f JOIN used u USING (submission_id)
    QUALIFY f.period_end = max(f.period_end) OVER (PARTITION BY f.unit_id)
),
issue AS (
    SELECT f.* FROM core.fact_issue_exact f
    WHERE f.is_current AND core.is_roll_up(f.period_kind) AND f.period_end BETWEEN from_date AND to_date
),
review AS (
    SELECT 1 AS position, 'period_years' AS indicator, NULL AS level, trunc(date_diff('month', from_date::DATE, to_date::DATE) / 12)::BIGINT AS value,
           'năm' AS unit_of_measure, NULL::BIGINT AS unit_count, 'Số năm triển khai' AS label,
           NULL::VARCHAR[] AS reports
    UNION ALL SELECT 2, 'session_count', 'bloc', sum(session_count), 'cuộc', count(DISTINCT unit_id), 'Cuộc quán triệt', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'bloc'
    UNION ALL SELECT 3, 'session_attendees', 'bloc', sum(attendee_count), 'người', count(DISTINCT unit_id), 'Người dự quán triệt', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'bloc'
    UNION ALL SELECT 4, 'session_count', 'units', sum(session_count), 'cuộc', count(DISTINCT unit_id), 'Cuộc quán triệt', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'unit'
    UNION ALL SELECT 5, 'session_attendees', 'units', sum(attendee_count), 'đại biểu', count(DISTINCT unit_id), 'Đại biểu dự', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'unit'
    UNION ALL SELECT 6, 'session_party_members_attended', 'units', sum(member_attended_count) FILTER (member_total_count IS NOT NULL), 'đảng viên', count(DISTINCT unit_id), 'Đảng viên dự', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'unit'
    UNION ALL SELECT 7, 'session_party_members_total', 'units', sum(member_total_count) FILTER (member_attended_count IS NOT NULL), 'đảng viên', count(DISTINCT unit_id), 'Tổng số đảng viên', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'unit'
    UNION ALL SELECT 8, 'session_party_attendance_rate_computed', 'units',
           100.0 * sum(member_attended_count) FILTER (member_total_count IS NOT NULL) / nullif(sum(member_total_count) FILTER (member_attended_count IS NOT NULL), 0),
           '%', count(DISTINCT unit_id), 'Tỷ lệ đảng viên dự (tính)', list(DISTINCT submission_id) FROM roll_out WHERE reporter_level = 'unit'
    UNION ALL SELECT 9, 'session_party_attendance_rate_stated', 'units', max(member_rate_stated), '%', NULL, 'Tỷ lệ đảng viên dự (ghi)', list(DISTINCT submission_id) FROM stated
    UNION ALL SELECT 10, 'training_class_count', 'bloc', sum(session_count), 'lớp', count(DISTINCT unit_id), 'Lớp tập huấn', list(DISTINCT submission_id) FROM training WHERE training_kind_code = 'tap_huan' AND reporter_level = 'bloc'
    UNION ALL SELECT 11, 'training_trainees', 'bloc', sum(attendee_count), 'cán bộ', count(DISTINCT unit_id), 'Cán bộ dự tập huấn', list(DISTINCT submission_id) FROM training WHERE training_kind_code = 'tap_huan' AND reporter_level = 'bloc'
    UNION ALL SELECT 12, 'dvk_models_active', 'bloc_total', CASE WHEN count(*) > 0 THEN count(*) FILTER (is_done_or_running) END, 'mô hình, điển hình', count(DISTINCT unit_id) FILTER (is_done_or_running), 'Mô hình, điển hình "Dân vận khéo" đã và đang thực hiện', list_distinct(flatten(list(reports))) FROM model
    UNION ALL SELECT 13, 'dvk_participating_units', 'bloc_total', CASE WHEN count(*) > 0 THEN count(DISTINCT unit_id) FILTER (is_done_or_running) END, 'cơ quan, doanh nghiệp', count(DISTINCT unit_id) FILTER (is_done_or_running), 'Cơ quan, doanh nghiệp tham gia', list_distinct(flatten(list(reports))) FROM model
    UNION ALL SELECT 14, 'inspections_planned', 'bloc_total', sum(planned_count), 'cuộc', count(DISTINCT unit_id), 'Kiểm tra, giám sát theo kế hoạch', list(DISTINCT submission_id) FROM inspection
    UNION ALL SELECT 15, 'inspections_done', 'bloc_total', sum(done_count), 'cuộc', count(DISTINCT unit_id), 'Kiểm tra, giám sát đã thực hiện', list(DISTINCT submission_id) FROM inspection
    UNION ALL SELECT 16, 'units_on_plan_claimed', 'units', CASE WHEN count(is_on_plan) > 0 THEN count(DISTINCT unit_id) FILTER (is_on_plan) END, 'đơn vị', count(DISTINCT unit_id), 'Đơn vị ghi kiểm tra đúng kế hoạch', list(DISTINCT submission_id) FROM inspection WHERE reporter_level = 'unit'
    UNION ALL SELECT 17, 'dialogues_held', 'bloc_total', sum(dialogue_count), 'cuộc', count(DISTINCT unit_id), 'Cuộc đối thoại', list(DISTINCT submission_id) FROM dialogue
    UNION ALL SELECT 18, 'petitions_raised', 'bloc_total', sum(petition_raised_count), 'kiến nghị', count(DISTINCT unit_id), 'Kiến nghị nêu ra', list(DISTINCT submission_id) FROM dialogue
    UNION ALL SELECT 19, 'units_person_assigned', 'units', CASE WHEN count(is_person_assigned) > 0 THEN count(DISTINCT unit_id) FILTER (is_person_assigned) END, 'đơn vị', count(DISTINCT unit_id), 'Đơn vị đã phân công người phụ trách', list(DISTINCT submission_id) FROM organisation WHERE reporter_level = 'unit'
    UNION ALL SELECT 20, 'limitations', 'bloc', nullif(count(DISTINCT issue_topic_code) FILTER (issue_kind_code = 'han_che'), 0), 'nhóm', NULL, 'Nhóm hạn chế nêu trong tổng kết', list(DISTINCT submission_id) FROM issue
    UNION ALL SELECT 21, 'tasks', 'bloc', nullif(count(DISTINCT issue_topic_code) FILTER (issue_kind_code = 'nhiem_vu'), 0), 'nhóm', NULL, 'Nhóm nhiệm vụ nêu trong tổng kết', list(DISTINCT submission_id) FROM issue
),
covered AS (
    SELECT r.position, min(s.period_start) AS used_from, max(s.period_end) AS used_to, count(*) AS reports_used,
           count(*) FILTER (s.period_start < from_date::DATE) AS reports_beginning_before_window
    FROM (SELECT position, unnest(reports) AS submission_id FROM review) r JOIN intake.submission s USING (submission_id) GROUP BY r.position
)
SELECT r.* EXCLUDE (reports), c.* EXCLUDE (position) FROM review r LEFT JOIN covered c USING (position)
