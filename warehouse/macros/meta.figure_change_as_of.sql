-- Changes of figures of closed years that a release had told (its number), that stood at a moment (UTC) or at the end of a day.
CREATE OR REPLACE MACRO meta.figure_change_as_of(known) AS TABLE
SELECT f.* FROM meta.figure_change f JOIN meta.release r USING (release_no) WHERE r.batch_no <= meta.batch_known(known)
