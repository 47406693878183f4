-- The key under which two spellings of a name or a title meet: accents, case, spaces and punctuation do not count.
CREATE OR REPLACE MACRO core.text_key(said) AS (
    regexp_replace(replace(strip_accents(lower(nfc_normalize(said))), 'đ', 'd'), '[^\p{L}\p{N}]+', '', 'g')
)
