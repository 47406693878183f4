-- Up to $most findings of each code that stand: where, never what - a cell may hold personal data.
SELECT code, submission_id AS submission, coalesce(sheet, '') AS sheet, coalesce(cell, '') AS cell FROM core.open_finding
QUALIFY row_number() OVER (PARTITION BY code ORDER BY submission_id, sheet, cell) <= $most::BIGINT ORDER BY ALL
