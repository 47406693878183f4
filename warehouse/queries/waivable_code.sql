-- The severity of a finding code; no row where there is none.
SELECT severity FROM meta.rule WHERE code = $code
