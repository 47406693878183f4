-- When a release was published (UTC): a warehouse that was made again has other releases of the same numbers.
SELECT published_at FROM meta.release WHERE release_no = $release_no
