-- Grievances, petitions and limitations of a year, by level, kind and topic, with what was settled.
SELECT reporter_level, issue_kind_code, issue_topic_code, unit_count, issue_count, settled_count, settled_rate
FROM mart.issue_by_year WHERE year = $year::BIGINT ORDER BY reporter_level DESC, issue_kind_code, issue_topic_code
