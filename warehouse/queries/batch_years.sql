-- The years whose figures a batch touched: those of the submissions that it accepted or superseded.
SELECT DISTINCT s.year FROM intake.event e JOIN intake.submission s USING (submission_id)
WHERE e.batch_id = $batch_id AND e.event IN ('accepted', 'superseded') AND s.year IS NOT NULL ORDER BY s.year
