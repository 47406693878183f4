-- How far a document was rolled out year by year: of the units from which a report was due, how many first reported a study session on it
-- then, and how many had by then. Any number by which it is cited will do. By unit: one that came of others
-- has rolled out what it reported itself.
CREATE OR REPLACE MACRO mart.rollout(of_document) AS TABLE
WITH first_time AS (
    SELECT unit_id, min(year) AS first_year FROM mart.training_by_unit
    WHERE training_kind_code = 'quan_triet' AND (document_number = of_document OR document_id =
          (SELECT any_value(c.document_id) FROM core.citation_document c WHERE c.cited_number = of_document))
    GROUP BY unit_id
)
SELECT u.year, count(*) AS units_due, count(*) FILTER (f.first_year = u.year) AS units_first, count(*) FILTER (f.first_year <= u.year) AS units_so_far
FROM mart.unit_year u LEFT JOIN first_time f USING (unit_id)
WHERE u.due_count > 0
GROUP BY u.year
ORDER BY u.year
