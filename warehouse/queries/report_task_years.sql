-- Which figures of the units answer the tasks that a review over the window names, in each year that ends after it.
WITH answers(issue_topic_code, position, figure) AS (
    VALUES ('doi_moi_lanh_dao', 1, 'inspections_planned'), ('doi_moi_lanh_dao', 2, 'inspections_done'),
           ('khac_phuc_han_che', 1, 'findings_found'), ('khac_phuc_han_che', 2, 'findings_remedied'),
           ('giai_quyet_nguyen_vong', 1, 'petitions_raised'), ('giai_quyet_nguyen_vong', 2, 'petitions_settled'),
           ('boi_duong_can_bo', 1, 'classes_tap_huan'), ('boi_duong_can_bo', 2, 'dialogues_done'),
           ('boi_duong_can_bo', 3, 'models_done_or_running'), ('hoc_tap_bac', 1, 'sessions_quan_triet')
),
named AS (
    SELECT DISTINCT f.issue_topic_code FROM core.fact_issue f
    WHERE f.is_current AND core.is_roll_up(f.period_kind) AND f.period_end BETWEEN $first_day::DATE AND $last_day::DATE
      AND f.issue_kind_code = 'nhiem_vu'
),
figures AS (
    SELECT year, figure, value FROM (
        SELECT year, inspections_planned, inspections_done, findings_found, findings_remedied, petitions_raised, petitions_settled,
               classes_tap_huan, dialogues_done, models_done_or_running, sessions_quan_triet
        FROM mart.key_figures WHERE reporter_level = 'unit' AND make_date(year, 12, 31) > $last_day::DATE
    ) UNPIVOT INCLUDE NULLS (value FOR figure IN (COLUMNS(* EXCLUDE year)))
)
SELECT a.issue_topic_code, a.figure, f.year, f.value
FROM named JOIN answers a USING (issue_topic_code) JOIN figures f USING (figure)
JOIN core.dim_code c ON c.code_list = 'issue_topic' AND c.code = a.issue_topic_code
ORDER BY c.position, a.position, f.year
