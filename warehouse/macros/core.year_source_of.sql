-- The reports of each unit and year that its figures of one table rest on: those used whose form has a sheet for the table.
CREATE OR REPLACE MACRO core.year_source_of(staging_table) AS TABLE
SELECT y.* FROM mart.year_source y JOIN intake.submission s USING (submission_id)
WHERE (s.form_code, s.form_version) IN (
    SELECT (c.form_code, c.form_version) FROM meta.form_column c WHERE c.table_name = staging_table
)
