-- The codes of the superior bodies in the register in force: those on a level whose units owe no reports.
SELECT DISTINCT unit_code FROM core.dim_unit
WHERE level_code IN (SELECT code FROM core.code_admin_level WHERE NOT coalesce(is_reporting, false)) ORDER BY unit_code
