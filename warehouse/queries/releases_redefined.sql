-- Of the releases of some batches those whose figures were made by other declarations than today's.
SELECT release_no FROM meta.release
WHERE batch_no IN (SELECT unnest($batches::BIGINT[])) AND declarations IS DISTINCT FROM (SELECT any_value(fingerprint) FROM meta.bootstrap)
ORDER BY release_no
