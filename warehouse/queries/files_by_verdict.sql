-- How many files all batches took, by what became of them: counters that only grow. Submissions judged again are counted apart.
SELECT coalesce(sum(accepted_count), 0)::BIGINT AS accepted, coalesce(sum(rejected_count), 0)::BIGINT AS rejected,
       coalesce(sum(duplicate_count), 0)::BIGINT AS duplicate, coalesce(sum(replayed_count), 0)::BIGINT AS replayed,
       count(*) AS batches, epoch(max(finished_at)) AS finished_at
FROM intake.batch
