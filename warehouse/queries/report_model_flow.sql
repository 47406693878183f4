-- From which status to which the models went between the year before and this one; a status of NULL is not reported.
SELECT from_status_code, to_status_code, model_count FROM mart.model_flow($year::BIGINT) ORDER BY ALL NULLS FIRST
