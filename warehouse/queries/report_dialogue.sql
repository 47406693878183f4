-- Dialogues of each unit in a year against what the norms in force require.
SELECT unit_code, unit_name, required_count, done_count, compliance_rate, petition_raised_count, petition_settled_count
FROM mart.dialogue_compliance WHERE year = $year::BIGINT AND reporter_level = 'unit' ORDER BY unit_code
