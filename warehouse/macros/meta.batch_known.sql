-- Number of the last batch that was published at a release (its number), at a moment (UTC) or at the end of a day in Vietnam, which is
-- seven hours ahead of UTC all year; NULL before the first. Anything else is an error.
CREATE OR REPLACE MACRO meta.batch_known(known) AS (
    SELECT max(r.batch_no) FROM meta.release r
    WHERE CASE WHEN TRY_CAST(known::VARCHAR AS BIGINT) IS NOT NULL THEN r.release_no <= TRY_CAST(known::VARCHAR AS BIGINT)
               WHEN TRY_CAST(known::VARCHAR AS TIMESTAMP) IS NULL THEN error('neither a release nor a day nor a moment: ' || known::VARCHAR)
               WHEN length(known::VARCHAR) <= 10 THEN r.published_at < TRY_CAST(known::VARCHAR AS TIMESTAMP) + INTERVAL 17 HOUR
               ELSE r.published_at <= TRY_CAST(known::VARCHAR AS TIMESTAMP) END
)
